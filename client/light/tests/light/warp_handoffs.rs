//! Set handoffs that must be refused.

use crate::chain::*;
use codec::Encode;
use sp_consensus_grandpa::{ConsensusLog, ScheduledChange, GRANDPA_ENGINE_ID};
use sp_core::H256;
use sp_runtime::DigestItem;
use symbolon_light::{
	finality::{FragmentFault, SetError},
	verify_warp_proof, Base, FinalityError, FinalizedChain,
};

fn fault(base: &Base, fragments: &[Fragment], finished: bool) -> (u32, FragmentFault) {
	match verify_warp_proof(base, &proof(fragments, finished)) {
		Err(FinalityError::Fragment { index, fault }) => (index, fault),
		other => panic!("{other:?}"),
	}
}

/// A block with `items`, finalized by the first set.
fn with_items(items: Vec<DigestItem>) -> Result<FinalizedChain, FinalityError> {
	let world = World::new();
	let block = header(10, H256::repeat_byte(9), items);
	verify_warp_proof(&world.base, &proof(&[fragment(&block, &world.sets[0], 0)], true))
}

fn halts(items: Vec<DigestItem>, fault: FragmentFault) {
	let error = FinalityError::Fragment { index: 0, fault };
	assert_eq!(with_items(items), Err(error));
	assert!(error.is_halt());
}

fn scheduled(delay: u32) -> ConsensusLog<u32> {
	let next_authorities = authorities(&keys(50, 4));
	ConsensusLog::ScheduledChange(ScheduledChange { next_authorities, delay })
}

#[test]
fn a_forced_change_halts() {
	let ConsensusLog::ScheduledChange(inner) = scheduled(0) else { unreachable!() };
	let forced = grandpa_item(ConsensusLog::ForcedChange(3, inner));
	halts(vec![forced.clone()], FragmentFault::ForcedChange);
	halts(vec![grandpa_item(scheduled(0)), forced.clone()], FragmentFault::ForcedChange);
	halts(vec![forced, grandpa_item(scheduled(0))], FragmentFault::ForcedChange);
}

/// A server must not be able to halt a client with a header of its own.
#[test]
fn an_unfinalized_forced_change_does_not_halt() {
	let world = World::new();
	let ConsensusLog::ScheduledChange(inner) = scheduled(0) else { unreachable!() };
	let forced = grandpa_item(ConsensusLog::ForcedChange(3, inner));
	let block = header(10, H256::repeat_byte(9), vec![forced]);
	let bytes = proof(&[fragment(&block, &world.sets[0][..2], 0)], true);
	let error = verify_warp_proof(&world.base, &bytes).unwrap_err();
	assert_eq!(error, FinalityError::Fragment { index: 0, fault: FragmentFault::NotFinal });
	assert!(!error.is_halt());
}

#[test]
fn changes_that_cannot_be_followed_halt() {
	let change = grandpa_item(scheduled(0));
	halts(vec![change.clone(), change.clone()], FragmentFault::SeveralChanges);
	halts(vec![grandpa_item(scheduled(1))], FragmentFault::DelayedChange);

	let raw = |bytes: Vec<u8>| DigestItem::Consensus(GRANDPA_ENGINE_ID, bytes);
	halts(vec![raw(Vec::new())], FragmentFault::UnknownChange);
	halts(vec![raw(vec![9, 0])], FragmentFault::UnknownChange);
	let mut long = scheduled(0).encode();
	long.push(0);
	halts(vec![raw(long)], FragmentFault::UnknownChange);
}

#[test]
fn sets_that_cannot_finalize_halt() {
	let to = |next_authorities| {
		let change = ScheduledChange { next_authorities, delay: 0 };
		vec![grandpa_item(ConsensusLog::ScheduledChange(change))]
	};
	let good = authorities(&keys(50, 4));
	let next = |error| FragmentFault::NextSet(error);
	halts(to(Vec::new()), next(SetError::Empty));
	let mut weightless = good.clone();
	weightless[2].1 = 0;
	halts(to(weightless), next(SetError::ZeroWeight));
	let mut double = good.clone();
	double[2] = double[1].clone();
	halts(to(double), next(SetError::Duplicate));
	let mut heavy = good;
	heavy[2].1 = u64::MAX;
	halts(to(heavy), next(SetError::WeightOverflow));
}

