use super::{answer, assert_applied, assert_refused};
use crate::{mock::*, BarredAnswers, Error, Event, Partials, Queue};
use codec::Encode;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::transaction_validity::InvalidTransaction;
use symbolon_crypto::{G1Bytes, G2Bytes, Purpose};
use symbolon_primitives::{dta::Fault, member::CallTag};

fn counts(number: u64) -> (u16, Option<u32>) {
	let entry = Queue::<Test>::get(serial(number)).unwrap();
	(entry.answers, entry.answered)
}

#[test]
fn a_wrong_answer_is_removed_and_its_maker_blamed() {
	for wrong in Purpose::ALL {
		build_and_execute(|| {
			request(7);
			answer(7, &[1, 2]);
			assert_applied(submit_call(3, vec![wrong_pair_of(3, serial(7), wrong)]));
			assert_eq!(counts(7), (3, Some(1)));

			System::set_block_number(2);
			assert_applied(report_call(1, 7, 3, wrong));
			assert_eq!(Blames::get(), [(account(3), 1, Fault::PartialKey)]);
			assert!(!Partials::<Test>::contains_key(serial(7), member(3)));
			assert_eq!(counts(7), (2, None));
			System::assert_last_event(
				Event::PartialRefuted { serial: serial(7), member: member(3), purpose: wrong }
					.into(),
			);

			// It may not answer again; another does, and the request is answered.
			let again = submit_call(3, vec![pair_of(3, serial(7))]);
			assert_refused(again, InvalidTransaction::Stale);
			assert_eq!(BarredAnswers::<Test>::get(serial(7), member(3)), Some(1));
			System::set_block_number(3);
			answer(7, &[4]);
			assert_eq!(counts(7), (3, Some(3)));
			// The others' reports of the same fault come too late.
			assert_refused(report_call(2, 7, 3, wrong), InvalidTransaction::Stale);
		});
	}
}

#[test]
fn a_revoked_request_that_loses_its_answers_does_not_wait_for_ever() {
	build_and_execute(|| {
		request(7);
		answer(7, &[1, 2]);
		assert_applied(submit_call(3, vec![wrong_pair_of(3, serial(7), Purpose::Sign)]));
		set_revoked(7);
		assert_applied(report_call(1, 7, 3, Purpose::Sign));
		assert!(!Queue::<Test>::contains_key(serial(7)));
		assert_eq!(Partials::<Test>::iter_prefix(serial(7)).count(), 0);
		System::assert_has_event(Event::KeyWithdrawn { serial: serial(7) }.into());
	});
}

#[test]
fn answers_beyond_the_threshold_leave_it_answered() {
	build_and_execute(|| {
		request(7);
		answer(7, &[1, 2, 4]);
		assert_applied(submit_call(3, vec![wrong_pair_of(3, serial(7), Purpose::Sign)]));
		assert_applied(report_call(1, 7, 3, Purpose::Sign));
		assert_eq!(counts(7), (3, Some(1)));
	});
}

#[test]
fn points_that_do_not_decode_are_wrong_answers() {
	build_and_execute(|| {
		request(7);
		let (sign, decrypt) = pair_of(3, serial(7));
		let mut bad = [sign; 3];
		bad[0].c1 = G1Bytes([0xff; 48]);
		bad[1].c2 = G2Bytes([0; 96]);
		let mut identity = [0; 48];
		identity[0] = 0xc0;
		bad[2].c3 = G1Bytes(identity);
		for (number, bad) in (8u64..).zip(bad) {
			request(number);
			let (mut sign, mut decrypt) = (bad, decrypt);
			sign.serial = serial(number);
			decrypt.serial = serial(number);
			assert_applied(submit_call(3, vec![(sign, decrypt)]));
			assert_applied(report_call(1, number, 3, Purpose::Sign));
		}
		assert_eq!(Blames::get(), [(account(3), 1, Fault::PartialKey); 3]);
	});
}

