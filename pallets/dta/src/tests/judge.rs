use super::course::{judge_all, open};
use crate::{mock::*, Blames, DealingsDigest, Disqualified, Error, Judgements};
use frame_support::{assert_noop, assert_ok};
use symbolon_crypto::{
	ceremony::{judge::Judgement, register::CeremonySecret},
	G1Bytes,
};
use symbolon_primitives::dta::{Fault, Phase};

/// All register and deal; the dealings of `liars` hold wrong shares for everyone.
fn deal_with_liars(members: &[Member], liars: &[usize]) -> Vec<CeremonySecret> {
	let secrets = register_all(members);
	next_block();
	for (position, member) in members.iter().enumerate() {
		let dealing = if liars.contains(&position) { lying(member) } else { dealing(member) };
		assert_ok!(Dta::do_deal(member.index, 1, dealing));
	}
	next_block();
	assert_eq!(phase(), Some(Phase::Judge));
	secrets
}

/// A dealing whose proofs hold although every share in it is wrong: the receivers' keys were
/// swapped round before dealing.
fn lying(member: &Member) -> symbolon_crypto::ceremony::deal::Dealing {
	let honest = receivers();
	let mut swapped = honest.clone();
	for (position, receiver) in swapped.iter_mut().enumerate() {
		receiver.key = honest[(position + 1) % honest.len()].key;
	}
	symbolon_crypto::ceremony::deal::deal(
		&ceremony().sid,
		member.dealer(),
		ceremony().threshold,
		&swapped,
		entropy(),
	)
}

#[test]
fn two_lying_dealers_are_blamed_in_one_run_and_the_rest_completes() {
	build_and_execute(7, |members| {
		let secrets = deal_with_liars(members, &[1, 4]);
		judge_all(members, &secrets);
		next_block();
		assert_eq!(phase(), Some(Phase::Confirm));
		let blamed: Vec<_> = Blames::<Test>::iter_values().collect();
		assert_eq!(blamed.len(), 2);
		assert!(blamed.iter().all(|blame| blame.fault == Fault::WrongShare));
		for liar in [1, 4] {
			assert!(Disqualified::<Test>::contains_key(1, members[liar].dealer()));
			assert!(blamed.iter().any(|blame| blame.account == [liar as u8 + 1; 32]));
		}
		super::course::confirm_all(members, &secrets);
		next_block();
		assert!(crate::CurrentKey::<Test>::exists());
	});
}

#[test]
fn more_liars_than_the_threshold_allows_fail_the_ceremony() {
	build_and_execute(4, |members| {
		let secrets = deal_with_liars(members, &[0, 1]);
		judge_all(members, &secrets);
		next_block();
		assert_eq!(phase(), None);
		assert_eq!(Blames::<Test>::iter().count(), 2);
	});
}

#[test]
fn a_false_complaint_is_blamed_and_its_sender_s_further_ones_are_ignored() {
	build_and_execute(4, |members| {
		let secrets = deal_with_liars(members, &[3]);
		let judged = DealingsDigest::<Test>::get(1).unwrap();
		// A right complaint's parts, pointed at an honest dealer first.
		let right = open(members, &secrets[0], 0).1.remove(0);
		let mut wrong = right;
		wrong.dealer = members[1].dealer();
		let complaints = vec![wrong, right];
		assert_ok!(Dta::do_judge(members[0].index, 1, Judgement { judged, complaints }));
		assert!(!Disqualified::<Test>::contains_key(1, members[1].dealer()));
		assert!(!Disqualified::<Test>::contains_key(1, members[3].dealer()));
		let blame = Blames::<Test>::get(0).unwrap();
		assert_eq!((blame.fault, blame.account), (Fault::FalseComplaint, [1; 32]));
		assert!(Judgements::<Test>::contains_key(1, members[0].index));
		assert_noop!(
			Dta::do_judge(members[0].index, 1, Judgement { judged, complaints: vec![] }),
			Error::<Test>::NotEntitled
		);
	});
}

#[test]
fn a_complaint_with_a_foreign_k_or_the_same_dealer_twice_is_the_complainer_s_fault() {
	build_and_execute(4, |members| {
		let secrets = deal_with_liars(members, &[3]);
		let judged = DealingsDigest::<Test>::get(1).unwrap();
		let right = open(members, &secrets[0], 0).1.remove(0);
		let mut foreign = right;
		foreign.k = receivers()[0].key.encode();
		let mut junk = right;
		junk.k = G1Bytes([0xff; 48]);
		for (position, complaints) in
			[vec![foreign], vec![junk], vec![right, right]].into_iter().enumerate()
		{
			let member = &members[position];
			assert_ok!(Dta::do_judge(member.index, 1, Judgement { judged, complaints }));
			let blame = Blames::<Test>::iter_values()
				.any(|b| b.fault == Fault::FalseComplaint && b.account == [position as u8 + 1; 32]);
			assert!(blame, "complaint {position} went unblamed");
		}
	});
}
