use crate::{mock::*, Barred, Blames, Error, Registrations};
use frame_support::{assert_noop, assert_ok};
use symbolon_primitives::dta::{Fault, Phase};

#[test]
fn all_registered_ends_the_phase_in_the_next_block() {
	build_and_execute(4, |members| {
		assert_eq!(phase(), Some(Phase::Register));
		register_all(members);
		assert_eq!(phase(), Some(Phase::Register));
		next_block();
		assert_eq!(phase(), Some(Phase::Deal));
	});
}

#[test]
fn a_registration_for_another_index_is_blamed_and_bars_its_sender() {
	build_and_execute(4, |members| {
		let (_, message) = registration(&members[0]);
		assert_ok!(Dta::do_register(members[1].index, 1, message));
		assert!(!Registrations::<Test>::contains_key(1, members[1].index));
		assert!(Barred::<Test>::contains_key(1, members[1].index));
		let blame = Blames::<Test>::get(0).unwrap();
		assert_eq!(blame.fault, Fault::Registration);
		assert_eq!(blame.account, [2; 32]);
		let (_, honest) = registration(&members[1]);
		assert_noop!(Dta::do_register(members[1].index, 1, honest), Error::<Test>::NotEntitled);
	});
}

#[test]
fn a_registration_is_taken_once_and_only_in_its_phase_and_ceremony() {
	build_and_execute(4, |members| {
		let (_, message) = registration(&members[0]);
		assert_noop!(Dta::do_register(members[0].index, 2, message), Error::<Test>::WrongPhase);
		assert_ok!(Dta::do_register(members[0].index, 1, message));
		assert_noop!(Dta::do_register(members[0].index, 1, message), Error::<Test>::NotEntitled);
		register_all(&members[1..]);
		next_block();
		assert_noop!(Dta::do_register(members[0].index, 1, message), Error::<Test>::WrongPhase);
	});
}

#[test]
fn fewer_than_the_threshold_fail_and_the_next_ceremony_has_another_number() {
	build_and_execute(4, |members| {
		register_all(&members[..2]);
		pass_deadline();
		assert_eq!(phase(), None);
		assert_eq!(Registrations::<Test>::iter().count(), 0);
		(0..5).for_each(|_| next_block());
		assert_eq!(ceremony().number, 2);
		assert_eq!(phase(), Some(Phase::Register));
	});
}

#[test]
fn the_threshold_goes_on_without_the_missing_member() {
	build_and_execute(4, |members| {
		register_all(&members[..3]);
		pass_deadline();
		assert_eq!(phase(), Some(Phase::Deal));
		assert_eq!(receivers().len(), 3);
	});
}
