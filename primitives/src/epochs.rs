//! The epoch schedule, frozen snapshots, permits.

use crate::{
	limits::{MAX_SCHEDULE, PERMITS_PER_CHUNK},
	BlockNumber,
};
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use symbolon_crypto::{cover::Subtree, hash::sha256, Epoch, G1Bytes};

/// From epoch `first_number` on, which starts at `start`, epochs have `length` seconds.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct ScheduleEntry {
	/// Number of the first epoch of this length.
	pub first_number: u64,
	/// Its start, Unix seconds.
	pub start: u64,
	/// Seconds per epoch, at least 1.
	pub length: u64,
}

/// The append-only schedule, by ascending start.
#[derive(
	Clone,
	Default,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Schedule(pub BoundedVec<ScheduleEntry, ConstU32<MAX_SCHEDULE>>);

impl Schedule {
	/// The epoch of number `number`, if the schedule has begun by then.
	pub fn epoch(&self, number: u64) -> Option<Epoch> {
		let entry = self.0.iter().rev().find(|entry| entry.first_number <= number)?;
		let offset = (number - entry.first_number).checked_mul(entry.length)?;
		let start = entry.start.checked_add(offset)?;
		Some(Epoch { number, start, end: start.checked_add(entry.length)? })
	}

	/// The epoch that holds Unix second `time`; `None` before the schedule begins.
	pub fn epoch_at(&self, time: u64) -> Option<Epoch> {
		let entry = self.0.iter().rev().find(|entry| entry.start <= time)?;
		let passed = (time - entry.start).checked_div(entry.length)?;
		self.epoch(entry.first_number.checked_add(passed)?)
	}
}

/// How many revocations there are, and a hash chain over them:
/// `acc_0 = 0`, `acc_{i+1} = SHA-256(acc_i ‖ SCALE(level, index))`.
#[derive(
	Clone,
	Copy,
	Default,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct RevocationHead {
	/// Number of revoked subtrees.
	pub count: u64,
	/// Accumulator over them, in the order of revocation.
	pub acc: [u8; 32],
}

impl RevocationHead {
	/// The head after one more revocation.
	pub fn append(&self, subtree: &Subtree) -> Self {
		let acc = sha256(&(self.acc, subtree).encode());
		Self { count: self.count.saturating_add(1), acc }
	}
}

/// What was frozen for an epoch: whom its permits leave out.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Snapshot {
	/// The epoch.
	pub epoch: Epoch,
	/// The master key its permits are under.
	pub key_no: u32,
	/// Revocations that count: those of position below `revocations.count`.
	pub revocations: RevocationHead,
	/// Subtrees in the cover.
	pub cover_len: u32,
	/// Block in which it was frozen.
	pub frozen: BlockNumber,
	/// Chunks whose permits are published.
	pub published: u32,
}

impl Snapshot {
	/// Chunks that the cover makes.
	pub fn chunks(&self) -> u32 {
		self.cover_len.div_ceil(PERMITS_PER_CHUNK)
	}
}

/// One chunk of a cover, in the cover's order.
pub type CoverChunk = BoundedVec<Subtree, ConstU32<PERMITS_PER_CHUNK>>;
/// Points for one chunk, in its order.
pub type ChunkPoints = BoundedVec<G1Bytes, ConstU32<PERMITS_PER_CHUNK>>;

/// One member's shares of a chunk's permits.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct PermitShares {
	/// The sharing that was used.
	pub share_version: u32,
	/// The shares, in the chunk's order.
	pub points: ChunkPoints,
}
