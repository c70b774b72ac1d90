//! Connections before the end of their handshake: a budget of their own, in which newer ones take
//! the places of older ones.
//!
//! Whoever can open a TCP connection can leave it silent. If such connections held the places of
//! verified peers, or made new ones wait, a stranger could keep out those who renew. An honest
//! handshake takes some milliseconds, so the oldest one under way is the likeliest to come to
//! nothing.

use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{oneshot, OwnedSemaphorePermit, Semaphore};

#[derive(Debug, Default)]
struct Waiting {
	next: u64,
	/// By age. A sender that is dropped displaces its ticket.
	tickets: BTreeMap<u64, oneshot::Sender<()>>,
}

/// The budget of one listener.
#[derive(Debug)]
pub struct Handshakes {
	places: Arc<Semaphore>,
	waiting: Mutex<Waiting>,
}

/// A place in the budget; dropping it gives the place back.
#[derive(Debug)]
pub struct Ticket {
	owner: Arc<Handshakes>,
	number: u64,
	displaced: oneshot::Receiver<()>,
	_place: Option<OwnedSemaphorePermit>,
}

impl Handshakes {
	/// At most `max` at a time, and at least one.
	pub fn new(max: usize) -> Arc<Self> {
		let places = Arc::new(Semaphore::new(max.clamp(1, Semaphore::MAX_PERMITS)));
		Arc::new(Self { places, waiting: Mutex::default() })
	}

	fn waiting(&self) -> MutexGuard<'_, Waiting> {
		self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// A place. If there is none, the oldest ticket is [`displaced`](Ticket::displaced), and this is
	/// ready when one has been dropped.
	pub async fn enter(self: &Arc<Self>) -> Ticket {
		let place = match self.places.clone().try_acquire_owned() {
			Ok(place) => Some(place),
			Err(_) => {
				drop(self.waiting().tickets.pop_first());
				// Never closed.
				self.places.clone().acquire_owned().await.ok()
			}
		};
		let (sender, displaced) = oneshot::channel();
		let mut waiting = self.waiting();
		let number = waiting.next;
		waiting.next += 1;
		waiting.tickets.insert(number, sender);
		drop(waiting);
		Ticket { owner: self.clone(), number, displaced, _place: place }
	}
}

impl Ticket {
	/// Ready once a newer connection needs the place: drop the ticket then.
	pub async fn displaced(&mut self) {
		let _ = (&mut self.displaced).await;
	}
}

impl Drop for Ticket {
	fn drop(&mut self) {
		self.owner.waiting().tickets.remove(&self.number);
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{future::Future, pin::pin, task::Context};

	/// Whether it is ready at once.
	fn is_ready(work: impl Future) -> bool {
		pin!(work).poll(&mut Context::from_waker(std::task::Waker::noop())).is_ready()
	}

	#[tokio::test]
	async fn the_oldest_makes_room_and_only_when_there_is_none() {
		let handshakes = Handshakes::new(2);
		let (mut first, mut second) = (handshakes.enter().await, handshakes.enter().await);
		assert!(!is_ready(first.displaced()) && !is_ready(second.displaced()));
		let mut third = tokio::spawn({
			let handshakes = handshakes.clone();
			async move { handshakes.enter().await }
		});
		first.displaced().await;
		assert!(!is_ready(second.displaced()), "one is enough");
		assert!(!is_ready(&mut third), "never more than there may be");
		drop(first);
		let mut third = third.await.unwrap();
		drop(second);
		let fourth = handshakes.enter().await;
		assert!(!is_ready(third.displaced()));
		drop((third, fourth));
		assert!(handshakes.waiting().tickets.is_empty(), "nothing is kept of those who left");
	}
}
