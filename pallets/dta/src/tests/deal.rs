use crate::{mock::*, Blames, Dealings, Disqualified, Error};
use frame_support::{assert_noop, assert_ok};
use symbolon_primitives::dta::{Fault, Phase};

#[test]
fn all_dealt_ends_the_phase() {
	build_and_execute(4, |members| {
		register_all(members);
		next_block();
		for member in members {
			assert_ok!(Dta::do_deal(member.index, 1, dealing(member)));
		}
		next_block();
		assert_eq!(phase(), Some(Phase::Judge));
	});
}

#[test]
fn a_dealing_with_a_bad_proof_shape_or_sender_is_blamed() {
	build_and_execute(7, |members| {
		register_all(members);
		next_block();
		let mut bad_proof = dealing(&members[0]);
		bad_proof.same_rho.z = bad_proof.knowledge.z;
		let mut short = dealing(&members[1]);
		short.commitments.pop();
		let copied = dealing(&members[3]);
		for (member, bad) in members.iter().zip([bad_proof, short, copied]) {
			assert_ok!(Dta::do_deal(member.index, 1, bad));
			assert!(!Dealings::<Test>::contains_key(1, member.dealer()));
			assert!(Disqualified::<Test>::contains_key(1, member.dealer()));
			assert_noop!(
				Dta::do_deal(member.index, 1, dealing(member)),
				Error::<Test>::NotEntitled
			);
		}
		assert_eq!(Blames::<Test>::iter_values().filter(|b| b.fault == Fault::Dealing).count(), 3);
	});
}

#[test]
fn a_member_that_did_not_register_may_not_deal() {
	build_and_execute(4, |members| {
		register_all(&members[..3]);
		pass_deadline();
		let mut late = dealing(&members[3]);
		late.shares.truncate(3);
		assert_noop!(Dta::do_deal(members[3].index, 1, late), Error::<Test>::NotEntitled);
	});
}

#[test]
fn too_few_dealings_fail_the_ceremony() {
	build_and_execute(4, |members| {
		register_all(members);
		next_block();
		for member in &members[..2] {
			assert_ok!(Dta::do_deal(member.index, 1, dealing(member)));
		}
		pass_deadline();
		assert_eq!(phase(), None);
		assert_eq!(Dealings::<Test>::iter().count(), 0);
	});
}
