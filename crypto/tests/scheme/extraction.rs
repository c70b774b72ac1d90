//! Issuing identity keys: partial keys, their public check, and what a device refuses.

use crate::common::{bad_g1, bad_g2, entropy, flipped, identity, plus_order, serial, Committee};
use codec::{DecodeAll, Encode, MaxEncodedLen};
use symbolon_crypto::{
	curve::{G1, G2},
	extraction::{
		combine, EncryptedKey, ExtractionError, IdentityKey, KeyRequest, KeyUse, Opening,
		PartialKey, Signing, TransportKey, TransportSecret,
	},
	sharing::CombineError,
	DecodeError, Identity, KeyId, Purpose, SecretBytes,
};

const WRONG: ExtractionError = ExtractionError::Combine(CombineError::Wrong);

fn pump() -> Identity {
	identity("pump-3@acme")
}

fn transport() -> TransportSecret {
	TransportSecret::generate(entropy("transport"))
}

fn request<U: KeyUse>() -> KeyRequest {
	Committee::four().request::<U>(serial(3), &pump())
}

fn partials<U: KeyUse>() -> Vec<PartialKey> {
	Committee::four().partials(&request::<U>(), &transport())
}

/// As a chain checks it: `P_j` is looked up by the share version and the member it names.
fn check(partial: &PartialKey) -> Result<(), ExtractionError> {
	let committee = Committee::four();
	let known = partial.share_version == 1 && usize::from(partial.member.get()) <= 4;
	let key = committee.outcome.verification_key(partial.member);
	let key = known.then_some(key).ok_or(ExtractionError::Mixed)?;
	partial.verify(&request::<Signing>(), &transport().point().decode()?, &key)
}

fn open(key: &EncryptedKey) -> Result<IdentityKey<Signing>, ExtractionError> {
	let committee = Committee::four();
	key.open(&committee.key_id, serial(3), &pump(), &transport(), &committee.master)
}

#[test]
fn partial_keys_hold_combine_and_open() {
	for partial in partials::<Signing>() {
		assert_eq!(check(&partial), Ok(()));
	}
	let key = open(&combine(&partials::<Signing>(), 3).unwrap()).ok().unwrap();
	assert_eq!((key.serial(), key.identity()), (serial(3), &pump()));
	assert_eq!(key.key_id(), Committee::four().key_id);
}

#[test]
fn a_key_of_one_purpose_is_none_of_the_other() {
	let committee = Committee::four();
	let key = combine(&partials::<Opening>(), 3).unwrap();
	assert_eq!(open(&key).err(), Some(WRONG));
	let (id, master) = (&committee.key_id, &committee.master);
	assert!(key.open::<Opening>(id, serial(3), &pump(), &transport(), master).is_ok());
}

/// Shared between the purposes, `ρ` would give one key from the other.
#[test]
fn rho_is_fresh_for_every_partial_even_with_frozen_entropy() {
	let committee = Committee::four();
	let point = transport().point().decode().unwrap();
	let other = TransportSecret::generate(entropy("other")).point().decode().unwrap();
	let extract = |request: &KeyRequest, member: usize, version, point: &G1| {
		committee.shares[member].extract(request, version, point, entropy("frozen")).c1
	};
	let mut renamed = request::<Signing>();
	renamed.identity = identity("pump-4@acme");
	let mut renumbered = request::<Signing>();
	renumbered.serial = serial(4);
	let mut c1 = vec![
		extract(&request::<Signing>(), 0, 1, &point),
		extract(&request::<Opening>(), 0, 1, &point),
		extract(&request::<Signing>(), 1, 1, &point),
		extract(&request::<Signing>(), 0, 2, &point),
		extract(&request::<Signing>(), 0, 1, &other),
		extract(&renamed, 0, 1, &point),
		extract(&renumbered, 0, 1, &point),
	];
	c1.sort();
	c1.dedup();
	assert_eq!(c1.len(), 7);
}

