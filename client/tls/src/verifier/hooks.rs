//! What `rustls` calls.

use super::{Core, Shown, SCHEMES};
use crate::{
	peer::Peer,
	refusal::{Reason, Refusal},
};
use rustls::{
	client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
	crypto::verify_tls13_signature,
	pki_types::{CertificateDer, ServerName, UnixTime},
	server::danger::{ClientCertVerified, ClientCertVerifier},
	DigitallySignedStruct, DistinguishedName, Error, SignatureScheme,
};
use std::sync::{Arc, Mutex, PoisonError};
use symbolon_crypto::Identity;

/// What the hooks found on one connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watch(Arc<Mutex<Option<Result<Peer, Refusal>>>>);

impl Watch {
	fn set(&self, found: Result<Peer, Refusal>) {
		*self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
	}

	/// What was found. A peer is verified only once the handshake is complete.
	pub fn take(&self) -> Option<Result<Peer, Refusal>> {
		self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
	}
}

/// The verifier of a configuration, of one connection if `watch` is there.
#[derive(Debug)]
pub(crate) struct Hooks {
	pub core: Arc<Core>,
	pub watch: Option<Watch>,
	/// Whether a peer without certificate is refused.
	pub mandatory: bool,
	/// The one server that the connection is for.
	pub exact: Option<Identity>,
}

impl Hooks {
	fn verify(
		&self,
		certificate: &CertificateDer<'_>,
		others: usize,
		server_name: Option<&ServerName<'_>>,
	) -> Result<(), Error> {
		let exact = self.exact.as_ref();
		let found = self.core.verify(&Shown { certificate, others, server_name, exact });
		let result = found.as_ref().map(|_| ()).map_err(|refusal| {
			self.core.refuse(refusal);
			refusal.reason.to_rustls()
		});
		if let Some(watch) = &self.watch {
			watch.set(found);
		}
		result
	}

	fn verify_handshake(
		&self,
		message: &[u8],
		certificate: &CertificateDer<'_>,
		signature: &DigitallySignedStruct,
	) -> Result<HandshakeSignatureValid, Error> {
		let found = if SCHEMES.contains(&signature.scheme) {
			verify_tls13_signature(message, certificate, signature, &self.core.algorithms)
		} else {
			Err(Reason::HandshakeSignature.to_rustls())
		};
		found.map_err(|error| {
			let text = format!("the handshake is not signed by the certificate's key: {error}");
			let refusal = Refusal::new(Reason::HandshakeSignature, text);
			self.core.refuse(&refusal);
			if let Some(watch) = &self.watch {
				watch.set(Err(refusal));
			}
			Reason::HandshakeSignature.to_rustls()
		})
	}
}

/// There is no TLS 1.2 here.
fn no_tls12() -> Error {
	Error::General("TLS 1.2 is never offered".into())
}

impl ServerCertVerifier for Hooks {
	fn verify_server_cert(
		&self,
		end_entity: &CertificateDer<'_>,
		intermediates: &[CertificateDer<'_>],
		server_name: &ServerName<'_>,
		_ocsp_response: &[u8],
		_now: UnixTime,
	) -> Result<ServerCertVerified, Error> {
		self.verify(end_entity, intermediates.len(), Some(server_name))?;
		Ok(ServerCertVerified::assertion())
	}

	fn verify_tls12_signature(
		&self,
		_message: &[u8],
		_cert: &CertificateDer<'_>,
		_dss: &DigitallySignedStruct,
	) -> Result<HandshakeSignatureValid, Error> {
		Err(no_tls12())
	}

	fn verify_tls13_signature(
		&self,
		message: &[u8],
		cert: &CertificateDer<'_>,
		dss: &DigitallySignedStruct,
	) -> Result<HandshakeSignatureValid, Error> {
		self.verify_handshake(message, cert, dss)
	}

	fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
		SCHEMES.to_vec()
	}
}

impl ClientCertVerifier for Hooks {
	fn client_auth_mandatory(&self) -> bool {
		self.mandatory
	}

	fn root_hint_subjects(&self) -> &[DistinguishedName] {
		&[]
	}

	fn verify_client_cert(
		&self,
		end_entity: &CertificateDer<'_>,
		intermediates: &[CertificateDer<'_>],
		_now: UnixTime,
	) -> Result<ClientCertVerified, Error> {
		self.verify(end_entity, intermediates.len(), None)?;
		Ok(ClientCertVerified::assertion())
	}

	fn verify_tls12_signature(
		&self,
		_message: &[u8],
		_cert: &CertificateDer<'_>,
		_dss: &DigitallySignedStruct,
	) -> Result<HandshakeSignatureValid, Error> {
		Err(no_tls12())
	}

	fn verify_tls13_signature(
		&self,
		message: &[u8],
		cert: &CertificateDer<'_>,
		dss: &DigitallySignedStruct,
	) -> Result<HandshakeSignatureValid, Error> {
		self.verify_handshake(message, cert, dss)
	}

	fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
		SCHEMES.to_vec()
	}
}
