use super::{answer, apply, assert_applied, assert_refused, validate};
use crate::{mock::*, Answers, Error, Event, Partials, Queue, LATE_ANSWERS};
use frame_support::{assert_noop, dispatch::GetDispatchInfo, pallet_prelude::DispatchClass};
use sp_runtime::transaction_validity::InvalidTransaction;
use symbolon_crypto::{
	extraction::{combine, IdentityKey, PartialKey, Signing},
	Purpose,
};
use symbolon_primitives::{issuance::PartialPair, limits::MAX_PARTIALS_PER_CALL, member::CallTag};

fn entry(number: u64) -> symbolon_primitives::issuance::QueueEntry {
	Queue::<Test>::get(serial(number)).unwrap()
}

#[test]
fn answers_are_stored_and_give_the_device_its_key() {
	build_and_execute(|| {
		request(7);
		System::set_block_number(4);
		answer(7, &[1, 2]);
		assert_eq!((entry(7).answers, entry(7).answered), (2, None));
		System::set_block_number(6);
		answer(7, &[4]);
		assert_eq!((entry(7).answers, entry(7).answered), (3, Some(6)));
		let events: Vec<_> = System::events().into_iter().map(|record| record.event).collect();
		let answered = Event::KeyAnswered { serial: serial(7) }.into();
		assert_eq!(events.iter().filter(|event| **event == answered).count(), 1);

		let partials: Vec<PartialKey> =
			Partials::<Test>::iter_prefix_values(serial(7)).map(|pair| pair.sign).collect();
		let identity = key_request(serial(7), Purpose::Sign).identity;
		let key: IdentityKey<Signing> = combine(&partials, THRESHOLD)
			.unwrap()
			.open(
				&made().key.key_id,
				serial(7),
				&identity,
				&transport(serial(7)),
				&made().key.public.decode().unwrap(),
			)
			.unwrap();
		assert_eq!(key.serial(), serial(7));

		answer(7, &[3]);
		assert_eq!((entry(7).answers, entry(7).answered), (4, Some(6)));
	});
}

#[test]
fn one_call_answers_several_serials() {
	build_and_execute(|| {
		let numbers: Vec<u64> = (300..300 + u64::from(MAX_PARTIALS_PER_CALL)).collect();
		numbers.iter().copied().for_each(request);
		let pairs: Vec<_> = numbers.iter().map(|number| pair_of(2, serial(*number))).collect();
		assert_applied(submit_call(2, pairs.clone()));
		for (number, (sign, decrypt)) in numbers.into_iter().zip(pairs) {
			let stored = Partials::<Test>::get(serial(number), member(2));
			assert_eq!(stored, Some(PartialPair { sign, decrypt }));
		}
	});
}

#[test]
fn the_transaction_is_operational_short_lived_and_one_for_each_serial() {
	build_and_execute(|| {
		[7, 8, 9].into_iter().for_each(request);
		let pairs = |numbers: &[u64]| {
			numbers.iter().map(|number| pair_of(1, serial(*number))).collect::<Vec<_>>()
		};
		let call = submit_call(1, pairs(&[7, 8]));
		assert_eq!(call.get_dispatch_info().class, DispatchClass::Operational);
		let first = validate(call).unwrap();
		assert!(first.propagate && first.longevity <= 8 && first.requires.is_empty());
		assert_eq!(first.provides.len(), 2);
		let overlapping = validate(submit_call(1, pairs(&[8, 9]))).unwrap();
		let apart = validate(submit_call(1, pairs(&[9]))).unwrap();
		let other = validate(submit_call(2, vec![pair_of(2, serial(7))])).unwrap();
		let share = |a: &[Vec<u8>], b: &[Vec<u8>]| a.iter().any(|tag| b.contains(tag));
		assert!(share(&first.provides, &overlapping.provides));
		assert!(!share(&first.provides, &apart.provides));
		assert!(!share(&first.provides, &other.provides));
	});
}

/// Takes the call of member 1 over serial 7 apart, changes it, puts it together again.
fn changed(
	change: impl Fn(&mut symbolon_crypto::MemberIndex, &mut u32, &mut Vec<(PartialKey, PartialKey)>),
	sign_after: Option<u16>,
) -> RuntimeCall {
	let (mut who, mut version, mut pairs) = (member(1), 1, vec![pair_of(1, serial(7))]);
	let mut signature = sign(1, CallTag::Partials, &(version, answers(pairs.clone())));
	change(&mut who, &mut version, &mut pairs);
	if let Some(signer) = sign_after {
		signature = sign(signer, CallTag::Partials, &(version, answers(pairs.clone())));
	}
	let answers: Answers = answers(pairs);
	crate::Call::submit_partials { member: who, share_version: version, answers, signature }.into()
}

