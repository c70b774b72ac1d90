//! Members' answers.

use crate::{BarredAnswers, Config, Error, Event, Pallet, Partials, Queue, LATE_ANSWERS};
use frame_support::{ensure, pallet_prelude::DispatchResult};
use symbolon_api::{Committee, Identities};
use symbolon_crypto::{extraction::PartialKey, MemberIndex, Purpose};
use symbolon_primitives::{
	dta::{MasterKey, ShareVersion},
	issuance::{PartialPair, QueueEntry},
};

/// Whether a member may still answer `entry`.
pub(crate) fn in_time(entry: &QueueEntry, now: u32) -> bool {
	entry.answered.is_none_or(|answered| now <= answered.saturating_add(LATE_ANSWERS))
}

impl<T: Config> Pallet<T> {
	/// The current key and its share version, if that is `version` and has member `member`.
	pub(crate) fn serving(
		version: u32,
		member: MemberIndex,
	) -> Result<(MasterKey, ShareVersion), Error<T>> {
		let key = T::Committee::current_key().ok_or(Error::NoKey)?;
		ensure!(key.share_version == version, Error::OtherShareVersion);
		let share_version = T::Committee::share_version(version).ok_or(Error::OtherShareVersion)?;
		// A member that never confirmed has no verification key: nobody could check, or report,
		// what it sends.
		let holds = T::Committee::verification_key(version, member).is_some();
		let listed = member.position() < share_version.members.len();
		ensure!(listed && holds, Error::UnknownMember);
		Ok((key, share_version))
	}

	/// Checks that `member` may answer so; reads storage only.
	pub(crate) fn check_answers(
		member: MemberIndex,
		version: u32,
		answers: &[(PartialKey, PartialKey)],
	) -> Result<ShareVersion, Error<T>> {
		let (_, share_version) = Self::serving(version, member)?;
		let rising = answers.is_sorted_by(|(a, _), (b, _)| a.serial < b.serial);
		ensure!(rising && !answers.is_empty(), Error::Malformed);
		for (sign, decrypt) in answers {
			let fits = |partial: &PartialKey, purpose| {
				partial.serial == sign.serial
					&& partial.purpose == purpose
					&& partial.share_version == version
					&& partial.member == member
			};
			let both = fits(sign, Purpose::Sign) && fits(decrypt, Purpose::Decrypt);
			ensure!(both, Error::Malformed);
			Self::check_unanswered(sign, version)?;
		}
		Ok(share_version)
	}

	fn check_unanswered(partial: &PartialKey, version: u32) -> Result<(), Error<T>> {
		let PartialKey { serial, member, .. } = *partial;
		let entry = Queue::<T>::get(serial).ok_or(Error::NotQueued)?;
		ensure!(entry.share_version == version, Error::NotQueued);
		ensure!(!Partials::<T>::contains_key(serial, member), Error::AlreadyAnswered);
		let barred = BarredAnswers::<T>::get(serial, member) == Some(version);
		ensure!(!barred, Error::Barred);
		ensure!(in_time(&entry, Self::now()), Error::TooLate);
		let registration = T::Identities::registration(serial).ok_or(Error::UnknownSerial)?;
		ensure!(registration.revoked.is_none(), Error::AlreadyRevoked);
		Ok(())
	}

	pub(crate) fn do_submit_partials(
		member: MemberIndex,
		version: u32,
		answers: &[(PartialKey, PartialKey)],
	) -> DispatchResult {
		let share_version = Self::check_answers(member, version, answers)?;
		for (sign, decrypt) in answers {
			let serial = sign.serial;
			Partials::<T>::insert(serial, member, PartialPair { sign: *sign, decrypt: *decrypt });
			let mut entry = Queue::<T>::get(serial).ok_or(Error::<T>::NotQueued)?;
			entry.answers = entry.answers.saturating_add(1);
			if entry.answered.is_none() && entry.answers >= share_version.threshold {
				let now = Self::now();
				entry.answered = Some(now);
				Self::schedule_pruning(serial, now);
				Self::deposit_event(Event::KeyAnswered { serial });
			}
			Queue::<T>::insert(serial, entry);
		}
		let answers = u32::try_from(answers.len()).unwrap_or(u32::MAX);
		Self::deposit_event(Event::PartialsSubmitted { member, share_version: version, answers });
		Ok(())
	}
}
