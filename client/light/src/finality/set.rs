//! Authority sets, and the block from which a set finalizes.

use alloc::{collections::BTreeSet, vec::Vec};
use codec::{Decode, Encode};
use core::fmt;
use finality_grandpa::voter_set::VoterSet;
use sp_consensus_grandpa::AuthorityId;
use sp_core::ed25519;

/// Most members of a set.
pub const MAX_VOTERS: usize = 1_000;

/// A member of a GRANDPA set: its Ed25519 public key and its weight.
pub type Voter = ([u8; 32], u64);

/// A trusted block and the GRANDPA set that finalizes its children.
///
/// `SCALE`: 44 B, the compact length of the set, 40 B per member.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Base {
	/// Number of the block.
	pub number: u32,
	/// Hash of the block: genesis, or a block that hands over to `set`.
	pub hash: [u8; 32],
	/// Number of the set, 0 at genesis, one more with each handoff.
	pub set_id: u64,
	/// The set that finalizes the block's children.
	pub set: Vec<Voter>,
}

/// What is wrong with a GRANDPA set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SetError {
	/// No members.
	Empty,
	/// More than [`MAX_VOTERS`] members.
	TooLarge,
	/// The same key twice.
	Duplicate,
	/// A member without weight.
	ZeroWeight,
	/// Weights beyond a u64.
	WeightOverflow,
}

impl fmt::Display for SetError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Empty => "the set is empty",
			Self::TooLarge => "the set has more than 1,000 members",
			Self::Duplicate => "the set names a key twice",
			Self::ZeroWeight => "the set has a member without weight",
			Self::WeightOverflow => "the set's weights do not fit a u64",
		})
	}
}

impl core::error::Error for SetError {}

impl Base {
	/// Whether the set can finalize anything.
	///
	/// # Errors
	///
	/// [`SetError`], the first fault found.
	pub fn check(&self) -> Result<(), SetError> {
		check_set(&self.set)
	}

	pub(super) fn voters(&self) -> Option<VoterSet<AuthorityId>> {
		VoterSet::new(
			self.set
				.iter()
				.map(|(key, weight)| (AuthorityId::from(ed25519::Public::from_raw(*key)), *weight)),
		)
	}
}

/// Stricter than GRANDPA, which adds up the weights of a key that is named twice: one key, one
/// member, so that two copies of a set are equal only if they mean the same.
pub(super) fn check_set(set: &[Voter]) -> Result<(), SetError> {
	if set.is_empty() {
		return Err(SetError::Empty);
	}
	if set.len() > MAX_VOTERS {
		return Err(SetError::TooLarge);
	}
	let mut keys = BTreeSet::new();
	let mut total = 0u64;
	for (key, weight) in set {
		if *weight == 0 {
			return Err(SetError::ZeroWeight);
		}
		if !keys.insert(key) {
			return Err(SetError::Duplicate);
		}
		total = total.checked_add(*weight).ok_or(SetError::WeightOverflow)?;
	}
	Ok(())
}
