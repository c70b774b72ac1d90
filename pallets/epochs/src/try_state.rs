//! Invariants of the pallet's state.

use crate::*;
use alloc::vec::Vec;
use frame_support::ensure;
use sp_runtime::TryRuntimeError;
use symbolon_crypto::cover::Subtree;

impl<T: Config> Pallet<T> {
	/// Checks that
	///
	/// * the schedule is not empty, ascending and contiguous;
	/// * a snapshot's epoch is the schedule's, its chunks make up its cover, ascending and disjoint;
	/// * as many chunks are marked as published as the snapshot says, and exactly the subtrees of
	///   published chunks have permits;
	/// * no shares are left for a published chunk.
	///
	/// Epochs that are being pruned are left out.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_schedule()?;
		let kept = OldestKept::<T>::get();
		for (number, snapshot) in Snapshots::<T>::iter() {
			if Some(number) == kept && Snapshots::<T>::iter_keys().count() > 1 {
				continue;
			}
			let scheduled = EpochSchedule::<T>::get().epoch(number);
			ensure!(scheduled == Some(snapshot.epoch), "snapshot of another interval");
			Self::check_cover(number, &snapshot)?;
		}
		Ok(())
	}

	fn check_schedule() -> Result<(), TryRuntimeError> {
		let schedule = EpochSchedule::<T>::get().0;
		ensure!(!schedule.is_empty(), "empty schedule");
		for pair in schedule.windows(2) {
			let (before, after) = (pair[0], pair[1]);
			let epochs = after.first_number.saturating_sub(before.first_number);
			ensure!(after.first_number > before.first_number, "schedule does not rise");
			ensure!(after.start == before.start + epochs * before.length, "gap in the schedule");
		}
		Ok(())
	}

	fn check_cover(
		number: u64,
		snapshot: &symbolon_primitives::epochs::Snapshot,
	) -> Result<(), TryRuntimeError> {
		let mut all: Vec<Subtree> = Vec::new();
		let mut published = 0;
		for chunk in 0..snapshot.chunks() {
			let part = CoverChunks::<T>::get(number, chunk).ok_or("chunk missing")?;
			let open = !Published::<T>::contains_key(number, chunk);
			published += u32::from(!open);
			let permits =
				part.iter().filter(|subtree| Permits::<T>::contains_key(number, subtree)).count();
			ensure!(permits == if open { 0 } else { part.len() }, "permits do not match the chunk");
			let shares = Shares::<T>::iter_prefix((number, chunk)).count();
			ensure!(open || shares == 0, "shares of a published chunk");
			all.extend(part);
		}
		ensure!(all.len() == snapshot.cover_len as usize, "cover of another length");
		ensure!(all.windows(2).all(|pair| pair[0].end() <= pair[1].first()), "cover out of order");
		ensure!(published == snapshot.published, "published count");
		Ok(())
	}
}
