//! The `rustls` configurations: TLS 1.3 only, no resumption, no early data, one provider.

use crate::{
	credential::Role,
	error::TlsError,
	identity::TlsIdentity,
	peer::{host_name, SUFFIX},
	verifier::Hooks,
};
use rustls::{
	client::{ResolvesClientCert, Resumption},
	crypto::{ring, CryptoProvider},
	server::{ClientHello, NoServerSessionStorage, ResolvesServerCert},
	sign::CertifiedKey,
	version::TLS13,
	ClientConfig, ServerConfig, SignatureScheme,
};
use std::sync::Arc;

/// The provider of every configuration; the process's default one is never used.
pub(crate) fn provider() -> Arc<CryptoProvider> {
	Arc::new(ring::default_provider())
}

/// Shows the credential that is right when it is asked for.
#[derive(Debug)]
pub(crate) struct Resolver {
	identity: Arc<TlsIdentity>,
	role: Role,
	/// The server name that is ours.
	name: String,
}

impl Resolver {
	pub fn new(identity: Arc<TlsIdentity>, role: Role) -> Arc<Self> {
		let name = host_name(identity.identity());
		Arc::new(Self { identity, role, name })
	}

	/// Whether a client that asks for `server_name` means another identity. Names that say no
	/// identity are of clients that know nothing of Symbolon, and mean nothing.
	pub fn is_other(&self, server_name: Option<&str>) -> bool {
		let asked = server_name.map(str::to_ascii_lowercase);
		asked.is_some_and(|asked| asked.ends_with(SUFFIX) && asked != self.name)
	}

	fn credential(&self) -> Option<Arc<CertifiedKey>> {
		let found = self.identity.credential(self.role);
		found
			.inspect_err(|error| {
				tracing::warn!(reason = error.kind(), "no credential to show: {error}");
			})
			.ok()
	}
}

impl ResolvesServerCert for Resolver {
	fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
		if self.is_other(hello.server_name()) {
			return None;
		}
		self.credential()
	}
}

impl ResolvesClientCert for Resolver {
	fn resolve(
		&self,
		_root_hint_subjects: &[&[u8]],
		_sigschemes: &[SignatureScheme],
	) -> Option<Arc<CertifiedKey>> {
		self.credential()
	}

	fn has_certs(&self) -> bool {
		true
	}
}

/// A server's configuration. Without `hooks` clients are not asked for a certificate.
pub(crate) fn server(
	provider: &Arc<CryptoProvider>,
	resolver: &Arc<Resolver>,
	hooks: Option<Hooks>,
	alpn: &[Vec<u8>],
) -> Result<ServerConfig, TlsError> {
	let builder = ServerConfig::builder_with_provider(provider.clone())
		.with_protocol_versions(&[&TLS13])
		.map_err(TlsError::Rustls)?;
	let builder = match hooks {
		Some(hooks) => builder.with_client_cert_verifier(Arc::new(hooks)),
		None => builder.with_no_client_auth(),
	};
	let mut config = builder.with_cert_resolver(resolver.clone());
	config.alpn_protocols = alpn.to_vec();
	// On resumption no verifier is called: a revoked client could resume for ever. The ticketer is
	// the default one, which makes none.
	config.session_storage = Arc::new(NoServerSessionStorage {});
	config.send_tls13_tickets = 0;
	config.max_tls13_tickets = 0;
	config.max_early_data_size = 0;
	Ok(config)
}

/// A client's configuration. Without `resolver` it shows no certificate.
pub(crate) fn client(
	provider: &Arc<CryptoProvider>,
	resolver: Option<&Arc<Resolver>>,
	hooks: Hooks,
	alpn: &[Vec<u8>],
) -> Result<ClientConfig, TlsError> {
	let builder = ClientConfig::builder_with_provider(provider.clone())
		.with_protocol_versions(&[&TLS13])
		.map_err(TlsError::Rustls)?
		.dangerous()
		.with_custom_certificate_verifier(Arc::new(hooks));
	let mut config = match resolver {
		Some(resolver) => builder.with_client_cert_resolver(resolver.clone()),
		None => builder.with_no_client_auth(),
	};
	config.alpn_protocols = alpn.to_vec();
	config.resumption = Resumption::disabled();
	config.enable_early_data = false;
	config.enable_sni = true;
	Ok(config)
}
