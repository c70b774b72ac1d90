//! CPU time of the measuring thread: what else runs on the machine does not lengthen it by being
//! scheduled in between.

use nix::time::{clock_gettime, ClockId};
use std::time::Duration;

/// CPU time that this thread has used.
///
/// # Panics
///
/// Where the system has no such clock.
pub fn cpu_time() -> Duration {
	let time = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("every Linux has this clock");
	time.into()
}
