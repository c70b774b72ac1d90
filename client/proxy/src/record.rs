//! One connection in logs and metrics: a line when it opens, a line when it closes.

use crate::{escape::Escaped, metrics::Metrics, watched::Activity};
use std::{borrow::Cow, fmt::Display, sync::Arc};
use symbolon_tls::Peer;
use tracing::info;

/// Why a connection ended. The word never changes its meaning.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum End {
	/// Both sides ended it in order.
	Done,
	/// The peer's credential carried it no longer.
	Lifetime,
	/// Silence for too long.
	Idle,
	/// The proxy stopped.
	Stopped,
	/// The service, or the peer that was dialled, could not be reached.
	Unreachable(String),
	/// The client broke it off, or the connection to it failed.
	Broken(String),
	/// The client sent what is no HTTP, or hides a second message in the first.
	BadRequest(String),
}

impl End {
	/// The word for logs and metrics.
	pub const fn as_str(&self) -> &'static str {
		match self {
			Self::Done => "done",
			Self::Lifetime => "lifetime",
			Self::Idle => "idle",
			Self::Stopped => "stopped",
			Self::Unreachable(_) => "unreachable",
			Self::Broken(_) => "broken",
			Self::BadRequest(_) => "bad-request",
		}
	}

	fn detail(&self) -> Option<&str> {
		match self {
			Self::Unreachable(text) | Self::Broken(text) | Self::BadRequest(text) => Some(text),
			_ => None,
		}
	}
}

/// A connection that is open. However it ends, even if its task is cut, dropping this counts it and
/// writes its last line.
pub struct Record {
	metrics: Metrics,
	activity: Arc<Activity>,
	address: Cow<'static, str>,
	peer: Option<Peer>,
	end: End,
}

impl Record {
	/// Opens: counts, and writes the first line.
	pub fn open(
		metrics: &Metrics,
		activity: &Arc<Activity>,
		address: impl Display,
		peer: Option<&Peer>,
	) -> Self {
		metrics.opened();
		let record = Self {
			metrics: metrics.clone(),
			activity: activity.clone(),
			address: Cow::Owned(address.to_string()),
			peer: peer.cloned(),
			end: End::Stopped,
		};
		let serial = peer.map(|peer| peer.serial().get());
		let epoch = peer.map(|peer| peer.epoch().number);
		info!(peer = record.name(), serial, epoch, address = %record.address, "connection open");
		record
	}

	fn name(&self) -> &str {
		self.peer.as_ref().map_or("anonymous", |peer| peer.identity().as_str())
	}

	/// Says how it ended, and closes.
	pub fn close(mut self, end: End) {
		self.end = end;
	}
}

impl Drop for Record {
	fn drop(&mut self) {
		let (reason, activity) = (self.end.as_str(), &self.activity);
		self.metrics.closed(reason);
		let detail = self.end.detail().map(|detail| tracing::field::display(Escaped(detail)));
		info!(
			peer = self.name(),
			address = %self.address,
			reason,
			detail,
			received = activity.received(),
			sent = activity.sent(),
			seconds = activity.age().as_secs(),
			"connection closed"
		);
	}
}
