//! Names, serials, purposes, epochs and key identifiers.

use crate::{
	cover::Subtree,
	curve::{G2Bytes, G1},
	hash::{sha256, CurveTag},
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, Error as CodecError, Input, MaxEncodedLen};
use core::{fmt, str::FromStr};
use scale_info::TypeInfo;

/// Longest name on either side of the `@`, in bytes.
pub const MAX_NAME_LEN: usize = 64;
/// Longest identity, in bytes: two names and the `@`.
pub const MAX_IDENTITY_LEN: usize = 2 * MAX_NAME_LEN + 1;
/// Height of the tree of serials: serials are below `2^TREE_HEIGHT`.
pub const TREE_HEIGHT: u8 = 40;

/// What is wrong with a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NameError {
	/// Empty, or over [`MAX_NAME_LEN`] bytes.
	Length,
	/// A byte outside `[a-z0-9._-]`.
	Character,
	/// Starts with `-` or `.`.
	LeadingMark,
	/// Holds `..`.
	DoubleDot,
	/// Not exactly one `@`.
	Shape,
}

impl fmt::Display for NameError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Length => "a name has 1 to 64 bytes",
			Self::Character => "a name holds only a-z, 0-9, '.', '_' and '-'",
			Self::LeadingMark => "a name does not start with '-' or '.'",
			Self::DoubleDot => "a name does not hold '..'",
			Self::Shape => "an identity is written name@namespace",
		})
	}
}

impl core::error::Error for NameError {}

fn check_name(name: &[u8]) -> Result<(), NameError> {
	if name.is_empty() || name.len() > MAX_NAME_LEN {
		return Err(NameError::Length);
	}
	let allowed = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-');
	if !name.iter().all(allowed) {
		return Err(NameError::Character);
	}
	if name.starts_with(b"-") || name.starts_with(b".") {
		return Err(NameError::LeadingMark);
	}
	if name.windows(2).any(|pair| pair == b"..") {
		return Err(NameError::DoubleDot);
	}
	Ok(())
}

macro_rules! checked_name {
	($(#[$doc:meta])* $name:ident, $max:expr, $check:path) => {
		$(#[$doc])*
		#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, TypeInfo)]
		pub struct $name(Vec<u8>);

		impl $name {
			/// Checks the grammar; the exact bytes are kept, nothing is normalised.
			pub fn new(bytes: &[u8]) -> Result<Self, NameError> {
				$check(bytes)?;
				Ok(Self(bytes.to_vec()))
			}

			/// The exact bytes that are hashed.
			pub fn as_bytes(&self) -> &[u8] {
				&self.0
			}

			/// The name as text: its grammar is a subset of ASCII.
			pub fn as_str(&self) -> &str {
				core::str::from_utf8(&self.0).unwrap_or_default()
			}
		}

		impl Decode for $name {
			fn decode<I: Input>(input: &mut I) -> Result<Self, CodecError> {
				let bytes = Vec::<u8>::decode(input)?;
				Self::new(&bytes).map_err(|_| CodecError::from("a name outside the grammar"))
			}
		}

		impl DecodeWithMemTracking for $name {}

		impl MaxEncodedLen for $name {
			fn max_encoded_len() -> usize {
				// A compact length below 2^14 takes at most two bytes.
				2 + $max
			}
		}

		impl FromStr for $name {
			type Err = NameError;
			fn from_str(text: &str) -> Result<Self, NameError> {
				Self::new(text.as_bytes())
			}
		}

		impl fmt::Display for $name {
			fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
				f.write_str(self.as_str())
			}
		}

		impl fmt::Debug for $name {
			fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
				write!(f, "{:?}", self.as_str())
			}
		}
	};
}

checked_name!(
	/// A namespace, such as `acme`: 1 to 64 bytes of `[a-z0-9._-]`.
	Namespace, MAX_NAME_LEN, check_name
);
checked_name!(
	/// An identity, `name@namespace`.
	Identity, MAX_IDENTITY_LEN, check_identity
);

fn split(identity: &[u8]) -> Result<(&[u8], &[u8]), NameError> {
	let mut parts = identity.split(|byte| *byte == b'@');
	match (parts.next(), parts.next(), parts.next()) {
		(Some(name), Some(namespace), None) => Ok((name, namespace)),
		_ => Err(NameError::Shape),
	}
}

fn check_identity(identity: &[u8]) -> Result<(), NameError> {
	let (name, namespace) = split(identity)?;
	check_name(name)?;
	check_name(namespace)
}

impl Identity {
	/// The namespace, the side after the `@`.
	pub fn namespace(&self) -> Namespace {
		let namespace = split(&self.0).map(|(_, namespace)| namespace).unwrap_or_default();
		Namespace(namespace.to_vec())
	}
}

/// The number of one (identity, transport key) for ever, below `2^40`; never reused.
#[derive(
	Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Encode, MaxEncodedLen, TypeInfo,
)]
pub struct Serial(u64);

