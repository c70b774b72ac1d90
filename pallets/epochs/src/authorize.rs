//! What the pool and every importing node check before dispatch: staleness, index, turn,
//! duplicates, sizes, signature, in this order. Pairings are left to dispatch.

use crate::*;
use codec::Encode;
use frame_support::pallet_prelude::*;
use symbolon_api::{authority::AuthoritySignature, verify_member};
use symbolon_crypto::MemberIndex;
use symbolon_primitives::{epochs::ChunkPoints, member::CallTag};

/// Codes of `InvalidTransaction::Custom`.
pub mod refusal {
	/// The index belongs to no member that confirmed its share.
	pub const STRANGER: u8 = 1;
	/// Not as many points as the chunk has subtrees.
	pub const SIZE: u8 = 2;
	/// Made under another share version than the one that serves.
	pub const SHARE_VERSION: u8 = 4;
	/// Not the member's turn, or it is barred from the chunk.
	pub const TURN: u8 = 5;
}

/// Blocks for which an authorised call stays in the pool.
const LONGEVITY: u64 = 8;

type Authorization = Result<(ValidTransaction, Weight), TransactionValidityError>;

fn refuse<R>(code: u8) -> Result<R, TransactionValidityError> {
	Err(InvalidTransaction::Custom(code).into())
}

impl<T: Config> Pallet<T> {
	pub(crate) fn authorize_shares(
		member: MemberIndex,
		epoch: u64,
		chunk: u32,
		share_version: u32,
		points: &ChunkPoints,
		signature: &AuthoritySignature,
	) -> Authorization {
		let open = Self::open_chunk(epoch, chunk).ok_or(InvalidTransaction::Stale)?;
		if !Self::is_holder(&open, member) {
			return refuse(refusal::STRANGER);
		}
		if share_version != open.key.share_version {
			return refuse(refusal::SHARE_VERSION);
		}
		let stored = Shares::<T>::get((epoch, chunk, member));
		if stored.is_some_and(|shares| shares.share_version == share_version) {
			return Err(InvalidTransaction::Stale.into());
		}
		if points.len() != open.subtrees.len() {
			return refuse(refusal::SIZE);
		}
		let payload = (epoch, chunk, share_version, points);
		Self::admit(share_version, member, CallTag::PermitShares, &payload, signature, epoch, chunk)
	}

	pub(crate) fn authorize_permits(
		member: MemberIndex,
		epoch: u64,
		chunk: u32,
		points: &ChunkPoints,
		signature: &AuthoritySignature,
	) -> Authorization {
		let open = Self::open_chunk(epoch, chunk).ok_or(InvalidTransaction::Stale)?;
		if !Self::is_holder(&open, member) {
			return refuse(refusal::STRANGER);
		}
		if !Self::has_turn(&open, epoch, chunk, member) {
			return refuse(refusal::TURN);
		}
		if points.len() != open.subtrees.len() {
			return refuse(refusal::SIZE);
		}
		let payload = (epoch, chunk, points);
		let version = open.key.share_version;
		Self::admit(version, member, CallTag::Permits, &payload, signature, epoch, chunk)
	}

	fn admit<P: Encode>(
		share_version: u32,
		member: MemberIndex,
		tag: CallTag,
		payload: &P,
		signature: &AuthoritySignature,
		epoch: u64,
		chunk: u32,
	) -> Authorization {
		let genesis = Self::genesis_hash();
		let signed = verify_member::<T::Committee, P>(
			&genesis,
			share_version,
			member,
			tag,
			payload,
			signature,
		);
		if !signed {
			return Err(InvalidTransaction::BadProof.into());
		}
		// The member is in the tag: a tag shared by all would let one liar block the pool.
		ValidTransaction::with_tag_prefix("SymbolonPermits")
			.priority(u64::MAX / 2)
			.and_provides((tag.as_str(), epoch, chunk, member))
			.longevity(LONGEVITY)
			.propagate(true)
			.build()
			.map(|valid| (valid, Weight::zero()))
	}
}
