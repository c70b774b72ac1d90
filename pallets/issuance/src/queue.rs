//! The queue: requests come in from the registry and the registrars, and are pruned.

use crate::{
	BarredReports, Config, Error, Event, Pallet, Partials, PruneLog, PruneRange, Queue, WeightInfo,
	LOG_TARGET,
};
use frame_support::{ensure, pallet_prelude::DispatchResult, weights::Weight};
use sp_runtime::traits::UniqueSaturatedInto;
use symbolon_api::{Committee, Identities, KeyQueue};
use symbolon_crypto::Serial;
use symbolon_primitives::{
	issuance::QueueEntry,
	limits::{MAX_MEMBERS, MAX_PRUNED_PER_BLOCK, MAX_QUEUE, REPORT_WINDOW},
	Account, BlockNumber,
};

impl<T: Config> KeyQueue for Pallet<T> {
	fn has_room(more: u32) -> bool {
		Queue::<T>::count().checked_add(more).is_some_and(|total| total <= MAX_QUEUE)
	}

	fn enqueue(serial: Serial) -> DispatchResult {
		let key = T::Committee::current_key().ok_or(Error::<T>::NoKey)?;
		ensure!(!Queue::<T>::contains_key(serial), Error::<T>::AlreadyQueued);
		ensure!(Self::has_room(1), Error::<T>::QueueFull);
		let share_version = key.share_version;
		let queued = Self::now();
		Queue::<T>::insert(
			serial,
			QueueEntry { queued, share_version, answers: 0, answered: None },
		);
		Self::deposit_event(Event::KeyRequested { serial, share_version });
		Ok(())
	}

	fn withdraw(serial: Serial) {
		if Queue::<T>::get(serial).is_some_and(|entry| entry.answered.is_none()) {
			Self::drop_entry(serial);
			Self::deposit_event(Event::KeyWithdrawn { serial });
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Number of the present block.
	pub(crate) fn now() -> BlockNumber {
		frame_system::Pallet::<T>::block_number().unique_saturated_into()
	}

	/// Checks that `who` may have `serial` queued again; reads storage only.
	pub(crate) fn check_again(who: &Account, serial: Serial) -> Result<(), Error<T>> {
		let registration = T::Identities::registration(serial).ok_or(Error::UnknownSerial)?;
		ensure!(T::Identities::is_registrar_of(who, serial), Error::WrongRegistrar);
		ensure!(registration.revoked.is_none(), Error::AlreadyRevoked);
		let key = T::Committee::current_key().ok_or(Error::NoKey)?;
		ensure!(registration.key_no == key.key_no, Error::OtherKey);
		match Queue::<T>::get(serial) {
			// A request that another share version left unanswered will never be answered.
			Some(entry) => {
				let abandoned =
					entry.answered.is_none() && entry.share_version != key.share_version;
				ensure!(abandoned, Error::AlreadyQueued);
			}
			None => ensure!(Self::has_room(1), Error::QueueFull),
		}
		Ok(())
	}

	pub(crate) fn do_request_again(who: &T::AccountId, serial: Serial) -> DispatchResult {
		Self::check_again(&who.clone().into(), serial)?;
		Self::drop_entry(serial);
		Self::enqueue(serial)
	}

	/// Removes a request and its answers.
	pub(crate) fn drop_entry(serial: Serial) {
		Queue::<T>::remove(serial);
		// Both have at most one entry for each member, so that one pass removes all.
		let _ = Partials::<T>::clear_prefix(serial, MAX_MEMBERS, None);
		let _ = BarredReports::<T>::clear_prefix(serial, MAX_MEMBERS, None);
	}

	/// Remembers that `serial` is to be pruned `REPORT_WINDOW` blocks after `answered`.
	pub(crate) fn schedule_pruning(serial: Serial, answered: BlockNumber) {
		// Blocks only rise and the window is constant: the log is in the order of pruning.
		PruneRange::<T>::mutate(|(_, end)| {
			PruneLog::<T>::insert(*end, (serial, answered));
			*end = end.saturating_add(1);
		});
	}

	/// Prunes what is due, as far as `remaining` goes; gives the weight used. What is left over is
	/// pruned in later blocks.
	pub(crate) fn prune(now: BlockNumber, remaining: Weight) -> Weight {
		let base = T::WeightInfo::prune_base();
		let one = T::WeightInfo::prune_one();
		let Some(left) = remaining.checked_sub(&base) else { return Weight::zero() };
		let affordable = left.checked_div_per_component(&one).unwrap_or(u64::MAX);
		let limit = affordable.min(MAX_PRUNED_PER_BLOCK.into());
		let (first, end) = PruneRange::<T>::get();
		let mut position = first;
		while position < end && position.saturating_sub(first) < limit {
			let due = PruneLog::<T>::get(position);
			if due.is_some_and(|(_, answered)| answered.saturating_add(REPORT_WINDOW) > now) {
				break;
			}
			if let Some((serial, answered)) = due {
				Self::prune_serial(serial, answered);
			}
			PruneLog::<T>::remove(position);
			position = position.saturating_add(1);
		}
		if position != first {
			PruneRange::<T>::put((position, end));
			log::debug!(target: LOG_TARGET, "block {now}: prune log from {first} to {position}");
		}
		base.saturating_add(one.saturating_mul(position.saturating_sub(first)))
	}

	fn prune_serial(serial: Serial, answered: BlockNumber) {
		// Otherwise a refuted answer took the request below the threshold in the meantime: it is
		// in the log again once it gets there, or it was withdrawn.
		if Queue::<T>::get(serial).is_some_and(|entry| entry.answered == Some(answered)) {
			Self::drop_entry(serial);
			Self::deposit_event(Event::PartialsPruned { serial });
		}
	}
}
