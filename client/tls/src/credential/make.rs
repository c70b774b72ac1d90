//! Making a credential: a fresh connection key, the identity's signature over it, a certificate.

use super::{der, extension_value, signed_message, KeyType, Role};
use crate::error::TlsError;
use rcgen::{KeyPair, PublicKeyData, SigningKey as _};
use rustls::{
	crypto::ring::sign::any_supported_type,
	pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
	sign::CertifiedKey,
};
use std::sync::Arc;
use symbolon_crypto::{
	signature::{Domain, SigningKey},
	Entropy, Epoch,
};
use zeroize::Zeroizing;

/// A credential and its connection key. Dropped, with all copies of the `Arc`, the key is gone.
#[derive(Clone, Debug)]
pub(crate) struct Made {
	pub epoch: Epoch,
	pub certified: Arc<CertifiedKey>,
}

fn random<const N: usize>() -> Result<[u8; N], TlsError> {
	let mut bytes = [0; N];
	getrandom::fill(&mut bytes).map_err(|error| TlsError::Make(error.to_string()))?;
	Ok(bytes)
}

/// 16 random bytes as a positive `INTEGER` in its shortest form.
fn serial_number() -> Result<[u8; 16], TlsError> {
	let mut bytes: [u8; 16] = random()?;
	if let Some(first) = bytes.first_mut() {
		*first = (*first & 0x3f) | 0x40;
	}
	Ok(bytes)
}

/// A credential of `key`'s identity and epoch in `role`, for a fresh connection key of `key_type`.
/// It is valid from the epoch's start to its end and grace.
pub(crate) fn make(key: &SigningKey, role: Role, key_type: KeyType) -> Result<Made, TlsError> {
	let failed = |error: rcgen::Error| TlsError::Make(error.to_string());
	let algorithm = match key_type {
		KeyType::P256 => &rcgen::PKCS_ECDSA_P256_SHA256,
		KeyType::Ed25519 => &rcgen::PKCS_ED25519,
	};
	let pair = Zeroizing::new(KeyPair::generate_for(algorithm).map_err(failed)?);
	let spki = pair.subject_public_key_info();
	let epoch = key.epoch();
	let (not_before, not_after) = (epoch.start, epoch.accepted_until());
	let message = signed_message(role, &spki, not_before, not_after);
	let entropy = Entropy::take(&mut random()?);
	let signature = key.sign(Domain::TLS_CREDENTIAL, &message, entropy);
	let extension = extension_value(&signature, role);
	let serial = serial_number()?;
	let body = der::Body {
		serial: &serial,
		key_type,
		not_before,
		not_after,
		spki: &spki,
		extension: &extension,
	};
	let tbs = body.encode();
	let tbs = tbs.ok_or_else(|| TlsError::Make("the epoch is after the year 9999".into()))?;
	let self_signature = pair.sign(&tbs).map_err(failed)?;
	let certificate = der::certificate(&tbs, key_type, &self_signature);
	let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(pair.serialized_der()));
	let signing = any_supported_type(&private).map_err(|error| TlsError::Make(error.to_string()));
	let certified = CertifiedKey::new(vec![CertificateDer::from(certificate)], signing?);
	Ok(Made { epoch, certified: Arc::new(certified) })
}
