//! Times and their statistics.

use rustix::time::{clock_gettime, ClockId};

/// CPU time that this thread has used, in nanoseconds.
fn thread_nanoseconds() -> i64 {
	let time = clock_gettime(ClockId::ThreadCPUTime);
	time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// Runs `work`; gives what it gives and the CPU time it took, in microseconds.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
	let start = thread_nanoseconds();
	let result = std::hint::black_box(work());
	(result, (thread_nanoseconds() - start) as f64 / 1_000.0)
}

/// Times of one thing, in microseconds.
pub struct Times(Vec<f64>);

impl Times {
	/// None yet.
	pub fn new() -> Self {
		Self(Vec::new())
	}

	/// One more run.
	pub fn add(&mut self, microseconds: f64) {
		self.0.push(microseconds);
	}

	/// The middle one, the upper of two.
	pub fn median(&self) -> f64 {
		let mut sorted = self.0.clone();
		sorted.sort_by(f64::total_cmp);
		sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
	}

	/// The longest one.
	pub fn worst(&self) -> f64 {
		self.0.iter().copied().fold(f64::NAN, f64::max)
	}
}
