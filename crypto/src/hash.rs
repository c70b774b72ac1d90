//! Domain separation: every tag of the protocol, and hedged nonces.
//!
//! Hashing to G1 is RFC 9380 `BLS12381G1_XMD:SHA-256_SSWU_RO_`, hashing to scalars is RFC 9380
//! `hash_to_field` (XMD SHA-256, m = 1, L = 48, modulus r). Each use has a tag of its own, so
//! that no output of one use is ever one of another; messages are SCALE encodings of typed
//! structures, never a digest or a point that a caller chose.

use crate::{
	curve::{Scalar, G1},
	secret::Secret,
};
use alloc::vec::Vec;
use codec::Encode;
use hkdf::Hkdf;
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

/// A use of hashing to G1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CurveTag {
	/// `H_id` of purpose Sign.
	IdentitySign,
	/// `H_id` of purpose Decrypt.
	IdentityDecrypt,
	/// `H_permit`.
	Permit,
	/// `H_checkpoint`.
	Checkpoint,
	/// `H_succession`.
	Succession,
	/// `H_dealing`.
	Dealing,
}

impl CurveTag {
	/// The domain separation tag.
	pub const fn dst(self) -> &'static [u8] {
		match self {
			Self::IdentitySign => b"SYMBOLON-V1-IDENTITY-SIGN-with-BLS12381G1_XMD:SHA-256_SSWU_RO_",
			Self::IdentityDecrypt => {
				b"SYMBOLON-V1-IDENTITY-DECRYPT-with-BLS12381G1_XMD:SHA-256_SSWU_RO_"
			}
			Self::Permit => b"SYMBOLON-V1-PERMIT-with-BLS12381G1_XMD:SHA-256_SSWU_RO_",
			Self::Checkpoint => b"SYMBOLON-V1-CHECKPOINT-with-BLS12381G1_XMD:SHA-256_SSWU_RO_",
			Self::Succession => b"SYMBOLON-V1-SUCCESSION-with-BLS12381G1_XMD:SHA-256_SSWU_RO_",
			Self::Dealing => b"SYMBOLON-V1-DEALING-with-BLS12381G1_XMD:SHA-256_SSWU_RO_",
		}
	}

	/// Hashes `message` to G1 under this tag.
	pub fn hash(self, message: &[u8]) -> G1 {
		G1::hash(message, self.dst())
	}
}

/// A use of hashing to scalars, written `H2S[USE]` in the specification.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ScalarTag {
	/// Hedged nonces and other fresh secrets.
	Nonce,
	/// Masks of the shares in a dealing.
	Pad,
	/// Challenge of a signature.
	Signature,
	/// Proof of possession of a transport key.
	TransportPop,
	/// Proof of possession of a ceremony key.
	Register,
	/// Equal-discrete-logarithm proof in a dealing.
	DealingDleq,
	/// Proof of knowledge of a dealing's constant term.
	DealingPok,
	/// Equal-discrete-logarithm proof of a complaint.
	Complaint,
	/// Proof of knowledge of a new share.
	Confirm,
	/// Coefficients of a dealing's polynomial.
	Coefficient,
	/// Exponent of a sealed message.
	Seal,
}

impl ScalarTag {
	/// The name in the tag.
	pub const fn name(self) -> &'static str {
		match self {
			Self::Nonce => "NONCE",
			Self::Pad => "PAD",
			Self::Signature => "SIGNATURE",
			Self::TransportPop => "TRANSPORT-POP",
			Self::Register => "REGISTER",
			Self::DealingDleq => "DEALING-DLEQ",
			Self::DealingPok => "DEALING-POK",
			Self::Complaint => "COMPLAINT",
			Self::Confirm => "CONFIRM",
			Self::Coefficient => "COEFFICIENT",
			Self::Seal => "SEAL",
		}
	}

	/// The domain separation tag, `SYMBOLON-V1-<USE>-with-XMD:SHA-256_SCALAR_`.
	pub fn dst(self) -> Vec<u8> {
		[b"SYMBOLON-V1-", self.name().as_bytes(), b"-with-XMD:SHA-256_SCALAR_"].concat()
	}

	/// `H2S[USE](message)`.
	pub(crate) fn hash(self, message: &[u8]) -> Scalar {
		Scalar::hash(message, &self.dst())
	}
}

