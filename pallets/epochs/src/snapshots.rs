//! Freezing of snapshots, and pruning of old epochs.

use crate::*;
use alloc::vec::Vec;
use symbolon_api::{Committee, Identities};
use symbolon_crypto::{
	cover::{cover, Subtree},
	Epoch,
};
use symbolon_primitives::{
	epochs::{CoverChunk, Snapshot},
	limits::{lead, EPOCH_HISTORY, MAX_PRUNED_PERMITS_PER_BLOCK, PERMITS_PER_CHUNK},
};

impl<T: Config> Pallet<T> {
	/// Freezes what is due and prunes a little. Once a block, after the timestamp inherent:
	/// revocations of the block itself miss the snapshot.
	pub(crate) fn tick() {
		let time = Self::seconds();
		let schedule = EpochSchedule::<T>::get();
		let Some(current) = schedule.epoch_at(time) else { return };
		Self::prune(current.number);
		let Some(key) = T::Committee::current_key() else { return };
		// The running epoch: frozen long ago, unless the key is new or the chain stood still.
		Self::freeze(&current, key.key_no);
		let Some(next) = schedule.epoch(current.number.saturating_add(1)) else { return };
		let lead = lead(next.length(), SlotMillis::<T>::get());
		if time >= next.start.saturating_sub(lead) {
			Self::freeze(&next, key.key_no);
		}
	}

	fn freeze(epoch: &Epoch, key_no: u32) {
		if Snapshots::<T>::contains_key(epoch.number) {
			return;
		}
		let revocations = T::Identities::revocations();
		let subtrees: Vec<Subtree> =
			cover(T::Identities::revoked_sorted(revocations.count)).collect();
		let cover_len = subtrees.len() as u32;
		for (chunk, part) in (0u32..).zip(subtrees.chunks(PERMITS_PER_CHUNK as usize)) {
			let part = CoverChunk::truncate_from(part.to_vec());
			CoverChunks::<T>::insert(epoch.number, chunk, part);
		}
		Snapshots::<T>::insert(
			epoch.number,
			Snapshot {
				epoch: *epoch,
				key_no,
				revocations,
				cover_len,
				frozen: Self::now(),
				published: 0,
			},
		);
		if !OldestKept::<T>::exists() {
			OldestKept::<T>::put(epoch.number);
		}
		log::info!(
			target: LOG_TARGET,
			"epoch {} frozen: {} revocations, cover of {cover_len}",
			epoch.number, revocations.count,
		);
		Self::deposit_event(Event::SnapshotFrozen {
			epoch: *epoch,
			revocations: revocations.count,
			cover_len,
		});
	}

	/// Removes a bounded part of the oldest epoch that is out of the history.
	fn prune(current: u64) {
		let Some(oldest) = OldestKept::<T>::get() else { return };
		if oldest.saturating_add(EPOCH_HISTORY) >= current {
			return;
		}
		let limit = MAX_PRUNED_PERMITS_PER_BLOCK;
		let mut left = false;
		left |= Permits::<T>::clear_prefix(oldest, limit, None).maybe_cursor.is_some();
		left |= CoverChunks::<T>::clear_prefix(oldest, limit, None).maybe_cursor.is_some();
		left |= Shares::<T>::clear_prefix((oldest,), limit, None).maybe_cursor.is_some();
		left |= Ready::<T>::clear_prefix(oldest, limit, None).maybe_cursor.is_some();
		left |= Published::<T>::clear_prefix(oldest, limit, None).maybe_cursor.is_some();
		left |= BarredSubmitters::<T>::clear_prefix((oldest,), limit, None).maybe_cursor.is_some();
		if !left {
			Snapshots::<T>::remove(oldest);
			OldestKept::<T>::put(oldest.saturating_add(1));
		}
	}
}
