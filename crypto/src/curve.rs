//! Points and scalars of BLS12-381, their wire encodings and the pairing check.
//!
//! Wire encodings are ZCash's compressed form, 48 bytes in G1 and 96 bytes in G2 (big-endian,
//! three flag bits in the first byte), and 32-byte big-endian scalars below the group order `r`.
//! Decoding checks flags, canonical field elements, curve and subgroup, and refuses the
//! identity: nothing in the protocol may be the identity.
//!
//! One backend is behind this module, crate `bls12_381`, portable and `no_std`. A second one
//! (for native servers) only needs to offer the same three types; no other module names a curve
//! library.

mod portable;
#[cfg(test)]
mod tests;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
pub(crate) use portable::{pairing_bytes, Prepared, Scalar};
pub use portable::{pairing_product_is_one, G1, G2};
use scale_info::TypeInfo;

/// Why bytes are not what they should be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum DecodeError {
	/// Not a canonical encoding of a point of the prime-order subgroup.
	Point,
	/// The identity, which no message of the protocol may hold.
	PointIsIdentity,
	/// Not below the group order.
	Scalar,
}

impl fmt::Display for DecodeError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Point => "not the canonical encoding of a point of the prime-order subgroup",
			Self::PointIsIdentity => "the identity point, which is not allowed here",
			Self::Scalar => "a scalar that is not below the group order",
		})
	}
}

impl core::error::Error for DecodeError {}

macro_rules! encoded {
	($(#[$doc:meta])* $name:ident, $len:literal) => {
		$(#[$doc])*
		#[derive(
			Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode,
			DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
		)]
		pub struct $name(pub [u8; $len]);

		impl $name {
			/// Length of the encoding in bytes.
			pub const LEN: usize = $len;
		}

		impl fmt::Debug for $name {
			fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
				f.write_str("0x")?;
				self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
			}
		}

		impl AsRef<[u8]> for $name {
			fn as_ref(&self) -> &[u8] {
				&self.0
			}
		}
	};
}

encoded!(
	/// A claimed point of G1, compressed, 48 bytes. Unverified until [`G1Bytes::decode`].
	G1Bytes, 48
);
encoded!(
	/// A claimed point of G2, compressed, 96 bytes. Unverified until [`G2Bytes::decode`].
	G2Bytes, 96
);
encoded!(
	/// A claimed public scalar (a proof's challenge or response), 32 bytes big-endian.
	ScalarBytes, 32
);

impl G1Bytes {
	/// The point: on the curve, in the subgroup, not the identity.
	pub fn decode(&self) -> Result<G1, DecodeError> {
		let point = G1::from_compressed(&self.0).ok_or(DecodeError::Point)?;
		if point.is_identity() {
			return Err(DecodeError::PointIsIdentity);
		}
		Ok(point)
	}
}

impl G2Bytes {
	/// The point: on the curve, in the subgroup, not the identity.
	pub fn decode(&self) -> Result<G2, DecodeError> {
		let point = G2::from_compressed(&self.0).ok_or(DecodeError::Point)?;
		if point.is_identity() {
			return Err(DecodeError::PointIsIdentity);
		}
		Ok(point)
	}
}

impl ScalarBytes {
	pub(crate) fn decode(&self) -> Result<Scalar, DecodeError> {
		Scalar::from_be_bytes(&self.0).ok_or(DecodeError::Scalar)
	}
}
