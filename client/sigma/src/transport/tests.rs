//! The bound on messages, which no test can reach by sending them.

use super::*;
use codec::Encode;
use symbolon_crypto::{cover::Subtree, signature::Signature};

const EPOCH: Epoch = Epoch { number: 1, start: 1_000, end: 2_000 };

fn peer() -> Peer {
	let fields = (1u8, "b@demo".as_bytes(), 7u64, EPOCH, Subtree::ROOT);
	let bytes = [fields.encode(), vec![0; 96]].concat();
	Peer::of(Signature::from_bytes(&bytes).unwrap())
}

/// Two ends after `count` messages in each direction.
fn ends(count: u64) -> (Transport, Transport) {
	let direction =
		|byte| Direction { count, ..Direction::new(SecretBytes::take(&mut [byte; 32])) };
	let end = |sending, receiving| Transport {
		peer: peer(),
		valid_until: EPOCH.accepted_until(),
		binding: SecretBytes::take(&mut [0; 32]),
		confirmed: true,
		live: Some(Live { sending: direction(sending), receiving: direction(receiving) }),
	};
	(end(1, 2), end(2, 1))
}

#[test]
fn the_last_message_passes_and_then_only_the_close_mark() {
	let now = EPOCH.start;
	let (mut left, mut right) = ends(MAX_MESSAGES - 1);
	let last = left.seal(b"last", now).unwrap();
	assert_eq!(right.open(&last, now), Ok(Opened::Data(b"last".to_vec())));
	assert_eq!(left.seal(b"", now), Err(TransportError::Exhausted));
	// The other direction has its own count, and the mark still passes.
	let back = right.seal(b"back", now).unwrap();
	assert_eq!(left.open(&back, now), Ok(Opened::Data(b"back".to_vec())));
	let mark = left.close(now).unwrap();
	assert_eq!(right.open(&mark, now), Ok(Opened::Closed));
}

#[test]
fn a_peer_that_goes_on_after_the_bound_ends_the_session() {
	let now = EPOCH.start;
	let (mut left, mut right) = ends(MAX_MESSAGES);
	let over = left.live.as_mut().unwrap().sending.seal(DATA, b"one more");
	assert_eq!(right.open(&over, now), Err(TransportError::Exhausted));
	assert_eq!(right.seal(b"", now), Err(TransportError::Ended));
}

#[test]
fn unknown_kinds_and_marks_with_data_end_the_session() {
	let now = EPOCH.start;
	for kind in 2..=255 {
		let (mut left, mut right) = ends(0);
		let message = left.live.as_mut().unwrap().sending.seal(kind, b"");
		assert_eq!(right.open(&message, now), Err(TransportError::Kind(kind)));
		assert_eq!(right.open(&message, now), Err(TransportError::Ended));
	}
	let (mut left, mut right) = ends(0);
	let message = left.live.as_mut().unwrap().sending.seal(CLOSE, b"x");
	assert_eq!(right.open(&message, now), Err(TransportError::Length(message.len())));
	assert_eq!(right.seal(b"", now), Err(TransportError::Ended));
}

#[test]
fn the_nonce_is_the_count() {
	let (mut left, _) = ends(0);
	let sending = &mut left.live.as_mut().unwrap().sending;
	let (first, second) = (sending.seal(DATA, b"same"), sending.seal(DATA, b"same"));
	assert_ne!(first, second);
	sending.count = 0;
	assert_eq!(sending.seal(DATA, b"same"), first);
	sending.count = 1 << 33;
	let far = sending.seal(DATA, b"same");
	let open = |count| symmetric::open(&SecretBytes::take(&mut [1; 32]), count, &[], &far);
	assert!(open(1 << 33).is_some() && open(0).is_none());
}
