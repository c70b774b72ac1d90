//! Messages that were changed, cut or lengthened on the way.

use crate::common::{api, pump, NOW};
use symbolon_sigma::{HandshakeError, FIRST_LEN, MAX_SECOND, MAX_THIRD, MIN_SECOND, MIN_THIRD};

/// How far a handshake comes whose message `number` passes through `change`.
fn changed(number: u8, change: impl Fn(&mut Vec<u8>)) -> Option<HandshakeError> {
	let pass = |this: u8, mut message: Vec<u8>| {
		if this == number {
			change(&mut message);
		}
		message
	};
	let run = || {
		let (initiator, first) = pump().start("changed");
		let (responder, second) = api().respond("changed too", &pass(1, first))?;
		let (_, third) = initiator.finish(&pump().party(), &pass(2, second), NOW)?;
		responder.finish(&api().party(), &pass(3, third), NOW)
	};
	run().err()
}

fn length_of(number: u8) -> usize {
	let length = std::cell::Cell::new(0);
	assert_eq!(changed(number, |message| length.set(message.len())), None);
	length.get()
}

#[test]
fn every_flipped_bit_is_refused() {
	for number in 1..=3 {
		for position in 0..length_of(number) {
			// All bits of a byte in the first message, one in the others: each costs a signature.
			for bit in if number == 1 { 0..8 } else { position % 8..position % 8 + 1 } {
				let expected = match (number, position) {
					(1, 0) => HandshakeError::Suite(1 ^ 1 << bit),
					(1, 1..33) => HandshakeError::KeyId,
					_ => HandshakeError::Decrypt,
				};
				let error = changed(number, |message| message[position] ^= 1 << bit);
				assert_eq!(error, Some(expected), "message {number}, byte {position}, bit {bit}");
			}
		}
	}
}

#[test]
fn every_other_length_is_refused() {
	let bounds = [(FIRST_LEN, FIRST_LEN), (MIN_SECOND, MAX_SECOND), (MIN_THIRD, MAX_THIRD)];
	for (number, (least, most)) in (1..=3).zip(bounds) {
		let right = length_of(number);
		for length in (0..right).chain(right + 1..most + 10).chain([1 << 16, 1 << 24]) {
			let expected = if (least..=most).contains(&length) {
				HandshakeError::Decrypt
			} else {
				HandshakeError::Length { message: number, found: length }
			};
			let error = changed(number, |message| message.resize(length, 0));
			assert_eq!(error, Some(expected), "message {number} of {length} bytes");
		}
	}
}

#[test]
fn errors_say_what_was_expected() {
	let text = |error: HandshakeError| error.to_string();
	let length = |message, found| text(HandshakeError::Length { message, found });
	assert_eq!(length(1, 96), "handshake message 1 has 96 bytes, not 97 to 97");
	assert_eq!(length(2, 3), "handshake message 2 has 3 bytes, not 254 to 381");
	assert_eq!(length(3, 400), "handshake message 3 has 400 bytes, not 190 to 317");
	assert_eq!(text(HandshakeError::Suite(9)), "the peer wants suite 9, this library knows 1");
}
