//! Time: which epoch it is, and the statement of it in every header.

use crate::*;
use frame_support::traits::Time;
use sp_runtime::{traits::UniqueSaturatedInto, DispatchError};
use symbolon_api::{Committee, EpochClock, Identities};
use symbolon_crypto::Epoch;
use symbolon_primitives::digest::HeaderDigest;

impl<T: Config> Pallet<T> {
	/// Number of the block under way.
	pub(crate) fn now() -> u32 {
		frame_system::Pallet::<T>::block_number().unique_saturated_into()
	}

	/// Hash of the genesis block.
	pub(crate) fn genesis_hash() -> [u8; 32] {
		let first = frame_system::pallet_prelude::BlockNumberFor::<T>::default();
		frame_system::Pallet::<T>::block_hash(first).0
	}

	/// The block's time, Unix seconds.
	pub(crate) fn seconds() -> u64 {
		T::Time::now() / 1000
	}

	/// State after this block. Before the schedule begins the epoch is its first.
	pub(crate) fn header_digest() -> HeaderDigest {
		let schedule = EpochSchedule::<T>::get();
		let epoch = schedule
			.epoch_at(Self::seconds())
			.or_else(|| schedule.epoch(schedule.0.first()?.first_number))
			.unwrap_or(Epoch { number: 0, start: 0, end: 0 });
		HeaderDigest {
			key_id: T::Committee::current_key().map(|key| key.key_id),
			epoch,
			revocations: T::Identities::revocations(),
			conflict: false,
		}
	}
}

impl<T: Config> EpochClock for Pallet<T> {
	fn current() -> Result<Epoch, DispatchError> {
		EpochSchedule::<T>::get()
			.epoch_at(Self::seconds())
			.ok_or(Error::<T>::OutsideSchedule.into())
	}

	fn first_unfrozen() -> Result<Epoch, DispatchError> {
		let schedule = EpochSchedule::<T>::get();
		let current = Self::current()?;
		// At most the present and the next one are frozen.
		(current.number..current.number.saturating_add(3))
			.find(|number| !Snapshots::<T>::contains_key(number))
			.and_then(|number| schedule.epoch(number))
			.ok_or(Error::<T>::OutsideSchedule.into())
	}
}
