//! The proxy in front of a service: ends TLS, and tells the service who its peer is.

mod door;
mod forward;
mod http;
mod upstream;

use crate::{
	abrupt,
	accept::{self, Bounds, Observer},
	escape::Escaped,
	handshakes::Ticket,
	header::PeerHeader,
	limit::Limit,
	metrics::Metrics,
	proxy_v2,
	record::{End, Record},
	stop::Stop,
	tunnel::{tunnel, within, Ends, Outcome},
	watched::{Activity, Watched},
};
use door::{Door, Entrant};
use std::{
	io,
	net::{IpAddr, SocketAddr},
	sync::Arc,
	time::Duration,
};
use symbolon_sdk::Identity;
use symbolon_tls::{Accepted, Acceptor, HandshakeError, Peer};
use tokio::{
	io::{AsyncRead, AsyncWrite, AsyncWriteExt},
	net::{TcpListener, TcpStream},
	sync::{OwnedSemaphorePermit, Semaphore},
	time::{sleep_until, timeout, Instant},
};
use tracing::{info, warn};

/// The application protocol of connections whose requests are read.
pub const HTTP_ALPN: &[u8] = b"http/1.1";

/// How the service learns who its peer is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Tell {
	/// By a [PROXY protocol header](proxy_v2) before the first byte.
	ProxyV2,
	/// By a header in every HTTP request; all requests are read and written anew.
	Header(PeerHeader),
	/// Not at all.
	Nothing,
}

/// What a proxy is to do.
#[derive(Clone, Debug)]
pub struct Options {
	/// The service: `HOST:PORT`, resolved anew for each connection.
	pub to: String,
	/// How it learns who its peer is.
	pub tell: Tell,
	/// Connections at a time, past their handshake. Further ones wait with their handshake done, as
	/// handshakes that still count as such, and are closed when its time is over. Renewals need no
	/// place.
	pub max_connections: usize,
	/// Handshakes at a time, at least one. For each further one the oldest is closed.
	pub max_handshakes: usize,
	/// Connections at a time from one address (IPv6: one /64), handshakes included. Further ones are
	/// closed at once.
	pub max_per_address: Option<usize>,
	/// Connections at a time of one peer. Further ones are closed after their handshake.
	pub max_per_peer: Option<usize>,
	/// Longest handshake.
	pub handshake_timeout: Duration,
	/// Longest silence of an open connection.
	pub idle_timeout: Option<Duration>,
	/// Longest wait for the service to take a connection, and to begin an HTTP answer.
	pub service_timeout: Duration,
	/// Longest wait for the whole head of an HTTP request, from the end of the answer before it.
	pub head_timeout: Duration,
	/// How long connections may go on after a stop, or after the end of their lifetime.
	pub grace: Duration,
}

impl Options {
	/// The usual bounds for a service at `to`, told by `tell`.
	pub fn new(to: impl Into<String>, tell: Tell) -> Self {
		Self {
			to: to.into(),
			tell,
			max_connections: 1_024,
			max_handshakes: 256,
			max_per_address: Some(256),
			max_per_peer: Some(64),
			handshake_timeout: Duration::from_secs(10),
			idle_timeout: Some(Duration::from_secs(600)),
			service_timeout: Duration::from_secs(60),
			head_timeout: Duration::from_secs(60),
			grace: Duration::from_secs(10),
		}
	}
}

/// What all connections share.
struct Shared {
	acceptor: Acceptor,
	options: Options,
	metrics: Metrics,
	addresses: Arc<Limit<IpAddr>>,
	peers: Arc<Limit<Identity>>,
	slots: Arc<Semaphore>,
	stop: Stop,
}

struct Watch(Metrics);

impl Observer for Watch {
	fn failed(&mut self, error: &io::Error, wait: Duration) {
		self.0.accept_failed();
		let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
		warn!(error = %Escaped(error), millis, "no connection could be taken; waiting");
	}

	// The door has bounds of its own.
	fn full(&mut self) {}
}

/// Serves what `listener` takes until `stop`, and says how many connections were cut at the end.
///
/// The acceptor decides who may come. With [`Tell::Header`] it should offer [`HTTP_ALPN`].
pub async fn serve(
	listener: TcpListener,
	acceptor: Acceptor,
	options: Options,
	metrics: Metrics,
	stop: Stop,
) -> usize {
	let bounds = Bounds { connections: Semaphore::MAX_PERMITS, grace: options.grace };
	let watch = Watch(metrics.clone());
	let slots = options.max_connections.min(Semaphore::MAX_PERMITS);
	let shared = Arc::new(Shared {
		addresses: Limit::new(options.max_per_address),
		peers: Limit::new(options.max_per_peer),
		slots: Arc::new(Semaphore::new(slots)),
		acceptor,
		options,
		metrics,
		stop: stop.clone(),
	});
	let door = Door::new(listener, shared.clone());
	accept::run(door, bounds, stop, watch, move |entrant| connection(shared.clone(), entrant)).await
}

fn refused(shared: &Shared, address: SocketAddr, reason: &'static str) {
	shared.metrics.refused(reason);
	info!(%address, reason, "connection refused");
}