#[test]
fn a_false_report_is_blamed_on_the_reporter_once() {
	build_and_execute(|| {
		request(7);
		answer(7, &[1, 2, 3]);
		// The other half is wrong: that is still no reason to accuse this one.
		assert_applied(submit_call(4, vec![wrong_pair_of(4, serial(7), Purpose::Decrypt)]));
		assert_applied(report_call(2, 7, 4, Purpose::Sign));
		assert_eq!(Blames::get(), [(account(2), 1, Fault::FalseReport)]);
		assert_eq!(counts(7), (4, Some(1)));
		System::assert_last_event(
			Event::FalseReport { serial: serial(7), reporter: member(2), accused: member(4) }
				.into(),
		);
		// Its right for this serial is gone, also against others; the others' is not.
		for call in [report_call(2, 7, 4, Purpose::Decrypt), report_call(2, 7, 1, Purpose::Sign)] {
			assert_refused(call, InvalidTransaction::Stale);
		}
		assert_applied(report_call(3, 7, 4, Purpose::Decrypt));
		assert_eq!(Blames::get().last(), Some(&(account(4), 1, Fault::PartialKey)));
	});
}

#[test]
fn reports_are_authorised_like_answers() {
	build_and_execute(|| {
		request(7);
		answer(7, &[1]);
		let call = |reporter: u16, signer: u16, version: u32, accused: u16, tag: CallTag| {
			let payload = (version, serial(7), member(accused), Purpose::Sign);
			RuntimeCall::from(crate::Call::report_partial {
				reporter: member(reporter),
				share_version: version,
				serial: serial(7),
				accused: member(accused),
				purpose: Purpose::Sign,
				signature: sign(signer, tag, &payload),
			})
		};
		let report = CallTag::Report;
		assert_refused(call(2, 3, 1, 1, report), InvalidTransaction::BadProof);
		assert_refused(call(2, 2, 1, 1, CallTag::Partials), InvalidTransaction::BadProof);
		assert_refused(call(2, 2, 2, 1, report), InvalidTransaction::Stale);
		assert_refused(call(5, 2, 1, 1, report), InvalidTransaction::BadSigner);
		assert_refused(call(2, 2, 1, 5, report), InvalidTransaction::BadSigner);
		assert_refused(call(2, 2, 1, 3, report), InvalidTransaction::Stale);
		assert_refused(report_call(2, 9, 1, Purpose::Sign), InvalidTransaction::Stale);
		let other_purpose = {
			let payload = (1u32, serial(7), member(1), Purpose::Sign);
			let signature = sign(2, report, &payload);
			crate::Call::report_partial {
				reporter: member(2),
				share_version: 1,
				serial: serial(7),
				accused: member(1),
				purpose: Purpose::Decrypt,
				signature,
			}
		};
		assert_refused(other_purpose.into(), InvalidTransaction::BadProof);
		assert_eq!(Blames::get(), []);
	});
}

#[test]
fn each_reporter_has_a_tag_of_its_own() {
	build_and_execute(|| {
		request(7);
		answer(7, &[1]);
		let tags = |reporter| {
			super::validate(report_call(reporter, 7, 1, Purpose::Sign)).unwrap().provides
		};
		assert_ne!(tags(2), tags(3));
		assert_eq!(tags(2).len(), 1);
	});
}

#[test]
fn dispatch_checks_again() {
	build_and_execute(|| {
		request(7);
		answer(7, &[1]);
		let authorised: RuntimeOrigin = frame_system::RawOrigin::Authorized.into();
		let signature = sign(2, CallTag::Report, &0u8.encode());
		let report = |origin: RuntimeOrigin, accused: u16| {
			Issuance::report_partial(
				origin,
				member(2),
				1,
				serial(7),
				member(accused),
				Purpose::Sign,
				signature.clone(),
			)
		};
		assert_noop!(report(authorised.clone(), 3), Error::<Test>::NoPartial);
		assert_noop!(
			report(RuntimeOrigin::signed(registrar()), 1),
			sp_runtime::DispatchError::BadOrigin
		);
		assert_ok!(report(authorised, 1));
	});
}
