//! Signatures: what is refused, and that nothing short of the epoch's key makes one.

use crate::{
	by_hand::{g1, of_order_three, raw_g1, Message},
	common::{bad_g1, entropy, flipped, identity, serial, subtree, Committee, EPOCH, NOW, POLICY},
};
use bls12_381::G1Affine;
use symbolon_crypto::{
	cover::Subtree,
	extraction::{IdentityKey, Signing},
	hash::sha512,
	identity::{EpochError, EpochPolicy},
	signature::{
		Domain, EpochKeyError, Signature, SignatureError, SigningKey, Verifier, MAX_SIGNATURE_LEN,
	},
	Epoch, Identity,
};

const TEXT: &[u8] = b"the quick brown fox";

fn alice() -> Identity {
	identity("alice@acme")
}

/// Alice's signature of `TEXT` as a file, serial 10, permit of the root.
fn signed() -> Signature {
	let committee = Committee::four();
	let permit = committee.permit(&EPOCH, Subtree::ROOT);
	let key = committee.signing_key(serial(10), &alice(), &permit);
	assert_eq!(key.epoch(), EPOCH);
	key.sign(Domain::FILE, TEXT, entropy("signature"))
}

fn verify(bytes: &[u8]) -> Result<(), SignatureError> {
	Signature::from_bytes(bytes)?.verify(&Committee::four().verifier(), Domain::FILE, TEXT, NOW)
}

/// `M` of [`signed`], for signing by hand.
fn message(name: &Identity) -> Message<'_> {
	Message {
		key_id: Committee::four().key_id,
		domain: "file",
		identity: name,
		serial: serial(10),
		epoch: EPOCH,
		subtree: Subtree::ROOT,
		message: TEXT,
	}
}

#[test]
fn a_signature_verifies() {
	let signature = signed();
	assert_eq!(verify(&signature.to_bytes()), Ok(()));
	let verifier = Committee::four().verifier();
	assert_eq!(signature.verify_digest(&verifier, Domain::FILE, &sha512(TEXT), NOW), Ok(()));
	assert_eq!(Signature::from_bytes(&signature.to_bytes()), Ok(signature));
}

/// A stranger's implementation of the specification makes signatures that this one accepts.
#[test]
fn a_signature_made_by_hand_verifies() {
	let committee = Committee::four();
	let key: IdentityKey<Signing> = committee.issue(serial(10), &alice());
	let d = raw_g1(&symbolon_crypto::G1Bytes(*key.to_bytes().expose()));
	let permit = raw_g1(&committee.permit(&EPOCH, Subtree::ROOT).encode());
	let name = alice();
	let message = message(&name);
	assert_eq!(verify(&message.wire(message.sign(&(d + permit)))), Ok(()));
	// Neither half is enough.
	assert_eq!(verify(&message.wire(message.sign(&d))), Err(SignatureError::Wrong));
	assert_eq!(verify(&message.wire(message.sign(&permit))), Err(SignatureError::Wrong));
}

#[test]
fn the_window_has_sharp_edges() {
	let (signature, verifier) = (signed(), Committee::four().verifier());
	let at = |now| signature.verify(&verifier, Domain::FILE, TEXT, now);
	// One hour: skew 30 s, grace 60 s.
	assert_eq!(at(EPOCH.start - 31), Err(SignatureError::Epoch(EpochError::NotYet)));
	assert_eq!(at(EPOCH.start - 30), Ok(()));
	assert_eq!(at(EPOCH.end + 59), Ok(()));
	assert_eq!(at(EPOCH.end + 60), Err(SignatureError::Epoch(EpochError::Over)));
	let mut short = verifier;
	short.policy.max_epoch = 3_599;
	let refused = signature.verify(&short, Domain::FILE, TEXT, NOW);
	assert_eq!(refused, Err(SignatureError::Epoch(EpochError::Length)));
	short.policy.max_epoch = 3_600;
	assert_eq!(signature.verify(&short, Domain::FILE, TEXT, NOW), Ok(()));
}

