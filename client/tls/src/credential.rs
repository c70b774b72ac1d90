//! The identity credential: a self-signed X.509 certificate for a fresh connection key, whose one
//! extension is a Symbolon signature over that key.
//!
//! Extension [`OID`], not critical, its value a DER `OCTET STRING` of
//! `SCALE{ version u8 = 1, identity, serial, epoch, level, index, role u8, U, V }`: the signature
//! of domain `"tls-credential"` with the role before its points. It is over
//! `SCALE{ version u8, role u8, SubjectPublicKeyInfo DER, not_before u64, not_after u64 }` (the key
//! as `bytes`, times in Unix seconds); name, serial, epoch, subtree and master key are in what
//! every signature covers.
//!
//! All that the certificate says besides is fixed: version 3, issuer and subject `CN=symbolon`,
//! ECDSA with P-256 and SHA-256 or Ed25519, `UTCTime` before 2050 and `GeneralizedTime` from then
//! on. So there is one encoding of each certificate: it is parsed, encoded again and compared.
//!
//! What holds: forging an extension is forging a signature by name (co-CDH, random oracles).
//! Copied into a certificate of another key it does not verify, since the key is in the message;
//! the copied certificate fails TLS's own CertificateVerify. The role in the message keeps a
//! client's credential from serving as a server's.

mod der;
mod make;

use crate::refusal::{Reason, Refusal};
use ::der::{
	asn1::{AnyRef, BitStringRef, GeneralizedTime, OctetStringRef, UtcTime},
	Decode, Reader, SliceReader, Tag, TagNumber, Tagged,
};
use codec::Encode;
pub(crate) use make::{make, Made};
use rustls::SignatureScheme;
use std::fmt;
use symbolon_crypto::{
	signature::{Signature, SignatureError},
	Epoch, Identity, Serial,
};

/// Longest certificate that is looked at, in bytes. The longest right one has about 630.
pub const MAX_CERTIFICATE: usize = 1024;
/// The extension's object identifier: the UUID `affa3a66-92b4-4266-91c7-5bcc961ce681` under `2.25`.
pub const OID: &str = "2.25.233914157983426304566853126903761266305";
/// [`OID`] in DER, without tag and length. Libraries keep arcs in 32 or 64 bits; this one has 128.
pub const OID_DER: [u8; 20] = [
	0x69, 0x82, 0xdf, 0xfa, 0x9d, 0x99, 0xd2, 0xab, 0xa2, 0x89, 0xcd, 0x91, 0xe3, 0xd6, 0xf9, 0xc9,
	0xb0, 0xf3, 0xcd, 0x01,
];
/// Version of what is signed.
pub(crate) const VERSION: u8 = 1;
/// Bytes of `U` and `V` at the end of the extension; the role is before them.
const POINTS: usize = 96;

/// Which side of a connection a credential is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
	/// Who opens the connection.
	Client = 1,
	/// Who accepts it.
	Server = 2,
}

impl Role {
	/// The number in the extension.
	pub const fn number(self) -> u8 {
		self as u8
	}

	const fn from_number(number: u8) -> Option<Self> {
		match number {
			1 => Some(Self::Client),
			2 => Some(Self::Server),
			_ => None,
		}
	}
}

impl fmt::Display for Role {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Client => "client",
			Self::Server => "server",
		})
	}
}

/// What kind a connection key is of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum KeyType {
	/// ECDSA with NIST P-256 and SHA-256: every TLS 1.3 implementation has it.
	#[default]
	P256,
	/// Ed25519.
	Ed25519,
}

