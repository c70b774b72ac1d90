use super::*;
use crate::stop;
use std::sync::{
	atomic::{AtomicUsize, Ordering},
	Mutex,
};
use tokio::sync::{mpsc, oneshot};

/// Gives what a test sends.
struct Fake(mpsc::UnboundedReceiver<io::Result<u32>>);

impl Source for Fake {
	type Item = u32;

	async fn next(&mut self) -> io::Result<u32> {
		match self.0.recv().await {
			Some(next) => next,
			None => std::future::pending().await,
		}
	}
}

#[derive(Clone, Default)]
struct Seen {
	waits: Arc<Mutex<Vec<Duration>>>,
	full: Arc<AtomicUsize>,
}

impl Observer for Seen {
	fn failed(&mut self, _: &io::Error, wait: Duration) {
		self.waits.lock().unwrap().push(wait);
	}

	fn full(&mut self) {
		self.full.fetch_add(1, Ordering::SeqCst);
	}
}

const BOUNDS: Bounds = Bounds { connections: 2, grace: Duration::from_secs(3_600) };

#[tokio::test]
async fn a_shortage_is_waited_out_and_no_error_ends_the_loop() {
	let (send, receive) = mpsc::unbounded_channel();
	let (stopper, stop) = stop::channel();
	for _ in 0..9 {
		// EMFILE: too many open files.
		send.send(Err(io::Error::from_raw_os_error(24))).unwrap();
	}
	send.send(Ok(1)).unwrap();
	send.send(Err(io::ErrorKind::ConnectionAborted.into())).unwrap();
	send.send(Ok(2)).unwrap();
	let seen = Seen::default();
	let (served, mut got) = mpsc::unbounded_channel();
	let serve = move |item| {
		let served = served.clone();
		async move { served.send(item).unwrap() }
	};
	let task = tokio::spawn(run(Fake(receive), BOUNDS, stop, seen.clone(), serve));
	assert_eq!((got.recv().await, got.recv().await), (Some(1), Some(2)));
	let waits = seen.waits.lock().unwrap().clone();
	assert_eq!(waits.len(), 10);
	assert!(waits[..9].is_sorted() && waits[8] == MAX_WAIT, "{waits:?}");
	assert_eq!(waits[9], MIN_WAIT, "a success ends the shortage");
	stopper.stop();
	assert_eq!(task.await.unwrap(), 0);
}

#[tokio::test]
async fn no_more_connections_are_taken_than_may_be_open() {
	let (send, receive) = mpsc::unbounded_channel();
	let (stopper, stop) = stop::channel();
	let seen = Seen::default();
	let (served, mut got) = mpsc::unbounded_channel();
	let serve = move |item| {
		let served = served.clone();
		async move {
			let (end, ended) = oneshot::channel::<()>();
			served.send((item, end)).unwrap();
			let _ = ended.await;
		}
	};
	let task = tokio::spawn(run(Fake(receive), BOUNDS, stop, seen.clone(), serve));
	for item in 0..3 {
		send.send(Ok(item)).unwrap();
	}
	let (first, end) = got.recv().await.unwrap();
	let (second, _held) = got.recv().await.unwrap();
	assert_eq!((first, second), (0, 1));
	while seen.full.load(Ordering::SeqCst) == 0 {
		tokio::task::yield_now().await;
	}
	assert!(got.try_recv().is_err(), "a third was taken");
	end.send(()).unwrap();
	let (third, _) = got.recv().await.unwrap();
	assert_eq!(third, 2);
	stopper.cut();
	task.await.unwrap();
}

#[tokio::test]
async fn after_a_stop_connections_end_by_themselves_or_are_cut() {
	for (ends, cut_early, expected) in [(true, false, 0), (false, false, 1), (false, true, 1)] {
		let (send, receive) = mpsc::unbounded_channel();
		let (stopper, stop) = stop::channel();
		let (end, ended) = oneshot::channel::<()>();
		let mut ended = Some(ended);
		let (served, mut got) = mpsc::unbounded_channel();
		let serve = move |_| {
			served.send(()).unwrap();
			let ended = ended.take();
			async move {
				let _ = ended.unwrap().await;
			}
		};
		let grace = if ends || cut_early { BOUNDS.grace } else { Duration::from_millis(50) };
		let bounds = Bounds { grace, ..BOUNDS };
		let task = tokio::spawn(run(Fake(receive), bounds, stop, Seen::default(), serve));
		send.send(Ok(1)).unwrap();
		got.recv().await.unwrap();
		let began = tokio::time::Instant::now();
		stopper.stop();
		if cut_early {
			stopper.cut();
		}
		let keep = if ends {
			end.send(()).unwrap();
			None
		} else {
			Some(end)
		};
		assert_eq!(task.await.unwrap(), expected);
		let took = began.elapsed();
		assert_eq!(took >= grace, expected == 1 && !cut_early, "{took:?}");
		assert!(send.is_closed(), "the listener is gone");
		drop(keep);
	}
}
