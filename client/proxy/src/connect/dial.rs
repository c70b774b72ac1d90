//! Connecting to the peer, and showing it a newer credential.

use crate::{escape::Escaped, metrics::Metrics, tunnel::within};
use std::{
	future::Future,
	net::SocketAddr,
	sync::Arc,
	time::{Duration, Instant},
};
use symbolon_sdk::Epoch;
use symbolon_tls::{Connection, Connector, HandshakeError, Peer, Role, TlsIdentity};
use thiserror::Error;
use tokio::{
	io::{AsyncRead, AsyncWrite},
	net::TcpStream,
	time::timeout,
};
use tracing::warn;

/// Why there is no connection to the peer.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DialError {
	/// Nobody takes the connection.
	#[error("{0}; is `symbolon tls serve` running there?")]
	Unreachable(String),
	/// The handshake failed.
	#[error(transparent)]
	Handshake(#[from] HandshakeError),
	/// The handshake takes too long.
	#[error("{to}: the handshake took longer than {} s", limit.as_secs_f64())]
	Slow {
		/// Where.
		to: String,
		/// The bound.
		limit: Duration,
	},
}

impl DialError {
	/// A short name for scripts, logs and metrics.
	pub const fn kind(&self) -> &'static str {
		match self {
			Self::Unreachable(_) => "peer-unreachable",
			Self::Handshake(error) => error.kind(),
			Self::Slow { .. } => "handshake-timeout",
		}
	}
}

/// The epoch of the credential that this side showed; none, if it is not known.
pub(super) type Shown = Option<Epoch>;

/// A connection to the peer.
pub(super) struct Dialled<S> {
	/// The connection, whose peer is verified.
	pub connection: Connection<S>,
	/// Where the peer is.
	pub address: SocketAddr,
	/// What this side showed.
	pub shown: Shown,
}

/// Connects to one peer, by name, at one address.
#[derive(Clone)]
pub struct Dialer {
	connector: Connector,
	to: String,
	patience: Duration,
	metrics: Metrics,
}

impl Dialer {
	/// Connects with `connector`, which knows whom to expect, to `to`, `HOST:PORT`, resolved anew for
	/// each connection. Connecting and the handshake may take `patience` each.
	pub fn new(
		connector: Connector,
		to: impl Into<String>,
		patience: Duration,
		metrics: Metrics,
	) -> Self {
		Self { connector, to: to.into(), patience, metrics }
	}

	/// What it counts.
	pub const fn metrics(&self) -> &Metrics {
		&self.metrics
	}

	/// The address.
	pub fn to(&self) -> &str {
		&self.to
	}

	/// This side's identity.
	pub fn identity(&self) -> &Arc<TlsIdentity> {
		self.connector.identity()
	}

	/// The epoch of the credential that this side shows now.
	pub(super) fn shown(&self) -> Shown {
		self.identity().shown_epoch(Role::Client).ok()
	}

	/// A connection to the peer, whose name is verified. Failures are also logged.
	pub(super) async fn dial(
		&self,
	) -> Result<Dialled<impl AsyncRead + AsyncWrite + Unpin + Send>, DialError> {
		let dialled = self.try_dial().await;
		if let Err(error) = &dialled {
			let reason = error.kind();
			warn!(to = %Escaped(&self.to), reason, "no connection: {}", Escaped(error));
		}
		dialled
	}

	async fn try_dial(
		&self,
	) -> Result<Dialled<impl AsyncRead + AsyncWrite + Unpin + Send>, DialError> {
		let connecting = within(self.patience, &self.to, TcpStream::connect(&self.to));
		let stream = connecting.await.map_err(|error| {
			self.metrics.refused("peer-unreachable");
			DialError::Unreachable(error)
		})?;
		// Where the system refuses that, small records wait for acknowledgements.
		let _ = stream.set_nodelay(true);
		let address = stream.peer_addr().map_err(HandshakeError::Io)?;
		let began = Instant::now();
		// Before the handshake: if an epoch ends in between, one renewal too many is no harm.
		let shown = self.shown();
		let shaken = self.in_time(self.connector.connect(stream)).await;
		let result = shaken.as_ref().map_or_else(DialError::kind, |_| "ok");
		self.metrics.handshake(result, began.elapsed());
		Ok(Dialled { connection: shaken?, address, shown })
	}

	/// Shows this side's newest credential to the peer at `address`, and sees the peer's.
	///
	/// # Errors
	///
	/// [`DialError`].
	pub async fn renew(&self, address: SocketAddr) -> Result<Peer, DialError> {
		let connecting = within(self.patience, &self.to, TcpStream::connect(address));
		let renewed = match connecting.await {
			Ok(stream) => self.in_time(self.connector.renew(stream)).await,
			Err(error) => Err(DialError::Unreachable(error)),
		};
		self.metrics.renewal(renewed.as_ref().map_or_else(DialError::kind, |_| "ok"));
		renewed
	}

	async fn in_time<T>(
		&self,
		work: impl Future<Output = Result<T, HandshakeError>>,
	) -> Result<T, DialError> {
		match timeout(self.patience, work).await {
			Ok(done) => Ok(done?),
			Err(_) => Err(DialError::Slow { to: self.to.clone(), limit: self.patience }),
		}
	}
}
