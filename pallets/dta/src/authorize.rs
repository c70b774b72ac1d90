//! What the pool and every importing node check before a member's call is dispatched: staleness,
//! index, duplicates, sizes, signature, in this order. Proofs are left to dispatch.

use crate::*;
use codec::Encode;
use frame_support::{pallet_prelude::*, weights::Weight};
use sp_runtime::RuntimeAppPublic;
use symbolon_api::{authority::AuthoritySignature, Committee};
use symbolon_crypto::{
	ceremony::{confirm::Confirmation, deal::Dealing, judge::Judgement, register::Registration},
	MemberIndex,
};
use symbolon_primitives::{
	dta::Phase,
	member::{signed_bytes, CallTag},
};

/// Codes of `InvalidTransaction::Custom`.
pub mod refusal {
	/// The index belongs to no member of the ceremony.
	pub const STRANGER: u8 = 1;
	/// A list has another length than the ceremony calls for.
	pub const SIZE: u8 = 2;
	/// The judgement is about other dealings than those on this chain.
	pub const OTHER_DEALINGS: u8 = 3;
}

/// Blocks for which an authorised call stays in the pool.
const LONGEVITY: u64 = 8;

type Authorization = Result<(ValidTransaction, Weight), TransactionValidityError>;

impl<T: Config> Pallet<T> {
	pub(crate) fn authorize_register(
		member: MemberIndex,
		number: u32,
		registration: &Registration,
		signature: &AuthoritySignature,
	) -> Authorization {
		let ceremony = Self::admitted(number, member, &[Phase::Register])?;
		let payload = (number, registration);
		Self::admit(&ceremony, member, CallTag::Register, &payload, signature)
	}

	pub(crate) fn authorize_deal(
		member: MemberIndex,
		number: u32,
		dealing: &Dealing,
		signature: &AuthoritySignature,
	) -> Authorization {
		let ceremony = Self::admitted(number, member, &[Phase::Deal])?;
		let most = ceremony.members.len();
		if dealing.commitments.len() > most || dealing.shares.len() > most {
			return Err(InvalidTransaction::Custom(refusal::SIZE).into());
		}
		Self::admit(&ceremony, member, CallTag::Deal, &(number, dealing), signature)
	}

	pub(crate) fn authorize_judge(
		member: MemberIndex,
		number: u32,
		judgement: &Judgement,
		signature: &AuthoritySignature,
	) -> Authorization {
		let ceremony = Self::admitted(number, member, &[Phase::Judge])?;
		if judgement.complaints.len() > ceremony.max_complaints() {
			return Err(InvalidTransaction::Custom(refusal::SIZE).into());
		}
		if DealingsDigest::<T>::get(number) != Some(judgement.judged) {
			return Err(InvalidTransaction::Custom(refusal::OTHER_DEALINGS).into());
		}
		Self::admit(&ceremony, member, CallTag::Judge, &(number, judgement), signature)
	}

	pub(crate) fn authorize_confirm(
		member: MemberIndex,
		number: u32,
		confirmation: &Confirmation,
		signature: &AuthoritySignature,
	) -> Authorization {
		let ceremony = Self::admitted(number, member, &[Phase::Confirm, Phase::Late])?;
		Self::admit(&ceremony, member, CallTag::Confirm, &(number, confirmation), signature)
	}

	/// The ceremony, if this is its phase and the member has not acted.
	fn admitted(
		number: u32,
		member: MemberIndex,
		phases: &[Phase],
	) -> Result<Ceremony, TransactionValidityError> {
		let ceremony = CurrentCeremony::<T>::get()
			.filter(|ceremony| ceremony.number == number)
			.ok_or(InvalidTransaction::Stale)?;
		if !phases.contains(&ceremony.phase) {
			let future = phases.iter().all(|phase| *phase > ceremony.phase);
			let error = if future { InvalidTransaction::Future } else { InvalidTransaction::Stale };
			return Err(error.into());
		}
		if ceremony.account(member).is_none() {
			return Err(InvalidTransaction::Custom(refusal::STRANGER).into());
		}
		if !Self::may_act(&ceremony, member) {
			return Err(InvalidTransaction::Stale.into());
		}
		Ok(ceremony)
	}

	fn admit<P: Encode>(
		ceremony: &Ceremony,
		member: MemberIndex,
		tag: CallTag,
		payload: &P,
		signature: &AuthoritySignature,
	) -> Authorization {
		let account =
			ceremony.account(member).ok_or(InvalidTransaction::Custom(refusal::STRANGER))?;
		let key = <Self as Committee>::session_key(account)
			.ok_or(InvalidTransaction::Custom(refusal::STRANGER))?;
		let bytes = signed_bytes(&Self::genesis_hash(), tag, member, payload);
		if !key.verify(&bytes, signature) {
			return Err(InvalidTransaction::BadProof.into());
		}
		ValidTransaction::with_tag_prefix("SymbolonCeremony")
			.priority(u64::MAX / 2)
			.and_provides((ceremony.number, tag.as_str(), member))
			.longevity(LONGEVITY)
			.propagate(true)
			.build()
			.map(|valid| (valid, Weight::zero()))
	}
}