/// A use of key derivation, written `KDF[USE]` in the specification: HKDF-SHA-256 (RFC 5869), the
/// tag as salt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KdfTag {
	/// Seed of a sealed message, from the caller's randomness.
	SealSeed,
	/// Key of a sealed message, from its seed.
	SealKey,
	/// Nonce prefix of a sealed message, from its seed.
	SealNonce,
	/// Mask of the seed for one level, from the pairing.
	SealMask,
}

impl KdfTag {
	/// The domain separation tag, `SYMBOLON-V1-<USE>-with-HKDF-SHA-256`.
	pub const fn salt(self) -> &'static [u8] {
		match self {
			Self::SealSeed => b"SYMBOLON-V1-SEAL-SEED-with-HKDF-SHA-256",
			Self::SealKey => b"SYMBOLON-V1-SEAL-KEY-with-HKDF-SHA-256",
			Self::SealNonce => b"SYMBOLON-V1-SEAL-NONCE-with-HKDF-SHA-256",
			Self::SealMask => b"SYMBOLON-V1-SEAL-MASK-with-HKDF-SHA-256",
		}
	}

	/// `KDF[USE](secret, info)`, `N` bytes; the parts of `info` are joined.
	pub(crate) fn derive<const N: usize>(self, secret: &[u8], info: &[&[u8]]) -> Secret<[u8; N]> {
		const { assert!(N <= 255 * 32) };
		let mut out = [0; N];
		Hkdf::<Sha256>::new(Some(self.salt()), secret)
			.expand_multi_info(info, &mut out)
			.expect("the length is within what HKDF gives, checked above");
		Secret::take(&mut out)
	}
}

/// `H2S[NONCE](SCALE(witness, entropy, statement))`, never zero.
///
/// Hedged: a frozen random number generator still gives different nonces for different
/// statements, and a known statement gives no nonce away without the witness.
pub(crate) fn nonce(witness: &[u8], entropy: &[u8; 32], statement: &[u8]) -> Secret<Scalar> {
	let mut message = Zeroizing::new(Vec::with_capacity(witness.len() + 32 + statement.len()));
	message.extend_from_slice(witness);
	message.extend_from_slice(entropy);
	message.extend_from_slice(statement);
	loop {
		let mut scalar = ScalarTag::Nonce.hash(&message);
		if !scalar.is_zero() {
			return Secret::take(&mut scalar);
		}
		message.push(0);
	}
}

/// The statement of a nonce: its use, then the public values it will be bound to.
pub(crate) fn statement<T: Encode>(purpose: &'static str, values: &T) -> Vec<u8> {
	(purpose, values).encode()
}

/// SHA-256.
pub fn sha256(message: &[u8]) -> [u8; 32] {
	Sha256::digest(message).into()
}

/// SHA-512.
pub fn sha512(message: &[u8]) -> [u8; 64] {
	Sha512::digest(message).into()
}

/// The 128-bit weight of item `i` in a batch check: the first 16 bytes, little-endian, of
/// `SHA-256("symbolon-batch" ‖ seed ‖ le64(i))`. The seed is a hash over the whole batch.
pub(crate) fn batch_weight(seed: &[u8; 32], i: u64) -> u128 {
	let digest = Sha256::new()
		.chain_update(b"symbolon-batch")
		.chain_update(seed)
		.chain_update(i.to_le_bytes())
		.finalize();
	weight(&digest.into())
}

/// A 128-bit weight from a digest: its first 16 bytes, little-endian.
pub(crate) fn weight(digest: &[u8; 32]) -> u128 {
	let mut weight = [0u8; 16];
	weight.iter_mut().zip(digest).for_each(|(to, from)| *to = *from);
	u128::from_le_bytes(weight)
}
