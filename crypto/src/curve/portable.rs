//! The portable backend: crate `bls12_381`, constant time except where a name says `vartime`.

mod target;

pub(crate) use target::{pairing_bytes, Prepared};

use super::{G1Bytes, G2Bytes, ScalarBytes};
use alloc::vec::Vec;
use bls12_381::{
	hash_to_curve::{ExpandMsgXmd, HashToCurve, HashToField},
	multi_miller_loop, G1Affine, G1Projective, G2Affine, G2Prepared, G2Projective, Gt,
	Scalar as Inner,
};
use core::ops::{Add, AddAssign, Mul, Neg, Sub};
use sha2::Sha256;
use zeroize::{DefaultIsZeroes, Zeroize, Zeroizing};

type Xmd = ExpandMsgXmd<Sha256>;

/// An element of the scalar field. `Copy` for arithmetic; long-lived secrets sit in
/// [`Secret`](crate::secret::Secret).
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Scalar(Inner);

impl DefaultIsZeroes for Scalar {}

impl Scalar {
	pub const ZERO: Self = Self(Inner::zero());
	pub const ONE: Self = Self(Inner::one());

	/// RFC 9380 §5.2 hash_to_field with XMD SHA-256, m = 1, L = 48, modulus r.
	pub fn hash(message: &[u8], dst: &[u8]) -> Self {
		let mut out = Zeroizing::new([Inner::zero()]);
		Inner::hash_to_field::<Xmd, _>([message], dst, &mut out[..]);
		let [scalar] = *out;
		Self(scalar)
	}

	pub fn from_be_bytes(bytes: &[u8; 32]) -> Option<Self> {
		let mut little = Zeroizing::new(*bytes);
		little.reverse();
		Option::from(Inner::from_bytes(&little)).map(Self)
	}

	pub fn to_be_bytes(self) -> [u8; 32] {
		let mut bytes = self.0.to_bytes();
		bytes.reverse();
		bytes
	}

	pub fn encode(self) -> ScalarBytes {
		ScalarBytes(self.to_be_bytes())
	}

	pub fn is_zero(&self) -> bool {
		self.0 == Inner::zero()
	}

	pub fn invert(&self) -> Option<Self> {
		Option::from(self.0.invert()).map(Self)
	}
}

impl From<u64> for Scalar {
	fn from(value: u64) -> Self {
		Self(Inner::from(value))
	}
}

impl Add for Scalar {
	type Output = Self;
	fn add(self, other: Self) -> Self {
		Self(self.0 + other.0)
	}
}

impl AddAssign for Scalar {
	fn add_assign(&mut self, other: Self) {
		self.0 += other.0;
	}
}

impl Sub for Scalar {
	type Output = Self;
	fn sub(self, other: Self) -> Self {
		Self(self.0 - other.0)
	}
}

impl Mul for Scalar {
	type Output = Self;
	fn mul(self, other: Self) -> Self {
		Self(self.0 * other.0)
	}
}

impl Neg for Scalar {
	type Output = Self;
	fn neg(self) -> Self {
		Self(-self.0)
	}
}

macro_rules! group {
	($(#[$doc:meta])* $name:ident, $projective:ty, $affine:ty, $bytes:ident, $len:literal) => {
		$(#[$doc])*
		#[derive(Clone, Copy, PartialEq, Eq, Default)]
		pub struct $name(pub(crate) $projective);

		impl DefaultIsZeroes for $name {}

		impl $name {
			/// The generator of the standard (ZCash, RFC 9380) parameters.
			pub fn generator() -> Self {
				Self(<$projective>::generator())
			}

			/// The neutral element, as the start of a sum.
			pub(crate) fn identity() -> Self {
				Self(<$projective>::identity())
			}

			/// Whether this is the neutral element.
			pub fn is_identity(&self) -> bool {
				bool::from(self.0.is_identity())
			}

			/// Decodes with checks of flags, field, curve and subgroup; the identity passes.
			pub(crate) fn from_compressed(bytes: &[u8; $len]) -> Option<Self> {
				Option::<$affine>::from(<$affine>::from_compressed(bytes))
					.map(|point| Self(point.into()))
			}

			/// The compressed encoding.
			pub fn encode(&self) -> $bytes {
				$bytes(<$affine>::from(self.0).to_compressed())
			}

			/// Constant-time multiplication.
			pub(crate) fn mul(&self, scalar: &Scalar) -> Self {
				Self(self.0 * scalar.0)
			}

			/// Double-and-add from the top bit of a public factor: variable time, and fast for
			/// the small factors of share indices and batch weights.
			pub(crate) fn mul_vartime(&self, factor: u128) -> Self {
				let mut sum = <$projective>::identity();
				for bit in (0..128 - factor.leading_zeros()).rev() {
					sum = sum.double();
					if (factor >> bit) & 1 == 1 {
						sum += self.0;
					}
				}
				Self(sum)
			}
		}

		impl Add for $name {
			type Output = Self;
			fn add(self, other: Self) -> Self {
				Self(self.0 + other.0)
			}
		}

		impl AddAssign for $name {
			fn add_assign(&mut self, other: Self) {
				self.0 += other.0;
			}
		}

		impl Sub for $name {
			type Output = Self;
			fn sub(self, other: Self) -> Self {
				Self(self.0 - other.0)
			}
		}

		impl Neg for $name {
			type Output = Self;
			fn neg(self) -> Self {
				Self(-self.0)
			}
		}
	};
}

group!(
	/// A point of the prime-order subgroup of E(Fp).
	G1, G1Projective, G1Affine, G1Bytes, 48
);
group!(
	/// A point of the prime-order subgroup of E'(Fp2).
	G2, G2Projective, G2Affine, G2Bytes, 96
);

impl G1 {
	/// RFC 9380 suite `BLS12381G1_XMD:SHA-256_SSWU_RO_` under the tag `dst`.
	pub(crate) fn hash(message: &[u8], dst: &[u8]) -> Self {
		Self(<G1Projective as HashToCurve<Xmd>>::hash_to_curve([message], dst))
	}
}

/// Whether `Π e(aᵢ, bᵢ) = 1`: one shared Miller loop, one final exponentiation. No copy of the
/// G1 points is left behind: a device checks its secret key with this.
pub fn pairing_product_is_one(terms: &[(G1, G2)]) -> bool {
	let mut prepared: Vec<(G1Affine, G2Prepared)> = terms
		.iter()
		.map(|(a, b)| (G1Affine::from(a.0), G2Prepared::from(G2Affine::from(b.0))))
		.collect();
	let refs: Vec<(&G1Affine, &G2Prepared)> = prepared.iter().map(|(a, b)| (a, b)).collect();
	let holds = multi_miller_loop(&refs).final_exponentiation() == Gt::identity();
	prepared.iter_mut().for_each(|(a, _)| a.zeroize());
	holds
}