#[test]
fn every_changed_byte_of_a_partial_key_is_refused() {
	let bytes = partials::<Signing>()[1].encode();
	assert_eq!(bytes.len(), 207);
	assert_eq!(PartialKey::max_encoded_len(), 207);
	for (position, changed) in flipped(&bytes, 0..bytes.len()) {
		let Ok(partial) = PartialKey::decode_all(&mut &changed[..]) else { continue };
		assert!(check(&partial).is_err(), "byte {position}");
	}
	assert!(PartialKey::decode_all(&mut &bytes[..206]).is_err());
}

#[test]
fn changed_partial_keys_are_refused() {
	let [one, two] = [partials::<Signing>()[0], partials::<Signing>()[1]];
	let negated = |point: &symbolon_crypto::G1Bytes| (-point.decode().unwrap()).encode();
	let negated_g2 = |point: &symbolon_crypto::G2Bytes| (-point.decode().unwrap()).encode();
	let shifted =
		|point: &symbolon_crypto::G1Bytes| (point.decode().unwrap() + G1::generator()).encode();
	let forgeries = [
		("the roles of c1 and c3", PartialKey { c1: one.c3, c3: one.c1, ..one }),
		("c2 of another", PartialKey { c2: two.c2, ..one }),
		("c1 of another", PartialKey { c1: two.c1, ..one }),
		("c1 and c2 of another", PartialKey { c1: two.c1, c2: two.c2, ..one }),
		("c3 of another", PartialKey { c3: two.c3, ..one }),
		("negated c3", PartialKey { c3: negated(&one.c3), ..one }),
		("negated c1 and c2", PartialKey { c1: negated(&one.c1), c2: negated_g2(&one.c2), ..one }),
		(
			"all negated",
			PartialKey {
				c1: negated(&one.c1),
				c2: negated_g2(&one.c2),
				c3: negated(&one.c3),
				..one
			},
		),
		("another member's name", PartialKey { member: two.member, ..one }),
		// Errors in the two equations that cancel in their plain product.
		(
			"c1 + X and c3 - X",
			PartialKey {
				c1: shifted(&one.c1),
				c3: (one.c3.decode().unwrap() - G1::generator()).encode(),
				..one
			},
		),
	];
	for (what, forgery) in forgeries {
		assert_eq!(check(&forgery), Err(ExtractionError::Partial), "{what}");
	}
}

#[test]
fn a_partial_key_is_for_one_request_transport_key_and_member() {
	let committee = Committee::four();
	let partial = partials::<Signing>()[0];
	let key = committee.outcome.verification_key(partial.member);
	let point = transport().point().decode().unwrap();
	assert_eq!(partial.verify(&request::<Signing>(), &point, &key), Ok(()));
	let mixed = Err(ExtractionError::Mixed);
	assert_eq!(partial.verify(&request::<Opening>(), &point, &key), mixed);
	let wrong = Err(ExtractionError::Partial);
	let mut other = request::<Signing>();
	other.serial = serial(4);
	assert_eq!(partial.verify(&other, &point, &key), mixed);
	// As if it answered the other serial or purpose.
	assert_eq!(PartialKey { serial: serial(4), ..partial }.verify(&other, &point, &key), wrong);
	let relabelled = PartialKey { purpose: Purpose::Decrypt, ..partial };
	assert_eq!(relabelled.verify(&request::<Opening>(), &point, &key), wrong);
	let mut other = request::<Signing>();
	other.identity = identity("pump-4@acme");
	assert_eq!(partial.verify(&other, &point, &key), wrong);
	let mut other = request::<Signing>();
	other.key_id = KeyId([9; 32]);
	assert_eq!(partial.verify(&other, &point, &key), wrong);
	let thief = TransportSecret::generate(entropy("thief")).point().decode().unwrap();
	assert_eq!(partial.verify(&request::<Signing>(), &thief, &key), wrong);
	for share in &committee.shares[1..] {
		let key = share.verification_key();
		assert_eq!(partial.verify(&request::<Signing>(), &point, &key), wrong);
	}
	assert_eq!(partial.verify(&request::<Signing>(), &point, &committee.master), wrong);
}