#[test]
fn skew_and_grace_are_bounded_by_the_length() {
	let check = |skew, length: u64, now: u64| {
		let epoch = Epoch { number: 1, start: 1_000_000, end: 1_000_000 + length };
		EpochPolicy { max_epoch: 86_400, skew }.check(&epoch, now)
	};
	// skew <= min(30, length / 4), grace <= min(length / 10, 60).
	assert_eq!(check(30, 40, 999_990), Ok(()));
	assert_eq!(check(30, 40, 999_989), Err(EpochError::NotYet));
	assert_eq!(check(600, 86_400, 999_970), Ok(()));
	assert_eq!(check(600, 86_400, 999_969), Err(EpochError::NotYet));
	assert_eq!(check(0, 3_600, 1_000_000), Ok(()));
	assert_eq!(check(0, 3_600, 999_999), Err(EpochError::NotYet));
	assert_eq!(check(30, 40, 1_000_043), Ok(()));
	assert_eq!(check(30, 40, 1_000_044), Err(EpochError::Over));
	assert_eq!(check(30, 86_400, 1_086_459), Ok(()));
	assert_eq!(check(30, 86_400, 1_086_460), Err(EpochError::Over));
	assert_eq!(check(30, 86_401, 1_000_001), Err(EpochError::Length));
	assert_eq!(check(30, 0, 1_000_000), Err(EpochError::Length));
	// Turned round, and at the ends of time: no panic, no acceptance.
	let turned = Epoch { number: 1, start: 100, end: 50 };
	assert_eq!(POLICY.check(&turned, 75), Err(EpochError::Length));
	let whole = Epoch { number: 1, start: 0, end: u64::MAX };
	assert_eq!(POLICY.check(&whole, 75), Err(EpochError::Length));
	let last = Epoch { number: 1, start: u64::MAX - 60, end: u64::MAX };
	assert_eq!(POLICY.check(&last, u64::MAX - 1), Ok(()));
	assert_eq!(POLICY.check(&last, u64::MAX), Err(EpochError::Over));
}

#[test]
fn every_changed_byte_is_refused() {
	let bytes = signed().to_bytes();
	assert_eq!(bytes.len(), 1 + 1 + 10 + 8 + 24 + 9 + 96);
	for (position, changed) in flipped(&bytes, 0..bytes.len()) {
		assert!(verify(&changed).is_err(), "byte {position}");
	}
}

#[test]
fn every_truncation_and_extension_is_refused() {
	let bytes = signed().to_bytes();
	for length in 0..bytes.len() {
		assert_eq!(verify(&bytes[..length]), Err(SignatureError::Format), "length {length}");
	}
	for extra in [1, 2, 100, 1_000] {
		let longer = [&bytes[..], &vec![0; extra]].concat();
		assert_eq!(verify(&longer), Err(SignatureError::Format), "{extra} more");
	}
	for version in [0, 2, 255] {
		let mut other = bytes.clone();
		other[0] = version;
		assert_eq!(verify(&other), Err(SignatureError::Version(version)));
	}
}

#[test]
fn the_longest_signature_has_the_stated_length() {
	let committee = Committee::four();
	let longest = identity(&format!("{}@{}", "n".repeat(64), "s".repeat(64)));
	let permit = committee.permit(&EPOCH, Subtree::ROOT);
	let key = committee.signing_key(serial(10), &longest, &permit);
	let bytes = key.sign(Domain::FILE, TEXT, entropy("long")).to_bytes();
	assert_eq!(bytes.len(), MAX_SIGNATURE_LEN);
	assert_eq!(verify(&bytes), Ok(()));
}

