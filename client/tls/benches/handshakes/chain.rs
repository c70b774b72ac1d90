//! The baseline: mutual TLS with certificates of ECDSA P-256, chains of depth 2 (end entity,
//! intermediate, root), checked by WebPKI. Only the root is not sent.

use crate::wire::Ends;
use rcgen::{
	BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
	KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use rustls::{
	client::Resumption,
	crypto::CryptoProvider,
	pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
	server::{NoServerSessionStorage, WebPkiClientVerifier},
	version::TLS13,
	ClientConfig, RootCertStore, ServerConfig,
};
use std::{error::Error, sync::Arc};

const NAME: &str = "api.demo.example";

fn key() -> Result<KeyPair, rcgen::Error> {
	KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)
}

fn authority() -> Result<CertificateParams, rcgen::Error> {
	let mut params = CertificateParams::new(Vec::new())?;
	params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
	params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
	Ok(params)
}

/// An authority and one below it, which signs end entities.
struct Authorities {
	root: CertificateDer<'static>,
	below: CertifiedIssuer<'static, KeyPair>,
}

impl Authorities {
	fn new() -> Result<Self, rcgen::Error> {
		let root = CertifiedIssuer::self_signed(authority()?, key()?)?;
		let below = CertifiedIssuer::signed_by(authority()?, key()?, &root)?;
		Ok(Self { root: root.as_ref().der().clone(), below })
	}

	/// A chain and its key, as they are sent.
	#[allow(clippy::type_complexity)]
	fn issue(
		&self,
		usage: ExtendedKeyUsagePurpose,
	) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), rcgen::Error> {
		let mut params = CertificateParams::new(vec![NAME.into()])?;
		params.extended_key_usages = vec![usage];
		let key = key()?;
		let end = params.signed_by(&key, &self.below)?;
		let chain = vec![end.der().clone(), self.below.as_ref().der().clone()];
		Ok((chain, PrivatePkcs8KeyDer::from(key.serialize_der()).into()))
	}
}

/// Two ends with chains of one authority.
pub fn ends(provider: &Arc<CryptoProvider>) -> Result<Ends, Box<dyn Error>> {
	let authorities = Authorities::new()?;
	let mut roots = RootCertStore::empty();
	roots.add(authorities.root.clone())?;
	let roots = Arc::new(roots);
	let verifier =
		WebPkiClientVerifier::builder_with_provider(roots.clone(), provider.clone()).build()?;
	let (chain, key) = authorities.issue(ExtendedKeyUsagePurpose::ServerAuth)?;
	let mut server = ServerConfig::builder_with_provider(provider.clone())
		.with_protocol_versions(&[&TLS13])?
		.with_client_cert_verifier(verifier)
		.with_single_cert(chain, key)?;
	// Full handshakes only, on both sides of the comparison.
	server.session_storage = Arc::new(NoServerSessionStorage {});
	server.send_tls13_tickets = 0;
	let (chain, key) = authorities.issue(ExtendedKeyUsagePurpose::ClientAuth)?;
	let mut client = ClientConfig::builder_with_provider(provider.clone())
		.with_protocol_versions(&[&TLS13])?
		.with_root_certificates(roots)
		.with_client_auth_cert(chain, key)?;
	client.resumption = Resumption::disabled();
	Ok(Ends { client: Arc::new(client), server: Arc::new(server), name: NAME.try_into()? })
}
