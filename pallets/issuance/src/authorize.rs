//! Which of the members' calls the pool and the blocks let in: staleness, index, duplicates and
//! signature, cheapest first. Pairings are left to dispatch.

use crate::{Answers, Config, Error, Pallet};
use frame_support::weights::Weight;
use sp_runtime::transaction_validity::{
	InvalidTransaction, TransactionSource, TransactionValidityError, TransactionValidityWithRefund,
	ValidTransaction,
};
use symbolon_api::{authority::AuthoritySignature, verify_member};
use symbolon_crypto::{MemberIndex, Purpose, Serial};
use symbolon_primitives::member::CallTag;

/// Blocks for which such a transaction stays in the pool. Workers submit again what got lost.
const LONGEVITY: u64 = 5;
/// Priority in the pool: before what registrars send, behind permits and ceremonies, since a key
/// can wait where an epoch cannot.
const PRIORITY: u64 = 1 << 16;

fn refusal<T>(error: Error<T>) -> TransactionValidityError {
	match error {
		Error::Malformed => InvalidTransaction::Call,
		Error::UnknownMember => InvalidTransaction::BadSigner,
		_ => InvalidTransaction::Stale,
	}
	.into()
}

fn valid(
	prefix: &'static str,
	tags: impl Iterator<Item = impl codec::Encode>,
) -> TransactionValidityWithRefund {
	let builder = ValidTransaction::with_tag_prefix(prefix)
		.priority(PRIORITY)
		.longevity(LONGEVITY)
		.propagate(true);
	tags.fold(builder, |builder, tag| builder.and_provides(tag))
		.build()
		.map(|valid| (valid, Weight::zero()))
}

impl<T: Config> Pallet<T> {
	/// The chain that members' signatures are bound to.
	pub(crate) fn genesis_hash() -> [u8; 32] {
		frame_system::Pallet::<T>::block_hash(
			frame_system::pallet_prelude::BlockNumberFor::<T>::from(0u32),
		)
		.0
	}

	pub(crate) fn authorize_submit_partials(
		_: TransactionSource,
		member: &MemberIndex,
		version: &u32,
		answers: &Answers,
		signature: &AuthoritySignature,
	) -> TransactionValidityWithRefund {
		Self::check_answers(*member, *version, answers).map_err(refusal)?;
		let signed = verify_member::<T::Committee, _>(
			&Self::genesis_hash(),
			*version,
			*member,
			CallTag::Partials,
			&(version, answers),
			signature,
		);
		if !signed {
			return Err(InvalidTransaction::BadProof.into());
		}
		// One tag for each serial: two calls of a member that share a serial exclude each other.
		let tags = answers.iter().map(|(sign, _)| (*version, *member, sign.serial));
		valid("SymbolonPartials", tags)
	}

	pub(crate) fn authorize_report_partial(
		_: TransactionSource,
		reporter: &MemberIndex,
		version: &u32,
		serial: &Serial,
		accused: &MemberIndex,
		purpose: &Purpose,
		signature: &AuthoritySignature,
	) -> TransactionValidityWithRefund {
		Self::check_report(*reporter, *version, *serial, *accused).map_err(refusal)?;
		let signed = verify_member::<T::Committee, _>(
			&Self::genesis_hash(),
			*version,
			*reporter,
			CallTag::Report,
			&(version, serial, accused, purpose),
			signature,
		);
		if !signed {
			return Err(InvalidTransaction::BadProof.into());
		}
		// A tag of the reporter's own: shared by all, a liar's report would keep the others' out.
		let tag = (*version, *reporter, *serial, *accused);
		valid("SymbolonReport", core::iter::once(tag))
	}
}