/// A level is checked before it is used as a shift, and names the subtree over the serial.
#[test]
fn odd_levels_indices_and_serials_are_refused() {
	let name = alice();
	let message = message(&name);
	let good = signed();
	let wire = |serial, level, index| message.wire_with(serial, level, index, (good.u, good.v));
	assert_eq!(verify(&wire(10, 40, 0)), Ok(()));
	for level in [41, 42, 63, 64, 65, 127, 128, 255] {
		assert_eq!(verify(&wire(10, level, 0)), Err(SignatureError::Format), "level {level}");
	}
	assert_eq!(verify(&wire(10, 40, 1)), Err(SignatureError::Format));
	assert_eq!(verify(&wire(10, 0, 1 << 40)), Err(SignatureError::Format));
	assert_eq!(verify(&wire(1 << 40, 40, 0)), Err(SignatureError::Format));
	assert_eq!(verify(&wire(u64::MAX, 40, 0)), Err(SignatureError::Format));
	// Subtrees that do not hold the serial.
	for (level, index) in [(0, 9), (0, 11), (3, 0), (3, 2), (39, 1)] {
		let refused = verify(&wire(10, level, index));
		assert_eq!(refused, Err(SignatureError::Subtree), "{level}, {index}");
	}
	// Subtrees that do, but whose permit was not used.
	for level in 0..40 {
		let refused = verify(&wire(10, level, 10 >> level));
		assert_eq!(refused, Err(SignatureError::Wrong), "{level}");
	}
	// The same with fields set by the program instead of decoded.
	let mut forged = signed();
	forged.subtree = subtree(0, 11);
	let refused = forged.verify(&Committee::four().verifier(), Domain::FILE, TEXT, NOW);
	assert_eq!(refused, Err(SignatureError::Subtree));
}

#[test]
fn bad_points_are_refused() {
	let good = signed();
	for (what, point) in bad_g1() {
		let mut forged = good.clone();
		forged.u = point;
		assert!(matches!(verify(&forged.to_bytes()), Err(SignatureError::Encoding(_))), "{what}");
		let mut forged = good.clone();
		forged.v = point;
		assert!(matches!(verify(&forged.to_bytes()), Err(SignatureError::Encoding(_))), "{what}");
	}
	// A cofactor part on V, which the pairing does not see.
	let mut forged = good.clone();
	forged.v = g1(G1Affine::from(raw_g1(&good.v) + of_order_three()));
	assert!(matches!(verify(&forged.to_bytes()), Err(SignatureError::Encoding(_))));
}

#[test]
fn a_signature_is_for_one_message_domain_and_key() {
	let (signature, verifier) = (signed(), Committee::four().verifier());
	let refused = |verifier: &Verifier, domain, text: &[u8]| {
		assert_eq!(
			signature.verify(verifier, domain, text, NOW),
			Err(SignatureError::Wrong),
			"{domain:?} {text:?}"
		);
	};
	refused(&verifier, Domain::FILE, b"the quick brown fo");
	refused(&verifier, Domain::FILE, b"");
	for domain in [
		Domain::TLS_CREDENTIAL,
		Domain::SIGMA,
		Domain::SEALED,
		Domain::custom("fil").unwrap(),
		Domain::custom("file ").unwrap(),
	] {
		refused(&verifier, domain, TEXT);
	}
	let other = Committee::other().verifier();
	refused(&other, Domain::FILE, TEXT);
	refused(&Verifier { key_id: other.key_id, ..verifier }, Domain::FILE, TEXT);
	refused(&Verifier { master: other.master, ..verifier }, Domain::FILE, TEXT);
}

#[test]
fn domains_have_a_length() {
	assert!(Domain::custom("").is_none());
	assert!(Domain::custom("0123456789abcdef0123456789abcdef").is_some());
	assert!(Domain::custom("0123456789abcdef0123456789abcdef0").is_none());
	assert_eq!(Domain::custom("file"), Some(Domain::FILE));
}

#[test]
fn a_signature_is_for_one_name_serial_and_epoch() {
	let verifier = Committee::four().verifier();
	let changes: [fn(&mut Signature); 7] = [
		|s| s.identity = identity("bob@acme"),
		|s| s.identity = identity("alice@acm"),
		|s| s.serial = serial(11),
		|s| s.epoch.number += 1,
		|s| s.epoch.start -= 1,
		|s| s.epoch.end += 1,
		|s| s.subtree = s.serial.ancestor(39),
	];
	for (number, change) in changes.into_iter().enumerate() {
		let mut forged = signed();
		change(&mut forged);
		let refused = forged.verify(&verifier, Domain::FILE, TEXT, NOW);
		assert_eq!(refused, Err(SignatureError::Wrong), "{number}");
	}
}

