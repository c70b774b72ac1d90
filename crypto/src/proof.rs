//! Schnorr proofs `(e, z)` made non-interactive by hashing (Fiat–Shamir).
//!
//! For a witness `w` and public `Y = w·B` (or several pairs with one `w`): `R = k·B`,
//! `e = H2S[USE](statement ‖ R)`, `z = k + e·w`. The verifier recomputes `R = z·B - e·Y`. The
//! statement holds every public value, so a proof fits one place only; `k` is hedged.

use crate::{
	curve::{DecodeError, Scalar, ScalarBytes},
	hash::{nonce, ScalarTag},
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// A proof: challenge and response, 64 bytes.
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
pub struct Proof {
	/// The challenge.
	pub e: ScalarBytes,
	/// The response.
	pub z: ScalarBytes,
}

/// Proves knowledge of `witness`. `commit` gives the encoding of `R` (or of several) for a nonce.
pub(crate) fn prove(
	tag: ScalarTag,
	witness: &Scalar,
	entropy: &[u8; 32],
	statement: &[u8],
	commit: impl FnOnce(&Scalar) -> Vec<u8>,
) -> Proof {
	let hedge = (tag.name(), statement).encode();
	let k = nonce(&zeroize::Zeroizing::new(witness.to_be_bytes())[..], entropy, &hedge);
	let e = tag.hash(&[statement, &commit(k.expose())].concat());
	Proof { e: e.encode(), z: (*k.expose() + e * *witness).encode() }
}

/// Checks a proof. `recompute` gives the encoding of `R` from `(e, z)`.
pub(crate) fn verify(
	tag: ScalarTag,
	proof: &Proof,
	statement: &[u8],
	recompute: impl FnOnce(&Scalar, &Scalar) -> Vec<u8>,
) -> Result<bool, DecodeError> {
	let (e, z) = (proof.e.decode()?, proof.z.decode()?);
	Ok(tag.hash(&[statement, &recompute(&e, &z)].concat()) == e)
}
