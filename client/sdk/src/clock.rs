//! Where the time comes from.

use std::{
	fmt,
	sync::Arc,
	time::{SystemTime, UNIX_EPOCH},
};

/// The device's clock, in Unix seconds. It is compared with what was proved to have passed, never
/// corrected.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> u64 + Send + Sync>);

impl Clock {
	/// The system's clock. One before 1970 reads 0, which every anchor refuses.
	pub fn system() -> Self {
		Self::new(|| {
			SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
		})
	}

	/// A clock that reads what `read` gives.
	pub fn new(read: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
		Self(Arc::new(read))
	}

	/// The present Unix second.
	pub fn now(&self) -> u64 {
		(self.0)()
	}
}

impl fmt::Debug for Clock {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "Clock({})", self.now())
	}
}
