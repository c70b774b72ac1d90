//! The worker: asks the vault for the message that is due, signs it, submits it.
//!
//! Nothing is remembered between blocks but when a message was last submitted: what is due is read
//! from the chain, and the vault repeats itself word for word. A message that got lost is therefore
//! sent again, also after a restart.

use crate::*;
use codec::Encode;
use frame_system::offchain::SubmitTransaction;
use sp_runtime::offchain::storage::StorageValueRef;
use symbolon_api::LocalMember;
use symbolon_host::{vault, VaultError, VaultRequest, VaultResponse};
use symbolon_primitives::{dta::Phase, member::CallTag};

/// Blocks after which a message that is not on chain is submitted again.
const RESUBMIT_AFTER: u32 = 4;

/// Why a worker did nothing.
#[derive(Debug)]
pub(crate) enum Idle {
	/// No ceremony is under way.
	NoCeremony,
	/// This node holds no session key of a member.
	NotAMember,
	/// The member has acted, or has no part in this phase.
	NothingDue,
	/// Submitted a moment ago.
	Submitted,
	/// The vault gave no message.
	Vault(#[allow(dead_code)] VaultError),
	/// The vault answered another question.
	WrongAnswer,
	/// The session key has gone.
	NoSignature,
	/// The pool refused.
	Pool,
}

impl<T: Config> Pallet<T> {
	/// Does what is due in the ceremony under way.
	pub(crate) fn work() -> Result<(), Idle> {
		let ceremony = CurrentCeremony::<T>::get().ok_or(Idle::NoCeremony)?;
		let member = Self::local_member_of(&ceremony.members).ok_or(Idle::NotAMember)?;
		if !Self::may_act(&ceremony, member.index) {
			return Err(Idle::NothingDue);
		}
		let lock_key = ("dta::submitted", ceremony.sid, ceremony.phase).encode();
		let lock = StorageValueRef::persistent(&lock_key);
		let now = Self::now();
		if let Ok(Some(at)) = lock.get::<u32>() {
			// A lower number than the one stored: the best chain was reorganised.
			if now >= at && now < at.saturating_add(RESUBMIT_AFTER) {
				return Err(Idle::Submitted);
			}
		}
		let call = Self::due_call(&ceremony, &member)?;
		let transaction = T::create_authorized_transaction(call.into());
		SubmitTransaction::<T, Call<T>>::submit_transaction(transaction)
			.map_err(|()| Idle::Pool)?;
		// That the pool took it proves nothing; what counts is the chain.
		lock.set(&now);
		log::info!(
			target: "offchain::dta",
			"ceremony {}: submitted {:?} as member {}",
			ceremony.number, ceremony.phase, member.index,
		);
		Ok(())
	}

	fn due_call(ceremony: &Ceremony, local: &LocalMember) -> Result<Call<T>, Idle> {
		let (number, member) = (ceremony.number, local.index);
		let request = match ceremony.phase {
			Phase::Register => VaultRequest::Register { ceremony: number, member },
			Phase::Deal => VaultRequest::Deal { ceremony: number, member },
			Phase::Judge => VaultRequest::Judge { ceremony: number, member },
			Phase::Confirm | Phase::Late => VaultRequest::Confirm { ceremony: number, member },
		};
		let genesis = Self::genesis_hash();
		let answer = vault::ask(request).map_err(|error| {
			if !matches!(error, VaultError::NotDue | VaultError::Busy) {
				log::warn!(target: "offchain::dta", "the vault gives no message: {error:?}");
			}
			Idle::Vault(error)
		})?;
		match answer {
			VaultResponse::Registration(registration) => {
				let signature = local.sign(&genesis, CallTag::Register, &(number, &registration));
				let signature = signature.ok_or(Idle::NoSignature)?;
				Ok(Call::register { member, ceremony: number, registration, signature })
			}
			VaultResponse::Dealing(dealing) => {
				let signature = local.sign(&genesis, CallTag::Deal, &(number, &dealing));
				let signature = signature.ok_or(Idle::NoSignature)?;
				Ok(Call::deal { member, ceremony: number, dealing, signature })
			}
			VaultResponse::Judgement(judgement) => {
				let signature = local.sign(&genesis, CallTag::Judge, &(number, &judgement));
				let signature = signature.ok_or(Idle::NoSignature)?;
				Ok(Call::judge { member, ceremony: number, judgement, signature })
			}
			VaultResponse::Confirmation(confirmation) => {
				let signature = local.sign(&genesis, CallTag::Confirm, &(number, &confirmation));
				let signature = signature.ok_or(Idle::NoSignature)?;
				Ok(Call::confirm { member, ceremony: number, confirmation, signature })
			}
			_ => Err(Idle::WrongAnswer),
		}
	}
}
