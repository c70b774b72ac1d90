//! Counters of one acceptor or connector.

use crate::refusal::Reason;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counters, for a metrics exporter. All only rise, but for the gauge `pairings_running`.
#[derive(Debug)]
pub struct Metrics {
	handshakes: AtomicU64,
	renewals: AtomicU64,
	refusals: Vec<AtomicU64>,
	pairings: AtomicU64,
	pairings_running: AtomicU64,
	pairings_peak: AtomicU64,
	cache_hits: AtomicU64,
}

/// The counters at one moment.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Counters {
	/// Handshakes that ended in a connection; `config()`'s users are not counted.
	pub handshakes: u64,
	/// Handshakes that were renewals.
	pub renewals: u64,
	/// Peers refused, for every reason.
	pub refusals: Vec<(Reason, u64)>,
	/// Symbolon signatures verified, right or wrong: two pairings in one product each.
	pub pairings: u64,
	/// Of them, those under way.
	pub pairings_running: u64,
	/// The most that ever were under way at once.
	pub pairings_peak: u64,
	/// Credentials that had been verified before.
	pub cache_hits: u64,
}

impl Counters {
	/// Peers refused for `reason`.
	pub fn refused(&self, reason: Reason) -> u64 {
		self.refusals.iter().filter(|(found, _)| *found == reason).map(|(_, count)| count).sum()
	}
}

impl Default for Metrics {
	fn default() -> Self {
		Self {
			handshakes: AtomicU64::new(0),
			renewals: AtomicU64::new(0),
			refusals: Reason::ALL.iter().map(|_| AtomicU64::new(0)).collect(),
			pairings: AtomicU64::new(0),
			pairings_running: AtomicU64::new(0),
			pairings_peak: AtomicU64::new(0),
			cache_hits: AtomicU64::new(0),
		}
	}
}

fn read(counter: &AtomicU64) -> u64 {
	counter.load(Ordering::Relaxed)
}

fn count(counter: &AtomicU64) -> u64 {
	counter.fetch_add(1, Ordering::Relaxed).saturating_add(1)
}

impl Metrics {
	/// The counters now.
	pub fn counters(&self) -> Counters {
		let refusals = Reason::ALL.iter().zip(&self.refusals);
		Counters {
			handshakes: read(&self.handshakes),
			renewals: read(&self.renewals),
			refusals: refusals.map(|(reason, counter)| (*reason, read(counter))).collect(),
			pairings: read(&self.pairings),
			pairings_running: read(&self.pairings_running),
			pairings_peak: read(&self.pairings_peak),
			cache_hits: read(&self.cache_hits),
		}
	}

	pub(crate) fn handshake(&self) {
		count(&self.handshakes);
	}

	pub(crate) fn renewal(&self) {
		count(&self.renewals);
	}

	pub(crate) fn refusal(&self, reason: Reason) {
		let position = Reason::ALL.iter().position(|other| *other == reason);
		if let Some(counter) = position.and_then(|position| self.refusals.get(position)) {
			count(counter);
		}
	}

	pub(crate) fn cache_hit(&self) {
		count(&self.cache_hits);
	}

	/// Counts a pairing from now until the guard is dropped.
	pub(crate) fn pairing(&self) -> Pairing<'_> {
		count(&self.pairings);
		let running = count(&self.pairings_running);
		self.pairings_peak.fetch_max(running, Ordering::Relaxed);
		Pairing(self)
	}
}

/// A pairing under way.
pub(crate) struct Pairing<'a>(&'a Metrics);

impl Drop for Pairing<'_> {
	fn drop(&mut self) {
		self.0.pairings_running.fetch_sub(1, Ordering::Relaxed);
	}
}
