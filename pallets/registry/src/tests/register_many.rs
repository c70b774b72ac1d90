use crate::{mock::*, Error, Names, Registrations};
use frame_support::{assert_noop, assert_ok, BoundedVec};
use symbolon_primitives::{limits::MAX_REGISTER_BATCH, registry::RegistrationRequest};

fn batch(requests: Vec<RegistrationRequest>) -> crate::Requests {
	BoundedVec::try_from(requests).unwrap()
}

#[test]
fn a_batch_registers_all_in_order_over_blocks_and_namespaces() {
	ExtBuilder::default().build_and_execute(|| {
		let requests = vec![
			request("a@tiny", 1),
			request("b@acme", 2),
			request("c@tiny", 3),
			request("d@tiny", 4),
		];
		assert_ok!(Registry::register_many(RuntimeOrigin::signed(alice()), batch(requests)));
		for (identity, expected) in [("a@tiny", 0), ("b@acme", 8), ("c@tiny", 1), ("d@tiny", 20)] {
			assert_eq!(Names::<Test>::get(name(identity)), Some(serial(expected)));
		}
		assert_eq!(Queued::get().len(), 4);
		assert_eq!(System::events().len(), 4);
	});
}

#[test]
fn the_largest_batch_registers() {
	ExtBuilder::default().build_and_execute(|| {
		let requests = (0..MAX_REGISTER_BATCH as u8)
			.map(|seed| request(&format!("d{seed}@acme"), seed))
			.collect();
		assert_ok!(Registry::register_many(RuntimeOrigin::signed(alice()), batch(requests)));
		assert_eq!(namespace("acme").registered, MAX_REGISTER_BATCH);
	});
}

#[test]
fn one_bad_request_refuses_the_batch() {
	ExtBuilder::default().build_and_execute(|| {
		let origin = RuntimeOrigin::signed(alice());
		assert_ok!(Registry::register(origin.clone(), request("taken@acme", 100)));
		let mut moved = request("x@acme", 3);
		moved.identity = name("c@acme");
		for (bad, error) in [
			(request("a@acme", 3), Error::<Test>::NameTaken),
			(request("taken@acme", 3), Error::<Test>::NameTaken),
			(request("c@acme", 1), Error::<Test>::TransportKeySeen),
			(request("c@acme", 100), Error::<Test>::TransportKeySeen),
			(request("c@beta", 3), Error::<Test>::WrongRegistrar),
			(request("c@nowhere", 3), Error::<Test>::UnknownNamespace),
			(moved, Error::<Test>::BadPossession),
		] {
			let requests = vec![request("a@acme", 1), request("b@tiny", 2), bad];
			assert_noop!(Registry::register_many(origin.clone(), batch(requests)), error);
		}
		assert_eq!(Registrations::<Test>::iter().count(), 1);
		assert_eq!(Queued::get().len(), 1);
	});
}

#[test]
fn a_batch_counts_whole_against_quota_and_room() {
	ExtBuilder::default().build_and_execute(|| {
		let origin = RuntimeOrigin::signed(alice());
		let four = |space: &str| {
			let requests = (1..=4).map(|seed| request(&format!("d{seed}@{space}"), seed));
			batch(requests.collect())
		};
		assert_noop!(
			Registry::register_many(origin.clone(), four("tiny")),
			Error::<Test>::RegistrationQuota
		);
		Room::set(3);
		assert_noop!(
			Registry::register_many(origin.clone(), four("acme")),
			Error::<Test>::QueueFull
		);
		assert_noop!(Registry::register_many(origin, batch(vec![])), Error::<Test>::EmptyBatch);
	});
}