/// `SubjectPublicKeyInfo` up to the point: uncompressed P-256, 65 bytes follow.
const SPKI_P256: &[u8] = &[
	0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
	0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
/// `SubjectPublicKeyInfo` up to the point: Ed25519, 32 bytes follow.
const SPKI_ED25519: &[u8] =
	&[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
/// `ecdsa-with-SHA256`.
const ALGORITHM_P256: &[u8] =
	&[0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
/// `id-Ed25519`.
const ALGORITHM_ED25519: &[u8] = &[0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70];

impl KeyType {
	/// The TLS name of the signatures that such keys make.
	pub const fn scheme(self) -> SignatureScheme {
		match self {
			Self::P256 => SignatureScheme::ECDSA_NISTP256_SHA256,
			Self::Ed25519 => SignatureScheme::ED25519,
		}
	}

	/// The `AlgorithmIdentifier` of certificates signed by such a key.
	pub(crate) const fn algorithm(self) -> &'static [u8] {
		match self {
			Self::P256 => ALGORITHM_P256,
			Self::Ed25519 => ALGORITHM_ED25519,
		}
	}

	/// Type and point of a `SubjectPublicKeyInfo`; there is one encoding of each key.
	fn of(spki: &[u8]) -> Option<(Self, &[u8])> {
		let p256 = spki.strip_prefix(SPKI_P256).filter(|p| p.len() == 65 && p.first() == Some(&4));
		let ed25519 = spki.strip_prefix(SPKI_ED25519).filter(|point| point.len() == 32);
		p256.map(|p| (Self::P256, p)).or_else(|| ed25519.map(|point| (Self::Ed25519, point)))
	}
}

/// A certificate in its one encoding, all fields within their bounds. Nothing is verified: it is
/// not to be believed about who its holder is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unverified<'a> {
	/// The signature in the extension.
	pub signature: Signature,
	/// The role.
	pub role: Role,
	/// Start of the certificate's validity, Unix seconds.
	pub not_before: u64,
	/// Last second of the certificate's validity.
	pub not_after: u64,
	/// What kind the connection key is of.
	pub key_type: KeyType,
	/// The connection key, as `SubjectPublicKeyInfo`.
	pub spki: &'a [u8],
	/// The connection key's point.
	pub(crate) point: &'a [u8],
	/// What the certificate's own signature is over.
	pub(crate) tbs: &'a [u8],
	/// The certificate's own signature.
	pub(crate) self_signature: &'a [u8],
}

impl Unverified<'_> {
	/// Who it claims to be.
	pub const fn identity(&self) -> &Identity {
		&self.signature.identity
	}

	/// The serial that it claims.
	pub const fn serial(&self) -> Serial {
		self.signature.serial
	}

	/// The epoch that it claims.
	pub const fn epoch(&self) -> Epoch {
		self.signature.epoch
	}

	/// What the Symbolon signature is over.
	pub(crate) fn message(&self) -> Vec<u8> {
		signed_message(self.role, self.spki, self.not_before, self.not_after)
	}
}

/// `SCALE{ version, role, spki, not_before, not_after }`.
pub(crate) fn signed_message(role: Role, spki: &[u8], not_before: u64, not_after: u64) -> Vec<u8> {
	(VERSION, role.number(), spki, not_before, not_after).encode()
}

/// The extension's value: the signature's wire form with the role before the points.
pub(crate) fn extension_value(signature: &Signature, role: Role) -> Vec<u8> {
	let mut value = signature.to_bytes();
	value.insert(value.len().saturating_sub(POINTS), role.number());
	value
}

fn malformed(what: &str) -> Refusal {
	Refusal::new(Reason::Malformed, format!("expected a certificate of X.509; {what}"))
}

/// The items of a `SEQUENCE`'s or other constructed value's content.
fn items<'a, const N: usize>(content: &'a [u8], what: &str) -> Result<[&'a [u8]; N], Refusal> {
	list(content, what)?.try_into().map_err(|found: Vec<_>| {
		malformed(&format!("{what}: expected {N} items, found {}", found.len()))
	})
}

fn list<'a>(content: &'a [u8], what: &str) -> Result<Vec<&'a [u8]>, Refusal> {
	let failed = |error: ::der::Error| malformed(&format!("{what}: {error}"));
	let mut reader = SliceReader::new(content).map_err(failed)?;
	let mut found = Vec::new();
	while !reader.is_finished() {
		found.push(reader.tlv_bytes().map_err(failed)?);
	}
	Ok(found)
}

fn content<'a>(item: &'a [u8], tag: Tag, what: &str) -> Result<&'a [u8], Refusal> {
	let any = AnyRef::from_der(item).map_err(|error| malformed(&format!("{what}: {error}")))?;
	if any.tag() != tag {
		return Err(malformed(&format!("{what}: expected {tag}, found {}", any.tag())));
	}
	Ok(any.value())
}

fn time(item: &[u8]) -> Result<u64, Refusal> {
	let utc = UtcTime::from_der(item).map(|time| time.to_unix_duration());
	let time = utc.or_else(|_| GeneralizedTime::from_der(item).map(|t| t.to_unix_duration()));
	time.map(|time| time.as_secs()).map_err(|error| malformed(&format!("a time: {error}")))
}

