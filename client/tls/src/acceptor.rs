//! The side that accepts connections.

use crate::{
	config::{self, Resolver},
	connection::Connection,
	credential::Role,
	error::{HandshakeError, TlsError},
	identity::TlsIdentity,
	lifetime::{Lifetime, Register},
	metrics::Metrics,
	peer::Peer,
	policy::Policy,
	refusal::{Reason, Refusal},
	turn::Turn,
	verifier::{Core, Hooks, Settings, Watch},
	RENEWAL_ALPN,
};
use rustls::{
	crypto::CryptoProvider, server::ClientHello, CommonState, HandshakeKind, ServerConfig,
};
use std::{io, num::NonZeroUsize, sync::Arc, thread};
use tokio::{
	io::{AsyncRead, AsyncWrite, AsyncWriteExt},
	sync::Semaphore,
};
use tokio_rustls::{server::TlsStream, LazyConfigAcceptor};

/// Entries of a cache of verified credentials unless set otherwise: 72 B each, and as much again
/// to find them.
pub const DEFAULT_CACHE: usize = 65_536;

/// Pairings at a time unless set otherwise: one core is left for everything else.
pub(crate) fn default_pairings() -> usize {
	thread::available_parallelism().map_or(1, NonZeroUsize::get).saturating_sub(1).max(1)
}

/// Says who may connect, and the bounds.
pub struct AcceptorBuilder {
	identity: Arc<TlsIdentity>,
	policy: Option<Policy>,
	anonymous: bool,
	alpn: Vec<Vec<u8>>,
	max_connection_epochs: u32,
	settings: Settings,
}

impl AcceptorBuilder {
	/// Who may connect. Clients must show an identity, unless
	/// [`anonymous_clients`](Self::anonymous_clients) may connect too.
	#[must_use]
	pub fn policy(self, policy: impl Into<Policy>) -> Self {
		Self { policy: Some(policy.into()), ..self }
	}

	/// Clients without identity may connect, as peer `None`. With a policy, a client that shows an
	/// identity must fit it; without one, none is asked for.
	#[must_use]
	pub fn anonymous_clients(self) -> Self {
		Self { anonymous: true, ..self }
	}

	/// The application protocols that are offered, the preferred one first.
	#[must_use]
	pub fn alpn(self, alpn: Vec<Vec<u8>>) -> Self {
		Self { alpn, ..self }
	}

	/// At most so many pairings at a time, at least one; one less than there are cores unless set.
	/// [`Acceptor::accept`] lets as many handshakes compute at a time, and the others wait without a
	/// thread. With [`Acceptor::config`] alone, a handshake that waits for its turn blocks its
	/// thread, for about three milliseconds per pairing ahead of it.
	#[must_use]
	pub fn max_pairings(mut self, pairings: usize) -> Self {
		self.settings.max_pairings = pairings;
		self
	}

	/// So many verified credentials are remembered; [`DEFAULT_CACHE`] unless set, 0 for none.
	#[must_use]
	pub fn cache(mut self, entries: usize) -> Self {
		self.settings.cache = entries;
		self
	}

	/// For how many epochs one credential carries a connection; 1 unless set. Each further one is
	/// an epoch more for which the connections of a revoked peer stay open.
	#[must_use]
	pub fn max_connection_epochs(self, epochs: u32) -> Self {
		Self { max_connection_epochs: epochs, ..self }
	}

	/// The acceptor.
	///
	/// # Errors
	///
	/// [`TlsError::Config`] if nobody may connect or a bound is 0; [`TlsError::Rustls`].
	pub fn build(self) -> Result<Acceptor, TlsError> {
		let Self { identity, policy, anonymous, alpn, max_connection_epochs, settings } = self;
		if policy.is_none() && !anonymous {
			return Err(TlsError::Config("say who may connect: a policy or anonymous clients"));
		}
		check_bounds(&settings, max_connection_epochs, &alpn)?;
		let provider = config::provider();
		let places = Arc::new(Semaphore::new(settings.max_pairings.min(Semaphore::MAX_PERMITS)));
		let register = Register::new(identity.clock().clone(), max_connection_epochs);
		let resolver = Resolver::new(identity.clone(), Role::Server);
		let algorithms = provider.signature_verification_algorithms;
		let core = policy.map(|policy| {
			Arc::new(Core::new(identity.clone(), Role::Client, policy, &settings, algorithms))
		});
		let metrics = core.as_ref().map_or_else(Arc::default, |core| core.metrics().clone());
		let parts = Parts { provider, resolver, core, anonymous, alpn };
		let shared = Arc::new(parts.config(&parts.alpn, None)?);
		Ok(Acceptor(Arc::new(Inner { identity, register, metrics, places, shared, parts })))
	}
}

