//! Names, serials and what they hash to.

use crate::common::{identity, serial, subtree, Committee, EPOCH};
use codec::{DecodeAll, Encode, MaxEncodedLen};
use symbolon_crypto::{
	hash::{CurveTag, KdfTag, ScalarTag},
	identity::{hash_identity, NameError, MAX_IDENTITY_LEN},
	permit::hash_permit,
	Epoch, Identity, KeyId, Namespace, Purpose, Serial,
};

#[test]
fn identities_follow_the_grammar() {
	let long = "x".repeat(64);
	for good in ["a@b", "sensor-7@acme", "0_.-@9", "a.b.c@x-y", "_@_", &format!("{long}@{long}")] {
		let parsed = Identity::new(good.as_bytes()).unwrap();
		assert_eq!(parsed.as_str(), good);
		assert_eq!(parsed.namespace().as_str(), good.split_once('@').unwrap().1);
		assert_eq!(Identity::decode_all(&mut &parsed.encode()[..]), Ok(parsed));
	}
	for (bad, error) in [
		("", NameError::Shape),
		("a", NameError::Shape),
		("a@b@c", NameError::Shape),
		("@", NameError::Length),
		("@b", NameError::Length),
		("a@", NameError::Length),
		("A@b", NameError::Character),
		("a@B", NameError::Character),
		("a b@c", NameError::Character),
		("a\0@c", NameError::Character),
		("a/b@c", NameError::Character),
		("ä@c", NameError::Character),
		("a@b\n", NameError::Character),
		("-a@b", NameError::LeadingMark),
		("a@-b", NameError::LeadingMark),
		(".a@b", NameError::LeadingMark),
		("a@.b", NameError::LeadingMark),
		("a..b@c", NameError::DoubleDot),
		("a@b..", NameError::DoubleDot),
	] {
		assert_eq!(Identity::new(bad.as_bytes()), Err(error), "{bad:?}");
		assert!(Identity::decode_all(&mut &bad.as_bytes().encode()[..]).is_err(), "{bad:?}");
	}
	let too_long = format!("{long}x@a");
	assert_eq!(Identity::new(too_long.as_bytes()), Err(NameError::Length));
	let too_long = format!("a@{long}x");
	assert_eq!(Identity::new(too_long.as_bytes()), Err(NameError::Length));
	assert!(Namespace::new(b"acme").is_ok() && Namespace::new(b"a@b").is_err());
	assert_eq!(Identity::max_encoded_len(), 2 + MAX_IDENTITY_LEN);
}

#[test]
fn serials_are_below_two_to_the_forty() {
	assert!(Serial::new(Serial::END - 1).is_some());
	for number in [Serial::END, Serial::END + 1, u64::MAX] {
		assert!(Serial::new(number).is_none());
		assert!(Serial::decode_all(&mut &number.encode()[..]).is_err());
	}
	assert_eq!(serial(5).encode(), 5u64.encode());
}

#[test]
fn purposes_have_fixed_numbers() {
	assert_eq!(Purpose::Sign.encode(), [1]);
	assert_eq!(Purpose::Decrypt.encode(), [2]);
	assert!(Purpose::decode_all(&mut &[0][..]).is_err());
	assert!(Purpose::decode_all(&mut &[3][..]).is_err());
}

/// Every input of every hash to the curve matters, and none runs into its neighbour.
#[test]
fn identity_points_differ_in_every_input() {
	let (id, other) = (Committee::four().key_id, Committee::other().key_id);
	let point = |id: &KeyId, purpose, number, name: &str| {
		hash_identity(id, purpose, serial(number), &identity(name)).encode()
	};
	let mut points = vec![
		point(&id, Purpose::Sign, 1, "a@bc"),
		point(&id, Purpose::Decrypt, 1, "a@bc"),
		point(&id, Purpose::Sign, 2, "a@bc"),
		point(&id, Purpose::Sign, 1, "ab@c"),
		point(&id, Purpose::Sign, 1, "a@b"),
		point(&other, Purpose::Sign, 1, "a@bc"),
	];
	let permit = |id, epoch, level, index| hash_permit(id, &epoch, &subtree(level, index)).encode();
	points.extend([
		permit(&id, EPOCH, 1, 0),
		permit(&id, EPOCH, 0, 1),
		permit(&id, EPOCH, 0, 0),
		permit(&other, EPOCH, 1, 0),
		permit(&id, Epoch { number: EPOCH.number + 1, ..EPOCH }, 1, 0),
		permit(&id, Epoch { start: EPOCH.start + 1, ..EPOCH }, 1, 0),
		permit(&id, Epoch { end: EPOCH.end + 1, ..EPOCH }, 1, 0),
	]);
	let count = points.len();
	points.sort();
	points.dedup();
	assert_eq!(points.len(), count);
}

#[test]
fn a_key_is_named_by_chain_number_and_point() {
	let (one, two) = (Committee::four().master.encode(), Committee::other().master.encode());
	let mut ids = [
		KeyId::derive(&[1; 32], 0, &one).0,
		KeyId::derive(&[2; 32], 0, &one).0,
		KeyId::derive(&[1; 32], 1, &one).0,
		KeyId::derive(&[1; 32], 0, &two).0,
	];
	ids.sort();
	assert!(ids.windows(2).all(|pair| pair[0] != pair[1]));
}

#[test]
fn every_use_of_a_hash_has_its_own_tag() {
	let curve = [
		CurveTag::IdentitySign,
		CurveTag::IdentityDecrypt,
		CurveTag::Permit,
		CurveTag::Checkpoint,
		CurveTag::Succession,
		CurveTag::Dealing,
	];
	let scalar = [
		ScalarTag::Nonce,
		ScalarTag::Pad,
		ScalarTag::Signature,
		ScalarTag::TransportPop,
		ScalarTag::Register,
		ScalarTag::DealingDleq,
		ScalarTag::DealingPok,
		ScalarTag::Complaint,
		ScalarTag::Confirm,
		ScalarTag::Coefficient,
		ScalarTag::Seal,
	];
	let mut tags: Vec<Vec<u8>> = curve.iter().map(|tag| tag.dst().to_vec()).collect();
	tags.extend(scalar.iter().map(|tag| tag.dst()));
	let kdf = [KdfTag::SealSeed, KdfTag::SealKey, KdfTag::SealNonce, KdfTag::SealMask];
	tags.extend(kdf.iter().map(|tag| tag.salt().to_vec()));
	for tag in &tags {
		assert!(tag.starts_with(b"SYMBOLON-V1-") && tag.len() < 256);
		let suites: [&[u8]; 3] = [b"_SSWU_RO_", b"_SCALAR_", b"-with-HKDF-SHA-256"];
		assert!(suites.iter().any(|suite| tag.ends_with(suite)));
	}
	let count = tags.len();
	tags.sort();
	tags.dedup();
	assert_eq!(tags.len(), count);
	assert_eq!(ScalarTag::Pad.dst(), b"SYMBOLON-V1-PAD-with-XMD:SHA-256_SCALAR_");
}
