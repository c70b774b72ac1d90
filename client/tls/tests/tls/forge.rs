//! Certificates made by hand, right or wrong in any way: an implementation of the specification
//! that shares no code with the library's.

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
use symbolon_sdk::store::Store;

/// `2.25.<uuid>`, as `docs/protocol.md` writes it.
pub const OID: &[u8] =
	b"\x69\x82\xdf\xfa\x9d\x99\xd2\xab\xa2\x89\xcd\x91\xe3\xd6\xf9\xc9\xb0\xf3\xcd\x01";
/// `subjectAltName`.
pub const OTHER_OID: &[u8] = &[0x55, 0x1d, 0x11];

pub const CLIENT: u8 = 1;
pub const SERVER: u8 = 2;

pub fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
	let content = parts.concat();
	let length = match content.len() {
		short @ 0..=127 => vec![short as u8],
		long @ 128..=255 => vec![0x81, long as u8],
		longer => vec![0x82, (longer >> 8) as u8, longer as u8],
	};
	[&[tag][..], &length, &content].concat()
}

/// A time before 2050, `YYMMDDHHMMSSZ`.
pub fn utc(seconds: u64) -> Vec<u8> {
	let text = symbolon_sdk::clock::text(seconds);
	let digits: String = text.chars().filter(char::is_ascii_digit).skip(2).collect();
	tlv(0x17, &[digits.as_bytes(), b"Z"])
}

/// A time, `YYYYMMDDHHMMSSZ`.
pub fn generalized(seconds: u64) -> Vec<u8> {
	let text = symbolon_sdk::clock::text(seconds);
	let digits: String = text.chars().filter(char::is_ascii_digit).collect();
	tlv(0x18, &[digits.as_bytes(), b"Z"])
}

fn cn_symbolon() -> Vec<u8> {
	let attribute = tlv(0x30, &[&tlv(0x06, &[&[0x55, 4, 3]]), &tlv(0x0c, &[b"symbolon"])]);
	tlv(0x30, &[&tlv(0x31, &[&attribute])])
}

/// The parts of a certificate, each to be replaced.
pub struct Draft {
	pub key: KeyPair,
	pub algorithm: Vec<u8>,
	pub version: Vec<u8>,
	pub serial: Vec<u8>,
	pub issuer: Vec<u8>,
	pub subject: Vec<u8>,
	pub not_before: Vec<u8>,
	pub not_after: Vec<u8>,
	pub spki: Vec<u8>,
	pub extensions: Vec<Vec<u8>>,
}

/// What is signed by name: role, key and times in it are the caller's.
pub struct Claim {
	pub role: u8,
	pub spki: Vec<u8>,
	pub from: u64,
	pub to: u64,
}

/// SCALE's compact form of a number below 2^14.
pub fn compact(number: usize) -> Vec<u8> {
	if number < 64 {
		vec![(number as u8) << 2]
	} else {
		(((number as u16) << 2) | 1).to_le_bytes().to_vec()
	}
}

impl Claim {
	/// The signature in `domain`, as the extension holds it.
	pub fn sign_in(&self, key: &SigningKey, domain: Domain) -> Vec<u8> {
		let compact = compact(self.spki.len());
		let (from, to) = (self.from.to_le_bytes(), self.to.to_le_bytes());
		let message = [&[1, self.role][..], &compact, &self.spki, &from, &to].concat();
		let signature = key.sign(domain, &message, Entropy::take(&mut [7; 32])).to_bytes();
		let (head, points) = signature.split_at(signature.len() - 96);
		[head, &[self.role], points].concat()
	}

	pub fn sign(&self, key: &SigningKey) -> Vec<u8> {
		self.sign_in(key, Domain::TLS_CREDENTIAL)
	}
}

/// An extension, not critical, with `value` in an OCTET STRING.
pub fn extension(oid: &[u8], value: &[u8]) -> Vec<u8> {
	tlv(0x30, &[&tlv(0x06, &[oid]), &tlv(0x04, &[&tlv(0x04, &[value])])])
}

