//! The loop that takes connections: bounded, and never ended by an error.

use crate::stop::Stop;
use std::{future::Future, io, sync::Arc, time::Duration};
use tokio::{
	sync::{OwnedSemaphorePermit, Semaphore},
	task::JoinSet,
	time::{sleep, timeout},
};

/// First wait after the system refused a connection; doubles up to [`MAX_WAIT`].
const MIN_WAIT: Duration = Duration::from_millis(5);
const MAX_WAIT: Duration = Duration::from_secs(1);

/// Where connections come from.
pub(crate) trait Source: Send {
	/// A connection, and whatever is known of its origin.
	type Item: Send + 'static;

	/// The next one.
	fn next(&mut self) -> impl Future<Output = io::Result<Self::Item>> + Send;
}

/// What the loop tells, for logs and metrics.
pub(crate) trait Observer: Send {
	/// The system refused a connection: out of descriptors, or of memory.
	fn failed(&mut self, error: &io::Error, wait: Duration);
	/// As many connections are open as may be. Further ones wait in the system's queue.
	fn full(&mut self);
}

/// Bounds of the loop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
	/// Connections at a time. No more than a semaphore counts.
	pub connections: usize,
	/// How long connections may go on after a stop.
	pub grace: Duration,
}

/// Takes connections from `source` and serves each as its own task, until `stop`. Then `source` is
/// dropped, tasks may end for the grace, and what is left is cut. Says how many were cut.
pub(crate) async fn run<S, F>(
	mut source: S,
	bounds: Bounds,
	stop: Stop,
	mut observer: impl Observer,
	mut serve: impl FnMut(S::Item) -> F,
) -> usize
where
	S: Source,
	F: Future<Output = ()> + Send + 'static,
{
	let slots = Arc::new(Semaphore::new(bounds.connections.min(Semaphore::MAX_PERMITS)));
	let mut tasks = JoinSet::new();
	let mut wait = MIN_WAIT;
	loop {
		let slot = tokio::select! {
			() = stop.stopping() => break,
			slot = place(&slots, &mut observer) => slot,
		};
		// Ended tasks are cleared away here, or they would pile up.
		while tasks.try_join_next().is_some() {}
		let next = tokio::select! {
			() = stop.stopping() => break,
			next = source.next() => next,
		};
		match next {
			Ok(item) => {
				wait = MIN_WAIT;
				let served = serve(item);
				tasks.spawn(async move {
					served.await;
					drop(slot);
				});
			}
			Err(error) => {
				drop(slot);
				observer.failed(&error, wait);
				tokio::select! {
					() = stop.stopping() => break,
					() = sleep(wait) => {}
				}
				wait = MAX_WAIT.min(wait * 2);
			}
		}
	}
	drop(source);
	let ended = async { while tasks.join_next().await.is_some() {} };
	tokio::select! {
		_ = timeout(bounds.grace, ended) => {}
		() = stop.cut() => {}
	}
	let cut = tasks.len();
	tasks.shutdown().await;
	cut
}

/// A place for one more connection, once there is one. The semaphore is never closed.
async fn place(
	slots: &Arc<Semaphore>,
	observer: &mut impl Observer,
) -> Option<OwnedSemaphorePermit> {
	match slots.clone().try_acquire_owned() {
		Ok(slot) => Some(slot),
		Err(_) => {
			observer.full();
			slots.clone().acquire_owned().await.ok()
		}
	}
}

#[cfg(test)]
mod tests;
