//! What the calls do: checks of proofs, records, blame.

use crate::*;
use frame_support::pallet_prelude::*;
use symbolon_api::Committee;
use symbolon_crypto::{
	ceremony::{
		confirm::{Confirmation, Outcome},
		deal::{Dealing, VerifiedDealing},
		judge::{Complaint, Judgement, Verdict},
		register::Registration,
	},
	DealerIndex, G1Bytes, MemberIndex,
};
use symbolon_primitives::{
	dta::{Fault, Phase, ShareStatus},
	Account,
};

impl<T: Config> Pallet<T> {
	/// The ceremony `number` if it is in `phase` and `member` may act in it. `authorize` has
	/// checked the same; this holds dispatch to it.
	fn entitled(
		number: u32,
		member: MemberIndex,
		phases: &[Phase],
	) -> Result<(Ceremony, Account), Error<T>> {
		let ceremony = CurrentCeremony::<T>::get()
			.filter(|ceremony| ceremony.number == number && phases.contains(&ceremony.phase))
			.ok_or(Error::<T>::WrongPhase)?;
		if !Self::may_act(&ceremony, member) {
			return Err(Error::<T>::NotEntitled);
		}
		let account = *ceremony.account(member).ok_or(Error::<T>::NotEntitled)?;
		Ok((ceremony, account))
	}

	fn acted(ceremony: &Ceremony, member: MemberIndex) {
		Self::deposit_event(Event::Acted {
			ceremony: ceremony.number,
			phase: ceremony.phase,
			member,
		});
	}

	pub(crate) fn do_register(
		member: MemberIndex,
		number: u32,
		registration: Registration,
	) -> DispatchResult {
		let (ceremony, account) = Self::entitled(number, member, &[Phase::Register])?;
		let copied = Registrations::<T>::iter_prefix_values(number)
			.any(|other| other.key == registration.key);
		let holds = registration.verify(&ceremony.sid, member, &account).is_ok();
		if copied || !holds {
			Barred::<T>::insert(number, member, ());
			<Self as Committee>::blame(&account, ceremony.new_share_version, Fault::Registration);
			return Ok(());
		}
		Registrations::<T>::insert(number, member, registration);
		Self::acted(&ceremony, member);
		Ok(())
	}

	pub(crate) fn do_deal(member: MemberIndex, number: u32, dealing: Dealing) -> DispatchResult {
		let (ceremony, account) = Self::entitled(number, member, &[Phase::Deal])?;
		let dealer = DealerIndex::from(member);
		let receivers = Self::registered(&ceremony);
		if dealing.verify(&ceremony.sid, dealer, ceremony.threshold, &receivers).is_err() {
			Self::disqualify(&ceremony, dealer, &account, Fault::Dealing);
			return Ok(());
		}
		Dealings::<T>::insert(number, dealer, dealing);
		Self::acted(&ceremony, member);
		Ok(())
	}

	fn disqualify(ceremony: &Ceremony, dealer: DealerIndex, account: &Account, fault: Fault) {
		Disqualified::<T>::insert(ceremony.number, dealer, ());
		<Self as Committee>::blame(account, ceremony.new_share_version, fault);
		Self::deposit_event(Event::DealerDisqualified { ceremony: ceremony.number, dealer });
	}

	pub(crate) fn do_judge(
		member: MemberIndex,
		number: u32,
		judgement: Judgement,
	) -> DispatchResult {
		let (ceremony, account) = Self::entitled(number, member, &[Phase::Judge])?;
		let own = Registrations::<T>::get(number, member).ok_or(Error::<T>::CorruptState)?.key;
		Judgements::<T>::insert(number, member, judgement.judged);
		Self::acted(&ceremony, member);
		let receivers = Self::registered(&ceremony);
		let mut last = None;
		for complaint in &judgement.complaints {
			// Ascending dealers: none is accused twice in one message.
			let in_order = last < Some(complaint.dealer);
			last = Some(complaint.dealer);
			let right = in_order
				&& Self::complaint_is_right(&ceremony, &receivers, member, &own, complaint)?;
			if !right {
				let version = ceremony.new_share_version;
				<Self as Committee>::blame(&account, version, Fault::FalseComplaint);
				break;
			}
		}
		Ok(())
	}

	/// Decides one complaint; a dealer found guilty is out of QUAL, once.
	fn complaint_is_right(
		ceremony: &Ceremony,
		receivers: &[MemberIndex],
		member: MemberIndex,
		member_key: &G1Bytes,
		complaint: &Complaint,
	) -> Result<bool, Error<T>> {
		let dealer = complaint.dealer;
		let Some(dealing) = Self::open_dealing(ceremony, receivers, dealer)? else {
			return Ok(false);
		};
		let member_key = member_key.decode().map_err(|_| Error::<T>::CorruptState)?;
		if dealing.judge(member, &member_key, complaint) == Verdict::Complainer {
			return Ok(false);
		}
		let position = usize::from(dealer.get()).saturating_sub(1);
		if !Disqualified::<T>::contains_key(ceremony.number, dealer) {
			if let Some(account) = ceremony.members.get(position) {
				Self::disqualify(ceremony, dealer, account, Fault::WrongShare);
			}
		}
		Ok(true)
	}

	fn open_dealing(
		ceremony: &Ceremony,
		receivers: &[MemberIndex],
		dealer: DealerIndex,
	) -> Result<Option<VerifiedDealing>, Error<T>> {
		let Some(dealing) = Dealings::<T>::get(ceremony.number, dealer) else { return Ok(None) };
		dealing
			.open(&ceremony.sid, dealer, ceremony.threshold, receivers)
			.map(Some)
			.map_err(|_| Error::<T>::CorruptState)
	}

	pub(crate) fn do_confirm(
		member: MemberIndex,
		number: u32,
		confirmation: Confirmation,
	) -> DispatchResult {
		let (ceremony, account) = Self::entitled(number, member, &[Phase::Confirm, Phase::Late])?;
		let stored = Outcomes::<T>::get(number).ok_or(Error::<T>::CorruptState)?;
		let outcome =
			Outcome::from_parts(&ceremony.sid, stored.qualified.into_inner(), &stored.sums)
				.map_err(|_| Error::<T>::CorruptState)?;
		let version = ceremony.new_share_version;
		let Ok(public) = outcome.verify_confirmation(member, &confirmation) else {
			FailedConfirmations::<T>::insert(number, member, ());
			<Self as Committee>::blame(&account, version, Fault::Confirmation);
			return Ok(());
		};
		Confirmations::<T>::insert(number, member, ());
		VerificationKeys::<T>::insert(version, member, public);
		Self::acted(&ceremony, member);
		if ceremony.phase == Phase::Late {
			Self::complete_if_all_confirmed(&ceremony);
		}
		Ok(())
	}

	fn complete_if_all_confirmed(ceremony: &Ceremony) {
		let confirmed = Confirmations::<T>::iter_key_prefix(ceremony.number).count();
		if confirmed < ceremony.members.len() {
			return;
		}
		let share_version = ceremony.new_share_version;
		ShareVersions::<T>::mutate_extant(share_version, |version| {
			version.status = ShareStatus::Active;
		});
		Self::deposit_event(Event::ShareVersionCompleted { share_version });
	}
}