/// The key of `store`'s permit of `epoch`.
pub fn signing_key(store: &Store, epoch: &Epoch) -> SigningKey {
	let permits = store.permits().unwrap();
	let permit = permits.iter().find(|permit| permit.epoch() == *epoch).unwrap();
	SigningKey::new(&store.keys().unwrap().sign, permit).unwrap()
}

impl Draft {
	/// A certificate for a fresh key of P-256, with no extension yet.
	pub fn new(from: u64, to: u64) -> Self {
		Self::with(KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap(), from, to)
	}

	pub fn with(key: KeyPair, from: u64, to: u64) -> Self {
		let algorithm: &[u8] = if key.is_compatible(&rcgen::PKCS_ED25519) {
			&[0x2b, 0x65, 0x70]
		} else if key.is_compatible(&rcgen::PKCS_ECDSA_P384_SHA384) {
			&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3]
		} else {
			&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]
		};
		Self {
			spki: key.subject_public_key_info(),
			key,
			algorithm: tlv(0x30, &[&tlv(0x06, &[algorithm])]),
			version: vec![0xa0, 3, 2, 1, 2],
			serial: tlv(0x02, &[&[0x42; 16]]),
			issuer: cn_symbolon(),
			subject: cn_symbolon(),
			not_before: utc(from),
			not_after: utc(to),
			extensions: Vec::new(),
		}
	}

	/// A right certificate of `store` in `epoch`.
	pub fn right(store: &Store, epoch: &Epoch, role: u8) -> Self {
		Self::right_with(Self::new(epoch.start, epoch.end), store, epoch, role)
	}

	/// As `right`, made of `draft`, which is valid in all of `epoch`.
	pub fn right_with(mut draft: Self, store: &Store, epoch: &Epoch, role: u8) -> Self {
		let claim = Claim { role, spki: draft.spki.clone(), from: epoch.start, to: epoch.end };
		draft.extensions = vec![extension(OID, &claim.sign(&signing_key(store, epoch)))];
		draft
	}

	/// With this value in the extension instead of the right one.
	pub fn with_value(mut self, value: &[u8]) -> Self {
		self.extensions = vec![extension(OID, value)];
		self
	}

	pub fn body(&self) -> Vec<u8> {
		let extensions: Vec<&[u8]> = self.extensions.iter().map(|one| &one[..]).collect();
		let extensions = tlv(0xa3, &[&tlv(0x30, &extensions)]);
		let extensions = if self.extensions.is_empty() { Vec::new() } else { extensions };
		tlv(
			0x30,
			&[
				&self.version,
				&self.serial,
				&self.algorithm,
				&self.issuer,
				&tlv(0x30, &[&self.not_before, &self.not_after]),
				&self.subject,
				&self.spki,
				&extensions,
			],
		)
	}

	/// Signed by `key`, and `body` in it.
	pub fn seal(&self, body: &[u8], key: &KeyPair) -> Vec<u8> {
		let signature = key.sign(body).unwrap();
		tlv(0x30, &[body, &self.algorithm, &tlv(0x03, &[&[0], &signature])])
	}

	/// Signed by its key, and said to be by another algorithm than the body says.
	pub fn seal_as(&self, algorithm: &[u8]) -> Vec<u8> {
		let body = self.body();
		let signature = self.key.sign(&body).unwrap();
		tlv(0x30, &[&body, algorithm, &tlv(0x03, &[&[0], &signature])])
	}

	pub fn der(&self) -> Vec<u8> {
		self.seal(&self.body(), &self.key)
	}

	/// Certificate and key, ready to be shown.
	pub fn show(&self) -> Arc<CertifiedKey> {
		shown(vec![self.der()], &self.key)
	}
}

/// `chain`, and `key` to sign the handshake with.
pub fn shown(chain: Vec<Vec<u8>>, key: &KeyPair) -> Arc<CertifiedKey> {
	let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialized_der()));
	let chain = chain.into_iter().map(CertificateDer::from).collect();
	Arc::new(CertifiedKey::new(chain, any_supported_type(&private).unwrap()))
}