/// Bounds that a builder was given.
pub(crate) fn check_bounds(
	settings: &Settings,
	epochs: u32,
	alpn: &[Vec<u8>],
) -> Result<(), TlsError> {
	if settings.max_pairings == 0 {
		return Err(TlsError::Config("max_pairings is 0; expected 1 or more"));
	}
	if epochs == 0 {
		return Err(TlsError::Config("max_connection_epochs is 0; expected 1 or more"));
	}
	if alpn.iter().any(|protocol| protocol.is_empty() || protocol.len() > 255) {
		return Err(TlsError::Config("an application protocol has 1 to 255 bytes"));
	}
	if alpn.iter().any(|protocol| protocol == RENEWAL_ALPN) {
		return Err(TlsError::Config("the renewal protocol is answered by itself"));
	}
	Ok(())
}

/// What configurations are made of.
struct Parts {
	provider: Arc<CryptoProvider>,
	resolver: Arc<Resolver>,
	core: Option<Arc<Core>>,
	anonymous: bool,
	alpn: Vec<Vec<u8>>,
}

impl Parts {
	/// A configuration; of one connection if `watch` is there, of a renewal if `alpn` says so.
	fn config(&self, alpn: &[Vec<u8>], watch: Option<Watch>) -> Result<ServerConfig, TlsError> {
		let mandatory = !self.anonymous || alpn.iter().any(|protocol| protocol == RENEWAL_ALPN);
		let hooks = self.core.clone();
		let hooks = hooks.map(|core| Hooks { core, watch, mandatory, exact: None });
		config::server(&self.provider, &self.resolver, hooks, alpn)
	}
}

struct Inner {
	identity: Arc<TlsIdentity>,
	register: Register,
	metrics: Arc<Metrics>,
	/// Handshakes that compute.
	places: Arc<Semaphore>,
	shared: Arc<ServerConfig>,
	parts: Parts,
}

/// Accepts connections. Clones are the same acceptor.
#[derive(Clone)]
pub struct Acceptor(Arc<Inner>);

/// What a client came for.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)]
pub enum Accepted<IO> {
	/// A connection.
	Connection(Connection<TlsStream<Turn<IO>>>),
	/// To show a new credential: its connections live on, this one is closed.
	Renewal(Peer),
}

/// Whether a client came to show its credential and nothing else.
fn is_renewal(hello: &ClientHello<'_>) -> bool {
	hello.alpn().is_some_and(|mut offered| {
		offered.next().is_some_and(|first| first == RENEWAL_ALPN) && offered.next().is_none()
	})
}

/// The peer certificate of a complete, full handshake and how many more there are.
pub(crate) fn shown_by(
	connection: &CommonState,
) -> Result<Option<(&rustls::pki_types::CertificateDer<'static>, usize)>, HandshakeError> {
	let incomplete = |text: &str| Err(HandshakeError::Tls(rustls::Error::General(text.into())));
	if connection.is_handshaking() {
		return incomplete("the handshake is not complete: the peer is not known yet");
	}
	if !matches!(
		connection.handshake_kind(),
		Some(HandshakeKind::Full | HandshakeKind::FullWithHelloRetryRequest)
	) {
		return incomplete("the session was resumed, so the peer was not verified");
	}
	let chain = connection.peer_certificates().unwrap_or_default();
	Ok(chain.split_first().map(|(first, others)| (first, others.len())))
}

impl Acceptor {
	/// An acceptor that shows `identity`.
	pub fn builder(identity: Arc<TlsIdentity>) -> AcceptorBuilder {
		AcceptorBuilder {
			identity,
			policy: None,
			anonymous: false,
			alpn: Vec::new(),
			max_connection_epochs: 1,
			settings: Settings { max_pairings: default_pairings(), cache: DEFAULT_CACHE },
		}
	}

	/// The identity that is shown.
	pub fn identity(&self) -> &Arc<TlsIdentity> {
		&self.0.identity
	}

	/// Counters.
	pub fn metrics(&self) -> &Arc<Metrics> {
		&self.0.metrics
	}

	/// The configuration for who drives `rustls` himself. It takes no renewals, and bounding the
	/// lives of its connections is the caller's: [`peer`](Self::peer), [`lifetime`](Self::lifetime).
	pub fn config(&self) -> Arc<ServerConfig> {
		self.0.shared.clone()
	}

