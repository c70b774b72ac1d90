//! Justifications that must be refused, each for its own reason.

use crate::{chain::*, warp_good::spread_votes};
use sp_core::H256;
use symbolon_light::{
	finality::{FragmentFault, SetError, MAX_WARP_PROOF},
	verify_warp_proof, Base, FinalityError,
};

fn refused_from(base: &Base, fragments: &[Fragment], index: u32, fault: FragmentFault) {
	let result = verify_warp_proof(base, &proof(fragments, true));
	let expected = FinalityError::Fragment { index, fault };
	assert_eq!(result, Err(expected));
	assert!(!expected.is_halt());
}

fn refused(fragment: Fragment, fault: FragmentFault) {
	refused_from(&World::new().base, &[fragment], 0, fault);
}

/// A genuine justification, put under an invented header with a set of the attacker's.
#[test]
fn votes_cannot_be_retargeted() {
	let world = World::new();
	let attacker = keys(90, 4);
	let genuine = fragment(&world.first, &world.sets[0], 0).1;
	let invented = header(10, H256::repeat_byte(9), vec![change(&attacker)]);

	refused((invented.clone(), genuine.clone()), FragmentFault::TargetMismatch);

	let mut relabelled = genuine.clone();
	relabelled.commit.target_hash = invented.hash();
	refused((invented.clone(), relabelled.clone()), FragmentFault::NotFinal);

	// As a child of the block that was voted for, its header in the ancestry.
	let child = header(11, world.first.hash(), vec![change(&attacker)]);
	let mut lifted = genuine.clone();
	lifted.commit.target_hash = child.hash();
	lifted.commit.target_number = 11;
	refused((child.clone(), lifted.clone()), FragmentFault::NotFinal);
	lifted.votes_ancestries = vec![child.clone()];
	refused((child, lifted), FragmentFault::AncestryUnused);

	// One faulty member votes for the invented block too.
	let mut helped = relabelled;
	helped.commit.precommits[3] = vote(&world.sets[0][3], 0, &invented);
	refused((invented, helped), FragmentFault::AncestryMissing);
}

/// A faulty member votes below a true block and above on a fork: its fork gets one vote.
#[test]
fn a_fork_does_not_inherit_votes() {
	let world = World::new();
	let pairs = &world.sets[0];
	let parent = header(9, H256::repeat_byte(8), Vec::new());
	let real = header(10, parent.hash(), Vec::new());
	let fork = header(10, parent.hash(), vec![change(&keys(90, 4))]);
	let votes = vec![
		vote(&pairs[0], 0, &real),
		vote(&pairs[1], 0, &real),
		vote(&pairs[2], 0, &parent),
		vote(&pairs[3], 0, &fork),
		vote(&pairs[3], 0, &real),
	];
	let justification = justification(&fork, votes, vec![real, fork.clone()]);
	refused((fork, justification), FragmentFault::NotFinal);
}

/// A block below all votes is final with them, but the proof is for the highest block they reach.
#[test]
fn an_ancestor_of_the_votes_is_not_the_target() {
	let world = World::new();
	let parent = header(9, H256::repeat_byte(8), Vec::new());
	let child = header(10, parent.hash(), Vec::new());
	let votes = world.sets[0].iter().map(|pair| vote(pair, 0, &child)).collect();
	let justification = justification(&parent, votes, Vec::new());
	refused((parent, justification), FragmentFault::NotFinal);
}

#[test]
fn the_target_is_the_header_in_hash_and_number() {
	let world = World::new();
	let mut wrong = fragment(&world.first, &world.sets[0], 0);
	wrong.1.commit.target_number = 11;
	refused(wrong, FragmentFault::TargetMismatch);

	// All members sign a wrong number: no rule of theirs is ours.
	let votes = world.sets[0].iter().map(|pair| vote_at(pair, 0, world.first.hash(), 11)).collect();
	let wrong = (world.first.clone(), justification(&world.first, votes, Vec::new()));
	refused(wrong, FragmentFault::NotFinal);
}

#[test]
fn one_vote_too_few() {
	let world = World::new();
	refused(fragment(&world.first, &world.sets[0][..2], 0), FragmentFault::NotFinal);
	refused(fragment(&world.first, &[], 0), FragmentFault::NotFinal);
}

#[test]
fn a_duplicate_does_not_make_up_for_a_missing_vote() {
	let world = World::new();
	let pairs = &world.sets[0];
	let twice = [pairs[0], pairs[1], pairs[1]];
	refused(fragment(&world.first, &twice, 0), FragmentFault::NotFinal);
}

/// An equivocator counts for every block, once: with t-1 voters in all, nothing is final.
#[test]
fn equivocation_does_not_make_up_for_a_missing_vote() {
	let world = World::new();
	let pairs = &world.sets[0];
	let above = extend(&world.first, 1);
	let votes = vec![
		vote(&pairs[0], 0, &world.first),
		vote(&pairs[1], 0, &world.first),
		vote(&pairs[1], 0, &above[0]),
	];
	let wrong = (world.first.clone(), justification(&world.first, votes, above));
	refused(wrong, FragmentFault::NotFinal);
}

