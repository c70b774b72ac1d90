//! How long a connection lives: as long as its peer's latest credential carries it.
//!
//! A credential carries a connection to its epoch's end plus grace, and `max_connection_epochs - 1`
//! epochs further. A peer that shows a newer one, on a new connection or by a renewal, carries all
//! its connections with this acceptor or connector on. A revoked peer gets no permit for the next
//! epoch, so it has none to show and its connections end.

use crate::peer::Peer;
use std::{
	collections::HashMap,
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc, Mutex, PoisonError, Weak,
	},
	time::Duration,
};
use symbolon_crypto::{Identity, Serial};
use symbolon_sdk::Clock;

/// How often a clock is looked at that may be set or jump, at least.
const LOOK: Duration = Duration::from_secs(1);

/// Seconds that a clock may go back before connections end: what verifiers forgive at most.
const MAX_BACK: u64 = 30;

/// Waits until `now` gives `time()` or more, or nothing at all. `time` is read again at each look.
pub(crate) async fn reaches(now: impl Fn() -> Option<u64>, time: impl Fn() -> u64) {
	loop {
		let left = now().map_or(0, |now| time().saturating_sub(now));
		if left == 0 {
			return;
		}
		tokio::time::sleep(LOOK.min(Duration::from_secs(left))).await;
	}
}

/// A clock that is not believed once it was set back: else a peer that was revoked would keep its
/// connections for as long as the clock went back.
#[derive(Clone, Debug)]
struct ForwardClock {
	clock: Clock,
	/// The latest second that it showed.
	latest: Arc<AtomicU64>,
}

impl ForwardClock {
	fn now(&self) -> Option<u64> {
		let now = self.clock.now();
		let latest = self.latest.fetch_max(now, Ordering::Relaxed);
		(now.saturating_add(MAX_BACK) >= latest).then_some(now)
	}
}

/// The latest credential that one (identity, serial) has shown.
#[derive(Debug, Default)]
struct Shown {
	/// End of its epoch, Unix seconds.
	epoch_end: AtomicU64,
	/// Until when it carries connections.
	deadline: AtomicU64,
}

/// How long a connection may live. Clones are of the same connection.
#[derive(Clone, Debug)]
pub struct Lifetime {
	/// With what the peer showed; `None` for a peer without identity: nothing ends its connections.
	shown: Option<(ForwardClock, Arc<Shown>)>,
}

impl Lifetime {
	pub(crate) const fn unbounded() -> Self {
		Self { shown: None }
	}

	/// `None` if the clock was set back.
	fn now(&self) -> Option<u64> {
		self.shown.as_ref().map_or(Some(0), |(clock, _)| clock.now())
	}

	/// The Unix second at which the connection is to end, as things are now: it moves on when the
	/// peer shows a newer credential. `u64::MAX` for a peer without identity.
	pub fn deadline(&self) -> u64 {
		self.shown.as_ref().map_or(u64::MAX, |(_, shown)| shown.deadline.load(Ordering::Relaxed))
	}

	/// The end of the epoch of the peer's latest credential, Unix seconds: time for both sides to
	/// show new ones, see [`Connector::renew`](crate::Connector::renew).
	pub fn renewal_at(&self) -> u64 {
		self.shown.as_ref().map_or(u64::MAX, |(_, shown)| shown.epoch_end.load(Ordering::Relaxed))
	}

	/// Whether the connection is to end: at its deadline, or because this machine's clock was set
	/// back by more than 30 s since, so that nobody knows how late it is.
	pub fn is_over(&self) -> bool {
		self.now().is_none_or(|now| now >= self.deadline())
	}

	/// Waits until it [is over](Self::is_over), however far the deadline moves. Then drain the
	/// connection and close it.
	pub async fn ended(&self) {
		reaches(|| self.now(), || self.deadline()).await;
	}

	/// Waits for [`renewal_at`](Self::renewal_at), however far it moves.
	pub async fn renewal_due(&self) {
		reaches(|| self.now(), || self.renewal_at()).await;
	}

	pub(crate) async fn passed_by(&self, seconds: u64) {
		reaches(|| self.now(), || self.deadline().saturating_add(seconds)).await;
	}
}

type Live = HashMap<(Identity, Serial), Weak<Shown>>;

/// The peers that have connections, by what they have shown.
#[derive(Debug)]
pub(crate) struct Register {
	clock: ForwardClock,
	epochs: u32,
	/// Entries, and how many there may be before those without connections are dropped.
	live: Mutex<(Live, usize)>,
}

/// Entries that are never swept.
const SWEEP_FROM: usize = 64;

impl Register {
	pub fn new(clock: Clock, epochs: u32) -> Self {
		let clock = ForwardClock { latest: Arc::new(AtomicU64::new(clock.now())), clock };
		Self { clock, epochs, live: Mutex::new((HashMap::new(), SWEEP_FROM)) }
	}

	/// Records that `peer` completed a handshake with its credential.
	pub fn show(&self, peer: &Peer) -> Lifetime {
		let epoch = peer.epoch;
		let further = u64::from(self.epochs.saturating_sub(1)).saturating_mul(epoch.length());
		let deadline = epoch.accepted_until().saturating_add(further);
		let shown = self.entry(peer);
		shown.epoch_end.fetch_max(epoch.end, Ordering::Relaxed);
		shown.deadline.fetch_max(deadline, Ordering::Relaxed);
		Lifetime { shown: Some((self.clock.clone(), shown)) }
	}

	fn entry(&self, peer: &Peer) -> Arc<Shown> {
		let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
		let (entries, sweep_at) = &mut *live;
		let key = (peer.identity.clone(), peer.serial);
		if let Some(shown) = entries.get(&key).and_then(Weak::upgrade) {
			return shown;
		}
		if entries.len() >= *sweep_at {
			entries.retain(|_, shown| shown.strong_count() > 0);
			*sweep_at = entries.len().saturating_mul(2).max(SWEEP_FROM);
		}
		let shown = Arc::new(Shown::default());
		entries.insert(key, Arc::downgrade(&shown));
		shown
	}

	#[cfg(test)]
	pub fn len(&self) -> usize {
		self.live.lock().unwrap().0.len()
	}
}

#[cfg(test)]
mod tests;
