use super::answer;
use crate::{mock::*, Error, Event, Partials, Queue};
use frame_support::{assert_noop, assert_ok};
use symbolon_api::KeyQueue;
use symbolon_primitives::{issuance::QueueEntry, limits::MAX_QUEUE};

#[test]
fn a_registered_serial_waits_for_the_serving_share_version() {
	build_and_execute(|| {
		System::set_block_number(5);
		request(7);
		let entry = QueueEntry { queued: 5, share_version: 1, answers: 0, answered: None };
		assert_eq!(Queue::<Test>::get(serial(7)), Some(entry));
		System::assert_last_event(
			Event::KeyRequested { serial: serial(7), share_version: 1 }.into(),
		);
		assert_noop!(Issuance::enqueue(serial(7)), Error::<Test>::AlreadyQueued);
	});
}

#[test]
fn nothing_is_queued_without_a_key() {
	build_and_execute(|| {
		Key::set(None);
		register_only(7);
		assert_noop!(Issuance::enqueue(serial(7)), Error::<Test>::NoKey);
	});
}

#[test]
fn the_queue_is_bounded() {
	new_ext().execute_with(|| {
		let entry = QueueEntry { queued: 1, share_version: 1, answers: 0, answered: None };
		for number in 0..u64::from(MAX_QUEUE) - 1 {
			Queue::<Test>::insert(serial(number), entry.clone());
		}
		assert!(Issuance::has_room(1) && !Issuance::has_room(2) && !Issuance::has_room(u32::MAX));
		let last = u64::from(MAX_QUEUE);
		assert_ok!(Issuance::enqueue(serial(last)));
		assert!(!Issuance::has_room(1) && Issuance::has_room(0));
		assert_noop!(Issuance::enqueue(serial(last + 1)), Error::<Test>::QueueFull);
	});
}

#[test]
fn a_revoked_serial_is_withdrawn_unless_it_was_answered() {
	build_and_execute(|| {
		request(7);
		request(8);
		answer(7, &[1, 2]);
		answer(8, &[1, 2, 3]);
		for number in [7, 8, 9] {
			Issuance::withdraw(serial(number));
		}
		set_revoked(7);
		set_revoked(8);
		assert_eq!(Queue::<Test>::count(), 1);
		assert_eq!(Partials::<Test>::iter_prefix(serial(7)).count(), 0);
		assert_eq!(Partials::<Test>::iter_prefix(serial(8)).count(), 3);
		System::assert_last_event(Event::KeyWithdrawn { serial: serial(7) }.into());
	});
}
