//! At most so many at a time; the others wait.

use std::sync::{Condvar, Mutex, PoisonError};

/// A semaphore that blocks the thread. What waits are pairings of under two milliseconds, inside
/// callbacks of `rustls`, which are not async.
#[derive(Debug)]
pub(crate) struct Limit {
	free: Mutex<usize>,
	freed: Condvar,
}

/// A place, given back when dropped.
pub(crate) struct Place<'a>(&'a Limit);

impl Limit {
	pub fn new(places: usize) -> Self {
		Self { free: Mutex::new(places), freed: Condvar::new() }
	}

	/// Waits for a place.
	pub fn take(&self) -> Place<'_> {
		let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
		let none = |free: &mut usize| *free == 0;
		let mut free = self.freed.wait_while(free, none).unwrap_or_else(PoisonError::into_inner);
		*free = free.saturating_sub(1);
		Place(self)
	}
}

impl Drop for Place<'_> {
	fn drop(&mut self) {
		let mut free = self.0.free.lock().unwrap_or_else(PoisonError::into_inner);
		*free = free.saturating_add(1);
		drop(free);
		self.0.freed.notify_one();
	}
}

#[cfg(test)]
mod tests;
