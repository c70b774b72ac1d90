use super::answer;
use crate::{mock::*, Call, Error, Event, Partials, Queue};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::AccountId32;
use symbolon_crypto::Purpose;
use symbolon_primitives::{
	issuance::QueueEntry,
	limits::{MAX_QUEUE, REPORT_WINDOW},
	refusal::Refusal,
};

fn again(who: AccountId32, number: u64) -> sp_runtime::DispatchResult {
	Issuance::request_again(RuntimeOrigin::signed(who), serial(number))
}

/// Dispatch and the pool's gate refuse alike.
fn assert_refused(who: AccountId32, number: u64, error: Error<Test>, refusal: Refusal) {
	let call = Call::request_again { serial: serial(number) };
	assert_eq!(Issuance::admits(&who, &call), Err(refusal));
	assert_noop!(again(who, number), error);
}

#[test]
fn a_pruned_request_is_queued_again() {
	build_and_execute(|| {
		request(7);
		answer(7, &[1, 2, 3]);
		run_to(1 + REPORT_WINDOW);
		assert_eq!(Queue::<Test>::count(), 0);
		let call = Call::request_again { serial: serial(7) };
		assert_ok!(Issuance::admits(&registrar(), &call));
		assert_ok!(again(registrar(), 7));
		System::assert_last_event(
			Event::KeyRequested { serial: serial(7), share_version: 1 }.into(),
		);
		answer(7, &[1, 2, 4]);
		assert!(Queue::<Test>::get(serial(7)).unwrap().answered.is_some());
	});
}

#[test]
fn what_may_not_be_requested_is_refused() {
	build_and_execute(|| {
		request(7);
		register_only(8);
		let stranger = AccountId32::new([1; 32]);
		assert_refused(registrar(), 9, Error::UnknownSerial, Refusal::UnknownSerial);
		assert_refused(stranger, 8, Error::WrongRegistrar, Refusal::WrongRegistrar);
		assert_refused(registrar(), 7, Error::AlreadyQueued, Refusal::AlreadyQueued);
		answer(7, &[1, 2, 3]);
		assert_refused(registrar(), 7, Error::AlreadyQueued, Refusal::AlreadyQueued);
		Key::mutate(|key| key.as_mut().unwrap().key_no = 2);
		assert_refused(registrar(), 8, Error::OtherKey, Refusal::OtherKey);
		Key::set(None);
		assert_refused(registrar(), 8, Error::NoKey, Refusal::NoKey);
		Key::set(Some(made().key.clone()));
		set_revoked(8);
		assert_refused(registrar(), 8, Error::AlreadyRevoked, Refusal::AlreadyRevoked);
		assert_noop!(
			Issuance::request_again(RuntimeOrigin::root(), serial(8)),
			sp_runtime::DispatchError::BadOrigin
		);
	});
}

#[test]
fn a_full_queue_refuses() {
	new_ext().execute_with(|| {
		let entry = QueueEntry { queued: 1, share_version: 1, answers: 0, answered: None };
		for number in 0..u64::from(MAX_QUEUE) {
			Queue::<Test>::insert(serial(1_000 + number), entry.clone());
		}
		register_only(8);
		assert_refused(registrar(), 8, Error::QueueFull, Refusal::QueueFull);
	});
}

#[test]
fn what_another_share_version_left_unanswered_is_taken_over() {
	build_and_execute(|| {
		request(7);
		request(8);
		answer(7, &[1, 2]);
		answer(8, &[1, 2, 3]);
		let version = ShareVersions::get()[&1].clone();
		ShareVersions::mutate(|versions| versions.insert(2, version));
		Key::mutate(|key| key.as_mut().unwrap().share_version = 2);
		assert_ok!(again(registrar(), 7));
		let entry = Queue::<Test>::get(serial(7)).unwrap();
		assert_eq!((entry.share_version, entry.answers), (2, 0));
		assert_eq!(Partials::<Test>::iter_prefix(serial(7)).count(), 0);
		// An answered one serves its device whatever version made it.
		assert_refused(registrar(), 8, Error::AlreadyQueued, Refusal::AlreadyQueued);
	});
}

#[test]
fn the_gate_lets_no_account_make_members_calls() {
	build_and_execute(|| {
		request(7);
		for call in
			[submit_call(1, vec![pair_of(1, serial(7))]), report_call(1, 7, 2, Purpose::Sign)]
		{
			let RuntimeCall::Issuance(call) = call else { panic!("a call of this pallet") };
			assert_eq!(Issuance::admits(&registrar(), &call), Err(Refusal::NotAllowed));
		}
	});
}
