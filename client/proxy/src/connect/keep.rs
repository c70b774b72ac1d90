//! Keeping connections open across the end of an epoch.
//!
//! A peer ends a connection when the epoch is over whose credential it was shown. So once there is a
//! newer one, it is shown on a connection of its own (see [`symbolon_tls::Connector::renew`]), to
//! the very address that the open connections lead to, once for all of them. Who is revoked gets
//! no newer one, and its connections end.

use super::dial::{Dialer, Shown};
use crate::escape::Escaped;
use std::{
	collections::HashMap,
	convert::Infallible,
	net::SocketAddr,
	sync::{Arc, Mutex, PoisonError},
	time::Duration,
};
use symbolon_sdk::Epoch;
use symbolon_tls::Lifetime;
use tokio::{sync::Mutex as Turn, time::sleep};
use tracing::{info, warn};

/// First wait after a renewal that failed; doubles up to [`MAX_WAIT`].
const MIN_WAIT: Duration = Duration::from_millis(250);
const MAX_WAIT: Duration = Duration::from_secs(8);
/// How often a clock is looked at that may be set or jump, at least.
const LOOK: Duration = Duration::from_secs(1);
/// Addresses that are remembered before those without a connection are forgotten.
const SWEEP_FROM: usize = 16;

/// The newest epoch of which a credential was shown to one address. Held while another is shown.
type Latest = Arc<Turn<u64>>;

/// Shows newer credentials while connections are open.
pub struct Keeper {
	dialer: Dialer,
	latest: Mutex<HashMap<SocketAddr, Latest>>,
}

impl Keeper {
	/// A keeper of the connections that `dialer` makes.
	pub fn new(dialer: Dialer) -> Self {
		Self { dialer, latest: Mutex::default() }
	}

	/// Keeps one connection open, for as long as this is polled. `own` is the epoch of the
	/// credential that this side showed on it.
	pub(super) async fn keep(
		&self,
		lifetime: &Lifetime,
		address: SocketAddr,
		mut own: Shown,
	) -> Infallible {
		let latest = self.latest(address);
		loop {
			self.due(lifetime, &own).await;
			let mut wait = MIN_WAIT;
			own = loop {
				if let Some(newer) = self.renew(lifetime, address, &latest).await {
					break Some(newer);
				}
				sleep(wait).await;
				wait = MAX_WAIT.min(wait * 2);
			};
		}
	}

	fn now(&self) -> u64 {
		self.dialer.identity().clock().now()
	}

	fn latest(&self, address: SocketAddr) -> Latest {
		let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
		if latest.len() >= SWEEP_FROM {
			latest.retain(|_, turn| Arc::strong_count(turn) > 1);
		}
		latest.entry(address).or_default().clone()
	}

	/// Waits for the end of the epoch of either side's credential, and then for this side's turn:
	/// the clients of a server spread over half of the grace.
	async fn due(&self, lifetime: &Lifetime, own: &Shown) {
		let spread = own.map_or(0, |own| {
			let grace = own.accepted_until().saturating_sub(own.end);
			self.dialer.identity().serial().get() % (grace / 2).max(1)
		});
		let own_end = own.map_or(0, |own| own.end);
		loop {
			let due = own_end.min(lifetime.renewal_at()).saturating_add(spread);
			let left = due.saturating_sub(self.now());
			if left == 0 {
				return;
			}
			sleep(LOOK.min(Duration::from_secs(left))).await;
		}
	}

	/// Shows the present credential if it is newer than what was shown, and sees the peer's. The
	/// epoch of this side's, once both are of an epoch that is not over.
	async fn renew(
		&self,
		lifetime: &Lifetime,
		address: SocketAddr,
		latest: &Latest,
	) -> Option<Epoch> {
		let mut latest = latest.lock().await;
		let present = |end: u64| end > self.now();
		let own = self.dialer.shown().filter(|own| present(own.end));
		let peer_is_present = present(lifetime.renewal_at());
		match own {
			// Another connection's renewal carries this one too.
			Some(own) if *latest >= own.number && peer_is_present => return Some(own),
			// There is no newer credential to show, and none to see.
			None if peer_is_present => return None,
			_ => {}
		}
		match self.dialer.renew(address).await {
			Ok(peer) => {
				let (name, epoch) = (peer.identity(), peer.epoch().number);
				let own_epoch = own.map(|own| own.number);
				info!(peer = %name, epoch, own_epoch, %address, "credential shown again");
				*latest = own.map_or(*latest, |own| own.number);
			}
			Err(error) => {
				let reason = error.kind();
				warn!(%address, reason, "no newer credential shown: {}", Escaped(&error));
				return None;
			}
		}
		own.filter(|_| present(lifetime.renewal_at()))
	}
}
