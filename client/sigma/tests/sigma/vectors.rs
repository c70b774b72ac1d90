//! Known answers: a handshake and its first messages from fixed values, and the same computed again
//! by hand. A change of `tests/vectors/sigma.json` is a change of the protocol. To write the file
//! again set `SYMBOLON_WRITE_VECTORS=1`.

use crate::{
	by_hand::{cipher, first, public, Hand, INITIATOR, RESPONDER},
	common::{api, pump, raw_randomness, NOW},
};
use serde_json::{json, Value};
use symbolon_crypto::{
	signature::{Domain, Signature},
	Entropy,
};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/sigma.json");

fn hex(bytes: impl AsRef<[u8]>) -> String {
	hex::encode(bytes)
}

fn vectors() -> Value {
	let (initiator, m1) = pump().start("vector initiator");
	let (responder, m2) = api().respond("vector responder", &m1).ok().unwrap();
	let (mut left, m3) = initiator.finish(&pump().party(), &m2, NOW).ok().unwrap();
	let mut right = responder.finish(&api().party(), &m3, NOW).ok().unwrap();
	let verifier = pump().verifier;
	json!({
		"key_id": hex(verifier.key_id.0),
		"master_public_key": hex(verifier.master.encode()),
		"now": NOW,
		"initiator": "pump-7@demo",
		"initiator_randomness": hex(raw_randomness("vector initiator")),
		"responder": "api@demo",
		"responder_randomness": hex(raw_randomness("vector responder")),
		"m1": hex(m1),
		"m2": hex(m2),
		"m3": hex(m3),
		"binding": hex(left.binding().expose()),
		"initiator_data": [
			hex(left.seal(b"", NOW).unwrap()),
			hex(left.seal(b"21.5 C", NOW).unwrap()),
		],
		"initiator_close": hex(left.close(NOW).unwrap()),
		"responder_data": [hex(right.seal(b"noted", NOW).unwrap())],
	})
}

fn part(value: &Value, name: &str) -> Vec<u8> {
	hex::decode(value[name].as_str().unwrap()).unwrap()
}

#[test]
fn known_answers_hold() {
	let vectors = vectors();
	if std::env::var_os("SYMBOLON_WRITE_VECTORS").is_some() {
		std::fs::write(PATH, format!("{vectors:#}\n")).unwrap();
	}
	let frozen: Value = serde_json::from_str(&std::fs::read_to_string(PATH).unwrap()).unwrap();
	assert_eq!(vectors, frozen);
}

#[test]
fn the_frozen_handshake_is_what_the_specification_says() {
	let frozen: Value = serde_json::from_str(&std::fs::read_to_string(PATH).unwrap()).unwrap();
	let parts = |name: &str| -> Vec<[u8; 32]> {
		part(&frozen, name).chunks_exact(32).map(|chunk| chunk.try_into().unwrap()).collect()
	};
	let (ours, theirs) = (parts("initiator_randomness"), parts("responder_randomness"));
	let (m1, m2, m3) = (part(&frozen, "m1"), part(&frozen, "m2"), part(&frozen, "m3"));
	assert_eq!(m1, first(&pump().verifier.key_id, &ours[0], &ours[1]));
	assert_eq!(m2[..64], [public(&theirs[0]), theirs[1]].concat());

	let mut hand = Hand::read(&m1, &ours[0], &m2);
	assert_eq!(hand.prk, Hand::answer(&m1, &theirs[0], &theirs[1]).0.prk);
	for (role, end, sealed, entropy) in
		[(RESPONDER, api(), &m2[64..], theirs[2]), (INITIATOR, pump(), &m3[..], ours[2])]
	{
		let proof = hand.open(role, sealed).unwrap();
		let (signature, mac) = proof.split_at(proof.len() - 32);
		let statement = hand.statement(role, &signature[..signature.len() - 96]);
		assert_eq!(mac, hand.mac(role, &statement));
		let again = end.key.sign(Domain::SIGMA, &statement, Entropy::take(&mut entropy.clone()));
		assert_eq!(signature, again.to_bytes());
		let signature = Signature::from_bytes(signature).unwrap();
		assert_eq!(signature.identity, *end.key.identity());
		signature.verify(&end.verifier, Domain::SIGMA, &statement, NOW).unwrap();
		hand.then(sealed);
	}

	assert_eq!(part(&frozen, "binding"), hand.key("symbolon-sigma binding"));
	let message = |value: &Value| hex::decode(value.as_str().unwrap()).unwrap();
	let (there, back) = (hand.traffic(INITIATOR), hand.traffic(RESPONDER));
	assert_eq!(message(&frozen["initiator_data"][0]), cipher(&there, 0, b"", b"\0"));
	assert_eq!(message(&frozen["initiator_data"][1]), cipher(&there, 1, b"", b"\x0021.5 C"));
	assert_eq!(message(&frozen["initiator_close"]), cipher(&there, 2, b"", b"\x01"));
	assert_eq!(message(&frozen["responder_data"][0]), cipher(&back, 0, b"", b"\0noted"));
}
