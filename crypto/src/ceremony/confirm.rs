//! Step 4: the sums over QUAL, and each member's proof that it knows its share of them.
//!
//! `A_k = Σ_{i in QUAL} A_ik`, `P = A_0`, `P_j = Σ_k j^k·A_k`, `s_j = Σ_{i in QUAL} f_i(j)`.
//! `R = k·g2`, `e = H2S[CONFIRM](SCALE(sid, j, digest, P_j, R))`, `digest =
//! SHA-256(SCALE(sid, QUAL, [A_k]))`.

use super::{deal::VerifiedDealing, judge::OpenedShare, CeremonyError, CeremonyId};
use crate::{
	curve::{DecodeError, G2Bytes, Scalar, G2},
	hash::{sha256, ScalarTag},
	proof::{prove, verify, Proof},
	secret::{Entropy, Secret, SecretBytes},
	sharing::{evaluate_commitments, DealerIndex, MemberIndex},
};
use alloc::{vec, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// The sums over the qualified dealers: what a ceremony made.
#[derive(Clone)]
pub struct Outcome {
	sid: CeremonyId,
	qualified: Vec<DealerIndex>,
	sums: Vec<G2>,
}

impl Outcome {
	/// Sums the commitments of `qualified` dealings, which come by ascending dealer and are all
	/// of ceremony `sid` (Genesis: all of QUAL). At least as many as the threshold, so that one
	/// dealer of them is honest.
	pub fn genesis(sid: &CeremonyId, qualified: &[VerifiedDealing]) -> Result<Self, CeremonyError> {
		let first = qualified.first().ok_or(CeremonyError::TooFewDealers)?;
		let mut sums = vec![G2::identity(); first.commitments.len()];
		if qualified.len() < sums.len() {
			return Err(CeremonyError::TooFewDealers);
		}
		for dealing in qualified {
			if dealing.sid != *sid {
				return Err(CeremonyError::Stranger);
			}
			if dealing.commitments.len() != sums.len() {
				return Err(CeremonyError::CommitmentCount);
			}
			for (sum, commitment) in sums.iter_mut().zip(&dealing.commitments) {
				*sum += *commitment;
			}
		}
		let qualified = qualified.iter().map(|dealing| dealing.dealer).collect();
		Self::new(sid, qualified, sums)
	}

	/// The outcome from its stored parts. A sum that is the identity is refused, and dealers
	/// that do not rise.
	pub fn from_parts(
		sid: &CeremonyId,
		qualified: Vec<DealerIndex>,
		sums: &[G2Bytes],
	) -> Result<Self, CeremonyError> {
		let sums = sums.iter().map(G2Bytes::decode).collect::<Result<_, _>>()?;
		Self::new(sid, qualified, sums)
	}

	fn new(
		sid: &CeremonyId,
		qualified: Vec<DealerIndex>,
		sums: Vec<G2>,
	) -> Result<Self, CeremonyError> {
		if sums.is_empty() {
			return Err(CeremonyError::CommitmentCount);
		}
		if sums.iter().any(G2::is_identity) {
			return Err(DecodeError::PointIsIdentity.into());
		}
		if !qualified.is_sorted_by(|a, b| a < b) {
			return Err(CeremonyError::Order);
		}
		Ok(Self { sid: *sid, qualified, sums })
	}

	/// `P`, the master public key.
	pub fn master_public_key(&self) -> G2 {
		self.sums.first().copied().unwrap_or_default()
	}

	/// `[A_k]`.
	pub fn sums(&self) -> Vec<G2Bytes> {
		self.sums.iter().map(G2::encode).collect()
	}

	/// QUAL, ascending.
	pub fn qualified(&self) -> &[DealerIndex] {
		&self.qualified
	}

	/// `P_j`, the public half of member `member`'s share.
	pub fn verification_key(&self, member: MemberIndex) -> G2 {
		evaluate_commitments(&self.sums, member)
	}

	/// `SHA-256(SCALE(sid, QUAL, [A_k]))`.
	pub fn digest(&self) -> [u8; 32] {
		sha256(&(self.sid, &self.qualified, self.sums()).encode())
	}

	fn statement(&self, member: MemberIndex, public: &G2Bytes) -> Vec<u8> {
		(self.sid, member, self.digest(), public).encode()
	}

	/// Checks a member's confirmation; gives its `P_j`.
	pub fn verify_confirmation(
		&self,
		member: MemberIndex,
		confirmation: &Confirmation,
	) -> Result<G2Bytes, CeremonyError> {
		let public = self.verification_key(member);
		if public.is_identity() {
			return Err(CeremonyError::Proof);
		}
		let bytes = public.encode();
		let statement = self.statement(member, &bytes);
		let holds = verify(ScalarTag::Confirm, &confirmation.proof, &statement, |e, z| {
			(G2::generator().mul(z) - public.mul(e)).encode().encode()
		})?;
		holds.then_some(bytes).ok_or(CeremonyError::Proof)
	}

	/// Member `member`'s share from its opened shares of exactly the qualified dealings, in
	/// their order. Refused if it does not match `P_j`.
	pub fn share(
		&self,
		member: MemberIndex,
		opened: &[(DealerIndex, OpenedShare)],
	) -> Result<SecretShare, CeremonyError> {
		if !opened.iter().map(|(dealer, _)| dealer).eq(self.qualified.iter()) {
			return Err(CeremonyError::ShareCount);
		}
		let mut sum = Secret::new(Scalar::ZERO);
		for (_, share) in opened {
			let mut next = *sum.expose() + *share.0.expose();
			sum = Secret::take(&mut next);
		}
		if sum.expose().is_zero()
			|| G2::generator().mul(sum.expose()) != self.verification_key(member)
		{
			return Err(CeremonyError::Proof);
		}
		Ok(SecretShare { member, scalar: sum })
	}
}

/// A member's message of the Confirm phase, 64 bytes.
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
pub struct Confirmation {
	/// Proof of knowledge of `s_j`.
	pub proof: Proof,
}

/// A member's share `s_j` of the master scalar, under one share version.
pub struct SecretShare {
	member: MemberIndex,
	pub(crate) scalar: Secret<Scalar>,
}

impl SecretShare {
	/// Whose share it is.
	pub fn member(&self) -> MemberIndex {
		self.member
	}

	/// `P_j = s_j·g2`.
	pub fn verification_key(&self) -> G2 {
		G2::generator().mul(self.scalar.expose())
	}

	/// The share for storage at rest, 32 bytes big-endian.
	pub fn to_bytes(&self) -> SecretBytes<32> {
		SecretBytes::take(&mut self.scalar.expose().to_be_bytes())
	}

	/// The share from storage; `None` if the bytes are no share.
	pub fn from_bytes(member: MemberIndex, bytes: &SecretBytes<32>) -> Option<Self> {
		let mut scalar = Scalar::from_be_bytes(bytes.expose()).filter(|s| !s.is_zero())?;
		Some(Self { member, scalar: Secret::take(&mut scalar) })
	}

	/// Proves to everyone that this member knows its share of `outcome`.
	pub fn confirm(&self, outcome: &Outcome, entropy: Entropy) -> Confirmation {
		let public = self.verification_key().encode();
		let proof = prove(
			ScalarTag::Confirm,
			self.scalar.expose(),
			entropy.expose(),
			&outcome.statement(self.member, &public),
			|k| G2::generator().mul(k).encode().encode(),
		);
		Confirmation { proof }
	}
}
