//! Shamir sharing: indices, polynomials, Lagrange interpolation at zero.
//!
//! A polynomial of `t` coefficients (degree at most `t - 1`) hides its constant term from any
//! `t - 1` of its values and is found from any `t`.

use crate::{
	curve::{Scalar, G2},
	secret::Secret,
};
use alloc::{vec, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, Error as CodecError, Input, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

#[cfg(test)]
mod tests;

macro_rules! index {
	($(#[$doc:meta])* $name:ident) => {
		$(#[$doc])*
		#[derive(
			Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Encode, MaxEncodedLen,
			TypeInfo,
		)]
		pub struct $name(u16);

		impl $name {
			/// The index, unless it is zero: the polynomial's value at zero is the secret.
			pub const fn new(index: u16) -> Option<Self> {
				if index == 0 { None } else { Some(Self(index)) }
			}

			/// The index of the member at `position` (counted from 0) of a member list.
			pub fn from_position(position: usize) -> Option<Self> {
				u16::try_from(position).ok()?.checked_add(1).map(Self)
			}

			/// The number, at least 1.
			pub const fn get(self) -> u16 {
				self.0
			}

			/// The position in a member list, counted from 0.
			pub const fn position(self) -> usize {
				self.0 as usize - 1
			}
		}

		impl Decode for $name {
			fn decode<I: Input>(input: &mut I) -> Result<Self, CodecError> {
				Self::new(u16::decode(input)?).ok_or_else(|| CodecError::from("index zero"))
			}
		}

		impl DecodeWithMemTracking for $name {}

		impl fmt::Display for $name {
			fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
				self.0.fmt(f)
			}
		}
	};
}

index!(
	/// Index 1..n of a member of the committee that receives shares: the point at which the
	/// polynomials are evaluated for it.
	MemberIndex
);
index!(
	/// Index 1..n of a dealer: in Genesis the same person as the member of that number, in a
	/// reshare a member of the old committee. A type of its own, so that the two never mix.
	DealerIndex
);

impl MemberIndex {
	fn scalar(self) -> Scalar {
		Scalar::from(u64::from(self.0))
	}
}

impl From<MemberIndex> for DealerIndex {
	/// In a Genesis ceremony the members deal.
	fn from(member: MemberIndex) -> Self {
		Self(member.0)
	}
}

/// Shares needed of a committee of `n`: `t = n - floor((n-1)/3)`.
pub const fn threshold(n: u16) -> u16 {
	n - n.saturating_sub(1) / 3
}

/// A secret polynomial, `coefficients[k]` of `x^k`.
pub(crate) struct Polynomial(Secret<Vec<Scalar>>);

impl Polynomial {
	pub fn new(coefficients: Vec<Scalar>) -> Self {
		Self(Secret::new(coefficients))
	}

	pub fn constant(&self) -> Scalar {
		self.0.expose().first().copied().unwrap_or_default()
	}

	pub fn evaluate(&self, at: MemberIndex) -> Secret<Scalar> {
		let at = at.scalar();
		let mut sum = Scalar::ZERO;
		for coefficient in self.0.expose().iter().rev() {
			sum = sum * at + *coefficient;
		}
		Secret::take(&mut sum)
	}

	/// Commitments `A_k = a_k·g2`.
	pub fn commit(&self) -> Vec<G2> {
		self.0.expose().iter().map(|coefficient| G2::generator().mul(coefficient)).collect()
	}
}

/// `Σ j^k·A_k`: the value at `j` of a committed polynomial, by Horner's rule. Public data only.
pub fn evaluate_commitments(commitments: &[G2], at: MemberIndex) -> G2 {
	let factor = u128::from(at.get());
	commitments
		.iter()
		.rev()
		.fold(G2::identity(), |sum, commitment| sum.mul_vartime(factor) + *commitment)
}

/// Lagrange coefficients at zero for distinct indices, in their order; `None` if two are equal.
pub(crate) fn lagrange_at_zero(indices: &[MemberIndex]) -> Option<Vec<Scalar>> {
	let mut lambdas = vec![Scalar::ONE; indices.len()];
	for (lambda, i) in lambdas.iter_mut().zip(indices) {
		let (mut numerator, mut denominator) = (Scalar::ONE, Scalar::ONE);
		let mut seen = 0;
		for j in indices {
			if i == j {
				seen += 1;
				continue;
			}
			numerator = numerator * j.scalar();
			denominator = denominator * (j.scalar() - i.scalar());
		}
		if seen != 1 {
			return None;
		}
		*lambda = numerator * denominator.invert()?;
	}
	Some(lambdas)
}

/// Why shares do not combine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CombineError {
	/// Fewer shares than the threshold.
	TooFew,
	/// Two shares of one index.
	Duplicate,
	/// The result does not verify: at least one share is wrong.
	Wrong,
}

impl fmt::Display for CombineError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::TooFew => "fewer shares than the threshold",
			Self::Duplicate => "two shares of the same index",
			Self::Wrong => "the combined value does not verify: a share is wrong",
		})
	}
}

impl core::error::Error for CombineError {}

/// The Lagrange coefficients of exactly the first `threshold` of `members`.
pub(crate) fn combining_coefficients(
	members: impl Iterator<Item = MemberIndex>,
	threshold: u16,
) -> Result<Vec<Scalar>, CombineError> {
	let members: Vec<MemberIndex> = members.take(usize::from(threshold)).collect();
	if members.is_empty() || members.len() < usize::from(threshold) {
		return Err(CombineError::TooFew);
	}
	lagrange_at_zero(&members).ok_or(CombineError::Duplicate)
}
