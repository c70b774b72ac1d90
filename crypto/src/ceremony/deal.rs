//! Step 2: each dealer shares a random polynomial among the registered members.
//!
//! With `f(x) = Σ a_k x^k` of exactly `t` coefficients and a fresh `ρ`:
//! `A_k = a_k·g2`, `c = ρ·g1`, `ĉ = ρ·H_dealing(sid, i, c)`,
//! `z_ij = f(j) + H2S[PAD](SCALE(sid, i, j, SHA-256([A_k]), c, E_j, ρ·E_j))`,
//! `δ_i = SHA-256(SCALE(sid, i) ‖ [A_k] ‖ c ‖ ĉ ‖ [z])`. Two proofs over `δ_i`: that `c` and `ĉ`
//! have the same `ρ` (else a dealer could re-use another's `c` and learn a share from a
//! complaint against itself), and knowledge of `a_0` (else it could fix `P`).

use super::{CeremonyError, CeremonyId, MAX_MEMBERS};
use crate::{
	curve::{G1Bytes, G2Bytes, Scalar, ScalarBytes, G1, G2},
	hash::{nonce, sha256, statement, CurveTag, ScalarTag},
	proof::{prove, verify, Proof},
	secret::{Entropy, Secret},
	sharing::{DealerIndex, MemberIndex, Polynomial},
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use zeroize::Zeroizing;

/// A registered member and its `E_j`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Receiver {
	/// The member's index.
	pub index: MemberIndex,
	/// Its verified ceremony key.
	pub key: G1,
}

/// A dealer's message of the Deal phase: `96t + 32n + 224` bytes and two length prefixes.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Dealing {
	/// `[A_k]`, exactly `t` of them.
	pub commitments: Vec<G2Bytes>,
	/// `c = ρ·g1`.
	pub c: G1Bytes,
	/// `ĉ = ρ·H_dealing(sid, i, c)`.
	pub c_hat: G1Bytes,
	/// `[z_ij]`, one for each registered member, by ascending index.
	pub shares: Vec<ScalarBytes>,
	/// `c` and `ĉ` have the same `ρ`.
	pub same_rho: Proof,
	/// The dealer knows `a_0`.
	pub knowledge: Proof,
}

impl MaxEncodedLen for Dealing {
	fn max_encoded_len() -> usize {
		let members = usize::from(MAX_MEMBERS);
		2 + members * G2Bytes::LEN
			+ 2 * G1Bytes::LEN
			+ 2 + members * ScalarBytes::LEN
			+ 2 * Proof::max_encoded_len()
	}
}

/// A dealing whose proofs and shape hold; its shares may still be wrong.
pub struct VerifiedDealing {
	pub(super) sid: CeremonyId,
	pub(super) dealer: DealerIndex,
	pub(super) commitments: Vec<G2>,
	pub(super) commitments_digest: [u8; 32],
	pub(super) c: G1,
	pub(super) c_bytes: G1Bytes,
	pub(super) shares: Vec<(MemberIndex, Scalar)>,
	pub(super) digest: [u8; 32],
}

impl VerifiedDealing {
	/// Who dealt.
	pub fn dealer(&self) -> DealerIndex {
		self.dealer
	}

	/// `δ_i`.
	pub fn digest(&self) -> [u8; 32] {
		self.digest
	}

	/// `[A_k]`.
	pub fn commitments(&self) -> &[G2] {
		&self.commitments
	}
}

fn hash_dealing(sid: &CeremonyId, dealer: DealerIndex, c: &G1Bytes) -> G1 {
	CurveTag::Dealing.hash(&(sid, dealer, c).encode())
}

/// Digest of the commitments alone: `SHA-256([A_k])`.
fn commitments_digest(commitments: &[G2Bytes]) -> [u8; 32] {
	sha256(&commitments.iter().flat_map(|point| point.0).collect::<Vec<u8>>())
}

/// The mask of one share.
pub(super) fn pad(
	sid: &CeremonyId,
	dealer: DealerIndex,
	member: MemberIndex,
	commitments_digest: &[u8; 32],
	c: &G1Bytes,
	member_key: &G1Bytes,
	shared: &G1,
) -> Secret<Scalar> {
	let message = Zeroizing::new(
		(sid, dealer, member, commitments_digest, c, member_key, shared.encode()).encode(),
	);
	Secret::take(&mut ScalarTag::Pad.hash(&message))
}

/// Deals a fresh polynomial of `threshold` coefficients (at least one) to `receivers`, by
/// ascending index (Genesis: the constant term is fresh too). The same entropy gives the same
/// dealing.
pub fn deal(
	sid: &CeremonyId,
	dealer: DealerIndex,
	threshold: u16,
	receivers: &[Receiver],
	entropy: Entropy,
) -> Dealing {
	let coefficients = (0..threshold)
		.map(|k| {
			let message = Zeroizing::new((entropy.expose(), sid, dealer, k).encode());
			ScalarTag::Coefficient.hash(&message)
		})
		.collect();
	let polynomial = Polynomial::new(coefficients);
	let commitments: Vec<G2Bytes> = polynomial.commit().iter().map(G2::encode).collect();
	let constant = Zeroizing::new(polynomial.constant());
	let hedge = statement("DEALING-RHO", &(sid, dealer, &commitments));
	let rho = nonce(&Zeroizing::new(constant.to_be_bytes())[..], entropy.expose(), &hedge);
	let c = G1::generator().mul(rho.expose()).encode();
	let base = hash_dealing(sid, dealer, &c);
	let c_hat = base.mul(rho.expose()).encode();
	let digest_a = commitments_digest(&commitments);
	let shares = receivers
		.iter()
		.map(|receiver| {
			let shared = Zeroizing::new(receiver.key.mul(rho.expose()));
			let key = receiver.key.encode();
			let mask = pad(sid, dealer, receiver.index, &digest_a, &c, &key, &shared);
			(*polynomial.evaluate(receiver.index).expose() + *mask.expose()).encode()
		})
		.collect();
	let unproved = Unproved { commitments, c, c_hat, shares };
	let digest = unproved.digest(sid, dealer);
	let same_rho = prove(
		ScalarTag::DealingDleq,
		rho.expose(),
		entropy.expose(),
		&(sid, dealer, digest, c, c_hat).encode(),
		|k| (G1::generator().mul(k).encode(), base.mul(k).encode()).encode(),
	);
	let knowledge = prove(
		ScalarTag::DealingPok,
		&constant,
		entropy.expose(),
		&knowledge_statement(sid, dealer, &digest, &unproved.commitments),
		|k| G2::generator().mul(k).encode().encode(),
	);
	let Unproved { commitments, c, c_hat, shares } = unproved;
	Dealing { commitments, c, c_hat, shares, same_rho, knowledge }
}

