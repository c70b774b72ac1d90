use crate::{mock::*, *};
use codec::Decode;
use sp_runtime::DigestItem;
use symbolon_api::EpochClock;
use symbolon_crypto::{cover::Subtree, Epoch, Serial};
use symbolon_primitives::{
	digest::{HeaderDigest, ENGINE_ID},
	limits::EPOCH_HISTORY,
	storage,
};

fn leaf(serial: u64) -> Subtree {
	Subtree::leaf(Serial::new(serial).unwrap())
}

#[test]
fn nothing_is_frozen_before_a_key_is_active_and_the_running_epoch_at_once_then() {
	let (_, public) = genesis(1);
	new_test_ext(1).execute_with(|| {
		block_at(START + 70);
		assert_eq!(Snapshots::<Test>::iter().count(), 0);
		activate(public);
		block_at(START + 72);
		let snapshot = Snapshots::<Test>::get(1).expect("the running epoch is frozen");
		assert_eq!(snapshot.epoch, Epoch { number: 1, start: START + 60, end: START + 120 });
		assert_eq!(snapshot.cover_len, 1);
		assert_eq!(CoverChunks::<Test>::get(1, 0).unwrap().to_vec(), vec![Subtree::ROOT]);
		assert!(!Snapshots::<Test>::contains_key(2));
	});
}

#[test]
fn the_next_epoch_is_frozen_a_lead_before_it_starts_and_later_revocations_miss_it() {
	build_and_execute(|_| {
		// Ten blocks of two seconds, since an eighth of a minute is less.
		block_at(START + 39);
		assert!(!Snapshots::<Test>::contains_key(1));
		assert_eq!(Epochs::first_unfrozen().unwrap().number, 1);
		with_world(|world| world.revoked.push(leaf(5)));
		block_at(START + 40);
		let snapshot = Snapshots::<Test>::get(1).unwrap();
		assert_eq!(snapshot.revocations.count, 1);
		assert_eq!(Epochs::first_unfrozen().unwrap().number, 2);
		with_world(|world| world.revoked.push(leaf(9)));
		block_at(START + 59);
		assert_eq!(Snapshots::<Test>::get(1), Some(snapshot.clone()));
		let cover: Vec<_> = CoverChunks::<Test>::iter_prefix_values(1).flatten().collect();
		let revoked = Serial::new(5).unwrap();
		assert!(!cover.iter().any(|subtree| subtree.holds(revoked)));
		assert!(cover.iter().any(|subtree| subtree.holds(Serial::new(9).unwrap())));
		assert_eq!(cover.len(), snapshot.cover_len as usize);
		assert_eq!(cover.len(), 40, "one leaf out of 2^40 leaves one subtree per level");
	});
}

#[test]
fn a_large_cover_is_cut_into_chunks_in_order() {
	build_and_execute(|_| {
		with_world(|world| world.revoked = (0..40).rev().map(|i| leaf(2 * i)).collect());
		block_at(START + 45);
		let snapshot = Snapshots::<Test>::get(1).unwrap();
		assert!(snapshot.chunks() > 1);
		let chunks = CoverChunks::<Test>::iter_prefix(1).count() as u32;
		assert_eq!(chunks, snapshot.chunks());
	});
}

#[test]
fn every_header_holds_one_digest_with_the_state_after_the_block() {
	build_and_execute(|_| {
		use frame_support::traits::Hooks;
		with_world(|world| world.revoked.push(leaf(5)));
		Epochs::on_finalize(1);
		let items: Vec<HeaderDigest> = System::digest()
			.logs
			.iter()
			.filter_map(|item| match item {
				DigestItem::Consensus(id, data) if *id == ENGINE_ID => {
					Some(HeaderDigest::decode(&mut &data[..]).unwrap())
				}
				_ => None,
			})
			.collect();
		assert_eq!(items.len(), 1);
		assert_eq!(items[0].epoch.number, 0);
		assert_eq!(items[0].revocations.count, 1);
		assert_eq!(items[0].key_id, with_world(|world| world.key.clone()).map(|key| key.key_id));
	});
}

#[test]
fn epochs_out_of_the_history_are_pruned() {
	build_and_execute(|_| {
		for number in 1..EPOCH_HISTORY + 4 {
			block_at(START + number * EPOCH);
		}
		(0..4).for_each(|_| block_at(START + (EPOCH_HISTORY + 3) * EPOCH + 1));
		assert_eq!(OldestKept::<Test>::get(), Some(3));
		assert!(!Snapshots::<Test>::contains_key(2));
		assert!(Snapshots::<Test>::contains_key(3));
		assert_eq!(CoverChunks::<Test>::iter_prefix(2).count(), 0);
	});
}

#[test]
fn storage_lies_under_the_keys_that_clients_and_vaults_read() {
	build_and_execute(|_| {
		let one = member(1);
		let pairs = [
			(EpochSchedule::<Test>::hashed_key().to_vec(), storage::epochs::schedule()),
			(SlotMillis::<Test>::hashed_key().to_vec(), storage::epochs::slot_millis()),
			(Snapshots::<Test>::hashed_key_for(3), storage::epochs::snapshot(3)),
			(CoverChunks::<Test>::hashed_key_for(3, 2), storage::epochs::cover_chunk(3, 2)),
			(
				Shares::<Test>::hashed_key_for((3, 2, one)),
				storage::epochs::permit_shares(3, 2, one),
			),
			(
				Permits::<Test>::hashed_key_for(3, Subtree::ROOT),
				storage::epochs::permit(3, &Subtree::ROOT),
			),
		];
		for (position, (ours, theirs)) in pairs.iter().enumerate() {
			assert_eq!(ours, theirs, "pair {position}");
		}
	});
}
