//! Step 3: each member opens its shares and complains of wrong ones, provably.
//!
//! `K = x_j·c`; proof that `log_g1 E_j = log_c K`:
//! `e = H2S[COMPLAINT](SCALE(sid, i, j, δ_i, E_j, c, K, R1, R2))`. With `K` anyone computes the
//! mask, so `f(j)`, and compares `f(j)·g2 = Σ j^k·A_k`. A complaint opens the complainer's own
//! share of that dealing and nothing else.

use super::{
	deal::{pad, VerifiedDealing},
	register::CeremonySecret,
	CeremonyError, CeremonyId,
};
use crate::{
	curve::{G1Bytes, Scalar, G1, G2},
	hash::{sha256, ScalarTag},
	proof::{prove, verify, Proof},
	secret::{Entropy, Secret},
	sharing::{evaluate_commitments, DealerIndex, MemberIndex},
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use zeroize::Zeroizing;

/// A complaint against one dealing: 114 bytes.
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
pub struct Complaint {
	/// Whose dealing.
	pub dealer: DealerIndex,
	/// `K = x_j·c`.
	pub k: G1Bytes,
	/// `K` was made with the complainer's own `x_j`.
	pub proof: Proof,
}

/// A member's one message of the Judge phase.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Judgement {
	/// Digest of the set of dealings that were judged; see [`judged_digest`].
	pub judged: [u8; 32],
	/// Complaints by ascending dealer, mostly none.
	pub complaints: Vec<Complaint>,
}

/// Digest of the set of dealings that a member judged: `SHA-256(SCALE(sid, [(i, δ_i)]))`, by
/// ascending dealer.
pub fn judged_digest(sid: &CeremonyId, dealings: &[(DealerIndex, [u8; 32])]) -> [u8; 32] {
	sha256(&(sid, dealings).encode())
}

/// A member's share of one dealing, checked against its commitments.
pub struct OpenedShare(pub(super) Secret<Scalar>);

/// Whose fault a complaint proves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
	/// The share was wrong.
	Dealer,
	/// The share was right, or the complaint does not hold together.
	Complainer,
}

fn complaint_statement(
	dealing: &VerifiedDealing,
	member: MemberIndex,
	member_key: &G1Bytes,
	k: &G1Bytes,
) -> Vec<u8> {
	let VerifiedDealing { sid, dealer, digest, c_bytes, .. } = dealing;
	(sid, dealer, member, digest, member_key, c_bytes, k).encode()
}

impl VerifiedDealing {
	/// The share of `member`, right or wrong, given `K`.
	fn unmask(&self, member: MemberIndex, member_key: &G1Bytes, k: &G1) -> Option<Secret<Scalar>> {
		let (_, masked) = self.shares.iter().find(|(index, _)| *index == member)?;
		let Self { sid, dealer, commitments_digest, c_bytes, .. } = self;
		let mask = pad(sid, *dealer, member, commitments_digest, c_bytes, member_key, k);
		let mut share = *masked - *mask.expose();
		Some(Secret::take(&mut share))
	}

	fn is_value(&self, member: MemberIndex, share: &Scalar) -> bool {
		G2::generator().mul(share) == evaluate_commitments(&self.commitments, member)
	}

	/// Opens the share of `member` with its `x_j`: the share, or the complaint if it is wrong.
	pub fn open_share(
		&self,
		member: MemberIndex,
		secret: &CeremonySecret,
		entropy: Entropy,
	) -> Result<Result<OpenedShare, Complaint>, CeremonyError> {
		let member_key = secret.public().encode();
		let k = Zeroizing::new(self.c.mul(secret.0.expose()));
		let share = self.unmask(member, &member_key, &k).ok_or(CeremonyError::Stranger)?;
		if self.is_value(member, share.expose()) {
			return Ok(Ok(OpenedShare(share)));
		}
		let k = k.encode();
		let proof = prove(
			ScalarTag::Complaint,
			secret.0.expose(),
			entropy.expose(),
			&complaint_statement(self, member, &member_key, &k),
			|nonce| (G1::generator().mul(nonce).encode(), self.c.mul(nonce).encode()).encode(),
		);
		Ok(Err(Complaint { dealer: self.dealer, k, proof }))
	}

	/// Decides a complaint of `member`, whose registered key is `member_key`, against this
	/// dealing. A complaint that names another dealing, does not decode or has no valid proof
	/// is the complainer's fault.
	pub fn judge(&self, member: MemberIndex, member_key: &G1, complaint: &Complaint) -> Verdict {
		match self.complaint_holds(member, member_key, complaint) {
			Ok(true) => Verdict::Dealer,
			_ => Verdict::Complainer,
		}
	}

	fn complaint_holds(
		&self,
		member: MemberIndex,
		member_key: &G1,
		complaint: &Complaint,
	) -> Result<bool, CeremonyError> {
		if complaint.dealer != self.dealer {
			return Err(CeremonyError::Stranger);
		}
		let k = complaint.k.decode()?;
		let key_bytes = member_key.encode();
		let statement = complaint_statement(self, member, &key_bytes, &complaint.k);
		let own = verify(ScalarTag::Complaint, &complaint.proof, &statement, |e, z| {
			let first = G1::generator().mul(z) - member_key.mul(e);
			let second = self.c.mul(z) - k.mul(e);
			(first.encode(), second.encode()).encode()
		})?;
		if !own {
			return Err(CeremonyError::Proof);
		}
		let share = self.unmask(member, &key_bytes, &k).ok_or(CeremonyError::Stranger)?;
		Ok(!self.is_value(member, share.expose()))
	}
}