/// `SCALE(sid, i, δ_i, A_0)`.
fn knowledge_statement(
	sid: &CeremonyId,
	dealer: DealerIndex,
	digest: &[u8; 32],
	commitments: &[G2Bytes],
) -> Vec<u8> {
	let mut statement = (sid, dealer, digest).encode();
	commitments.iter().take(1).for_each(|constant| statement.extend_from_slice(&constant.0));
	statement
}

/// What `δ_i` covers.
struct Unproved {
	commitments: Vec<G2Bytes>,
	c: G1Bytes,
	c_hat: G1Bytes,
	shares: Vec<ScalarBytes>,
}

impl Unproved {
	fn digest(&self, sid: &CeremonyId, dealer: DealerIndex) -> [u8; 32] {
		dealing_digest(sid, dealer, &self.commitments, &self.c, &self.c_hat, &self.shares)
	}
}

fn dealing_digest(
	sid: &CeremonyId,
	dealer: DealerIndex,
	commitments: &[G2Bytes],
	c: &G1Bytes,
	c_hat: &G1Bytes,
	shares: &[ScalarBytes],
) -> [u8; 32] {
	let mut message = (sid, dealer).encode();
	commitments.iter().for_each(|point| message.extend_from_slice(&point.0));
	message.extend_from_slice(&c.0);
	message.extend_from_slice(&c_hat.0);
	shares.iter().for_each(|share| message.extend_from_slice(&share.0));
	sha256(&message)
}

impl Dealing {
	/// `δ_i`, the digest that both proofs and every complaint bind.
	pub fn digest(&self, sid: &CeremonyId, dealer: DealerIndex) -> [u8; 32] {
		dealing_digest(sid, dealer, &self.commitments, &self.c, &self.c_hat, &self.shares)
	}

	/// Checks shape, points, scalars and both proofs. `receivers` are the registered members by
	/// ascending index.
	pub fn verify(
		&self,
		sid: &CeremonyId,
		dealer: DealerIndex,
		threshold: u16,
		receivers: &[MemberIndex],
	) -> Result<VerifiedDealing, CeremonyError> {
		let opened = self.open(sid, dealer, threshold, receivers)?;
		let base = hash_dealing(sid, dealer, &self.c);
		let c_hat = self.c_hat.decode()?;
		let digest = &opened.digest;
		let statement = (sid, dealer, digest, self.c, self.c_hat).encode();
		let same = verify(ScalarTag::DealingDleq, &self.same_rho, &statement, |e, z| {
			let first = G1::generator().mul(z) - opened.c.mul(e);
			let second = base.mul(z) - c_hat.mul(e);
			(first.encode(), second.encode()).encode()
		})?;
		let statement = knowledge_statement(sid, dealer, digest, &self.commitments);
		let constant = opened.commitments.first().copied().ok_or(CeremonyError::CommitmentCount)?;
		let known = verify(ScalarTag::DealingPok, &self.knowledge, &statement, |e, z| {
			(G2::generator().mul(z) - constant.mul(e)).encode().encode()
		})?;
		(same && known).then_some(opened).ok_or(CeremonyError::Proof)
	}

	/// Decodes a dealing that was verified before (it lies in the chain's state): all checks but
	/// those of `ĉ` and the two proofs. Enough to decide complaints, not to make them: with
	/// an unproved `c`, copied from another dealer, a complaint would open that dealer's share. A
	/// member calls [`Self::verify`] itself before [`VerifiedDealing::open_share`].
	pub fn open(
		&self,
		sid: &CeremonyId,
		dealer: DealerIndex,
		threshold: u16,
		receivers: &[MemberIndex],
	) -> Result<VerifiedDealing, CeremonyError> {
		if threshold == 0 || self.commitments.len() != usize::from(threshold) {
			return Err(CeremonyError::CommitmentCount);
		}
		if self.shares.len() != receivers.len() {
			return Err(CeremonyError::ShareCount);
		}
		if !receivers.is_sorted_by(|a, b| a < b) {
			return Err(CeremonyError::Order);
		}
		let c = self.c.decode()?;
		let shares = receivers
			.iter()
			.zip(&self.shares)
			.map(|(index, share)| Ok((*index, share.decode()?)))
			.collect::<Result<_, CeremonyError>>()?;
		let commitments = self.commitments.iter().map(G2Bytes::decode).collect::<Result<_, _>>()?;
		Ok(VerifiedDealing {
			sid: *sid,
			dealer,
			commitments,
			commitments_digest: commitments_digest(&self.commitments),
			c,
			c_bytes: self.c,
			shares,
			digest: self.digest(sid, dealer),
		})
	}
}
