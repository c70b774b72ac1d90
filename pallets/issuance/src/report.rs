//! Reports of wrong partial keys: the runtime checks, and blames one of the two.

use crate::{
	BarredAnswers, BarredReports, Config, Error, Event, Pallet, Partials, Queue, LOG_TARGET,
};
use frame_support::{ensure, pallet_prelude::DispatchResult};
use symbolon_api::{Committee, Identities};
use symbolon_crypto::{
	extraction::{KeyRequest, PartialKey},
	MemberIndex, Purpose, Serial,
};
use symbolon_primitives::{
	dta::{Fault, MasterKey, ShareVersion},
	issuance::PartialPair,
};

/// A report that is allowed, with what it is about.
pub(crate) struct Reportable {
	key: MasterKey,
	share_version: ShareVersion,
	pair: PartialPair,
}

impl<T: Config> Pallet<T> {
	/// Checks that `reporter` may report so; reads storage only.
	pub(crate) fn check_report(
		reporter: MemberIndex,
		version: u32,
		serial: Serial,
		accused: MemberIndex,
	) -> Result<Reportable, Error<T>> {
		let (key, share_version) = Self::serving(version, reporter)?;
		ensure!(accused.position() < share_version.members.len(), Error::UnknownMember);
		let entry = Queue::<T>::get(serial).ok_or(Error::NotQueued)?;
		ensure!(entry.share_version == version, Error::NotQueued);
		let pair = Partials::<T>::get(serial, accused).ok_or(Error::NoPartial)?;
		ensure!(!BarredReports::<T>::contains_key(serial, reporter), Error::Barred);
		Ok(Reportable { key, share_version, pair })
	}

	pub(crate) fn do_report_partial(
		reporter: MemberIndex,
		version: u32,
		serial: Serial,
		accused: MemberIndex,
		purpose: Purpose,
	) -> DispatchResult {
		let reportable = Self::check_report(reporter, version, serial, accused)?;
		let Reportable { key, share_version, pair } = reportable;
		let partial = match purpose {
			Purpose::Sign => &pair.sign,
			Purpose::Decrypt => &pair.decrypt,
		};
		if Self::is_right(&key, partial)? {
			BarredReports::<T>::insert(serial, reporter, ());
			Self::blame(&share_version, version, reporter, Fault::FalseReport);
			Self::deposit_event(Event::FalseReport { serial, reporter, accused });
		} else {
			Self::refute(serial, accused, version, &share_version)?;
			Self::blame(&share_version, version, accused, Fault::PartialKey);
			Self::deposit_event(Event::PartialRefuted { serial, member: accused, purpose });
		}
		Ok(())
	}

	/// The public check of a partial key that lies on chain.
	fn is_right(key: &MasterKey, partial: &PartialKey) -> Result<bool, Error<T>> {
		let PartialKey { serial, purpose, share_version, member, .. } = *partial;
		let registration = T::Identities::registration(serial).ok_or(Error::UnknownSerial)?;
		let transport = registration.transport.point.decode().map_err(|_| Error::Undecodable)?;
		let public = T::Committee::verification_key(share_version, member)
			.ok_or(Error::UnknownMember)?
			.decode()
			.map_err(|_| Error::Undecodable)?;
		let identity = registration.identity;
		let request = KeyRequest { key_id: key.key_id, serial, identity, purpose };
		Ok(partial.verify(&request, &transport, &public).is_ok())
	}

	/// Removes a wrong pair, so that it no longer counts.
	fn refute(
		serial: Serial,
		member: MemberIndex,
		version: u32,
		share_version: &ShareVersion,
	) -> DispatchResult {
		let mut entry = Queue::<T>::get(serial).ok_or(Error::<T>::NotQueued)?;
		Partials::<T>::remove(serial, member);
		BarredAnswers::<T>::insert(serial, member, version);
		entry.answers = entry.answers.saturating_sub(1);
		log::warn!(target: LOG_TARGET, "member {member} answered serial {serial} wrongly");
		if entry.answers < share_version.threshold {
			entry.answered = None;
			let registration = T::Identities::registration(serial);
			if registration.is_none_or(|registration| registration.revoked.is_some()) {
				// Nobody may answer it any more, so it would wait for ever.
				Self::drop_entry(serial);
				Self::deposit_event(Event::KeyWithdrawn { serial });
				return Ok(());
			}
		}
		Queue::<T>::insert(serial, entry);
		Ok(())
	}

	fn blame(share_version: &ShareVersion, version: u32, member: MemberIndex, fault: Fault) {
		if let Some(account) = share_version.members.get(member.position()) {
			T::Committee::blame(account, version, fault);
		}
	}
}
