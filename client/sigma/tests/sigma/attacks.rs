//! Who sits on the link: reflection, replay, mixed sessions, low-order keys, substituted names.

use crate::{
	by_hand::{self, Hand, INITIATOR, RESPONDER},
	common::{api, identity, mallory, pump, raw_randomness, NOW},
};
use symbolon_crypto::{
	signature::{Domain, SignatureError},
	Entropy, Identity,
};
use symbolon_sigma::{Accept, HandshakeError, Opened, Party, TransportError};

fn entropy() -> Entropy {
	Entropy::take(&mut [9; 32])
}

fn secret(label: &str) -> [u8; 32] {
	raw_randomness(label)[..32].try_into().unwrap()
}

#[test]
fn other_suites_and_keys_are_refused_before_anything_is_computed() {
	let (_, first) = pump().start("suite");
	for suite in (0..=255).filter(|suite| *suite != 1) {
		let mut other = first.clone();
		other[0] = suite;
		assert_eq!(api().respond("suite", &other).err(), Some(HandshakeError::Suite(suite)));
	}
	for position in 1..33 {
		let mut other = first.clone();
		other[position] ^= 1;
		assert_eq!(api().respond("suite", &other).err(), Some(HandshakeError::KeyId));
	}
}

/// All points of order 1, 2, 4 and 8 on the curve and its twist, in every encoding (Bernstein, and
/// RFC 7748 §6.1), the high bit set or not.
fn low_order_points() -> Vec<[u8; 32]> {
	let decode = |text| -> [u8; 32] { hex::decode(text).unwrap().try_into().unwrap() };
	let small = [
		decode("0000000000000000000000000000000000000000000000000000000000000000"),
		decode("0100000000000000000000000000000000000000000000000000000000000000"),
		decode("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
		decode("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
		decode("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
		decode("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
		decode("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
	];
	let high = small.map(|mut point| {
		point[31] |= 0x80;
		point
	});
	[small, high].concat()
}

#[test]
fn ephemeral_keys_of_low_order_are_refused() {
	for point in low_order_points() {
		let (_, mut first) = pump().start("low");
		first[33..65].copy_from_slice(&point);
		assert_eq!(api().respond("low", &first).err(), Some(HandshakeError::LowOrder));

		let (initiator, first) = pump().start("low");
		let (_, mut second) = api().respond("low", &first).ok().unwrap();
		second[..32].copy_from_slice(&point);
		let refused = initiator.finish(&pump().party(), &second, NOW).err();
		assert_eq!(refused, Some(HandshakeError::LowOrder));
	}
}

#[test]
fn messages_sent_back_are_refused() {
	// The initiator's first message as the second: wrong length; padded: nothing decrypts.
	let (initiator, first) = pump().start("mirror");
	let length = HandshakeError::Length { message: 2, found: 97 };
	assert_eq!(initiator.finish(&pump().party(), &first, NOW).err(), Some(length));
	let (initiator, first) = pump().start("mirror");
	let padded = [&first[33..], &[0; 200]].concat();
	let refused = initiator.finish(&pump().party(), &padded, NOW).err();
	assert_eq!(refused, Some(HandshakeError::Decrypt));
	// The responder's proof as the third.
	let (_, first) = pump().start("mirror");
	let (responder, second) = api().respond("mirror", &first).ok().unwrap();
	let refused = responder.finish(&api().party(), &second[64..], NOW).err();
	assert_eq!(refused, Some(HandshakeError::Decrypt));
	// The initiator's own third message as the answer to another try.
	let (again, again_first) = pump().start("mirror again");
	let (initiator, first) = pump().start("mirror");
	let (_, second) = api().respond("mirror", &first).ok().unwrap();
	let (_, third) = initiator.finish(&pump().party(), &second, NOW).ok().unwrap();
	let mixed = [&again_first[33..], &third].concat();
	let refused = again.finish(&pump().party(), &mixed, NOW).err();
	assert_eq!(refused, Some(HandshakeError::Decrypt));
}

/// One's own first message reflected to one's own responder gives a handshake with oneself, which
/// is refused whatever the policy accepts.
#[test]
fn two_sides_of_one_device_are_not_joined() {
	let anyone = |_: &Identity| true;
	let own = Party { accept: Accept::If(&anyone), ..pump().party() };
	let (initiator, first) = pump().start("loop");
	let (_, second) = pump().respond("loop back", &first).ok().unwrap();
	assert_eq!(initiator.finish(&own, &second, NOW).err(), Some(HandshakeError::Itself));
}

#[test]
fn replayed_messages_are_refused() {
	let (initiator, first) = pump().start("old");
	let (responder, second) = api().respond("old", &first).ok().unwrap();
	let (_, third) = initiator.finish(&pump().party(), &second, NOW).ok().unwrap();
	assert!(responder.finish(&api().party(), &third, NOW).is_ok());

	// The first again: the responder answers with fresh values, the old third does not fit.
	let (responder, fresh) = api().respond("new", &first).ok().unwrap();
	assert_ne!(fresh[..64], second[..64]);
	let refused = responder.finish(&api().party(), &third, NOW).err();
	assert_eq!(refused, Some(HandshakeError::Decrypt));
	// The second again, to a fresh first.
	let (initiator, _) = pump().start("new");
	let refused = initiator.finish(&pump().party(), &second, NOW).err();
	assert_eq!(refused, Some(HandshakeError::Decrypt));
}

#[test]
fn two_sessions_do_not_mix() {
	let (initiator_a, first_a) = pump().start("a");
	let (initiator_b, first_b) = pump().start("b");
	let (responder_a, second_a) = api().respond("a", &first_a).ok().unwrap();
	let (responder_b, second_b) = api().respond("b", &first_b).ok().unwrap();
	// Fresh part of one, proof of the other.
	let mixed = [&second_a[..64], &second_b[64..]].concat();
	let (c, _) = pump().start("a");
	assert_eq!(c.finish(&pump().party(), &mixed, NOW).err(), Some(HandshakeError::Decrypt));
	let (mut left_a, third_a) = initiator_a.finish(&pump().party(), &second_a, NOW).ok().unwrap();
	let (_, third_b) = initiator_b.finish(&pump().party(), &second_b, NOW).ok().unwrap();
	let refused = responder_a.finish(&api().party(), &third_b, NOW).err();
	assert_eq!(refused, Some(HandshakeError::Decrypt));
	let mut right_b = responder_b.finish(&api().party(), &third_b, NOW).ok().unwrap();
	let refused = responder_finish("a", &first_a, &third_b);
	assert_eq!(refused, Some(HandshakeError::Decrypt));
	assert_eq!(responder_finish("a", &first_a, &third_a), None);
	let message = left_a.seal(b"a", NOW).unwrap();
	assert_eq!(right_b.open(&message, NOW), Err(TransportError::Decrypt));
}

fn responder_finish(label: &str, first: &[u8], third: &[u8]) -> Option<HandshakeError> {
	let (responder, _) = api().respond(label, first).ok().unwrap();
	responder.finish(&api().party(), third, NOW).err()
}

/// A relay in the middle that puts fresh keys of its own on both sides reads the proofs, but the
/// names do not fit its keys: the signatures cover both ephemeral keys.
#[test]
fn a_man_in_the_middle_cannot_pass_on_proofs() {
	let (x, y) = (secret("middle x"), secret("middle y"));
	let (initiator, first) = pump().start("victim");
	// Towards api with own x.
	let own_first = by_hand::first(&pump().verifier.key_id, &x, &[1; 32]);
	let (_, second) = api().respond("victim", &own_first).ok().unwrap();
	let towards_api = Hand::read(&own_first, &x, &second);
	let proof = towards_api.open(RESPONDER, &second[64..]).unwrap();
	// Towards the pump with own y: api's signature, a MAC that is right.
	let (towards_pump, mut forged) = Hand::answer(&first, &y, &[2; 32]);
	let (signature, _) = proof.split_at(proof.len() - 32);
	let block = &signature[..signature.len() - 96];
	let mac = towards_pump.mac(RESPONDER, &towards_pump.statement(RESPONDER, block));
	for (mac, error) in [
		(mac.to_vec(), HandshakeError::Proof(SignatureError::Wrong)),
		(proof[signature.len()..].to_vec(), HandshakeError::Mac),
	] {
		let sealed = towards_pump.seal(RESPONDER, &[signature, &mac].concat());
		let (initiator, again) = pump().start("victim");
		assert_eq!(again, first);
		let second = [&forged[..], &sealed].concat();
		assert_eq!(initiator.finish(&pump().party(), &second, NOW).err(), Some(error));
	}
	// The proof as it was, under its own session's encryption.
	forged.extend_from_slice(&second[64..]);
	assert_eq!(
		initiator.finish(&pump().party(), &forged, NOW).err(),
		Some(HandshakeError::Decrypt)
	);
}

/// Identity misbinding: Mallory has a good key and replaces pump's name by his own in the third
/// message, so that api would take pump's messages for his. It needs `Z`, which he does not have;
/// and even given pump's proof key, the MAC key, which is another, binds the name.
#[test]
fn a_name_cannot_be_put_on_anothers_session() {
	let anyone = |_: &Identity| true;
	let accepting = Party { accept: Accept::If(&anyone), ..api().party() };
	let (x, _) = (secret("unknown initiator"), ());
	let (initiator, first) = pump().start("unknown initiator");
	let respond = || api().respond("unknown responder", &first).ok().unwrap();
	let (_, second) = respond();
	let (mut left, third) = initiator.finish(&pump().party(), &second, NOW).ok().unwrap();

	let mut hand = Hand::read(&first, &x, &second);
	hand.then(&second[64..]);
	let proof = hand.open(INITIATOR, &third).unwrap();
	let pumps_mac = &proof[proof.len() - 32..];
	let signature_of = |message: &[u8]| mallory().key.sign(Domain::SIGMA, message, entropy());
	let block = block_of(&signature_of(b"").to_bytes());
	let statement = hand.statement(INITIATOR, &block);
	let own = signature_of(&statement).to_bytes();
	let forged = hand.seal(INITIATOR, &[&own, pumps_mac].concat());
	assert_eq!(respond().0.finish(&accepting, &forged, NOW).err(), Some(HandshakeError::Mac));
	// Without any knowledge of the keys.
	let blind = [&own[..], &[0; 32], &[0; 16]].concat();
	assert_eq!(respond().0.finish(&accepting, &blind, NOW).err(), Some(HandshakeError::Decrypt));
	// Who does know `Z` and signs is simply the peer; and its traffic keys are others than pump's.
	let mac = hand.mac(INITIATOR, &statement);
	let honest = hand.seal(INITIATOR, &[&own, &mac[..]].concat());
	let mut right = respond().0.finish(&accepting, &honest, NOW).ok().unwrap();
	assert_eq!(right.peer().identity(), &identity("mallory@demo"));
	let message = left.seal(b"from pump", NOW).unwrap();
	assert_eq!(right.open(&message, NOW), Err(TransportError::Decrypt));
}

/// A signature's wire form without its points.
pub fn block_of(signature: &[u8]) -> Vec<u8> {
	signature[..signature.len() - 96].to_vec()
}

#[test]
fn whoever_relays_unchanged_learns_and_changes_nothing() {
	let (mut left, mut right) = crate::common::session("relay");
	let message = left.seal(b"through", NOW).unwrap();
	assert!(!message.windows(7).any(|window| window == b"through"));
	assert_eq!(right.open(&message, NOW), Ok(Opened::Data(b"through".to_vec())));
}

/// The responder's name goes over the link encrypted, and so does the initiator's.
#[test]
fn names_do_not_show() {
	let (initiator, first) = pump().start("private");
	let (_, second) = api().respond("private", &first).ok().unwrap();
	let (_, third) = initiator.finish(&pump().party(), &second, NOW).ok().unwrap();
	for name in [&b"pump-7"[..], b"api", b"demo"] {
		for message in [&first, &second, &third] {
			assert!(!message.windows(name.len()).any(|window| window == name));
		}
	}
}
