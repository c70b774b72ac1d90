//! The encoding of warp proofs: cut, lengthened, and with every bit turned.

use crate::{chain::*, warp_good::spread_votes};
use codec::{Compact, Encode};
use sp_core::H256;
use symbolon_light::{
	finality::{FragmentFault, MAX_FRAGMENT, MAX_FRAGMENTS},
	verify_warp_proof, FinalityError, FinalizedChain,
};

#[test]
fn every_truncation_is_refused() {
	let world = World::new();
	let bytes = proof(&world.fragments(), true);
	for length in 0..bytes.len() {
		assert!(verify_warp_proof(&world.base, &bytes[..length]).is_err(), "{length} bytes");
		// A cut that a flag is put under.
		for flag in [0, 1] {
			let cut = [&bytes[..length], &[flag]].concat();
			if cut != bytes {
				assert!(verify_warp_proof(&world.base, &cut).is_err(), "{length} bytes and {flag}");
			}
		}
	}
}

#[test]
fn every_extension_is_refused() {
	let world = World::new();
	let bytes = proof(&world.fragments(), true);
	for extra in 1..64 {
		for byte in [0, 1, 0xff] {
			let long = [&bytes[..], &vec![byte; extra]].concat();
			assert!(verify_warp_proof(&world.base, &long).is_err(), "{extra} bytes more");
			let long = [&bytes[..bytes.len() - 1], &vec![byte; extra], &[1]].concat();
			assert!(verify_warp_proof(&world.base, &long).is_err(), "{extra} bytes inside");
		}
	}
}

/// Two fragments, the second with votes for descendants: every kind of field occurs. There is no
/// bit that is not covered.
#[test]
fn every_flipped_bit_is_refused() {
	let mut world = World::new();
	world.sets[0].truncate(3);
	world.base.set.truncate(3);
	let handoff = header(10, H256::repeat_byte(9), vec![change(&world.sets[0])]);
	let newest = header(12, H256::repeat_byte(11), Vec::new());
	let mut last = spread_votes(&world, &newest);
	for (index, above) in [(0, 0), (1, 1), (2, 2)] {
		let target = match above {
			0 => newest.clone(),
			above => last.1.votes_ancestries[above - 1].clone(),
		};
		last.1.commit.precommits[index] = vote(&world.sets[0][index], 1, &target);
	}
	let bytes = proof(&[fragment(&handoff, &world.sets[0], 0), last], true);
	assert!(verify_warp_proof(&world.base, &bytes).is_ok());
	for index in 0..bytes.len() {
		for bit in 0..8 {
			let mut wrong = bytes.clone();
			wrong[index] ^= 1 << bit;
			let result = verify_warp_proof(&world.base, &wrong);
			assert!(result.is_err(), "bit {bit} of byte {index}");
		}
	}
}

/// Genuine votes and headers put together at random, under each block of a chain of three: only
/// the one that has the votes is ever accepted.
#[test]
fn genuine_parts_prove_nothing_new() {
	let world = World::new();
	let low = header(5, H256::repeat_byte(4), Vec::new());
	let middle = extend(&low, 1).remove(0);
	let high = extend(&middle, 1).remove(0);
	let pairs = &world.sets[0];
	let targets = [&low, &middle, &high];
	let mut votes: Vec<_> = pairs[..3].iter().map(|pair| vote(pair, 0, &low)).collect();
	votes.extend([vote(&pairs[0], 0, &middle), vote(&pairs[1], 0, &high)]);
	let mut random = Random(2);
	let mut accepted = 0;
	for _ in 0..3_000 {
		let target = targets[random.below(3)];
		let chosen = votes.iter().filter(|_| random.below(4) > 0).cloned().collect();
		let headers = [&middle, &high].into_iter().filter(|_| random.below(2) > 0).cloned();
		let fragment = (target.clone(), justification(target, chosen, headers.collect()));
		if let Ok(chain) = verify_warp_proof(&world.base, &proof(&[fragment], true)) {
			let FinalizedChain::Newest { header, .. } = chain else { panic!("a plain block") };
			assert_eq!(header.header(), &low);
			accepted += 1;
		}
	}
	assert!(accepted > 0);
}

/// The flag is the server's word, so with a handoff last it can be turned: the same block is
/// proved, and the client is only told to ask again, or not to.
#[test]
fn the_flag_is_covered_only_where_it_matters() {
	let world = World::new();
	let fragments = &world.fragments()[..2];
	let finished = verify_warp_proof(&world.base, &proof(fragments, true)).unwrap();
	let cut = verify_warp_proof(&world.base, &proof(fragments, false)).unwrap();
	assert!(matches!(finished, FinalizedChain::Newest { .. }));
	assert!(matches!(cut, FinalizedChain::Continue { .. }));
	assert_eq!(finished.base(), cut.base());
}

/// The justification of the base's own block is by the set before and is not looked at; its
/// bytes are the only ones that can be changed, and what is proved stays the same.
#[test]
fn the_base_sent_back_proves_the_base_only() {
	let world = World::new();
	let base = world.base_at_first();
	let bytes = proof(&world.fragments()[..1], true);
	let good = verify_warp_proof(&base, &bytes).unwrap();
	let header = 1..1 + world.first.encoded_size();
	for index in 0..bytes.len() {
		let mut wrong = bytes.clone();
		wrong[index] ^= 1;
		match verify_warp_proof(&base, &wrong) {
			Ok(result) => {
				assert_eq!(result, good);
				assert!(index >= header.end, "byte {index} of the header");
			}
			Err(_) => continue,
		}
	}
}

#[test]
fn counts_are_bounded() {
	let world = World::new();
	let count = |count: u32| [Compact(count).encode(), vec![0; 64], vec![1]].concat();
	let refused =
		|bytes: &[u8], error| assert_eq!(verify_warp_proof(&world.base, bytes), Err(error));
	refused(&count(MAX_FRAGMENTS + 1), FinalityError::TooLarge);
	refused(&count(u32::MAX), FinalityError::TooLarge);
	let short = FinalityError::Fragment { index: 0, fault: FragmentFault::Encoding };
	refused(&count(MAX_FRAGMENTS), short);
	refused(&[], FinalityError::Encoding);
	refused(&[0], FinalityError::Encoding);
	refused(&[0, 2], FinalityError::Encoding);
	refused(&[0, 0], FinalityError::NothingProved);
}

#[test]
fn a_fragment_is_bounded() {
	let world = World::new();
	let bulk = sp_runtime::DigestItem::Other(vec![0; MAX_FRAGMENT]);
	let block = header(10, H256::repeat_byte(9), vec![bulk]);
	let bytes = proof(&[fragment(&block, &world.sets[0], 0)], true);
	let fault = FragmentFault::TooLarge;
	assert_eq!(
		verify_warp_proof(&world.base, &bytes),
		Err(FinalityError::Fragment { index: 0, fault })
	);
}