#[test]
fn negated_or_swapped_points_are_refused() {
	let good = signed();
	let negated = |point: &symbolon_crypto::G1Bytes| (-point.decode().unwrap()).encode();
	let changed = |u, v| {
		let mut forged = good.clone();
		(forged.u, forged.v) = (u, v);
		verify(&forged.to_bytes())
	};
	assert_eq!(changed(negated(&good.u), negated(&good.v)), Err(SignatureError::Wrong));
	assert_eq!(changed(negated(&good.u), good.v), Err(SignatureError::Wrong));
	assert_eq!(changed(good.u, negated(&good.v)), Err(SignatureError::Wrong));
	assert_eq!(changed(good.v, good.u), Err(SignatureError::Wrong));
	assert_eq!(changed(good.u, good.u), Err(SignatureError::Wrong));
}

/// One nonce under two challenges would give away `D`, and with it `d`.
#[test]
fn a_frozen_random_number_generator_repeats_no_nonce() {
	let committee = Committee::four();
	let (one, two) = (subtree(6, 0), subtree(5, 0));
	let key = |name: &str, at, number| {
		let permit = committee.permit(&EPOCH, at);
		committee.signing_key(serial(number), &identity(name), &permit)
	};
	let alice = key("alice@acme", one, 10);
	let sign = |key: &SigningKey, domain, text| key.sign(domain, text, entropy("frozen"));
	let first = sign(&alice, Domain::FILE, TEXT);
	assert_eq!(first, sign(&alice, Domain::FILE, TEXT), "deterministic for the same input");
	let others = [
		sign(&alice, Domain::TLS_CREDENTIAL, TEXT),
		sign(&alice, Domain::FILE, b"another text"),
		sign(&key("alice@acme", two, 10), Domain::FILE, TEXT),
		sign(&key("alice@acme", one, 11), Domain::FILE, TEXT),
		sign(&key("bob@acme", one, 10), Domain::FILE, TEXT),
	];
	let mut seen: Vec<_> = others.iter().map(|signature| signature.u).collect();
	seen.push(first.u);
	seen.sort();
	seen.dedup();
	assert_eq!(seen.len(), 6);
	// And fresh entropy gives another signature of the same message.
	assert_ne!(first.u, alice.sign(Domain::FILE, TEXT, entropy("thawed")).u);
}

/// Serial 10 is revoked: the cover holds subtrees beside it, none above it.
#[test]
fn a_revoked_key_fits_no_permit_of_the_cover() {
	let committee = Committee::four();
	let revoked = serial(10);
	let key: IdentityKey<Signing> = committee.issue(revoked, &alice());
	let cover: Vec<_> = symbolon_crypto::cover::cover([Subtree::leaf(revoked)]).collect();
	let permits = committee.permits(&EPOCH, &cover);
	let d = raw_g1(&symbolon_crypto::G1Bytes(*key.to_bytes().expose()));
	let name = alice();
	let honest = message(&name);
	for (subtree, bytes) in cover.iter().zip(&permits) {
		let permit = committee.permit(&EPOCH, *subtree);
		assert_eq!(SigningKey::new(&key, &permit).err(), Some(EpochKeyError::Subtree));
		// By hand, with the sum of the two all the same: named as it is, the subtree does not
		// hold the serial; named as one that does, the key is the wrong one.
		let sum = d + raw_g1(bytes);
		let as_it_is = Message { subtree: *subtree, ..message(&name) };
		assert_eq!(verify(&as_it_is.wire(as_it_is.sign(&sum))), Err(SignatureError::Subtree));
		let above = Message { subtree: revoked.ancestor(subtree.level()), ..message(&name) };
		assert_eq!(verify(&above.wire(above.sign(&sum))), Err(SignatureError::Wrong));
		assert_eq!(verify(&honest.wire(honest.sign(&sum))), Err(SignatureError::Wrong));
	}
}

#[test]
fn key_and_permit_are_of_one_master_key() {
	let (committee, other) = (Committee::four(), Committee::other());
	let key: IdentityKey<Signing> = committee.issue(serial(10), &alice());
	let permit = other.permit(&EPOCH, Subtree::ROOT);
	assert_eq!(SigningKey::new(&key, &permit).err(), Some(EpochKeyError::KeyId));
}