#[test]
fn three_votes_of_one_member_are_refused() {
	let world = World::new();
	let pairs = &world.sets[0];
	let above = extend(&world.first, 3);
	let mut votes: Vec<_> = pairs[..3].iter().map(|pair| vote(pair, 0, &world.first)).collect();
	votes.extend(above.iter().map(|target| vote(&pairs[0], 0, target)));
	let wrong = (world.first.clone(), justification(&world.first, votes, above));
	refused(wrong, FragmentFault::TooManyVotes);
}

#[test]
fn strangers_are_refused_even_beside_enough_members() {
	let world = World::new();
	let mut pairs = world.sets[0].clone();
	pairs.push(keys(99, 1).remove(0));
	refused(fragment(&world.first, &pairs, 0), FragmentFault::NotInSet);
}

#[test]
fn every_signature_is_checked() {
	let world = World::new();
	for index in 0..4 {
		let mut fragment = fragment(&world.first, &world.sets[0], 0);
		let votes = &mut fragment.1.commit.precommits;
		votes[index].signature = votes[(index + 1) % 4].signature.clone();
		refused(fragment, FragmentFault::Signature);
	}
	let mut fragment = fragment(&world.first, &world.sets[0], 0);
	fragment.1.round += 1;
	refused(fragment, FragmentFault::Signature);
}

#[test]
fn votes_of_another_set_number_are_refused() {
	let world = World::new();
	let base = world.base_at_first();
	let of = |set_id| [fragment(&world.second, &world.sets[1], set_id)];
	refused_from(&base, &of(0), 0, FragmentFault::OutdatedSet);
	refused_from(&base, &of(2), 0, FragmentFault::Signature);
	assert!(verify_warp_proof(&base, &proof(&of(1), true)).is_ok());
}

#[test]
fn ancestry_is_complete_and_nothing_more() {
	let world = World::new();
	let target = header(5, H256::repeat_byte(4), Vec::new());
	let good = spread_votes(&world, &target);
	assert!(verify_warp_proof(&world.base, &proof(std::slice::from_ref(&good), true)).is_ok());

	let altered = |change: &dyn Fn(&mut Justification)| {
		let mut fragment = good.clone();
		change(&mut fragment.1);
		fragment
	};
	for missing in 0..2 {
		let fragment = altered(&|it| drop(it.votes_ancestries.remove(missing)));
		refused(fragment, FragmentFault::AncestryMissing);
	}
	let stray = header(8, H256::repeat_byte(7), Vec::new());
	for unused in [stray, target.clone(), good.1.votes_ancestries[0].clone()] {
		let fragment = altered(&|it| it.votes_ancestries.push(unused.clone()));
		refused(fragment, FragmentFault::AncestryUnused);
	}
	let swapped = altered(&|it| it.votes_ancestries[0].extrinsics_root = H256::zero());
	refused(swapped, FragmentFault::AncestryMissing);
	let many = altered(&|it| it.votes_ancestries = extend(&target, 4_097));
	refused(many, FragmentFault::TooManyAncestors);
}

/// Numbers in votes are signed by members, one of whom may be faulty, and `finality-grandpa`
/// computes with them.
#[test]
fn votes_name_true_numbers() {
	let world = World::new();
	let target = header(5, H256::repeat_byte(4), Vec::new());
	for number in [0, 4, 5, 6, 8, u32::MAX] {
		let mut fragment = spread_votes(&world, &target);
		let above = fragment.1.votes_ancestries[1].hash();
		fragment.1.commit.precommits[2] = vote_at(&world.sets[0][2], 0, above, number);
		let result = verify_warp_proof(&world.base, &proof(&[fragment], true));
		assert!(result.is_err(), "number {number} for block 7");
	}
	let mut fragment = fragment(&world.first, &world.sets[0], 0);
	fragment.1.commit.precommits[3] = vote_at(&world.sets[0][3], 0, world.first.hash(), 11);
	refused(fragment, FragmentFault::AncestryNumber);
}

#[test]
fn headers_of_the_ancestry_have_consecutive_numbers() {
	let world = World::new();
	let pairs = &world.sets[0];
	let jump = header(12, world.first.hash(), Vec::new());
	let votes = vec![
		vote(&pairs[0], 0, &world.first),
		vote(&pairs[1], 0, &world.first),
		vote(&pairs[2], 0, &jump),
	];
	let wrong = (world.first.clone(), justification(&world.first, votes, vec![jump]));
	refused(wrong, FragmentFault::AncestryNumber);
}

#[test]
fn bases_that_cannot_finalize_are_refused() {
	let world = World::new();
	let bytes = proof(&world.fragments(), true);
	let with = |change: &dyn Fn(&mut Base), error| {
		let mut base = world.base.clone();
		change(&mut base);
		assert_eq!(verify_warp_proof(&base, &bytes), Err(FinalityError::Base(error)));
	};
	with(&|base| base.set.clear(), SetError::Empty);
	with(&|base| base.set[1].1 = 0, SetError::ZeroWeight);
	with(&|base| base.set[1] = base.set[0], SetError::Duplicate);
	with(&|base| base.set[1].1 = u64::MAX, SetError::WeightOverflow);
	with(&|base| base.set = vec![([0; 32], 1); 1_001], SetError::TooLarge);
}

#[test]
fn long_input_is_refused_unread() {
	let bytes = vec![0; MAX_WARP_PROOF + 1];
	assert_eq!(verify_warp_proof(&World::new().base, &bytes), Err(FinalityError::TooLarge));
}
