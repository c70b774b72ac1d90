use super::course::{confirm_all, outcome, reach_confirm, share};
use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use symbolon_primitives::dta::{Fault, Phase, ShareStatus};

#[test]
fn the_threshold_activates_at_the_deadline_degraded_and_late_confirmations_complete_it() {
	build_and_execute(4, |members| {
		let secrets = reach_confirm(members);
		let late = share(members, &secrets[3], 3).confirm(&outcome(), entropy());
		confirm_all(members, &secrets[..3]);
		next_block();
		assert_eq!(phase(), Some(Phase::Confirm));
		pass_deadline();
		let key = CurrentKey::<Test>::get().expect("three of four are enough");
		let status = || ShareVersions::<Test>::get(key.share_version).unwrap().status;
		assert_eq!(status(), ShareStatus::Degraded);
		assert_eq!(phase(), Some(Phase::Late));
		Dta::do_try_state().unwrap();

		assert_ok!(Dta::do_confirm(members[3].index, 1, late));
		assert_eq!(status(), ShareStatus::Active);
		next_block();
		assert_eq!(phase(), None);
		assert_eq!(VerificationKeys::<Test>::iter().count(), 4);
	});
}

#[test]
fn fewer_than_the_threshold_fail_the_ceremony_and_leave_nothing() {
	build_and_execute(4, |members| {
		let secrets = reach_confirm(members);
		confirm_all(members, &secrets[..2]);
		pass_deadline();
		assert_eq!(phase(), None);
		assert!(!CurrentKey::<Test>::exists());
		assert_eq!(VerificationKeys::<Test>::iter().count(), 0);
		assert_eq!(Confirmations::<Test>::iter().count(), 0);
	});
}

#[test]
fn another_member_s_confirmation_is_blamed_and_counts_as_the_act() {
	build_and_execute(4, |members| {
		let secrets = reach_confirm(members);
		let message = share(members, &secrets[0], 0).confirm(&outcome(), entropy());
		assert_ok!(Dta::do_confirm(members[1].index, 1, message));
		assert!(!Confirmations::<Test>::contains_key(1, members[1].index));
		assert_eq!(Blames::<Test>::get(0).unwrap().fault, Fault::Confirmation);
		let own = share(members, &secrets[1], 1).confirm(&outcome(), entropy());
		assert_noop!(Dta::do_confirm(members[1].index, 1, own), Error::<Test>::NotEntitled);
	});
}
