//! The header of a sealed message: what travels in clear before the payload.

use super::{SealTarget, SEED_LEN};
use crate::{
	curve::G2Bytes,
	identity::{Epoch, Identity, KeyId, Serial, MAX_IDENTITY_LEN, TREE_HEIGHT},
};
use alloc::vec::Vec;
use codec::{Decode, DecodeAll, Encode};
use core::fmt;

/// The only suite: the equations of [this module's parent](super), BLS12-381, HKDF-SHA-256.
pub const SUITE: u8 = 1;
/// Most levels of a header: those of a path from a serial to the root.
pub const MAX_LEVELS: usize = TREE_HEIGHT as usize + 1;
/// Longest header, in bytes: suite, key identifier, identity with its length, serial, epoch, `U`,
/// count, level and 32 bytes for each level.
pub const MAX_HEADER_LEN: usize =
	1 + 32 + 2 + MAX_IDENTITY_LEN + 8 + 24 + 96 + 1 + MAX_LEVELS * (1 + SEED_LEN);

/// `V_l`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub(super) struct Masked {
	pub level: u8,
	pub seed: [u8; SEED_LEN],
}

/// `SCALE{ suite u8 = 1, key_id, identity, serial, epoch, U, [level u8, V_l] }`: well-formed, and
/// nothing more. Whether it opens is for [`OpeningKey::open`](super::OpeningKey::open) to say.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct SealedHeader {
	suite: u8,
	key_id: KeyId,
	identity: Identity,
	serial: Serial,
	epoch: Epoch,
	pub(super) u: G2Bytes,
	masked: Vec<Masked>,
}

/// Why bytes are no header of a sealed message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HeaderError {
	/// Too long, truncated, trailing bytes, or a field outside its bounds.
	Format,
	/// A suite this library does not know.
	Suite(u8),
	/// The epoch is empty.
	Epoch,
	/// Not 1 to 41 levels of at most 40, each above the one before.
	Levels,
}

impl fmt::Display for HeaderError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Format => f.write_str("wrong length or a field out of bounds"),
			Self::Suite(suite) => write!(f, "suite {suite}, expected {SUITE}"),
			Self::Epoch => f.write_str("its epoch is empty"),
			Self::Levels => f.write_str("expected 1 to 41 levels from 0 to 40, ascending"),
		}
	}
}

impl core::error::Error for HeaderError {}

impl SealedHeader {
	pub(super) fn new(target: &SealTarget, u: G2Bytes, masked: Vec<Masked>) -> Self {
		Self {
			suite: SUITE,
			key_id: target.key_id,
			identity: target.identity.clone(),
			serial: target.serial,
			epoch: target.epoch,
			u,
			masked,
		}
	}

	/// Decodes the wire form: length first, then every field's bounds. `U` is decoded when the
	/// header is opened.
	///
	/// # Errors
	///
	/// [`HeaderError`].
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, HeaderError> {
		if bytes.len() > MAX_HEADER_LEN {
			return Err(HeaderError::Format);
		}
		match bytes.first() {
			None => return Err(HeaderError::Format),
			Some(&SUITE) => {}
			Some(&suite) => return Err(HeaderError::Suite(suite)),
		}
		let header = Self::decode_all(&mut &bytes[..]).map_err(|_| HeaderError::Format)?;
		if header.epoch.length() == 0 {
			return Err(HeaderError::Epoch);
		}
		// Ascending from 0 to 40, they cannot be more than 41.
		let ascending = header.masked.windows(2).all(|pair| match pair {
			[before, after] => before.level < after.level,
			_ => true,
		});
		let last = header.masked.last().ok_or(HeaderError::Levels)?;
		if !ascending || last.level > TREE_HEIGHT {
			return Err(HeaderError::Levels);
		}
		Ok(header)
	}

	/// The wire form.
	pub fn to_bytes(&self) -> Vec<u8> {
		self.encode()
	}

	/// The master key it was sealed under.
	pub fn key_id(&self) -> KeyId {
		self.key_id
	}

	/// The recipient.
	pub fn identity(&self) -> &Identity {
		&self.identity
	}

	/// The recipient's serial.
	pub fn serial(&self) -> Serial {
		self.serial
	}

	/// The epoch whose key opens it.
	pub fn epoch(&self) -> Epoch {
		self.epoch
	}

	/// The levels it can be opened at, ascending.
	pub fn levels(&self) -> impl Iterator<Item = u8> + '_ {
		self.masked.iter().map(|masked| masked.level)
	}

	/// `V_l` of `level`.
	pub(super) fn masked_at(&self, level: u8) -> Option<&[u8; SEED_LEN]> {
		self.masked.iter().find(|masked| masked.level == level).map(|masked| &masked.seed)
	}
}
