//! Step 1: a fresh key of each member, with a proof of possession.
//!
//! `E_j = x_j·g1`; `R = k·g1`, `e = H2S[REGISTER](SCALE(sid, j, account, E_j, R))`,
//! `z = k + e·x_j`. Bound to ceremony, index and account, so that a copy fits no one else.

use super::{CeremonyError, CeremonyId};
use crate::{
	curve::{G1Bytes, Scalar, G1},
	hash::{nonce, statement, ScalarTag},
	proof::{prove, verify, Proof},
	secret::{Entropy, Secret, SecretBytes},
	sharing::MemberIndex,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// A member's secret `x_j` of one ceremony. Erased once its own confirmation is finalized.
pub struct CeremonySecret(pub(super) Secret<Scalar>);

impl CeremonySecret {
	/// The secret for storage at rest, 32 bytes big-endian.
	pub fn to_bytes(&self) -> SecretBytes<32> {
		SecretBytes::take(&mut self.0.expose().to_be_bytes())
	}

	/// The secret from storage; `None` if the bytes are no scalar.
	pub fn from_bytes(bytes: &SecretBytes<32>) -> Option<Self> {
		let mut scalar = Scalar::from_be_bytes(bytes.expose()).filter(|s| !s.is_zero())?;
		Some(Self(Secret::take(&mut scalar)))
	}

	/// The public half `E_j`.
	pub fn public(&self) -> G1 {
		G1::generator().mul(self.0.expose())
	}
}

/// A member's message of the Register phase, 112 bytes.
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
pub struct Registration {
	/// `E_j`.
	pub key: G1Bytes,
	/// Proof of possession of `x_j`.
	pub proof: Proof,
}

fn proof_statement(
	sid: &CeremonyId,
	member: MemberIndex,
	account: &[u8; 32],
	key: &G1Bytes,
) -> Vec<u8> {
	(sid, member, account, key).encode()
}

/// Makes `x_j` and the registration of member `member`, whose account is `account`.
pub fn register(
	sid: &CeremonyId,
	member: MemberIndex,
	account: &[u8; 32],
	entropy: Entropy,
) -> (CeremonySecret, Registration) {
	let hedge = statement("CEREMONY-KEY", &(sid, member, account));
	let secret = CeremonySecret(nonce(&[], entropy.expose(), &hedge));
	let key = secret.public().encode();
	let proof = prove(
		ScalarTag::Register,
		secret.0.expose(),
		entropy.expose(),
		&proof_statement(sid, member, account, &key),
		|k| G1::generator().mul(k).encode().encode(),
	);
	(secret, Registration { key, proof })
}

impl Registration {
	/// Checks the proof of possession; gives `E_j`.
	pub fn verify(
		&self,
		sid: &CeremonyId,
		member: MemberIndex,
		account: &[u8; 32],
	) -> Result<G1, CeremonyError> {
		let key = self.key.decode()?;
		let statement = proof_statement(sid, member, account, &self.key);
		let holds = verify(ScalarTag::Register, &self.proof, &statement, |e, z| {
			(G1::generator().mul(z) - key.mul(e)).encode().encode()
		})?;
		holds.then_some(key).ok_or(CeremonyError::Proof)
	}
}
