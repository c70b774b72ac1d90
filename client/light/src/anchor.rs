//! The anchor: what a device pins, and all it takes on trust.

use crate::finality::{Base, SetError};
use alloc::vec::Vec;
use codec::{Decode, DecodeAll, Encode};
use core::fmt;
use sha2::{Digest, Sha256};
use symbolon_crypto::{identity::EpochPolicy, G2Bytes, KeyId};

/// The version of the anchor's format that this crate knows.
pub const ANCHOR_VERSION: u8 = 1;
/// Longest anchor, in bytes: one whose base has a set of 1,000.
pub const MAX_ANCHOR: usize = 1 + 32 + 4 + 96 + 96 + 44 + 2 + 40 * 1_000 + 24;
/// Most clock difference that an anchor may forgive, in seconds.
pub const MAX_SKEW: u64 = 30;
/// Longest epoch that an anchor may allow, in seconds: 400 days, so that a year fits. A revoked
/// device keeps signing until the epoch ends.
pub const MAX_EPOCH: u64 = 400 * 24 * 60 * 60;

/// The fields of an anchor, unchecked. [`check`](Self::check) makes it an [`Anchor`].
///
/// `SCALE` in the order of the fields; 458 B with a set of four.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct UnverifiedAnchor {
	/// [`ANCHOR_VERSION`].
	pub version: u8,
	/// Hash of the chain's first block.
	pub genesis_hash: [u8; 32],
	/// Number of the master public key.
	pub key_no: u32,
	/// The master public key P.
	pub master_key: G2Bytes,
	/// The key that signs checkpoints; P today.
	pub checkpoint_key: G2Bytes,
	/// From where finality is followed.
	pub base: Base,
	/// When the anchor was made, in Unix seconds.
	pub exported_at: u64,
	/// Longest epoch to believe, in seconds, at most [`MAX_EPOCH`].
	pub max_epoch: u64,
	/// Clock difference to forgive, in seconds, at most [`MAX_SKEW`].
	pub skew: u64,
}

/// Why an anchor is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AnchorError {
	/// Not the encoding of an anchor, or bytes left over.
	Encoding,
	/// Of a version this crate does not know.
	Version,
	/// The master public key is not the canonical encoding of a usable point.
	MasterKey,
	/// The checkpoint key is not the master public key.
	CheckpointKey,
	/// The set of the base cannot finalize.
	Set(SetError),
	/// The longest epoch is 0 s, or above [`MAX_EPOCH`].
	MaxEpoch,
	/// The skew is above [`MAX_SKEW`].
	Skew,
}

impl fmt::Display for AnchorError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Encoding => "not an anchor",
			Self::Version => "an anchor of unknown version",
			Self::MasterKey => "the anchor's master public key is not valid",
			Self::CheckpointKey => "the anchor's checkpoint key is not its master public key",
			Self::Set(error) => {
				return write!(f, "the anchor's finality set is not usable: {error}")
			}
			Self::MaxEpoch => "the anchor allows no epoch, or one of more than 400 days",
			Self::Skew => "the anchor forgives more than 30 s of clock difference",
		})
	}
}

impl core::error::Error for AnchorError {}

impl UnverifiedAnchor {
	/// Checks every field that can be checked without the chain.
	///
	/// # Errors
	///
	/// [`AnchorError`], the first fault found.
	pub fn check(self) -> Result<Anchor, AnchorError> {
		if self.version != ANCHOR_VERSION {
			return Err(AnchorError::Version);
		}
		// Canonical, on the curve, in the subgroup, not the identity. The other key is equal to
		// it, so it is all that too.
		self.master_key.decode().map_err(|_| AnchorError::MasterKey)?;
		if self.checkpoint_key != self.master_key {
			return Err(AnchorError::CheckpointKey);
		}
		self.base.check().map_err(AnchorError::Set)?;
		if !(1..=MAX_EPOCH).contains(&self.max_epoch) {
			return Err(AnchorError::MaxEpoch);
		}
		if self.skew > MAX_SKEW {
			return Err(AnchorError::Skew);
		}
		Ok(Anchor(self))
	}
}

/// A checked anchor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Anchor(UnverifiedAnchor);

impl Anchor {
	/// Decodes and checks an anchor. Whether it is the right one only its
	/// [`fingerprint`](Self::fingerprint) can tell, compared by another channel.
	///
	/// # Errors
	///
	/// [`AnchorError`].
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, AnchorError> {
		if bytes.len() > MAX_ANCHOR {
			return Err(AnchorError::Encoding);
		}
		UnverifiedAnchor::decode_all(&mut &*bytes).map_err(|_| AnchorError::Encoding)?.check()
	}

	/// The encoding.
	pub fn to_bytes(&self) -> Vec<u8> {
		self.0.encode()
	}

	/// The first 20 bytes of the SHA-256 of the encoding.
	pub fn fingerprint(&self) -> Fingerprint {
		let digest: [u8; 32] = Sha256::digest(self.to_bytes()).into();
		let mut bytes = [0; 20];
		bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
		Fingerprint(bytes)
	}

	/// Names the master public key on its chain.
	pub fn key_id(&self) -> KeyId {
		KeyId::derive(&self.0.genesis_hash, self.0.key_no, &self.0.master_key)
	}

	/// How epochs are bounded.
	pub const fn epoch_policy(&self) -> EpochPolicy {
		EpochPolicy { max_epoch: self.0.max_epoch, skew: self.0.skew }
	}

	/// Hash of the chain's first block.
	pub const fn genesis_hash(&self) -> &[u8; 32] {
		&self.0.genesis_hash
	}

	/// Number of the master public key.
	pub const fn key_no(&self) -> u32 {
		self.0.key_no
	}

	/// The master public key P.
	pub const fn master_key(&self) -> &G2Bytes {
		&self.0.master_key
	}

	/// The key that signs checkpoints.
	pub const fn checkpoint_key(&self) -> &G2Bytes {
		&self.0.checkpoint_key
	}

	/// From where finality is followed.
	pub const fn base(&self) -> &Base {
		&self.0.base
	}

	/// When the anchor was made, in Unix seconds.
	pub const fn exported_at(&self) -> u64 {
		self.0.exported_at
	}

	/// Longest epoch to believe, in seconds.
	pub const fn max_epoch(&self) -> u64 {
		self.0.max_epoch
	}

	/// Clock difference to forgive, in seconds.
	pub const fn skew(&self) -> u64 {
		self.0.skew
	}
}

/// Names an anchor, short enough to be read out: ten groups of four hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fingerprint(pub [u8; 20]);

impl fmt::Display for Fingerprint {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		self.0.chunks(2).enumerate().try_for_each(|(index, pair)| {
			if index > 0 {
				f.write_str(" ")?;
			}
			pair.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
		})
	}
}
