//! Permits: the weighted batch, and that a permit fits one key, epoch and subtree.

use crate::{
	by_hand::{g1, of_order_three, raw_g1},
	common::{bad_g1, flipped, subtree, Committee, EPOCH},
};
use bls12_381::{pairing, G1Affine, G1Projective, G2Affine};
use symbolon_crypto::{
	curve::{pairing_product_is_one, G1, G2},
	permit::{hash_permit, Chunk, Permit, PermitError},
	sharing::CombineError,
	DecodeError, Epoch, G1Bytes,
};

const SUBTREES: [(u8, u64); 5] = [(0, 1), (1, 1), (2, 1), (3, 1), (4, 1)];

/// A chunk of five subtrees and its permits.
fn batch<R>(check: impl FnOnce(&Chunk<'_>, Vec<G1Bytes>, &G2) -> R) -> R {
	let committee = Committee::four();
	let subtrees = SUBTREES.map(|(level, index)| subtree(level, index));
	let chunk = Chunk { key_id: &committee.key_id, epoch: &EPOCH, first: 3, subtrees: &subtrees };
	check(&chunk, committee.permits(&EPOCH, &subtrees), &committee.master)
}

#[test]
fn a_batch_of_permits_holds() {
	batch(|chunk, permits, master| {
		assert_eq!(chunk.verify(&permits, master), Ok(()));
		for (subtree, permit) in chunk.subtrees.iter().zip(&permits) {
			let single = Permit::verify(chunk.key_id, chunk.epoch, subtree, permit, master);
			let single = single.ok().unwrap();
			assert_eq!(single.encode(), *permit);
			assert_eq!((single.key_id(), single.epoch()), (*chunk.key_id, *chunk.epoch));
			assert_eq!(single.subtree(), *subtree);
		}
	});
}

/// `+X` on one and `-X` on another: the sum is right, so a check of the plain sum accepts it.
#[test]
fn what_cancels_in_a_plain_sum_does_not_cancel_in_the_batch() {
	batch(|chunk, permits, master| {
		let x = G1::generator();
		let decoded: Vec<G1> = permits.iter().map(|permit| permit.decode().unwrap()).collect();
		let mut forged = permits.clone();
		forged[1] = (decoded[1] + x).encode();
		forged[3] = (decoded[3] - x).encode();
		let sum = forged.iter().map(|permit| permit.decode().unwrap()).reduce(|a, b| a + b);
		let hashes = chunk
			.subtrees
			.iter()
			.map(|subtree| hash_permit(chunk.key_id, chunk.epoch, subtree))
			.reduce(|a, b| a + b);
		let plain = [(sum.unwrap(), G2::generator()), (-hashes.unwrap(), *master)];
		assert!(pairing_product_is_one(&plain), "the attack is one on the plain sum");
		assert_eq!(chunk.verify(&forged, master), Err(PermitError::Wrong));
	});
}

/// A part of order 3 is killed by the final exponentiation, so no pairing ever sees it.
#[test]
fn cofactor_parts_are_refused() {
	batch(|chunk, permits, master| {
		let small = of_order_three();
		let mixed = G1Affine::from(raw_g1(&permits[0]) + small);
		let good = G1Affine::from(raw_g1(&permits[0]));
		let g2 = G2Affine::generator();
		assert_eq!(pairing(&mixed, &g2), pairing(&good, &g2), "the pairing is blind to it");
		let refused = Err(PermitError::Encoding(DecodeError::Point));
		let mut forged = permits.clone();
		forged[0] = g1(mixed);
		assert_eq!(chunk.verify(&forged, master), refused);
		// Parts that cancel over the batch.
		forged[1] = g1(raw_g1(&permits[1]) - small);
		assert_eq!(chunk.verify(&forged, master), refused);
		let single = Permit::verify(chunk.key_id, &EPOCH, &chunk.subtrees[0], &forged[0], master);
		assert_eq!(single.err(), Some(PermitError::Encoding(DecodeError::Point)));
	});
}

#[test]
fn permits_stand_in_the_order_of_their_subtrees() {
	batch(|chunk, permits, master| {
		let mut swapped = permits.clone();
		swapped.swap(0, 4);
		assert_eq!(chunk.verify(&swapped, master), Err(PermitError::Wrong));
		let mut turned = permits.clone();
		turned.rotate_left(1);
		assert_eq!(chunk.verify(&turned, master), Err(PermitError::Wrong));
		let mut repeated = permits.clone();
		repeated[1] = repeated[0];
		assert_eq!(chunk.verify(&repeated, master), Err(PermitError::Wrong));
		assert_eq!(chunk.verify(&permits[..4], master), Err(PermitError::Count));
		assert_eq!(chunk.verify(&[], master), Err(PermitError::Count));
		let none = Chunk { subtrees: &[], ..*chunk };
		assert_eq!(none.verify(&[], master), Err(PermitError::Count));
	});
}

#[test]
fn a_batch_is_for_one_key_and_epoch() {
	batch(|chunk, permits, master| {
		let other = Committee::other();
		assert_eq!(chunk.verify(&permits, &other.master), Err(PermitError::Wrong));
		let renamed = Chunk { key_id: &other.key_id, ..*chunk };
		assert_eq!(renamed.verify(&permits, master), Err(PermitError::Wrong));
		let next = Epoch { number: EPOCH.number + 1, ..EPOCH };
		let later = Chunk { epoch: &next, ..*chunk };
		assert_eq!(later.verify(&permits, master), Err(PermitError::Wrong));
	});
}

#[test]
fn every_changed_byte_of_a_permit_is_refused() {
	let committee = Committee::four();
	let root = subtree(40, 0);
	let permit = committee.permit(&EPOCH, root).encode();
	for (position, changed) in flipped(&permit.0, 0..48) {
		let changed = G1Bytes(changed.try_into().unwrap());
		let verified =
			Permit::verify(&committee.key_id, &EPOCH, &root, &changed, &committee.master);
		assert!(verified.is_err(), "byte {position}");
	}
	for (what, point) in bad_g1() {
		let verified = Permit::verify(&committee.key_id, &EPOCH, &root, &point, &committee.master);
		assert!(matches!(verified.err(), Some(PermitError::Encoding(_))), "{what}");
	}
}

#[test]
fn a_permit_is_for_one_key_epoch_and_subtree() {
	let (committee, other) = (Committee::four(), Committee::other());
	let here = subtree(4, 9);
	let permit = committee.permit(&EPOCH, here).encode();
	let holds = |key_id, epoch: &Epoch, subtree, master| {
		Permit::verify(key_id, epoch, &subtree, &permit, master).is_ok()
	};
	let (id, master) = (&committee.key_id, &committee.master);
	assert!(holds(id, &EPOCH, here, master));
	assert!(!holds(&other.key_id, &EPOCH, here, master));
	assert!(!holds(id, &EPOCH, here, &other.master));
	for subtree in [subtree(4, 8), subtree(3, 9), subtree(3, 18), subtree(5, 4), subtree(5, 9)] {
		assert!(!holds(id, &EPOCH, subtree, master), "{subtree:?}");
	}
	for epoch in [
		Epoch { number: EPOCH.number - 1, ..EPOCH },
		Epoch { start: EPOCH.start + 1, ..EPOCH },
		Epoch { end: EPOCH.end + 1, ..EPOCH },
	] {
		assert!(!holds(id, &epoch, here, master), "{epoch:?}");
	}
}

/// Epochs by `number = time / length` repeat when the length changes: permits made before the
/// change would come back into force after it. With the interval in the permit none does.
#[test]
fn no_change_of_the_epoch_length_brings_a_permit_back() {
	let committee = Committee::four();
	let root = subtree(40, 0);
	let epoch = |number: u64, length: u64| Epoch {
		number,
		start: number * length,
		end: (number + 1) * length,
	};
	for (before, after) in [(60, 120), (120, 60), (60, 61), (3_600, 1_800)] {
		for number in [5_000, 9_999] {
			let old = epoch(number, before);
			let permit = committee.permit(&old, root).encode();
			let candidates = [
				// The same number after the change, the interval of the same start, the one
				// that holds the old start, and the old number with the new interval.
				epoch(number, after),
				Epoch { number, start: old.start, end: old.start + after },
				epoch(old.start / after, after),
				Epoch { number, ..epoch(old.start / after, after) },
				Epoch { number: old.start / after, ..old },
			];
			for new in candidates.into_iter().filter(|new| *new != old) {
				let verified =
					Permit::verify(&committee.key_id, &new, &root, &permit, &committee.master);
				assert_eq!(verified.err(), Some(PermitError::Wrong), "{old:?} as {new:?}");
			}
		}
	}
}

#[test]
fn a_wrong_share_is_traced_to_its_member() {
	let committee = Committee::four();
	let subtrees = [subtree(0, 0), subtree(0, 1)];
	let chunk = Chunk { key_id: &committee.key_id, epoch: &EPOCH, first: 0, subtrees: &subtrees };
	let mut shares: Vec<_> =
		committee.shares.iter().map(|s| (s.member(), s.permit_shares(&chunk))).collect();
	let right = shares[1].1[0];
	shares[1].1[0] = (-right.decode().unwrap()).encode();
	let permits = chunk.combine(&shares, 3).unwrap();
	assert_eq!(chunk.verify(&permits, &committee.master), Err(PermitError::Wrong));
	for (member, points) in &shares {
		let key = committee.outcome.verification_key(*member);
		assert_eq!(chunk.verify(points, &key).is_ok(), member.get() != 2);
	}
	// Without the liar the others do.
	shares.remove(1);
	let permits = chunk.combine(&shares, 3).unwrap();
	assert_eq!(chunk.verify(&permits, &committee.master), Ok(()));
}

#[test]
fn shares_of_the_wrong_number_or_form_do_not_combine() {
	let committee = Committee::four();
	let subtrees = [subtree(0, 0), subtree(0, 1)];
	let chunk = Chunk { key_id: &committee.key_id, epoch: &EPOCH, first: 0, subtrees: &subtrees };
	let shares: Vec<_> =
		committee.shares.iter().map(|s| (s.member(), s.permit_shares(&chunk))).collect();
	assert_eq!(chunk.combine(&shares[..2], 3), Err(CombineError::TooFew));
	assert_eq!(chunk.combine(&shares, 0), Err(CombineError::TooFew));
	let twice = [shares[0].clone(), shares[1].clone(), shares[0].clone()];
	assert_eq!(chunk.combine(&twice, 3), Err(CombineError::Duplicate));
	for points in [vec![], vec![shares[0].1[0]], vec![shares[0].1[0]; 3]] {
		let mut odd = shares.clone();
		odd[0].1 = points;
		assert_eq!(chunk.combine(&odd, 3), Err(CombineError::Wrong));
	}
	let mut bad = shares.clone();
	bad[2].1[1] = g1(G1Projective::identity());
	assert_eq!(chunk.combine(&bad, 3), Err(CombineError::Wrong));
	// A fourth member beyond the threshold is not looked at.
	bad.swap(2, 3);
	let permits = chunk.combine(&bad, 3).unwrap();
	assert_eq!(chunk.verify(&permits, &committee.master), Ok(()));
}