	/// Who the peer of a connection of [`config`](Self::config) is; `None` if it showed no
	/// identity. The certificate is verified again, by the cache if it is still there.
	///
	/// # Errors
	///
	/// [`HandshakeError::Refused`] if the credential is over or not accepted any more,
	/// [`HandshakeError::Tls`] before the handshake is complete.
	pub fn peer(&self, connection: &CommonState) -> Result<Option<Peer>, HandshakeError> {
		let (Some(core), Some((certificate, others))) = (&self.0.parts.core, shown_by(connection)?)
		else {
			return Ok(None);
		};
		let shown = crate::verifier::Shown { certificate, others, server_name: None, exact: None };
		let found = core.verify(&shown).inspect_err(|refusal| core.refuse(refusal));
		found.map(Some).map_err(HandshakeError::Refused)
	}

	/// How long a connection of this peer may live; the peer's other connections live on by it.
	pub fn lifetime(&self, peer: &Peer) -> Lifetime {
		self.0.register.show(peer)
	}

	/// Does the handshake over `io`. There is no limit of time: put one around it.
	///
	/// # Errors
	///
	/// [`HandshakeError`]. The peer got an alert and the refusal a log line; the connection is
	/// gone, nothing else is changed.
	pub async fn accept<IO>(&self, io: IO) -> Result<Accepted<IO>, HandshakeError>
	where
		IO: AsyncRead + AsyncWrite + Unpin,
	{
		let Inner { parts, metrics, places, .. } = &*self.0;
		let io = Turn::new(io, places.clone());
		let start = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), io)
			.await
			.map_err(HandshakeError::from_io)?;
		let hello = start.client_hello();
		let renewal = parts.core.is_some() && is_renewal(&hello);
		let other = parts.resolver.is_other(hello.server_name()).then(|| {
			let asked = hello.server_name().unwrap_or_default();
			let own = self.0.identity.identity();
			Refusal::new(Reason::ServerName, format!("asked for {asked}, this is {own}"))
		});
		let ready = self.0.identity.ready(Role::Server);
		let watch = Watch::default();
		let alpn = if renewal { &[RENEWAL_ALPN.to_vec()][..] } else { &parts.alpn };
		let config =
			parts.config(alpn, Some(watch.clone())).map_err(HandshakeError::NoCredential)?;
		let mut stream = match start.into_stream(Arc::new(config)).await {
			Ok(stream) => stream,
			Err(error) => return Err(self.failed(error, &watch, other, ready)),
		};
		stream.get_mut().0.finish();
		let peer = self.verified(&watch)?;
		let lifetime = match &peer {
			Some(peer) => self.lifetime(peer),
			None => Lifetime::unbounded(),
		};
		match peer {
			Some(peer) if renewal => {
				metrics.renewal();
				// The peer waits for it; if it is gone, its credential was shown all the same.
				let _ = stream.shutdown().await;
				Ok(Accepted::Renewal(peer))
			}
			peer => {
				metrics.handshake();
				Ok(Accepted::Connection(Connection::new(stream, peer, lifetime)))
			}
		}
	}

	/// The peer of a handshake that is complete.
	fn verified(&self, watch: &Watch) -> Result<Option<Peer>, HandshakeError> {
		match watch.take() {
			Some(found) => found.map(Some).map_err(HandshakeError::Refused),
			None if self.0.parts.anonymous => Ok(None),
			// `rustls` has seen to it; relying on that alone would be one mistake from an open door.
			None => Err(self.refused(no_certificate())),
		}
	}

	fn refused(&self, refusal: Refusal) -> HandshakeError {
		self.0.metrics.refusal(refusal.reason);
		refusal.log();
		HandshakeError::Refused(refusal)
	}

	/// Why a handshake failed.
	fn failed(
		&self,
		error: io::Error,
		watch: &Watch,
		other: Option<Refusal>,
		ready: Result<(), TlsError>,
	) -> HandshakeError {
		if let Some(Err(refusal)) = watch.take() {
			return HandshakeError::Refused(refusal);
		}
		match (HandshakeError::from_io(error), other, ready) {
			(HandshakeError::Tls(rustls::Error::NoCertificatesPresented), _, _) => {
				self.refused(no_certificate())
			}
			(HandshakeError::Tls(rustls::Error::General(_)), Some(other), _) => self.refused(other),
			(HandshakeError::Tls(rustls::Error::General(_)), None, Err(error)) => {
				HandshakeError::NoCredential(error)
			}
			(error, _, _) => error,
		}
	}
}

fn no_certificate() -> Refusal {
	Refusal::new(Reason::NoCertificate, "expected a certificate, the client has none")
}
