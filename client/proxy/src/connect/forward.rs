//! A local socket whose connections each become one to the peer.

use super::{
	dial::{Dialer, Dialled},
	keep::Keeper,
};
use crate::{
	abrupt,
	accept::{self, Bounds, Observer, Source},
	escape::Escaped,
	local::PrivateSocket,
	metrics::Metrics,
	record::Record,
	stop::Stop,
	tunnel::{tunnel, Ends, Outcome},
	watched::{Activity, Watched},
};
use std::{io, sync::Arc, time::Duration};
use tokio::{
	io::{AsyncRead, AsyncWrite},
	net::{TcpListener, TcpStream, UnixStream},
};
use tracing::warn;

/// Bounds of a forwarder.
#[derive(Clone, Copy, Debug)]
pub struct Options {
	/// Connections at a time. Further ones wait in the system's queue.
	pub max_connections: usize,
	/// Longest silence of an open connection.
	pub idle_timeout: Option<Duration>,
	/// How long connections may go on after a stop, or after the end of their lifetime.
	pub grace: Duration,
}

impl Default for Options {
	fn default() -> Self {
		Self {
			max_connections: 1_024,
			idle_timeout: Some(Duration::from_secs(600)),
			grace: Duration::from_secs(10),
		}
	}
}

/// Where programs of this machine connect to. See [`crate::local`] for who can.
pub enum Local {
	/// A TCP port.
	Tcp(TcpListener),
	/// A unix socket.
	Unix(PrivateSocket),
}

/// A program's connection.
pub(crate) enum Stream {
	Tcp(TcpStream),
	Unix(UnixStream),
}

impl Source for Local {
	type Item = Stream;

	async fn next(&mut self) -> io::Result<Stream> {
		Ok(match self {
			Self::Tcp(listener) => Stream::Tcp(listener.accept().await?.0),
			Self::Unix(socket) => Stream::Unix(socket.listener().accept().await?.0),
		})
	}
}

struct Watch(Metrics);

impl Observer for Watch {
	fn failed(&mut self, error: &io::Error, wait: Duration) {
		self.0.accept_failed();
		let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
		warn!(error = %Escaped(error), millis, "no connection could be taken; waiting");
	}

	fn full(&mut self) {
		self.0.full();
		warn!("as many connections as may be are open; others wait");
	}
}

/// Forwards what `local` takes to the peer until `stop`, and says how many connections were cut at
/// the end. While connections are open across the end of an epoch, the peer is shown this side's
/// newer credential, so that they live on.
pub async fn forward(
	local: Local,
	dialer: Dialer,
	keeper: Keeper,
	options: Options,
	stop: Stop,
) -> usize {
	let bounds = Bounds { connections: options.max_connections, grace: options.grace };
	let watch = Watch(dialer.metrics().clone());
	let shared = Arc::new((dialer, keeper));
	accept::run(local, bounds, stop, watch, move |stream| {
		let shared = shared.clone();
		async move {
			let (dialer, keeper) = &*shared;
			match stream {
				Stream::Tcp(mut stream) => {
					let _ = stream.set_nodelay(true);
					// The program sees a reset: what it got may not be all.
					abrupt::end_by_reset(&stream);
					if connection(&mut stream, dialer, keeper, options).await {
						abrupt::end_in_order(&stream);
					}
				}
				Stream::Unix(mut stream) => {
					connection(&mut stream, dialer, keeper, options).await;
				}
			}
		}
	})
	.await
}

/// One connection; whether the program got all that the peer said, and its end.
async fn connection(
	program: &mut (impl AsyncRead + AsyncWrite + Unpin + Send),
	dialer: &Dialer,
	keeper: &Keeper,
	options: Options,
) -> bool {
	// Why not is logged there.
	let Ok(Dialled { connection, address, shown }) = dialer.dial().await else { return false };
	let (lifetime, peer) = (connection.lifetime(), connection.peer().cloned());
	let activity = Activity::new(dialer.metrics().clone());
	let record = Record::open(dialer.metrics(), &activity, address, peer.as_ref());
	let ends = Ends {
		lifetime: Some(lifetime.clone()),
		grace: options.grace,
		idle: options.idle_timeout,
		activity: activity.clone(),
	};
	let mut connection = Watched::new(connection, activity);
	let Outcome { end, answered } = tokio::select! {
		outcome = tunnel(program, &mut connection, &ends) => outcome,
		never = keeper.keep(&lifetime, address, shown) => match never {},
	};
	record.close(end);
	answered
}
