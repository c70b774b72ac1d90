//! Batches of signatures: all at once, and the bad one found.

use crate::common::{entropy, identity, serial, Committee, EPOCH, NOW};
use symbolon_crypto::{
	cover::Subtree,
	curve::G1,
	hash::sha512,
	identity::EpochError,
	signature::{verify_batch, BatchEntry, Domain, Signature, SignatureError},
};

/// Twelve signatures, of twelve names, with the hashes of what they sign.
fn signed() -> Vec<(Signature, [u8; 64])> {
	let committee = Committee::four();
	let permit = committee.permit(&EPOCH, Subtree::ROOT);
	let sign = |number: u64| {
		let name = identity(&format!("device-{number}@acme"));
		let key = committee.signing_key(serial(number), &name, &permit);
		let text = format!("text {number}");
		let signature = key.sign(Domain::FILE, text.as_bytes(), entropy(&text));
		(signature, sha512(text.as_bytes()))
	};
	(0..12).map(sign).collect()
}

fn check(signed: &[(Signature, [u8; 64])], now: u64) -> Vec<Result<(), SignatureError>> {
	let entries: Vec<BatchEntry<'_>> = signed.iter().map(|(s, digest)| (s, digest)).collect();
	let verifier = Committee::four().verifier();
	verify_batch(&verifier, Domain::FILE, &entries, now, entropy("batch"))
}

#[test]
fn a_good_batch_holds() {
	let signed = signed();
	assert_eq!(check(&signed, NOW), vec![Ok(()); 12]);
	assert_eq!(check(&signed[..1], NOW), [Ok(())]);
	assert!(check(&[], NOW).is_empty());
	let over = SignatureError::Epoch(EpochError::Over);
	assert_eq!(check(&signed, EPOCH.end + 60), vec![Err(over); 12]);
}

#[test]
fn one_bad_among_many_names_exactly_that_one() {
	let good = signed();
	for position in [0, 5, 11] {
		let mut signed = good.clone();
		signed[position].1[0] ^= 1;
		let mut expected = vec![Ok(()); 12];
		expected[position] = Err(SignatureError::Wrong);
		assert_eq!(check(&signed, NOW), expected);
	}
	// One that is refused before any pairing does not disturb the others.
	let mut signed = good.clone();
	signed[7].0.epoch.end = signed[7].0.epoch.start;
	let mut expected = vec![Ok(()); 12];
	expected[7] = Err(SignatureError::Epoch(EpochError::Length));
	assert_eq!(check(&signed, NOW), expected);
}

/// `V_i + X` and `V_j - X`: each alone is wrong, their plain sum is right.
#[test]
fn what_cancels_in_a_plain_sum_is_found() {
	let mut signed = signed();
	let shift = |signature: &mut Signature, by: G1| {
		signature.v = (signature.v.decode().unwrap() + by).encode();
	};
	shift(&mut signed[2].0, G1::generator());
	shift(&mut signed[9].0, -G1::generator());
	let mut expected = vec![Ok(()); 12];
	expected[2] = Err(SignatureError::Wrong);
	expected[9] = Err(SignatureError::Wrong);
	assert_eq!(check(&signed, NOW), expected);
}

#[test]
fn swapped_entries_are_found() {
	let mut signed = signed();
	let digest = signed[0].1;
	signed[0].1 = signed[1].1;
	signed[1].1 = digest;
	let mut expected = vec![Ok(()); 12];
	expected[0] = Err(SignatureError::Wrong);
	expected[1] = Err(SignatureError::Wrong);
	assert_eq!(check(&signed, NOW), expected);
}

#[test]
fn a_batch_is_for_one_domain() {
	let signed = signed();
	let entries: Vec<BatchEntry<'_>> = signed.iter().map(|(s, digest)| (s, digest)).collect();
	let verifier = Committee::four().verifier();
	let results = verify_batch(&verifier, Domain::SIGMA, &entries, NOW, entropy("batch"));
	assert_eq!(results, vec![Err(SignatureError::Wrong); 12]);
}