#[test]
fn bad_points_in_a_partial_key_are_refused() {
	let good = partials::<Signing>()[0];
	let refused = |partial: PartialKey, what: &str| {
		assert!(matches!(check(&partial), Err(ExtractionError::Encoding(_))), "{what}");
	};
	for (what, point) in bad_g1() {
		refused(PartialKey { c1: point, ..good }, what);
		refused(PartialKey { c3: point, ..good }, what);
		let mut all = partials::<Signing>();
		all[0].c1 = point;
		assert!(matches!(combine(&all, 3).err(), Some(ExtractionError::Encoding(_))), "{what}");
	}
	for (what, point) in bad_g2() {
		refused(PartialKey { c2: point, ..good }, what);
	}
}

#[test]
fn partial_keys_of_different_requests_do_not_mix() {
	let changes: [fn(&mut PartialKey); 3] = [
		|partial| partial.share_version = 2,
		|partial| partial.serial = serial(4),
		|partial| partial.purpose = Purpose::Decrypt,
	];
	for change in changes {
		let mut mixed = partials::<Signing>();
		change(&mut mixed[2]);
		assert_eq!(combine(&mixed, 3).err(), Some(ExtractionError::Mixed));
	}
	assert_eq!(combine(&[], 1).err(), Some(ExtractionError::Combine(CombineError::TooFew)));
	let all = partials::<Signing>();
	assert_eq!(combine(&all, 0).err(), Some(ExtractionError::Combine(CombineError::TooFew)));
	assert_eq!(combine(&all, 5).err(), Some(ExtractionError::Combine(CombineError::TooFew)));
	let twice = [all[0], all[1], all[1]];
	assert_eq!(combine(&twice, 3).err(), Some(ExtractionError::Combine(CombineError::Duplicate)));
}

/// Two sharings of keys under one label: combined they give garbage, which the device refuses.
#[test]
fn mislabelled_sharings_give_no_key() {
	let mut mixed = partials::<Signing>();
	mixed[1] = Committee::other().partials(&request::<Signing>(), &transport())[1];
	assert_eq!(open(&combine(&mixed, 3).unwrap()).err(), Some(WRONG));
	// Combine first, look for a culprit after.
	let wrong: Vec<_> = mixed.iter().filter(|partial| check(partial).is_err()).collect();
	assert_eq!(wrong.len(), 1);
	assert_eq!(wrong[0].member.get(), 2);
}

#[test]
fn one_negated_partial_spoils_the_key_and_is_found() {
	let mut all = partials::<Signing>();
	all[2].c3 = (-all[2].c3.decode().unwrap()).encode();
	assert_eq!(open(&combine(&all, 3).unwrap()).err(), Some(WRONG));
	let verdicts: Vec<bool> = all.iter().map(|partial| check(partial).is_ok()).collect();
	assert_eq!(verdicts, [true, true, false, true]);
}

#[test]
fn a_device_takes_only_the_key_it_asked_for() {
	let (committee, other) = (Committee::four(), Committee::other());
	let key = combine(&partials::<Signing>(), 3).unwrap();
	let opens = |key_id, number, name: &str, secret: &TransportSecret, master: &G2| {
		key.open::<Signing>(key_id, serial(number), &identity(name), secret, master).is_ok()
	};
	let (id, master) = (&committee.key_id, &committee.master);
	assert!(opens(id, 3, "pump-3@acme", &transport(), master));
	assert!(!opens(id, 3, "pump-4@acme", &transport(), master));
	assert!(!opens(id, 4, "pump-3@acme", &transport(), master));
	assert!(!opens(&other.key_id, 3, "pump-3@acme", &transport(), master));
	assert!(!opens(id, 3, "pump-3@acme", &transport(), &other.master));
	let wrong_tau = TransportSecret::generate(entropy("wrong tau"));
	assert!(!opens(id, 3, "pump-3@acme", &wrong_tau, master));
}

