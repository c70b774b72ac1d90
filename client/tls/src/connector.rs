//! The side that opens connections.

use crate::{
	acceptor::{check_bounds, default_pairings, shown_by},
	config::{self, Resolver},
	connection::Connection,
	credential::Role,
	error::{HandshakeError, TlsError},
	identity::TlsIdentity,
	lifetime::{Lifetime, Register},
	metrics::Metrics,
	peer::{server_name, Peer},
	policy::Policy,
	refusal::{Reason, Refusal},
	verifier::{Core, Hooks, Settings, Shown, Watch},
	RENEWAL_ALPN,
};
use rustls::{crypto::CryptoProvider, ClientConfig, CommonState};
use std::sync::Arc;
use symbolon_crypto::Identity;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_rustls::{client::TlsStream, TlsConnector};

/// Entries of a cache of verified servers unless set otherwise.
pub const DEFAULT_CACHE: usize = 1_024;

/// Says who is expected, and the bounds.
pub struct ConnectorBuilder {
	identity: Arc<TlsIdentity>,
	expected: Policy,
	anonymous: bool,
	alpn: Vec<Vec<u8>>,
	max_connection_epochs: u32,
	settings: Settings,
}

impl ConnectorBuilder {
	/// Shows no identity to the server; the store's anchor and clock still check the server's.
	#[must_use]
	pub fn anonymous(self) -> Self {
		Self { anonymous: true, ..self }
	}

	/// The application protocols that are offered, the preferred one first.
	#[must_use]
	pub fn alpn(self, alpn: Vec<Vec<u8>>) -> Self {
		Self { alpn, ..self }
	}

	/// As [`AcceptorBuilder::max_pairings`](crate::AcceptorBuilder::max_pairings).
	#[must_use]
	pub fn max_pairings(mut self, pairings: usize) -> Self {
		self.settings.max_pairings = pairings;
		self
	}

	/// So many verified servers are remembered; [`DEFAULT_CACHE`] unless set, 0 for none.
	#[must_use]
	pub fn cache(mut self, entries: usize) -> Self {
		self.settings.cache = entries;
		self
	}

	/// As [`AcceptorBuilder::max_connection_epochs`](crate::AcceptorBuilder::max_connection_epochs).
	#[must_use]
	pub fn max_connection_epochs(self, epochs: u32) -> Self {
		Self { max_connection_epochs: epochs, ..self }
	}

	/// The connector.
	///
	/// # Errors
	///
	/// [`TlsError::Config`] if a bound is 0; [`TlsError::Rustls`].
	pub fn build(self) -> Result<Connector, TlsError> {
		let Self { identity, expected, anonymous, alpn, max_connection_epochs, settings } = self;
		check_bounds(&settings, max_connection_epochs, &alpn)?;
		let provider = config::provider();
		let register = Register::new(identity.clock().clone(), max_connection_epochs);
		let resolver = (!anonymous).then(|| Resolver::new(identity.clone(), Role::Client));
		let algorithms = provider.signature_verification_algorithms;
		let core =
			Arc::new(Core::new(identity.clone(), Role::Server, expected, &settings, algorithms));
		let parts = Parts { provider, resolver, core, alpn };
		let shared = Arc::new(parts.config(&parts.alpn, None)?);
		Ok(Connector(Arc::new(Inner { identity, register, shared, parts })))
	}
}

/// What configurations are made of.
struct Parts {
	provider: Arc<CryptoProvider>,
	resolver: Option<Arc<Resolver>>,
	core: Arc<Core>,
	alpn: Vec<Vec<u8>>,
}

impl Parts {
	/// A configuration; of one connection to one server if `of` is there.
	fn config(
		&self,
		alpn: &[Vec<u8>],
		of: Option<(Watch, Identity)>,
	) -> Result<ClientConfig, TlsError> {
		let (watch, exact) = of.unzip();
		let hooks = Hooks { core: self.core.clone(), watch, mandatory: true, exact };
		config::client(&self.provider, self.resolver.as_ref(), hooks, alpn)
	}
}

struct Inner {
	identity: Arc<TlsIdentity>,
	register: Register,
	shared: Arc<ClientConfig>,
	parts: Parts,
}

/// Opens connections. Clones are the same connector.
#[derive(Clone)]
pub struct Connector(Arc<Inner>);

