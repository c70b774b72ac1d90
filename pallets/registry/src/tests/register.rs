use crate::{mock::*, Error, Event, Names, Registrations, TransportKeys};
use frame_support::{assert_noop, assert_ok};
use symbolon_crypto::{G1Bytes, ScalarBytes};
use symbolon_primitives::registry::transport_key_hash;

#[test]
fn an_identity_gets_a_serial_and_its_key_is_requested() {
	ExtBuilder::default().build_and_execute(|| {
		let asked = request("pump-7@acme", 1);
		assert_ok!(Registry::register(RuntimeOrigin::signed(alice()), asked.clone()));

		let registration = Registrations::<Test>::get(serial(8)).unwrap();
		assert_eq!(registration.identity, asked.identity);
		assert_eq!(registration.transport, asked.transport);
		assert_eq!((registration.key_no, registration.registered), (1, 1));
		assert_eq!(registration.revoked, None);
		assert_eq!(Names::<Test>::get(&asked.identity), Some(serial(8)));
		let hash = transport_key_hash(&asked.transport.point);
		assert_eq!(TransportKeys::<Test>::get(hash), Some(serial(8)));
		assert_eq!(namespace("acme").registered, 1);
		assert!(Queued::get().contains(&8));
		let identity = asked.identity;
		System::assert_last_event(
			Event::Registered { serial: serial(8), identity, key_no: 1 }.into(),
		);
	});
}

#[test]
fn a_full_block_is_followed_by_an_aligned_one() {
	ExtBuilder::default().build_and_execute(|| {
		for (seed, expected) in [(1, 0), (2, 1), (3, 20)] {
			let asked = request(&format!("d{seed}@tiny"), seed);
			assert_ok!(Registry::register(RuntimeOrigin::signed(alice()), asked.clone()));
			assert_eq!(Names::<Test>::get(&asked.identity), Some(serial(expected)));
		}
		assert_eq!(namespace("tiny").blocks.to_vec(), [0, 20]);
		// `acme` has room in its first block still and keeps to it.
		assert_ok!(Registry::register(RuntimeOrigin::signed(alice()), request("a@acme", 9)));
		assert_eq!(Names::<Test>::get(name("a@acme")), Some(serial(8)));
	});
}

#[test]
fn only_the_registrar_of_the_namespace_registers() {
	ExtBuilder::default().build_and_execute(|| {
		for stranger in [bob(), mallory()] {
			assert_noop!(
				Registry::register(RuntimeOrigin::signed(stranger), request("a@acme", 1)),
				Error::<Test>::WrongRegistrar
			);
		}
		assert_noop!(
			Registry::register(RuntimeOrigin::root(), request("a@acme", 1)),
			sp_runtime::DispatchError::BadOrigin
		);
		assert_noop!(
			Registry::register(RuntimeOrigin::none(), request("a@acme", 1)),
			sp_runtime::DispatchError::BadOrigin
		);
		assert_noop!(
			Registry::register(RuntimeOrigin::signed(alice()), request("a@nowhere", 1)),
			Error::<Test>::UnknownNamespace
		);
	});
}

#[test]
fn a_name_is_taken_once_also_after_its_revocation() {
	ExtBuilder::default().build_and_execute(|| {
		let origin = RuntimeOrigin::signed(alice());
		assert_ok!(Registry::register(origin.clone(), request("a@acme", 1)));
		assert_noop!(
			Registry::register(origin.clone(), request("a@acme", 2)),
			Error::<Test>::NameTaken
		);
		assert_ok!(Registry::revoke(origin.clone(), serial(8)));
		assert_noop!(Registry::register(origin, request("a@acme", 2)), Error::<Test>::NameTaken);
	});
}

