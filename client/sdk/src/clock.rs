//! Where the time comes from.

use std::{
	fmt,
	sync::Arc,
	time::{SystemTime, UNIX_EPOCH},
};
use symbolon_crypto::Epoch;

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

/// The first Unix second that RFC 3339 cannot write: year 10000.
const END_OF_TIME: u64 = 253_402_300_800;

/// A Unix second for people: RFC 3339, in UTC.
pub fn text(seconds: u64) -> String {
	if seconds >= END_OF_TIME {
		return format!("second {seconds}");
	}
	let (mut day, time) = (seconds / 86_400, seconds % 86_400);
	let leap = |year: u64| {
		year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
	};
	let mut year = 1970;
	loop {
		let days = if leap(year) { 366 } else { 365 };
		if day < days {
			break;
		}
		day -= days;
		year += 1;
	}
	let february = if leap(year) { 29 } else { 28 };
	let mut month = 1;
	for days in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
		if day < days {
			break;
		}
		day -= days;
		month += 1;
	}
	let (hour, minute, second) = (time / 3_600, time / 60 % 60, time % 60);
	format!("{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", day + 1)
}

/// An epoch for people: its number and times.
pub fn epoch_text(epoch: &Epoch) -> String {
	format!("{} ({} to {})", epoch.number, text(epoch.start), text(epoch.end))
}

impl fmt::Debug for Clock {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "Clock({})", self.now())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn any_second_has_a_text() {
		for (seconds, expected) in [
			(0, "1970-01-01T00:00:00Z"),
			(951_782_399, "2000-02-28T23:59:59Z"),
			(951_782_400, "2000-02-29T00:00:00Z"),
			(951_868_800, "2000-03-01T00:00:00Z"),
			(1_800_000_000, "2027-01-15T08:00:00Z"),
			(4_107_542_400, "2100-03-01T00:00:00Z"),
			(END_OF_TIME - 1, "9999-12-31T23:59:59Z"),
			(END_OF_TIME, "second 253402300800"),
			(u64::MAX, "second 18446744073709551615"),
		] {
			assert_eq!(text(seconds), expected);
		}
	}
}