impl Connector {
	/// A connector that shows `identity` to servers of the `expected` name or policy.
	pub fn builder(identity: Arc<TlsIdentity>, expected: impl Into<Policy>) -> ConnectorBuilder {
		ConnectorBuilder {
			identity,
			expected: expected.into(),
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
		self.0.parts.core.metrics()
	}

	/// The configuration for who drives `rustls` himself, or hands it to an HTTP client. The server
	/// name must be the [`host_name`](crate::host_name) of the server that is meant: each name
	/// stands for one identity, whatever the policy allows, so that a connection to `db@demo` never
	/// passes for one to `api@demo`.
	pub fn config(&self) -> Arc<ClientConfig> {
		self.0.shared.clone()
	}

	/// Who the server of a connection of [`config`](Self::config) is. The certificate is verified
	/// again, by the cache if it is still there; that it is the server that was meant, the
	/// handshake has verified.
	///
	/// # Errors
	///
	/// [`HandshakeError::Refused`] if the credential is over or not accepted any more,
	/// [`HandshakeError::Tls`] before the handshake is complete.
	pub fn peer(&self, connection: &CommonState) -> Result<Peer, HandshakeError> {
		let core = &self.0.parts.core;
		let Some((certificate, others)) = shown_by(connection)? else {
			let text = "expected a certificate, the server has none";
			return Err(HandshakeError::Refused(Refusal::new(Reason::NoCertificate, text)));
		};
		let shown = Shown { certificate, others, server_name: None, exact: None };
		let found = core.verify(&shown).inspect_err(|refusal| core.refuse(refusal));
		found.map_err(HandshakeError::Refused)
	}

	/// How long a connection to this server may live; its other connections live on by it.
	pub fn lifetime(&self, peer: &Peer) -> Lifetime {
		self.0.register.show(peer)
	}

	fn only(&self) -> Result<Identity, HandshakeError> {
		let policy = self.0.parts.core.policy();
		policy.as_exact().cloned().ok_or_else(|| HandshakeError::WhichName(policy.to_string()))
	}

	/// Connects over `io` to the one name that is expected. There is no limit of time: put one
	/// around it. The server looks at this side's credential after this has returned: a refusal
	/// comes with the first read, see [`HandshakeError::from_io`].
	///
	/// # Errors
	///
	/// [`HandshakeError`]; [`HandshakeError::WhichName`] if the policy is not one name.
	pub async fn connect<IO>(&self, io: IO) -> Result<Connection<TlsStream<IO>>, HandshakeError>
	where
		IO: AsyncRead + AsyncWrite + Unpin,
	{
		self.connect_to(&self.only()?, io).await
	}

	/// Connects over `io` to `server`, which the policy must allow. As [`connect`](Self::connect).
	///
	/// # Errors
	///
	/// [`HandshakeError`].
	pub async fn connect_to<IO>(
		&self,
		server: &Identity,
		io: IO,
	) -> Result<Connection<TlsStream<IO>>, HandshakeError>
	where
		IO: AsyncRead + AsyncWrite + Unpin,
	{
		let (stream, peer, lifetime) = self.shake(server, io, &self.0.parts.alpn).await?;
		self.metrics().handshake();
		Ok(Connection::new(stream, Some(peer), lifetime))
	}

	/// Shows this side's present credential to the one server that is expected, and looks at its
	/// own: the connections with it live on. To be done once an epoch, when
	/// [`Lifetime::renewal_due`] says so, over a fresh `io`, which is closed.
	///
	/// # Errors
	///
	/// [`HandshakeError`]; the server's refusal as [`HandshakeError::Alert`].
	pub async fn renew<IO>(&self, io: IO) -> Result<Peer, HandshakeError>
	where
		IO: AsyncRead + AsyncWrite + Unpin,
	{
		self.renew_with(&self.only()?, io).await
	}

	/// As [`renew`](Self::renew), with `server`, which the policy must allow.
	///
	/// # Errors
	///
	/// As [`renew`](Self::renew).
	pub async fn renew_with<IO>(&self, server: &Identity, io: IO) -> Result<Peer, HandshakeError>
	where
		IO: AsyncRead + AsyncWrite + Unpin,
	{
		let (mut stream, peer, lifetime) = self.shake(server, io, &[RENEWAL_ALPN.to_vec()]).await?;
		if stream.get_ref().1.alpn_protocol() != Some(RENEWAL_ALPN) {
			return Err(HandshakeError::Renewal("it does not know the renewal protocol"));
		}
		// The server closes once it has verified this side; a refusal is an alert instead.
		let mut byte = [0; 1];
		if stream.read(&mut byte).await.map_err(HandshakeError::from_io)? != 0 {
			return Err(HandshakeError::Renewal("it sent data"));
		}
		// The other side is gone already.
		let _ = stream.shutdown().await;
		drop(lifetime);
		self.metrics().renewal();
		Ok(peer)
	}

	async fn shake<IO>(
		&self,
		server: &Identity,
		io: IO,
		alpn: &[Vec<u8>],
	) -> Result<(TlsStream<IO>, Peer, Lifetime), HandshakeError>
	where
		IO: AsyncRead + AsyncWrite + Unpin,
	{
		let Inner { identity, parts, .. } = &*self.0;
		if parts.resolver.is_some() {
			identity.ready(Role::Client).map_err(HandshakeError::NoCredential)?;
		}
		let watch = Watch::default();
		let config = parts
			.config(alpn, Some((watch.clone(), server.clone())))
			.map_err(HandshakeError::NoCredential)?;
		let connector = TlsConnector::from(Arc::new(config));
		let shaken = connector.connect(server_name(server), io).await;
		match (shaken, watch.take()) {
			(_, Some(Err(refusal))) => Err(HandshakeError::Refused(refusal)),
			(Ok(stream), Some(Ok(peer))) => {
				let lifetime = self.lifetime(&peer);
				Ok((stream, peer, lifetime))
			}
			(Ok(_), None) => {
				let text = "expected a certificate, the server has none";
				Err(HandshakeError::Refused(Refusal::new(Reason::NoCertificate, text)))
			}
			(Err(error), _) => Err(HandshakeError::from_io(error)),
		}
	}
}
