//! Any `t` of `n` members do the work, any `t - 1` do not.

use crate::common::{entropy, identity, serial, subtree, Committee, EPOCH};
use proptest::{prelude::*, sample::Index};
use std::sync::OnceLock;
use symbolon_crypto::{
	curve::G1,
	extraction::{combine, ExtractionError, Signing, TransportSecret},
	permit::Chunk,
	sharing::{threshold, CombineError},
};

/// One committee of each size 1..=10.
fn committee(n: u16) -> &'static Committee {
	static ALL: [OnceLock<Committee>; 10] = [const { OnceLock::new() }; 10];
	ALL[usize::from(n) - 1].get_or_init(|| Committee::new(n, 100 + u32::from(n)))
}

#[test]
fn the_threshold_is_the_least_that_is_more_than_two_thirds() {
	for n in 1..=100u16 {
		// pallet-collective's EnsureProportionMoreThan<_, _, 2, 3>: votes * 3 > 2 * n.
		let least = (1..=n).find(|k| k * 3 > 2 * n).unwrap();
		assert_eq!(threshold(n), least, "n = {n}");
		// One less than a third may be absent, and fewer than t cannot be bought in two places:
		// two sets of t share more than the faulty.
		let faulty = (n - 1) / 3;
		assert_eq!(threshold(n) + faulty, n);
		assert!(2 * threshold(n) - n > faulty);
	}
	assert_eq!(threshold(0), 0);
}

/// The members of a committee of `n` in any order.
fn order(n: u16) -> impl Strategy<Value = Vec<usize>> {
	Just((0..usize::from(n)).collect::<Vec<_>>()).prop_shuffle()
}

fn sized() -> impl Strategy<Value = (u16, Vec<usize>)> {
	(1u16..=10).prop_flat_map(|n| (Just(n), order(n)))
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(24))]

	#[test]
	fn any_t_make_a_permit_and_fewer_do_not((n, order) in sized()) {
		let committee = committee(n);
		let t = threshold(n);
		let subtrees = [subtree(7, 3)];
		let chunk =
			Chunk { key_id: &committee.key_id, epoch: &EPOCH, first: 0, subtrees: &subtrees };
		let shares: Vec<_> = order
			.iter()
			.map(|i| &committee.shares[*i])
			.map(|share| (share.member(), share.permit_shares(&chunk)))
			.collect();
		let taken = &shares[..usize::from(t)];
		let permits = chunk.combine(taken, t).unwrap();
		prop_assert_eq!(chunk.verify(&permits, &committee.master), Ok(()));
		let few = &shares[..usize::from(t) - 1];
		prop_assert_eq!(chunk.combine(few, t), Err(CombineError::TooFew));
		// Combining them as if fewer were enough gives no permit.
		if t > 1 {
			let forged = chunk.combine(few, t - 1).unwrap();
			prop_assert!(chunk.verify(&forged, &committee.master).is_err());
		}
	}

	#[test]
	fn any_t_make_an_identity_key_and_fewer_do_not((n, order) in sized(), twice in any::<Index>()) {
		let committee = committee(n);
		let t = threshold(n);
		let (name, number) = (identity("sensor-7@acme"), serial(77));
		let secret = TransportSecret::generate(entropy("threshold"));
		let partials = committee.partials(&committee.request::<Signing>(number, &name), &secret);
		let partials: Vec<_> = order.iter().map(|i| partials[*i]).collect();
		let opens = |taken: &[_], t| {
			let key = combine(taken, t).unwrap();
			let (id, master) = (&committee.key_id, &committee.master);
			key.open::<Signing>(id, number, &name, &secret, master).is_ok()
		};
		prop_assert!(opens(&partials[..usize::from(t)], t));
		let few = &partials[..usize::from(t) - 1];
		let too_few = ExtractionError::Combine(CombineError::TooFew);
		prop_assert_eq!(combine(few, t).err(), Some(too_few));
		if t > 1 {
			prop_assert!(!opens(few, t - 1));
			let mut repeated = few.to_vec();
			repeated.push(few[twice.index(few.len())]);
			let duplicate = ExtractionError::Combine(CombineError::Duplicate);
			prop_assert_eq!(combine(&repeated, t).err(), Some(duplicate));
		}
	}
}

/// Every set of three of four gives the very same permit, and the generator is none.
#[test]
fn the_permit_does_not_depend_on_who_made_it() {
	let committee = Committee::four();
	let subtrees = [subtree(0, 0)];
	let chunk = Chunk { key_id: &committee.key_id, epoch: &EPOCH, first: 0, subtrees: &subtrees };
	let shares: Vec<_> =
		committee.shares.iter().map(|s| (s.member(), s.permit_shares(&chunk))).collect();
	let expected = chunk.combine(&shares, 3).unwrap();
	for out in 0..4 {
		let mut three = shares.clone();
		three.remove(out);
		three.reverse();
		assert_eq!(chunk.combine(&three, 3).unwrap(), expected);
	}
	assert!(chunk.verify(&[G1::generator().encode()], &committee.master).is_err());
}
