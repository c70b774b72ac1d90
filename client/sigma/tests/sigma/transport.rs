//! What goes through an established session, and what ends it.

use crate::common::{session, EPOCH, NOW};
use symbolon_sigma::{Opened, Transport, TransportError, MAX_DATA, MAX_TRANSPORT, MIN_TRANSPORT};

fn data(bytes: &[u8]) -> Result<Opened, TransportError> {
	Ok(Opened::Data(bytes.to_vec()))
}

/// After `error` the session is over in both directions, whatever comes.
fn is_over(session: &mut Transport, good: &[u8]) {
	assert_eq!(session.open(good, NOW), Err(TransportError::Ended));
	assert_eq!(session.seal(b"", NOW), Err(TransportError::Ended));
	assert_eq!(session.close(NOW), Err(TransportError::Ended));
}

#[test]
fn messages_of_all_sizes_pass_in_both_directions() {
	let (mut left, mut right) = session("sizes");
	for length in [0, 1, 2, 15, 16, 17, 1_000, MAX_DATA - 1, MAX_DATA] {
		let (there, back) = (vec![1; length], vec![2; length]);
		let sealed = left.seal(&there, NOW).unwrap();
		assert_eq!(sealed.len(), length + MIN_TRANSPORT);
		assert_eq!(right.open(&sealed, NOW), data(&there));
		let sealed = right.seal(&back, NOW).unwrap();
		assert_eq!(left.open(&sealed, NOW), data(&back));
	}
}

#[test]
fn too_much_data_changes_nothing() {
	let (mut left, mut right) = session("much");
	let much = vec![0; MAX_DATA + 1];
	assert_eq!(left.seal(&much, NOW), Err(TransportError::TooLong(MAX_DATA + 1)));
	let sealed = left.seal(b"less", NOW).unwrap();
	assert_eq!(right.open(&sealed, NOW), data(b"less"));
}

#[test]
fn impossible_lengths_end_the_session() {
	for length in [0, 1, MIN_TRANSPORT - 1, MAX_TRANSPORT + 1, 1 << 24] {
		let (mut left, mut right) = session("lengths");
		let good = left.seal(b"good", NOW).unwrap();
		assert_eq!(right.open(&vec![0; length], NOW), Err(TransportError::Length(length)));
		is_over(&mut right, &good);
	}
}

#[test]
fn every_change_ends_the_session() {
	let length = session("change").0.seal(b"abc", NOW).unwrap().len();
	for position in 0..length {
		let (mut left, mut right) = session("change");
		let good = left.seal(b"abc", NOW).unwrap();
		let mut bad = good.clone();
		bad[position] ^= 1 << (position % 8);
		assert_eq!(right.open(&bad, NOW), Err(TransportError::Decrypt), "byte {position}");
		is_over(&mut right, &good);
	}
	for length in [MIN_TRANSPORT, length - 1, length + 1, MAX_TRANSPORT] {
		let (mut left, mut right) = session("change");
		let good = left.seal(b"abc", NOW).unwrap();
		let mut bad = good.clone();
		bad.resize(length, 0);
		assert_eq!(right.open(&bad, NOW), Err(TransportError::Decrypt), "{length} bytes");
		is_over(&mut right, &good);
	}
}

#[test]
fn order_is_strict() {
	// What is opened in order, and then what is not the next: repeated, skipped, from before.
	for (in_order, bad) in [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)] {
		let (mut left, mut right) = session("order");
		let messages: Vec<_> = (0..3).map(|i| left.seal(&[i], NOW).unwrap()).collect();
		for (i, message) in (0..).zip(&messages[..in_order]) {
			assert_eq!(right.open(message, NOW), data(&[i]));
		}
		assert_eq!(right.open(&messages[bad], NOW), Err(TransportError::Decrypt));
		is_over(&mut right, &messages[in_order]);
	}
}

#[test]
fn directions_have_keys_of_their_own() {
	let (mut left, mut right) = session("directions");
	let (there, back) = (left.seal(b"same", NOW).unwrap(), right.seal(b"same", NOW).unwrap());
	assert_ne!(there, back);
	// One's own message sent back.
	assert_eq!(left.open(&there, NOW), Err(TransportError::Decrypt));
	is_over(&mut left, &back);
}

#[test]
fn the_close_mark_is_the_last_word_of_a_side() {
	let (mut left, mut right) = session("close");
	let mark = left.close(NOW).unwrap();
	assert_eq!(left.close(NOW), Err(TransportError::Closed));
	assert_eq!(left.seal(b"", NOW), Err(TransportError::Closed));
	// The other side has not come to it yet, goes on, and is heard.
	let back = right.seal(b"still here", NOW).unwrap();
	assert_eq!(left.open(&back, NOW), data(b"still here"));
	assert_eq!(right.open(&mark, NOW), Ok(Opened::Closed));
	for after in [&mark[..], b"", &back] {
		assert_eq!(right.open(after, NOW), Err(TransportError::PeerClosed));
	}
	let back = right.seal(b"and still", NOW).unwrap();
	assert_eq!(left.open(&back, NOW), data(b"and still"));
	let mark = right.close(NOW).unwrap();
	assert_eq!(left.open(&mark, NOW), Ok(Opened::Closed));
}

#[test]
fn a_close_mark_cannot_be_made_from_data() {
	let (mut left, mut right) = session("mark");
	let sealed = left.seal(b"", NOW).unwrap();
	assert_eq!(sealed.len(), left.close(NOW).unwrap().len());
	let mut bad = sealed.clone();
	bad[0] ^= 1;
	assert_eq!(right.open(&bad, NOW), Err(TransportError::Decrypt));
}

#[test]
fn a_session_ends_with_its_epoch() {
	let end = EPOCH.end + 60;
	let (mut left, mut right) = session("end");
	assert_eq!((left.valid_until(), right.valid_until()), (end, end));
	let sealed = left.seal(b"last", end - 1).unwrap();
	assert_eq!(right.open(&sealed, end - 1), data(b"last"));
	let late = left.seal(b"late", end - 1).unwrap();
	assert_eq!(right.open(&late, end), Err(TransportError::Expired));
	assert_eq!(left.seal(b"late", end), Err(TransportError::Expired));
	// Setting the clock back does not help.
	is_over(&mut right, &late);
	is_over(&mut left, &late);
	let (mut left, _) = session("end");
	assert_eq!(left.close(u64::MAX), Err(TransportError::Expired));
	is_over(&mut left, &late);
}
