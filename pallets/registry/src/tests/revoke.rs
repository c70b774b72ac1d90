use crate::{mock::*, Error, Event, Registrations, RevocationLog, Revocations, RevokedIndex};
use frame_support::{assert_noop, assert_ok};
use symbolon_crypto::cover::Subtree;
use symbolon_primitives::{epochs::RevocationHead, limits::MAX_REVOCATIONS, registry::IndexKey};

fn register(identity: &str, seed: u8) {
	let owner = if identity.ends_with("@beta") { bob() } else { alice() };
	assert_ok!(Registry::register(RuntimeOrigin::signed(owner), request(identity, seed)));
}

#[test]
fn a_revocation_is_logged_indexed_and_counted() {
	ExtBuilder::default().build_and_execute(|| {
		register("a@acme", 1);
		register("b@acme", 2);
		let origin = RuntimeOrigin::signed(alice());
		assert_ok!(Registry::revoke(origin.clone(), serial(9)));
		assert_ok!(Registry::revoke(origin, serial(8)));

		let (first, second) = (Subtree::leaf(serial(9)), Subtree::leaf(serial(8)));
		assert_eq!(RevocationLog::<Test>::get(0), Some(first));
		assert_eq!(RevokedIndex::<Test>::get(IndexKey::new(&second)), Some(1));
		let head = RevocationHead::default().append(&first).append(&second);
		assert_eq!(Revocations::<Test>::get(), head);
		assert_eq!(Registrations::<Test>::get(serial(8)).unwrap().revoked, Some(1));
		assert_eq!(namespace("acme").revoked, 2);
		assert!(Queued::get().is_empty(), "a waiting request is withdrawn");
		System::assert_last_event(
			Event::Revoked { serial: serial(8), position: 1, effective: NEXT_EPOCH }.into(),
		);
	});
}

#[test]
fn only_the_registrar_revokes_and_only_once() {
	ExtBuilder::default().build_and_execute(|| {
		register("a@acme", 1);
		for stranger in [bob(), mallory()] {
			assert_noop!(
				Registry::revoke(RuntimeOrigin::signed(stranger), serial(8)),
				Error::<Test>::WrongRegistrar
			);
		}
		assert_noop!(
			Registry::revoke(RuntimeOrigin::root(), serial(8)),
			sp_runtime::DispatchError::BadOrigin
		);
		let origin = RuntimeOrigin::signed(alice());
		for unknown in [0, 9, (1 << 40) - 1] {
			assert_noop!(
				Registry::revoke(origin.clone(), serial(unknown)),
				Error::<Test>::UnknownSerial
			);
		}
		assert_ok!(Registry::revoke(origin.clone(), serial(8)));
		assert_noop!(Registry::revoke(origin, serial(8)), Error::<Test>::AlreadyRevoked);
	});
}

#[test]
fn the_quota_of_revocations_is_kept() {
	ExtBuilder::default().build_and_execute(|| {
		register("a@tiny", 1);
		register("b@tiny", 2);
		let origin = RuntimeOrigin::signed(alice());
		assert_ok!(Registry::revoke(origin.clone(), serial(0)));
		assert_noop!(Registry::revoke(origin, serial(1)), Error::<Test>::RevocationQuota);
	});
}

#[test]
fn the_chain_holds_a_bounded_number_of_revocations() {
	ExtBuilder::default().build_and_execute(|| {
		register("a@acme", 1);
		let before = Revocations::<Test>::get();
		Revocations::<Test>::mutate(|head| head.count = MAX_REVOCATIONS.into());
		assert_noop!(
			Registry::revoke(RuntimeOrigin::signed(alice()), serial(8)),
			Error::<Test>::TooManyRevocations
		);
		Revocations::<Test>::put(before);
	});
}

#[test]
fn nothing_is_revoked_when_no_epoch_can_be_named() {
	ExtBuilder::default().build_and_execute(|| {
		register("a@acme", 1);
		Unfrozen::set(None);
		let result = Registry::revoke(RuntimeOrigin::signed(alice()), serial(8));
		assert_eq!(result, Err("no epoch".into()));
		assert_eq!(Registrations::<Test>::get(serial(8)).unwrap().revoked, None);
		assert!(Queued::get().contains(&8));
	});
}