/// One connection, from its handshake to its last byte.
async fn connection(shared: Arc<Shared>, entrant: Entrant) {
	let Entrant { stream, address, place: _place, mut ticket } = entrant;
	// Small records are not to wait for the acknowledgement of earlier ones. Where the system
	// refuses that, they wait.
	let _ = stream.set_nodelay(true);
	let Ok(local) = stream.local_addr() else { return refused(&shared, address, "connection") };
	let due = Instant::now().checked_add(shared.options.handshake_timeout);
	let Some(accepted) = shake_hands(&shared, stream, address, &mut ticket).await else { return };
	let connection = match accepted {
		Accepted::Connection(connection) => connection,
		Accepted::Renewal(peer) => {
			shared.metrics.renewal("ok");
			let (name, epoch) = (peer.identity(), peer.epoch().number);
			return info!(peer = %name, epoch, %address, "credential shown again");
		}
	};
	let peer = connection.peer().cloned();
	let name = peer.as_ref().map(Peer::identity);
	let place = name.map(|name| shared.peers.enter(name.clone()));
	let slot = match place {
		Some(None) => Err("too-many-of-peer"),
		_ => slot(&shared, due, &mut ticket).await,
	};
	drop(ticket);
	let _slot = match slot {
		Ok(slot) => slot,
		Err(reason) => {
			let name = name.map(tracing::field::display);
			shared.metrics.refused(reason);
			return info!(peer = name, %address, reason, "connection refused");
		}
	};
	let activity = Activity::new(shared.metrics.clone());
	let record = Record::open(&shared.metrics, &activity, address, peer.as_ref());
	let ends = Ends {
		lifetime: Some(connection.lifetime()),
		grace: shared.options.grace,
		idle: shared.options.idle_timeout,
		activity: activity.clone(),
	};
	let client = Watched::new(connection, activity);
	let end = match &shared.options.tell {
		Tell::Header(header) => {
			let caller = forward::Caller { header: header.clone(), peer, address };
			http::serve(client, caller, &shared, &ends).await
		}
		tell => {
			let hello = match tell {
				Tell::ProxyV2 => {
					let peer = peer.as_ref().map(|peer| (peer.identity(), peer.serial()));
					proxy_v2::encode(address, local, peer)
				}
				_ => Vec::new(),
			};
			stream_to_service(client, &hello, &shared.options, &ends).await
		}
	};
	record.close(end);
}

/// A place among the connections, or why there is none.
async fn slot(
	shared: &Shared,
	due: Option<Instant>,
	ticket: &mut Ticket,
) -> Result<Option<OwnedSemaphorePermit>, &'static str> {
	if let Ok(slot) = shared.slots.clone().try_acquire_owned() {
		return Ok(Some(slot));
	}
	shared.metrics.full();
	let limit = shared.options.max_connections;
	warn!(limit, "as many connections as may be are open; another waits");
	let over = async {
		match due {
			Some(due) => sleep_until(due).await,
			None => std::future::pending().await,
		}
	};
	tokio::select! {
		// Never closed.
		slot = shared.slots.clone().acquire_owned() => Ok(slot.ok()),
		() = over => Err("too-many-connections"),
		() = ticket.displaced() => Err("too-many-connections"),
		() = shared.stop.stopping() => Err("stopped"),
	}
}

/// A handshake that takes no longer than it may. None if it came to nothing, which is logged.
async fn shake_hands(
	shared: &Shared,
	stream: TcpStream,
	address: SocketAddr,
	ticket: &mut Ticket,
) -> Option<Accepted<TcpStream>> {
	let began = Instant::now();
	let shaking = timeout(shared.options.handshake_timeout, shared.acceptor.accept(stream));
	let shaken = tokio::select! {
		shaken = shaking => shaken,
		() = ticket.displaced() => {
			refused(shared, address, "too-many-handshakes");
			return None;
		}
		() = shared.stop.stopping() => {
			shared.metrics.refused("stopped");
			return None;
		}
	};
	let (reason, detail) = match shaken {
		Ok(Ok(accepted)) => {
			shared.metrics.handshake("ok", began.elapsed());
			return Some(accepted);
		}
		Ok(Err(error)) => (error.kind(), Some(error)),
		Err(_) => ("handshake-timeout", None),
	};
	shared.metrics.handshake(reason, began.elapsed());
	let claimed = match &detail {
		Some(HandshakeError::Refused(refusal)) => refusal.claimed.as_ref(),
		_ => None,
	};
	let claimed = claimed.map(tracing::field::display);
	let detail = detail.as_ref().map(|error| tracing::field::display(Escaped(error)));
	info!(%address, reason, claimed, detail, "connection refused");
	None
}

/// Everything as it comes, after `hello`.
async fn stream_to_service(
	mut client: impl AsyncRead + AsyncWrite + Unpin + Send,
	hello: &[u8],
	options: &Options,
	ends: &Ends,
) -> End {
	let connected = async {
		let mut service = TcpStream::connect(&options.to).await?;
		// The service sees a reset if this is cut: what it got may not be all.
		abrupt::end_by_reset(&service);
		service.set_nodelay(true)?;
		service.write_all(hello).await?;
		Ok(service)
	};
	let mut service = match within(options.service_timeout, &options.to, connected).await {
		Ok(service) => service,
		// The client sees a connection that was cut, not an answer that is empty.
		Err(error) => return End::Unreachable(error),
	};
	let Outcome { end, .. } = tunnel(&mut client, &mut service, ends).await;
	if end == End::Done {
		abrupt::end_in_order(&service);
	}
	end
}
