//! Ceremonies, keys, share versions, blame.

use crate::{limits::MAX_MEMBERS, Account, BlockNumber};
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use symbolon_crypto::{
	ceremony::{CeremonyId, CeremonyKind, CeremonyTerms},
	DealerIndex, G2Bytes, KeyId, MemberIndex,
};

/// Members' accounts, in index order.
pub type Members = BoundedVec<Account, ConstU32<MAX_MEMBERS>>;

/// Where a ceremony stands.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Phase {
	/// Members publish their ceremony keys.
	Register,
	/// Dealers deal.
	Deal,
	/// Members judge the dealings.
	Judge,
	/// Members prove that they know their shares.
	Confirm,
	/// The key is active; members that were away may still confirm.
	Late,
}

/// The ceremony under way.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Ceremony {
	/// Its number on this chain, from 1; never used again.
	pub number: u32,
	/// Its identifier, as [`Ceremony::terms`] gives it.
	pub sid: CeremonyId,
	/// What it makes.
	pub kind: CeremonyKind,
	/// Number of the master key.
	pub key_no: u32,
	/// Share version that deals; 0 in Genesis.
	pub old_share_version: u32,
	/// Share version that results.
	pub new_share_version: u32,
	/// The members, in index order.
	pub members: Members,
	/// Threshold of the old share version; 0 in Genesis.
	pub threshold_old: u16,
	/// Threshold of the new share version.
	pub threshold: u16,
	/// Where it stands.
	pub phase: Phase,
	/// Block in which the phase began.
	pub phase_began: BlockNumber,
	/// Block at whose beginning the phase ends at the latest.
	pub deadline: BlockNumber,
}

impl Ceremony {
	/// What the identifier of a Genesis ceremony binds.
	pub fn genesis_terms(
		genesis_hash: [u8; 32],
		key_no: u32,
		ceremony_no: u32,
		new_share_version: u32,
		members: &[Account],
		threshold: u16,
	) -> CeremonyTerms {
		CeremonyTerms {
			genesis_hash,
			key_no,
			ceremony_no,
			kind: CeremonyKind::Genesis,
			old_share_version: 0,
			new_share_version,
			old: None,
			members: members.to_vec(),
			threshold_old: 0,
			threshold,
		}
	}

	/// The account of a member.
	pub fn account(&self, member: MemberIndex) -> Option<&Account> {
		self.members.get(member.position())
	}

	/// All member indices, ascending.
	pub fn indices(&self) -> impl Iterator<Item = MemberIndex> {
		(0..self.members.len()).filter_map(MemberIndex::from_position)
	}

	/// Most complaints of one member, `n - t + 1`: with so many dealers out, fewer than the
	/// threshold are left and the ceremony fails, whatever the others dealt.
	pub fn max_complaints(&self) -> usize {
		self.members.len().saturating_sub(self.threshold.into()).saturating_add(1)
	}
}

/// What the qualified dealers made, stored when judging ends.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct StoredOutcome {
	/// QUAL, ascending.
	pub qualified: BoundedVec<DealerIndex, ConstU32<MAX_MEMBERS>>,
	/// `[A_k]`, as many as the threshold.
	pub sums: BoundedVec<G2Bytes, ConstU32<MAX_MEMBERS>>,
}

/// How complete a share version is.
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
pub enum ShareStatus {
	/// Every member confirmed.
	Active,
	/// At least the threshold confirmed, but not all.
	Degraded,
}

/// One sharing of a master key.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ShareVersion {
	/// The master key.
	pub key_no: u32,
	/// The ceremony that made it.
	pub ceremony_no: u32,
	/// Its holders, in index order.
	pub members: Members,
	/// Shares needed.
	pub threshold: u16,
	/// Block of its activation.
	pub activated: BlockNumber,
	/// How complete it is.
	pub status: ShareStatus,
}

impl ShareVersion {
	/// All member indices, ascending.
	pub fn indices(&self) -> impl Iterator<Item = MemberIndex> {
		(0..self.members.len()).filter_map(MemberIndex::from_position)
	}
}

/// The current master key and the share version that serves it.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct MasterKey {
	/// Its number.
	pub key_no: u32,
	/// Its identifier.
	pub key_id: KeyId,
	/// `P`.
	pub public: G2Bytes,
	/// The share version that serves it.
	pub share_version: u32,
	/// Block of the key's activation.
	pub activated: BlockNumber,
}

/// What a member did wrong, provably.
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
pub enum Fault {
	/// A registration whose proof does not hold.
	Registration,
	/// A dealing whose shape or proofs do not hold.
	Dealing,
	/// A wrong share, opened by a complaint.
	WrongShare,
	/// A complaint against a right share, or one that does not hold together.
	FalseComplaint,
	/// A confirmation whose proof does not hold.
	Confirmation,
	/// A partial key that fails its public check.
	PartialKey,
	/// A report against a right partial key.
	FalseReport,
	/// Combined permits that fail their check.
	Permits,
}

/// A fault on record.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Blame {
	/// Block of the proof.
	pub at: BlockNumber,
	/// Who.
	pub account: Account,
	/// The share version it was about (in a ceremony, the one being made).
	pub share_version: u32,
	/// What.
	pub fault: Fault,
}