#[test]
fn a_transport_key_is_taken_once_on_the_whole_chain() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(Registry::register(RuntimeOrigin::signed(alice()), request("a@acme", 1)));
		assert_noop!(
			Registry::register(RuntimeOrigin::signed(alice()), request("b@acme", 1)),
			Error::<Test>::TransportKeySeen
		);
		assert_noop!(
			Registry::register(RuntimeOrigin::signed(bob()), request("a@beta", 1)),
			Error::<Test>::TransportKeySeen
		);
		assert_ok!(Registry::revoke(RuntimeOrigin::signed(alice()), serial(8)));
		assert_noop!(
			Registry::register(RuntimeOrigin::signed(alice()), request("b@acme", 1)),
			Error::<Test>::TransportKeySeen
		);
	});
}

#[test]
fn the_proof_holds_for_its_name_key_and_transport_key_only() {
	ExtBuilder::default().build_and_execute(|| {
		let origin = RuntimeOrigin::signed(alice());
		let good = request("a@acme", 1);

		let mut renamed = good.clone();
		renamed.identity = name("b@acme");
		let mut swapped = good.clone();
		swapped.transport.point = request("a@acme", 2).transport.point;
		let mut forged = good.clone();
		forged.transport.proof = request("a@acme", 3).transport.proof;
		let foreign = request_under(&key(2).key_id, "a@acme", 1);
		for bad in [renamed, swapped, forged, foreign] {
			assert_noop!(Registry::register(origin.clone(), bad), Error::<Test>::BadPossession);
		}
		assert_ok!(Registry::register(origin, good));
	});
}

#[test]
fn bytes_that_do_not_decode_are_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let origin = RuntimeOrigin::signed(alice());
		let good = request("a@acme", 1);
		let mut identity_point = [0u8; 48];
		identity_point[0] = 0xc0;
		for point in [[0xff; 48], [0; 48], identity_point] {
			let mut bad = good.clone();
			bad.transport.point = G1Bytes(point);
			assert_noop!(Registry::register(origin.clone(), bad), Error::<Test>::BadTransportKey);
		}
		let mut bad = good;
		bad.transport.proof.z = ScalarBytes([0xff; 32]);
		assert_noop!(Registry::register(origin, bad), Error::<Test>::BadTransportKey);
	});
}

#[test]
fn quotas_and_room_are_kept() {
	ExtBuilder::default().build_and_execute(|| {
		let origin = RuntimeOrigin::signed(alice());
		Room::set(3);
		for seed in 1..=3 {
			let asked = request(&format!("d{seed}@tiny"), seed);
			assert_ok!(Registry::register(origin.clone(), asked));
		}
		assert_noop!(
			Registry::register(origin.clone(), request("a@acme", 4)),
			Error::<Test>::QueueFull
		);
		Room::set(4);
		assert_noop!(
			Registry::register(origin.clone(), request("d4@tiny", 4)),
			Error::<Test>::RegistrationQuota
		);
		assert_ok!(Registry::register(origin, request("a@acme", 4)));
	});
}

#[test]
fn nothing_is_registered_before_there_is_a_key() {
	ExtBuilder::default().build_and_execute(|| {
		Key::set(None);
		assert_noop!(
			Registry::register(RuntimeOrigin::signed(alice()), request("a@acme", 1)),
			Error::<Test>::NoKey
		);
	});
}

#[test]
fn serials_end_at_two_to_the_forty() {
	ExtBuilder::default().build_and_execute(|| {
		let origin = RuntimeOrigin::signed(alice());
		for seed in 1..=2 {
			assert_ok!(Registry::register(origin.clone(), request(&format!("d{seed}@tiny"), seed)));
		}
		let next = crate::NextBlock::<Test>::get();
		crate::NextBlock::<Test>::put((1 << 40) - 1);
		assert_noop!(
			Registry::register(origin.clone(), request("d3@tiny", 3)),
			Error::<Test>::BlocksExhausted
		);
		crate::NextBlock::<Test>::put(next);
		assert_ok!(Registry::register(origin, request("d3@tiny", 3)));
	});
}
