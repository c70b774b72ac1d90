//! The local clock, as the vault sees it.

use std::time::{SystemTime, UNIX_EPOCH};

/// A clock. The vault signs a permit only when the chain's time and this clock agree that it is
/// due, so that neither alone can draw permits of the future from it.
pub trait Clock: Send + 'static {
	/// Unix seconds.
	fn now(&self) -> u64;
}

/// The operating system's clock.
#[derive(Clone, Copy, Default, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
	fn now(&self) -> u64 {
		// A clock before 1970 reads as 0: too early for any epoch, so nothing is signed.
		SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
	}
}
