use super::*;
use std::task::Waker;
use tokio::io::{duplex, AsyncReadExt, AsyncWriteExt, DuplexStream};

/// The network's side, and a stream that takes turns.
fn pair(room: usize, places: &Arc<Semaphore>) -> (DuplexStream, Turn<DuplexStream>) {
	let (far, near) = duplex(room);
	(far, Turn::new(near, places.clone()))
}

/// One look at whether there is something to read, at most `room` bytes.
fn look(turn: &mut Turn<DuplexStream>, room: usize) -> Poll<Vec<u8>> {
	let mut bytes = vec![0; room];
	let mut buffer = ReadBuf::new(&mut bytes);
	let mut context = Context::from_waker(Waker::noop());
	let read = Pin::new(turn).poll_read(&mut context, &mut buffer);
	read.map(|result| {
		result.unwrap();
		buffer.filled().to_vec()
	})
}

fn ready(bytes: &[u8]) -> Poll<Vec<u8>> {
	Poll::Ready(bytes.to_vec())
}

#[tokio::test]
async fn one_waits_while_another_works() {
	let places = Arc::new(Semaphore::new(1));
	let ((mut far, mut one), (mut farther, mut other)) = (pair(64, &places), pair(64, &places));
	far.write_all(b"first").await.unwrap();
	farther.write_all(b"second").await.unwrap();
	assert_eq!(look(&mut one, 16), ready(b"first"));
	assert_eq!(look(&mut other, 16), Poll::Pending, "the place is taken");
	far.write_all(b" more").await.unwrap();
	assert_eq!(look(&mut one, 16), ready(b" more"), "who holds the place goes on");
	assert_eq!(look(&mut one, 16), Poll::Pending, "nothing is there, so the place is given back");
	assert_eq!(look(&mut other, 16), ready(b"second"), "and nothing was lost meanwhile");
}

#[tokio::test]
async fn a_place_is_given_back_by_who_ends_is_done_or_cannot_write() {
	let places = Arc::new(Semaphore::new(1));
	let (mut far, mut turn) = pair(4, &places);
	far.write_all(b"mine").await.unwrap();
	assert_eq!(look(&mut turn, 16), ready(b"mine"));
	assert_eq!(places.available_permits(), 0);
	turn.finish();
	assert_eq!(places.available_permits(), 1);

	let (mut far, mut turn) = pair(4, &places);
	far.write_all(b"mine").await.unwrap();
	assert_eq!(look(&mut turn, 16), ready(b"mine"));
	drop(turn);
	assert_eq!(places.available_permits(), 1);

	let (mut far, mut turn) = pair(4, &places);
	far.write_all(b"mine").await.unwrap();
	assert_eq!(look(&mut turn, 16), ready(b"mine"));
	let mut context = Context::from_waker(Waker::noop());
	let mut write = || Pin::new(&mut turn).poll_write(&mut context, b"full");
	assert!(matches!(write(), Poll::Ready(Ok(4))));
	assert!(write().is_pending());
	assert_eq!(places.available_permits(), 1, "it waits for a peer that reads nothing");
}

#[tokio::test]
async fn bytes_come_in_order_whatever_the_room() {
	let places = Arc::new(Semaphore::new(1));
	let (mut far, mut turn) = pair(64, &places);
	far.write_all(b"a handshake, and then data").await.unwrap();
	assert_eq!(look(&mut turn, 2), ready(b"a "));
	assert_eq!(look(&mut turn, 10), ready(b"handshake,"));
	turn.finish();
	drop(far);
	let mut rest = String::new();
	turn.read_to_string(&mut rest).await.unwrap();
	assert_eq!(rest, " and then data");

	let (far, mut turn) = pair(64, &places);
	drop(far);
	assert_eq!(look(&mut turn, 2), ready(b""), "the end, during a handshake");
}