/// Parses a certificate: its length before anything else, then X.509, then the extension, then the
/// one encoding. Nothing is verified.
///
/// # Errors
///
/// [`Refusal`] for [`Reason::Oversized`], [`Reason::Malformed`], [`Reason::NoExtension`],
/// [`Reason::DoubledExtension`], [`Reason::CriticalExtension`], [`Reason::OtherExtension`],
/// [`Reason::Credential`], [`Reason::KeyType`].
pub fn parse(der: &[u8]) -> Result<Unverified<'_>, Refusal> {
	if der.len() > MAX_CERTIFICATE {
		let text = format!("expected at most {MAX_CERTIFICATE} bytes, found {}", der.len());
		return Err(Refusal::new(Reason::Oversized, text));
	}
	let outer = content(der, Tag::Sequence, "the certificate")?;
	let [tbs, _, signature_item] = items(outer, "the certificate")?;
	let fields = list(content(tbs, Tag::Sequence, "its body")?, "its body")?;
	let extensions = fields.last().copied().filter(|item| item.first() == Some(&0xa3));
	let Some(extensions) = extensions else { return Err(no_extension()) };
	let value = extension(extensions)?;
	let [_, serial, _, _, validity, _, spki, _] = fields[..] else {
		return Err(malformed(&format!("its body: expected 8 fields, found {}", fields.len())));
	};
	let Some((key_type, point)) = KeyType::of(spki) else {
		let text = "expected a connection key of P-256 (uncompressed) or Ed25519";
		return Err(Refusal::new(Reason::KeyType, text));
	};
	let serial = serial_number(serial)?;
	let [not_before, not_after] =
		items(content(validity, Tag::Sequence, "its validity")?, "its validity")?;
	let (not_before, not_after) = (time(not_before)?, time(not_after)?);
	let self_signature = BitStringRef::from_der(signature_item)
		.ok()
		.and_then(|bits| bits.as_bytes())
		.ok_or_else(|| malformed("its signature: expected whole bytes"))?;
	let (signature, role) = credential(value)?;
	let body = der::Body { serial, key_type, not_before, not_after, spki, extension: value };
	if body.encode().as_deref() != Some(tbs)
		|| der::certificate(tbs, key_type, self_signature) != der
	{
		let mut refusal = malformed("what it says is right, but not in the one encoding of it");
		refusal.claimed = Some(signature.identity);
		return Err(refusal);
	}
	Ok(Unverified {
		signature,
		role,
		not_before,
		not_after,
		key_type,
		spki,
		point,
		tbs,
		self_signature,
	})
}

fn no_extension() -> Refusal {
	Refusal::new(
		Reason::NoExtension,
		"the certificate has no Symbolon extension: its holder has no identity here",
	)
}

/// The certificate's serial number: positive, at most 16 bytes. It says nothing.
fn serial_number(item: &[u8]) -> Result<&[u8], Refusal> {
	let bytes = content(item, Tag::Integer, "its serial number")?;
	match bytes {
		[1..=0x7f, ..] | [0, 0x80..=0xff, ..] if bytes.len() <= 16 => Ok(bytes),
		_ => Err(malformed("its serial number: expected a positive one of at most 16 bytes")),
	}
}

/// The content of our extension, which must be the only one.
fn extension(field: &[u8]) -> Result<&[u8], Refusal> {
	let tag = Tag::ContextSpecific { constructed: true, number: TagNumber::N3 };
	let what = "its extensions";
	let [sequence] = items(content(field, tag, what)?, what)?;
	let (mut ours, mut others) = (Vec::new(), 0usize);
	for item in list(content(sequence, Tag::Sequence, what)?, what)? {
		let parts = list(content(item, Tag::Sequence, what)?, what)?;
		let oid = parts.first().copied().unwrap_or_default();
		if content(oid, Tag::ObjectIdentifier, what)? == OID_DER {
			ours.push(parts);
		} else {
			others = others.saturating_add(1);
		}
	}
	let parts = match ours.pop() {
		None => return Err(no_extension()),
		Some(_) if !ours.is_empty() => {
			let text = format!("expected one Symbolon extension, found {}", ours.len() + 1);
			return Err(Refusal::new(Reason::DoubledExtension, text));
		}
		Some(parts) => parts,
	};
	if parts.len() == 3 {
		let text = "the Symbolon extension says whether it is critical; expected that it does not";
		return Err(Refusal::new(Reason::CriticalExtension, text));
	}
	if others > 0 {
		let text = format!("expected the Symbolon extension alone, found {others} beside it");
		return Err(Refusal::new(Reason::OtherExtension, text));
	}
	let [_, value] = parts[..] else { return Err(malformed("its extension is incomplete")) };
	let outer = OctetStringRef::from_der(value)
		.map_err(|error| malformed(&format!("its extension: {error}")))?;
	let inner = OctetStringRef::from_der(outer.as_bytes()).map_err(|error| {
		let text = format!("expected an OCTET STRING in the extension: {error}");
		Refusal::new(Reason::Credential, text)
	})?;
	Ok(inner.as_bytes())
}

/// The signature and the role in the extension.
fn credential(value: &[u8]) -> Result<(Signature, Role), Refusal> {
	let refused = |text: String| Refusal::new(Reason::Credential, text);
	let cut = value.len().checked_sub(POINTS + 1);
	let parts = cut.and_then(|at| value.split_at_checked(at));
	let Some((head, [role, points @ ..])) = parts else {
		return Err(refused(format!("the extension is truncated: {} bytes", value.len())));
	};
	let signature =
		Signature::from_bytes(&[head, points].concat()).map_err(|error| match error {
			SignatureError::Format => {
				refused("the extension is truncated, too long, or a field is out of bounds".into())
			}
			error => refused(format!("the extension: {error}")),
		})?;
	let Some(role) = Role::from_number(*role) else {
		let text = format!("expected role 1 (client) or 2 (server), found {role}");
		return Err(Refusal { claimed: Some(signature.identity), ..refused(text) });
	};
	Ok((signature, role))
}
