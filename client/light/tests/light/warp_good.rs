//! Proofs that must be accepted.

use crate::chain::*;
use codec::Encode;
use sp_core::H256;
use symbolon_light::{
	verify_warp_proof, Base, FinalityError, FinalizedChain, FinalizedHeader, Header,
};

fn newest(base: &Base, fragments: &[Fragment]) -> (FinalizedHeader, Base) {
	match verify_warp_proof(base, &proof(fragments, true)) {
		Ok(FinalizedChain::Newest { header, base }) => (header, base),
		other => panic!("{other:?}"),
	}
}

#[test]
fn several_handoffs_are_followed() {
	let world = World::new();
	let (header, base) = newest(&world.base, &world.fragments());
	assert_eq!(header.header(), &world.newest);
	assert_eq!(header.hash(), &world.newest.hash().0);
	assert_eq!(header.number(), 25);
	assert_eq!(header.state_root(), &[0x51; 32]);
	assert_eq!(base, world.base_at_second());
}

#[test]
fn the_base_that_comes_back_verifies_the_next_proof() {
	let world = World::new();
	let (_, base) = newest(&world.base, &world.fragments()[..1]);
	assert_eq!(base, world.base_at_first());
	let (header, base) = newest(&base, &world.fragments()[1..]);
	assert_eq!(header.header(), &world.newest);
	assert_eq!(base, world.base_at_second());
	// No handoff since: the base stays where nodes generate proofs from.
	let (header, again) = newest(&base, &world.fragments()[2..]);
	assert_eq!((header.number(), again), (25, base));
}

#[test]
fn a_proof_cut_short_says_where_to_go_on() {
	let world = World::new();
	let result = verify_warp_proof(&world.base, &proof(&world.fragments()[..2], false));
	assert_eq!(result, Ok(FinalizedChain::Continue { base: world.base_at_second() }));
}

#[test]
fn the_newest_block_can_be_a_handoff() {
	let world = World::new();
	let (header, base) = newest(&world.base, &world.fragments()[..2]);
	assert_eq!(header.header(), &world.second);
	assert_eq!(base, world.base_at_second());
}

#[test]
fn nothing_newer_is_its_own_answer() {
	let world = World::new();
	let empty = proof(&[], true);
	assert_eq!(verify_warp_proof(&world.base, &empty), Err(FinalityError::NothingProved));
	// The block asked from, sent back: it carries the votes of the set before.
	let base = world.base_at_first();
	let (header, same) = newest(&base, &world.fragments()[..1]);
	assert_eq!((header.header(), same), (&world.first, base));
}

#[test]
fn the_block_of_the_base_can_be_read_from() {
	let world = World::new();
	let header = FinalizedHeader::of_base(&world.base, &world.genesis.encode()).unwrap();
	assert_eq!(header.header(), &world.genesis);

	let refused = |base: &Base, bytes: &[u8]| {
		assert_eq!(FinalizedHeader::of_base(base, bytes), Err(FinalityError::BaseHeader));
	};
	refused(&world.base, &world.first.encode());
	let mut other = world.genesis.clone();
	other.state_root = H256::repeat_byte(0x99);
	refused(&world.base, &other.encode());
	refused(&world.base, &[world.genesis.encode(), vec![0]].concat());
	refused(&Base { number: 1, ..world.base.clone() }, &world.genesis.encode());
}

#[test]
fn the_threshold_is_enough() {
	let world = World::new();
	let base = world.base_at_first();
	for (count, accepted) in [(7, true), (5, true), (4, false)] {
		let fragment = fragment(&world.second, &world.sets[1][..count], 1);
		let result = verify_warp_proof(&base, &proof(&[fragment], true));
		assert_eq!(result.is_ok(), accepted, "{count} of 7");
	}
}

/// One of four votes two blocks higher, one a block higher; the headers between come along.
pub fn spread_votes(world: &World, target: &Header) -> Fragment {
	let above = extend(target, 2);
	let pairs = &world.sets[0];
	let votes = vec![
		vote(&pairs[0], 0, target),
		vote(&pairs[1], 0, &above[0]),
		vote(&pairs[2], 0, &above[1]),
	];
	(target.clone(), justification(target, votes, above))
}

#[test]
fn votes_for_descendants_count() {
	let world = World::new();
	let target = header(5, H256::repeat_byte(4), Vec::new());
	let (header, _) = newest(&world.base, &[spread_votes(&world, &target)]);
	assert_eq!(header.header(), &target);
}

#[test]
fn a_vote_said_twice_counts_once_and_does_no_harm() {
	let world = World::new();
	let mut fragment = fragment(&world.first, &world.sets[0][..3], 0);
	let repeated = fragment.1.commit.precommits[0].clone();
	fragment.1.commit.precommits.push(repeated);
	newest(&world.base, &[fragment]);
}

#[test]
fn an_equivocator_does_not_stop_the_others() {
	let world = World::new();
	let parent = header(9, H256::repeat_byte(8), Vec::new());
	let target = header(10, parent.hash(), Vec::new());
	let fork = header(10, parent.hash(), vec![change(&world.sets[2])]);
	let pairs = &world.sets[0];
	let votes = vec![
		vote(&pairs[0], 0, &target),
		vote(&pairs[0], 0, &fork),
		vote(&pairs[1], 0, &target),
		vote(&pairs[2], 0, &target),
		vote(&pairs[3], 0, &parent),
	];
	let justification = justification(&target, votes, vec![target.clone(), fork]);
	let (header, _) = newest(&world.base, &[(target.clone(), justification)]);
	assert_eq!(header.header(), &target);
}

#[test]
fn more_than_64_votes() {
	let pairs = keys(1, 100);
	let world = World::new();
	let base = Base { set: set(&pairs), ..world.base.clone() };
	let (header, _) = newest(&base, &[fragment(&world.first, &pairs[..67], 0)]);
	assert_eq!(header.number(), 10);
	let few = proof(&[fragment(&world.first, &pairs[..66], 0)], true);
	assert!(verify_warp_proof(&base, &few).is_err());
}

#[test]
fn a_set_of_a_thousand() {
	let pairs: Vec<Pair> = (0..1_000u16)
		.map(|number| {
			let mut seed = [9; 32];
			seed[..2].copy_from_slice(&number.to_le_bytes());
			<Pair as sp_core::Pair>::from_seed(&seed)
		})
		.collect();
	let world = World::new();
	let handoff = header(10, H256::repeat_byte(9), vec![change(&pairs)]);
	let base = Base { set: set(&pairs), ..world.base.clone() };
	let (_, next) = newest(&base, &[fragment(&handoff, &pairs[..667], 0)]);
	assert_eq!(next.set, base.set);
}

#[test]
fn weights_count() {
	let world = World::new();
	let pairs = &world.sets[0];
	let mut base = world.base.clone();
	base.set[0].1 = 10;
	// Of 13: the first two have 11 of the 9 needed, the other three 3.
	newest(&base, &[fragment(&world.first, &pairs[..2], 0)]);
	let light = proof(&[fragment(&world.first, &pairs[1..], 0)], true);
	assert!(verify_warp_proof(&base, &light).is_err());
}
