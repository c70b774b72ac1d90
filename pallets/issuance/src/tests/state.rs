use super::answer;
use crate::{mock::*, BarredAnswers, BarredReports, Partials, PruneLog, PruneRange, Queue};
use codec::Encode;
use frame_support::{assert_ok, traits::Get};
use symbolon_primitives::{calls::RegistrarCall, limits::MAX_PARTIALS_PER_CALL, storage};

#[test]
fn storage_keys_are_those_that_clients_use() {
	assert_eq!(Queue::<Test>::hashed_key_for(serial(300)), storage::issuance::queue(serial(300)));
	assert_eq!(
		Partials::<Test>::hashed_key_for(serial(300), member(3)),
		storage::issuance::partials(serial(300), member(3))
	);
}

#[test]
fn calls_are_encoded_as_clients_encode_them() {
	let call = RuntimeCall::from(crate::Call::request_again { serial: serial(77) });
	assert_eq!(call.encode(), RegistrarCall::RequestAgain(serial(77)).encode());
}

/// The fullest calls and the heaviest hook take a small part of a block.
#[test]
fn weights_fit_a_block() {
	use crate::WeightInfo;
	type Weights = crate::weights::SubstrateWeight<Test>;
	let limits: frame_system::limits::BlockWeights =
		<Test as frame_system::Config>::BlockWeights::get();
	let block = limits.max_block.ref_time();
	let submit = |answers| {
		let authorize = Weights::authorize_submit_partials(answers);
		authorize.saturating_add(Weights::submit_partials(answers)).ref_time()
	};
	assert!(0 < submit(1) && submit(1) < submit(MAX_PARTIALS_PER_CALL));
	let report =
		Weights::report_partial().saturating_add(Weights::authorize_report_partial()).ref_time();
	for weight in [submit(MAX_PARTIALS_PER_CALL), report, Weights::request_again().ref_time()] {
		assert!(weight < block / 10);
	}
}

/// The invariants are worth something: each damage is seen.
#[test]
fn try_state_sees_damage() {
	let damages: [(&str, fn()); 9] = [
		("a count of answers", || {
			Queue::<Test>::mutate(serial(7), |entry| entry.as_mut().unwrap().answers += 1)
		}),
		("an answer too early", || {
			Queue::<Test>::mutate(serial(8), |entry| entry.as_mut().unwrap().answered = Some(1))
		}),
		("a lost answer", || Partials::<Test>::remove(serial(7), member(1))),
		("a stray answer", || {
			let pair = Partials::<Test>::get(serial(7), member(1)).unwrap();
			Partials::<Test>::insert(serial(9), member(1), pair);
		}),
		("an answer under another's name", || {
			let pair = Partials::<Test>::take(serial(7), member(1)).unwrap();
			Partials::<Test>::insert(serial(7), member(4), pair);
		}),
		("a barred member's answer", || BarredAnswers::<Test>::insert(serial(7), member(1), 1)),
		("a stray bar", || BarredReports::<Test>::insert(serial(9), member(1), ())),
		("a gap in the prune log", || PruneLog::<Test>::remove(0)),
		("a shorter prune log", || PruneRange::<Test>::put((0, 0))),
	];
	for (what, damage) in damages {
		new_ext().execute_with(|| {
			request(7);
			request(8);
			answer(7, &[1, 2, 3]);
			answer(8, &[1, 2]);
			assert_ok!(Issuance::do_try_state());
			damage();
			assert!(Issuance::do_try_state().is_err(), "{what} was not seen");
		});
	}
}
