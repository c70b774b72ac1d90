//! Parties of TLS that show what they are given and believe everything.

use crate::{
	kit::{exchange, name, PIPE},
	logs::Logs,
};
use rustls::{
	client::{
		danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
		ResolvesClientCert,
	},
	crypto::ring,
	pki_types::{CertificateDer, ServerName, UnixTime},
	server::{
		danger::{ClientCertVerified, ClientCertVerifier},
		ClientHello, ResolvesServerCert,
	},
	sign::CertifiedKey,
	AlertDescription, ClientConfig, DigitallySignedStruct, DistinguishedName, Error, ServerConfig,
	SignatureScheme,
};
use std::sync::Arc;
use symbolon_tls::{server_name, Acceptor, Connector, HandshakeError, Reason};
use tokio_rustls::{TlsAcceptor, TlsConnector};

#[derive(Debug)]
struct Believes;

impl ServerCertVerifier for Believes {
	fn verify_server_cert(
		&self,
		_: &CertificateDer<'_>,
		_: &[CertificateDer<'_>],
		_: &ServerName<'_>,
		_: &[u8],
		_: UnixTime,
	) -> Result<ServerCertVerified, Error> {
		Ok(ServerCertVerified::assertion())
	}

	fn verify_tls12_signature(
		&self,
		_: &[u8],
		_: &CertificateDer<'_>,
		_: &DigitallySignedStruct,
	) -> Result<HandshakeSignatureValid, Error> {
		Ok(HandshakeSignatureValid::assertion())
	}

	fn verify_tls13_signature(
		&self,
		_: &[u8],
		_: &CertificateDer<'_>,
		_: &DigitallySignedStruct,
	) -> Result<HandshakeSignatureValid, Error> {
		Ok(HandshakeSignatureValid::assertion())
	}

	fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
		ring::default_provider().signature_verification_algorithms.supported_schemes()
	}
}

impl ClientCertVerifier for Believes {
	fn root_hint_subjects(&self) -> &[DistinguishedName] {
		&[]
	}

	fn verify_client_cert(
		&self,
		_: &CertificateDer<'_>,
		_: &[CertificateDer<'_>],
		_: UnixTime,
	) -> Result<ClientCertVerified, Error> {
		Ok(ClientCertVerified::assertion())
	}

	fn verify_tls12_signature(
		&self,
		_: &[u8],
		_: &CertificateDer<'_>,
		_: &DigitallySignedStruct,
	) -> Result<HandshakeSignatureValid, Error> {
		Ok(HandshakeSignatureValid::assertion())
	}

	fn verify_tls13_signature(
		&self,
		_: &[u8],
		_: &CertificateDer<'_>,
		_: &DigitallySignedStruct,
	) -> Result<HandshakeSignatureValid, Error> {
		Ok(HandshakeSignatureValid::assertion())
	}

	fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
		ring::default_provider().signature_verification_algorithms.supported_schemes()
	}
}

/// Shows this, whatever is asked for.
#[derive(Debug)]
pub struct Shows(pub Arc<CertifiedKey>);

impl ResolvesClientCert for Shows {
	fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
		Some(self.0.clone())
	}

	fn has_certs(&self) -> bool {
		true
	}
}

impl ResolvesServerCert for Shows {
	fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
		Some(self.0.clone())
	}
}

/// A client that shows `shown`, or nothing.
pub fn client_config(shown: Option<Arc<CertifiedKey>>) -> ClientConfig {
	let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
		.with_protocol_versions(&[&rustls::version::TLS13])
		.unwrap()
		.dangerous()
		.with_custom_certificate_verifier(Arc::new(Believes));
	match shown {
		Some(shown) => builder.with_client_cert_resolver(Arc::new(Shows(shown))),
		None => builder.with_no_client_auth(),
	}
}

/// A server that shows `shown` and demands a certificate, any.
pub fn server_config(shown: Arc<CertifiedKey>) -> ServerConfig {
	ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
		.with_protocol_versions(&[&rustls::version::TLS13])
		.unwrap()
		.with_client_cert_verifier(Arc::new(Believes))
		.with_cert_resolver(Arc::new(Shows(shown)))
}

/// What a side sees that was let in, or the alert that it got.
pub type Fate = Result<(), AlertDescription>;

fn fate(error: std::io::Error) -> AlertDescription {
	match HandshakeError::from_io(error) {
		HandshakeError::Alert(alert) => alert,
		other => panic!("expected an alert, got {other:?}"),
	}
}

/// A client of `config` at `acceptor`.
pub async fn intrude(
	acceptor: &Acceptor,
	config: ClientConfig,
) -> (Fate, Result<(), HandshakeError>) {
	let (near, far) = tokio::io::duplex(PIPE);
	let client = async {
		let name = server_name(&name("api@demo"));
		let connector = TlsConnector::from(Arc::new(config));
		let mut client = connector.connect(name, near).await.map_err(fate)?;
		exchange(&mut client, b"hello").await.map_err(fate).map(|_| ())
	};
	let server = async {
		let mut server = crate::kit::connection(acceptor.accept(far).await?);
		exchange(&mut server, b"hello").await.map_err(HandshakeError::from_io)?;
		Ok(())
	};
	tokio::join!(client, server)
}

/// `connector` at a server of `config`.
pub async fn lure(
	connector: &Connector,
	config: ServerConfig,
) -> (Fate, Result<(), HandshakeError>) {
	let (near, far) = tokio::io::duplex(PIPE);
	let server = async {
		let acceptor = TlsAcceptor::from(Arc::new(config));
		let mut server = acceptor.accept(far).await.map_err(fate)?;
		exchange(&mut server, b"hello").await.map_err(fate).map(|_| ())
	};
	let client = async {
		let mut client = connector.connect(near).await?;
		exchange(&mut client, b"hello").await.map_err(HandshakeError::from_io)?;
		Ok(())
	};
	tokio::join!(server, client)
}

/// The side under attack refused for `reason`, said so once in its log, and the other side got that
/// reason's alert.
pub fn assert_refused(
	found: (Fate, Result<(), HandshakeError>),
	reason: Reason,
	logs: &Logs,
	what: &str,
) {
	let (fate, outcome) = found;
	match outcome {
		Err(HandshakeError::Refused(refusal)) => {
			assert_eq!(refusal.reason, reason, "{what}: {refusal}");
		}
		other => panic!("{what}: expected {reason}, got {other:?}"),
	}
	assert_eq!(fate, Err(reason.alert()), "{what}");
	assert_eq!(logs.warnings(), [reason.as_str()], "{what}");
}
