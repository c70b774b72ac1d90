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

/// Waits until `clock` shows `time()` or more. `time` is read again at each look.
pub(crate) async fn reaches(clock: &Clock, time: impl Fn() -> u64) {
	loop {
		let left = time().saturating_sub(clock.now());
		if left == 0 {
			return;
		}
		tokio::time::sleep(LOOK.min(Duration::from_secs(left))).await;
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
	clock: Clock,
	/// `None` for a peer without identity: nothing ends its connections.
	shown: Option<Arc<Shown>>,
}

impl Lifetime {
	pub(crate) const fn unbounded(clock: Clock) -> Self {
		Self { clock, shown: None }
	}

	/// The Unix second at which the connection is to end, as things are now: it moves on when the
	/// peer shows a newer credential. `u64::MAX` for a peer without identity.
	pub fn deadline(&self) -> u64 {
		self.shown.as_ref().map_or(u64::MAX, |shown| shown.deadline.load(Ordering::Relaxed))
	}

	/// The end of the epoch of the peer's latest credential, Unix seconds: time for both sides to
	/// show new ones, see [`Connector::renew`](crate::Connector::renew).
	pub fn renewal_at(&self) -> u64 {
		self.shown.as_ref().map_or(u64::MAX, |shown| shown.epoch_end.load(Ordering::Relaxed))
	}

	/// Whether the connection is to end.
	pub fn is_over(&self) -> bool {
		self.clock.now() >= self.deadline()
	}

	/// Waits for the deadline, however far it moves. Then drain the connection and close it.
	pub async fn ended(&self) {
		reaches(&self.clock, || self.deadline()).await;
	}

	/// Waits for [`renewal_at`](Self::renewal_at), however far it moves.
	pub async fn renewal_due(&self) {
		reaches(&self.clock, || self.renewal_at()).await;
	}

	pub(crate) async fn passed_by(&self, seconds: u64) {
		reaches(&self.clock, || self.deadline().saturating_add(seconds)).await;
	}
}

type Live = HashMap<(Identity, Serial), Weak<Shown>>;

/// The peers that have connections, by what they have shown.
#[derive(Debug)]
pub(crate) struct Register {
	clock: Clock,
	epochs: u32,
	/// Entries, and how many there may be before those without connections are dropped.
	live: Mutex<(Live, usize)>,
}

/// Entries that are never swept.
const SWEEP_FROM: usize = 64;

impl Register {
	pub fn new(clock: Clock, epochs: u32) -> Self {
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
		Lifetime { clock: self.clock.clone(), shown: Some(shown) }
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