impl Serial {
	/// The first number that is no serial.
	pub const END: u64 = 1 << TREE_HEIGHT;

	/// The serial, unless `number` is `2^40` or more.
	pub const fn new(number: u64) -> Option<Self> {
		if number < Self::END {
			Some(Self(number))
		} else {
			None
		}
	}

	/// The number.
	pub const fn get(self) -> u64 {
		self.0
	}

	/// The subtree of height `level` that holds this serial. Levels over 40 give the root.
	pub const fn ancestor(self, level: u8) -> Subtree {
		Subtree::above(self, level)
	}
}

impl Decode for Serial {
	fn decode<I: Input>(input: &mut I) -> Result<Self, CodecError> {
		Self::new(u64::decode(input)?).ok_or_else(|| CodecError::from("a serial of 2^40 or more"))
	}
}

impl DecodeWithMemTracking for Serial {}

impl fmt::Display for Serial {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		self.0.fmt(f)
	}
}

/// What an identity key may be used for. Keys of different purposes are unrelated.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Hash,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Purpose {
	/// Signing and authentication.
	#[codec(index = 1)]
	Sign,
	/// Opening sealed messages.
	#[codec(index = 2)]
	Decrypt,
}

impl Purpose {
	/// Both purposes, in the order of their numbers.
	pub const ALL: [Self; 2] = [Self::Sign, Self::Decrypt];

	const fn tag(self) -> CurveTag {
		match self {
			Self::Sign => CurveTag::IdentitySign,
			Self::Decrypt => CurveTag::IdentityDecrypt,
		}
	}
}

/// Names one master public key on one chain:
/// `SHA-256(SCALE("symbolon-key", genesis_hash, key_no, P))`.
#[derive(
	Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct KeyId(pub [u8; 32]);

impl KeyId {
	/// The identifier of master public key `public` under number `key_no` on the chain of
	/// `genesis_hash`.
	pub fn derive(genesis_hash: &[u8; 32], key_no: u32, public: &G2Bytes) -> Self {
		Self(sha256(&("symbolon-key", genesis_hash, key_no, public).encode()))
	}
}

impl fmt::Debug for KeyId {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("0x")?;
		self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
	}
}

/// `H_id(purpose, serial, identity)`: hashes `SCALE(key_id, serial, identity)` under the
/// purpose's tag.
pub fn hash_identity(key_id: &KeyId, purpose: Purpose, serial: Serial, identity: &Identity) -> G1 {
	purpose.tag().hash(&(key_id, serial, identity).encode())
}

/// An interval of validity, in Unix seconds, half open. The permit of an epoch names the whole
/// interval, so that no change of the schedule can ever bring an old permit back.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Hash,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Epoch {
	/// Rises by one from epoch to epoch.
	pub number: u64,
	/// First second of the epoch.
	pub start: u64,
	/// First second after the epoch.
	pub end: u64,
}

impl Epoch {
	/// Length in seconds; 0 if the interval is empty or turned round.
	pub const fn length(&self) -> u64 {
		self.end.saturating_sub(self.start)
	}

	/// First Unix second at which no verifier accepts the epoch any more: its end and the grace,
	/// which is a tenth of the length, at most 60 s.
	pub const fn accepted_until(&self) -> u64 {
		let tenth = self.length() / 10;
		self.end.saturating_add(if tenth < 60 { tenth } else { 60 })
	}

	/// Whether second `time` lies in the epoch.
	pub const fn holds(&self, time: u64) -> bool {
		self.start <= time && time < self.end
	}
}

/// How a verifier bounds epochs: the fields of its anchor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EpochPolicy {
	/// Longest epoch that is believed, in seconds.
	pub max_epoch: u64,
	/// Clock difference that is forgiven before an epoch's start, in seconds; also bounded by
	/// 30 s and a quarter of the epoch.
	pub skew: u64,
}

/// Why an epoch is not the present one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EpochError {
	/// Empty, or longer than the anchor's bound.
	Length,
	/// Has not begun.
	NotYet,
	/// Is over, grace included.
	Over,
}

impl fmt::Display for EpochError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Length => "the epoch is empty or longer than the anchor allows",
			Self::NotYet => "the epoch has not begun",
			Self::Over => "the epoch is over",
		})
	}
}

impl core::error::Error for EpochError {}

impl EpochPolicy {
	/// Accepts `epoch` at Unix second `now` iff `0 < end-start <= max_epoch` and
	/// `start-skew <= now < end+grace`, skew at most 30 s and a quarter of the length, grace
	/// 60 s or a tenth of the length, whichever is less.
	pub fn check(&self, epoch: &Epoch, now: u64) -> Result<(), EpochError> {
		let length = epoch.length();
		if length == 0 || length > self.max_epoch {
			return Err(EpochError::Length);
		}
		let skew = self.skew.min(30).min(length / 4);
		if now < epoch.start.saturating_sub(skew) {
			return Err(EpochError::NotYet);
		}
		if now >= epoch.accepted_until() {
			return Err(EpochError::Over);
		}
		Ok(())
	}
}