#[test]
fn every_changed_byte_of_a_transport_key_is_refused() {
	let id = Committee::four().key_id;
	let good = transport().request(&id, &pump(), entropy("possession"));
	assert!(good.verify(&id, &pump()).is_ok());
	let bytes = good.encode();
	assert_eq!(bytes.len(), 112);
	assert_eq!(TransportKey::max_encoded_len(), 112);
	for (position, changed) in flipped(&bytes, 0..bytes.len()) {
		let key = TransportKey::decode_all(&mut &changed[..]).unwrap();
		assert!(key.verify(&id, &pump()).is_err(), "byte {position}");
	}
}

#[test]
fn possession_is_proved_for_one_name_and_key() {
	let id = Committee::four().key_id;
	let good = transport().request(&id, &pump(), entropy("possession"));
	let refused = |key: &TransportKey, id: &KeyId, name: &str| {
		let verified = key.verify(id, &identity(name));
		assert_eq!(verified.err(), Some(ExtractionError::Possession));
	};
	refused(&good, &id, "pump-4@acme");
	refused(&good, &id, "pump-3@acm");
	refused(&good, &Committee::other().key_id, "pump-3@acme");
	let other = TransportSecret::generate(entropy("other")).request(&id, &pump(), entropy("other"));
	refused(&TransportKey { point: other.point, ..good }, &id, "pump-3@acme");
	refused(&TransportKey { proof: other.proof, ..good }, &id, "pump-3@acme");
}

/// With `T` the identity the key would travel in clear.
#[test]
fn bad_transport_keys_are_refused() {
	let id = Committee::four().key_id;
	let good = transport().request(&id, &pump(), entropy("possession"));
	for (what, point) in bad_g1() {
		let verified = TransportKey { point, ..good }.verify(&id, &pump());
		assert!(matches!(verified.err(), Some(ExtractionError::Encoding(_))), "{what}");
	}
	for (e, z) in
		[(plus_order(&good.proof.e), good.proof.z), (good.proof.e, plus_order(&good.proof.z))]
	{
		let mut changed = good;
		(changed.proof.e, changed.proof.z) = (e, z);
		let verified = changed.verify(&id, &pump()).err();
		assert_eq!(verified, Some(ExtractionError::Encoding(DecodeError::Scalar)));
	}
}

#[test]
fn secrets_of_a_device_survive_storage() {
	let committee = Committee::four();
	let again = TransportSecret::from_bytes(&transport().to_bytes()).unwrap();
	assert_eq!(again.point(), transport().point());
	assert!(TransportSecret::from_bytes(&SecretBytes::take(&mut [0; 32])).is_none());
	assert!(TransportSecret::from_bytes(&SecretBytes::take(&mut [0xff; 32])).is_none());
	let key: IdentityKey<Signing> = committee.issue(serial(3), &pump());
	let load = |number, name: &str, bytes: &SecretBytes<48>| {
		let (id, master) = (&committee.key_id, &committee.master);
		IdentityKey::<Signing>::from_bytes(id, serial(number), &identity(name), bytes, master)
	};
	let bytes = key.to_bytes();
	assert!(load(3, "pump-3@acme", &bytes).is_some());
	assert!(load(4, "pump-3@acme", &bytes).is_none());
	assert!(load(3, "pump-4@acme", &bytes).is_none());
	for (what, point) in bad_g1() {
		assert!(load(3, "pump-3@acme", &SecretBytes::take(&mut { point.0 })).is_none(), "{what}");
	}
	let (id, master) = (&committee.key_id, &committee.master);
	let decrypt = IdentityKey::<Opening>::from_bytes(id, serial(3), &pump(), &bytes, master);
	assert!(decrypt.is_none());
}