#[test]
fn items_that_change_no_set_are_ignored() {
	let world = World::new();
	let items = vec![
		DigestItem::PreRuntime(GRANDPA_ENGINE_ID, scheduled(0).encode()),
		DigestItem::Seal(GRANDPA_ENGINE_ID, scheduled(0).encode()),
		DigestItem::Other([&GRANDPA_ENGINE_ID[..], &scheduled(0).encode()].concat()),
		DigestItem::Consensus(*b"BEEF", scheduled(0).encode()),
		grandpa_item(ConsensusLog::OnDisabled(1)),
		DigestItem::RuntimeEnvironmentUpdated,
	];
	assert_eq!(with_items(items).unwrap().base(), &world.base);
}

#[test]
fn a_gap_in_the_handoffs_is_refused() {
	let world = World::new();
	let all = world.fragments();
	let skip_first = [all[1].clone(), all[2].clone()];
	assert_eq!(fault(&world.base, &skip_first, true), (0, FragmentFault::NotInSet));
	let skip_second = [all[0].clone(), all[2].clone()];
	assert_eq!(fault(&world.base, &skip_second, true), (1, FragmentFault::NotInSet));

	// The same members under the next number: a set is its number too.
	let same = header(10, H256::repeat_byte(9), vec![change(&world.sets[0])]);
	let chain = [fragment(&same, &world.sets[0], 0), fragment(&world.newest, &world.sets[0], 0)];
	assert_eq!(fault(&world.base, &chain, true), (1, FragmentFault::OutdatedSet));
}

#[test]
fn only_the_last_block_of_a_finished_proof_may_lack_a_handoff() {
	let world = World::new();
	let plain = fragment(&header(5, H256::repeat_byte(4), Vec::new()), &world.sets[0], 0);
	let all = world.fragments();
	let early = [plain, all[0].clone()];
	assert_eq!(fault(&world.base, &early, true), (0, FragmentFault::MissingHandoff));
	assert_eq!(fault(&world.base, &all, false), (2, FragmentFault::MissingHandoff));
}

#[test]
fn numbers_rise() {
	let world = World::new();
	let all = world.fragments();
	let base = world.base_at_second();

	// An older block, finalized by the right set.
	let older = fragment(&header(19, H256::repeat_byte(18), Vec::new()), &world.sets[2], 2);
	assert_eq!(fault(&base, &[older], true), (0, FragmentFault::NumberNotRising));
	// Another block at the height of the base.
	let beside = fragment(&header(20, H256::repeat_byte(18), Vec::new()), &world.sets[2], 2);
	assert_eq!(fault(&base, &[beside], true), (0, FragmentFault::NumberNotRising));
	// The base itself, followed by another or called unfinished.
	let first = world.base_at_first();
	assert_eq!(fault(&first, &all, true), (0, FragmentFault::NumberNotRising));
	assert_eq!(fault(&first, &all[..1], false), (0, FragmentFault::NumberNotRising));
	// Within a proof.
	let lower = fragment(&header(9, H256::repeat_byte(8), Vec::new()), &world.sets[1], 1);
	let chain = [all[0].clone(), lower];
	assert_eq!(fault(&world.base, &chain, true), (1, FragmentFault::NumberNotRising));
}

#[test]
fn a_base_of_another_height_is_not_its_block() {
	let world = World::new();
	let base = Base { number: 11, ..world.base_at_first() };
	let bytes = proof(&world.fragments()[..1], true);
	assert_eq!(verify_warp_proof(&base, &bytes), Err(FinalityError::BaseHeader));
}

#[test]
fn set_numbers_do_not_wrap() {
	let world = World::new();
	let base = Base { set_id: u64::MAX, ..world.base.clone() };
	let block = fragment(&world.first, &world.sets[0], u64::MAX);
	assert_eq!(fault(&base, &[block], true), (0, FragmentFault::SetId));
}