#[test]
fn a_signature_fits_its_member_and_its_payload_only() {
	build_and_execute(|| {
		request(7);
		// Signed by another member; signed for another payload; under another call's tag; for
		// another chain.
		assert_refused(changed(|_, _, _| (), Some(2)), InvalidTransaction::BadProof);
		let other_payload = changed(|_, _, pairs| pairs[0].0.c3 = pairs[0].1.c3, None);
		assert_refused(other_payload, InvalidTransaction::BadProof);
		let answers = answers(vec![pair_of(1, serial(7))]);
		let payload = (1u32, &answers);
		let other_chain = symbolon_primitives::member::signed_bytes(
			&[1; 32],
			CallTag::Partials,
			member(1),
			&payload,
		);
		for signature in [
			sign(1, CallTag::Report, &payload),
			sp_core::Pair::sign(&session_pair(1), &other_chain),
		] {
			let answers = answers.clone();
			let call = crate::Call::submit_partials {
				member: member(1),
				share_version: 1,
				answers,
				signature,
			};
			assert_refused(call.into(), InvalidTransaction::BadProof);
		}
		assert_applied(changed(|_, _, _| (), None));
	});
}

#[test]
fn stale_and_foreign_answers_are_refused() {
	build_and_execute(|| {
		request(7);
		register_only(8);
		let call = submit_call(1, vec![pair_of(1, serial(8))]);
		assert_refused(call, InvalidTransaction::Stale);
		let other_version = changed(|_, version, _| *version = 2, Some(1));
		assert_refused(other_version, InvalidTransaction::Stale);
		let stranger = changed(|who, _, _| *who = member(5), Some(1));
		assert_refused(stranger, InvalidTransaction::BadSigner);
		Key::set(None);
		assert_refused(changed(|_, _, _| (), None), InvalidTransaction::Stale);
		Key::set(Some(made().key.clone()));
		set_revoked(7);
		assert_refused(changed(|_, _, _| (), None), InvalidTransaction::Stale);
		Registered::mutate(|all| all.get_mut(&serial(7)).unwrap().revoked = None);
		let call = changed(|_, _, _| (), None);
		assert_applied(call.clone());
		assert_refused(call, InvalidTransaction::Stale);
	});
}

#[test]
fn answers_that_do_not_fit_together_are_refused() {
	build_and_execute(|| {
		request(7);
		request(8);
		let refuse = |change: fn(&mut Vec<(PartialKey, PartialKey)>)| {
			let call = changed(|_, _, pairs| change(pairs), Some(1));
			assert_refused(call, InvalidTransaction::Call);
		};
		refuse(|pairs| pairs.clear());
		refuse(|pairs| pairs.push(pairs[0]));
		refuse(|pairs| pairs.insert(0, pair_of(1, serial(8))));
		refuse(|pairs| pairs[0] = (pairs[0].1, pairs[0].0));
		refuse(|pairs| pairs[0].1 = pairs[0].0);
		refuse(|pairs| pairs[0].0.serial = serial(8));
		refuse(|pairs| pairs[0].1.serial = serial(8));
		refuse(|pairs| pairs[0].0.share_version = 2);
		refuse(|pairs| pairs[0].1.share_version = 2);
		refuse(|pairs| pairs[0].0.member = member(2));
		refuse(|pairs| pairs[0].1.member = member(2));
	});
}

#[test]
fn answers_come_too_late_some_blocks_after_the_threshold() {
	build_and_execute(|| {
		request(7);
		System::set_block_number(10);
		answer(7, &[1, 2, 3]);
		System::set_block_number(10 + LATE_ANSWERS + 1);
		let late = submit_call(4, vec![pair_of(4, serial(7))]);
		assert_refused(late.clone(), InvalidTransaction::Stale);
		System::set_block_number(10 + LATE_ANSWERS);
		assert_applied(late);
	});
}

#[test]
fn no_origin_but_the_authorised_one_will_do() {
	build_and_execute(|| {
		request(7);
		let pairs = answers(vec![pair_of(1, serial(7))]);
		let signature = sign(1, CallTag::Partials, &(1u32, &pairs));
		for origin in
			[RuntimeOrigin::signed(registrar()), RuntimeOrigin::none(), RuntimeOrigin::root()]
		{
			assert_noop!(
				Issuance::submit_partials(origin, member(1), 1, pairs.clone(), signature.clone()),
				sp_runtime::DispatchError::BadOrigin
			);
		}
		// Dispatch does not lean on what authorise checked.
		let authorised: RuntimeOrigin = frame_system::RawOrigin::Authorized.into();
		assert_noop!(
			Issuance::submit_partials(authorised, member(1), 2, pairs, signature),
			Error::<Test>::OtherShareVersion
		);
		assert!(apply(submit_call(1, vec![pair_of(1, serial(7))])).unwrap().is_ok());
	});
}
