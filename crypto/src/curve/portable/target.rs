//! Elements of the target group as bytes.
//!
//! The encoding: twelve coefficients of 48 bytes, big-endian, below p. With
//! `Fp2 = Fp[u]/(u² + 1)`, `Fp6 = Fp2[v]/(v³ - u - 1)`, `Fp12 = Fp6[w]/(w² - v)` and an element
//! `Σ a(j,i,k)·w^j·v^i·u^k`, they come in the order `i = 0..3`, within it `j = 0..2`, within it
//! `k = 0..2`: ascending powers of `w` once `v = w²` is put in. This is what
//! `blst_bendian_from_fp12` writes; the tests hold it.
//!
//! Crate `bls12_381` has no byte form for these elements; its `Debug` prints every coefficient as
//! `0x` and 96 digits, by `j`, `i`, `k`, and this is read back from a writer of fixed size. The
//! time that takes depends on the digits. They are those of a mask, used once and never of a
//! long-lived key: what could be timed is one message, by who can time one opening of it.

use super::{G1, G2};
use crate::secret::Secret;
use bls12_381::{multi_miller_loop, G1Affine, G2Affine, G2Prepared, Gt};
use core::fmt::{self, Write};
use zeroize::{Zeroize, Zeroizing};

/// Coefficients of an element.
const COEFFICIENTS: usize = 12;
/// Digits of a coefficient.
const DIGITS: usize = 96;
/// Length of the encoding in bytes.
pub(crate) const TARGET_LEN: usize = COEFFICIENTS * DIGITS / 2;

/// A public point, prepared for several pairings.
pub(crate) struct Prepared(G2Prepared);

impl Prepared {
	pub fn new(point: &G2) -> Self {
		Self(G2Prepared::from(G2Affine::from(point.0)))
	}
}

/// The encoding of `e(a, b)`, 576 bytes. `a` may be secret; no copy of it is left behind.
pub(crate) fn pairing_bytes(a: &G1, b: &Prepared) -> Secret<[u8; TARGET_LEN]> {
	let a = Zeroizing::new(G1Affine::from(a.0));
	let miller = Zeroizing::new(multi_miller_loop(&[(&*a, &b.0)]));
	encode(&Zeroizing::new(miller.final_exponentiation()))
}

fn encode(element: &Gt) -> Secret<[u8; TARGET_LEN]> {
	let mut reader = Reader::new();
	let read = write!(reader, "{element:?}").is_ok() && reader.is_complete();
	assert!(read, "bls12_381 is pinned to 0.9.0, which prints twelve numbers of 96 digits");
	Secret::take(&mut reader.bytes)
}

/// Where in the text the reader is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
	/// Between two coefficients.
	Between,
	/// After the last digit of a coefficient: no further one may follow.
	Behind,
	/// After a `0` that begins a coefficient.
	Zero,
	/// Before this digit of a coefficient.
	Digit(usize),
}

/// Reads the coefficients out of the text.
struct Reader {
	bytes: [u8; TARGET_LEN],
	coefficient: usize,
	at: At,
}

impl Reader {
	const fn new() -> Self {
		Self { bytes: [0; TARGET_LEN], coefficient: 0, at: At::Between }
	}

	fn is_complete(&self) -> bool {
		self.coefficient == COEFFICIENTS && matches!(self.at, At::Between | At::Behind)
	}

	fn push(&mut self, character: u8) -> fmt::Result {
		self.at = match (self.at, character) {
			(At::Between, b'0') => At::Zero,
			(At::Between, b'x') => return Err(fmt::Error),
			(At::Behind, b'0'..=b'9' | b'a'..=b'f' | b'x') => return Err(fmt::Error),
			(At::Between | At::Behind, _) => At::Between,
			(At::Zero, b'x') => At::Digit(0),
			(At::Zero, _) => return Err(fmt::Error),
			(At::Digit(digit), _) => self.digit(digit, character)?,
		};
		Ok(())
	}

	fn digit(&mut self, digit: usize, character: u8) -> Result<At, fmt::Error> {
		let value = match character {
			b'0'..=b'9' => character - b'0',
			b'a'..=b'f' => character - b'a' + 10,
			_ => return Err(fmt::Error),
		};
		// The text goes by w, v, u; the encoding by v, w, u.
		let (w, v, u) = (self.coefficient / 6, self.coefficient / 2 % 3, self.coefficient % 2);
		let place = ((2 * v + w) * 2 + u) * DIGITS / 2 + digit / 2;
		let byte = self.bytes.get_mut(place).ok_or(fmt::Error)?;
		*byte = *byte << 4 | value;
		if digit + 1 < DIGITS {
			return Ok(At::Digit(digit + 1));
		}
		self.coefficient += 1;
		Ok(At::Behind)
	}
}

impl Write for Reader {
	fn write_str(&mut self, text: &str) -> fmt::Result {
		text.bytes().try_for_each(|character| self.push(character))
	}
}

impl Drop for Reader {
	fn drop(&mut self) {
		self.bytes.zeroize();
	}
}

#[cfg(test)]
#[path = "target/tests.rs"]
mod tests;
