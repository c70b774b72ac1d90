//! The one encoding of a certificate.

use super::{KeyType, OID_DER};
use ::der::{
	asn1::{GeneralizedTime, UtcTime},
	Encode,
};
use std::time::Duration;

/// Issuer and subject, `CN=symbolon`. They say nothing.
const NAME: &[u8] = &[
	0x30, 0x13, 0x31, 0x11, 0x30, 0x0f, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x08, b's', b'y', b'm',
	b'b', b'o', b'l', b'o', b'n',
];
/// `[0] { INTEGER 2 }`: X.509 version 3.
const VERSION_3: &[u8] = &[0xa0, 0x03, 0x02, 0x01, 0x02];
/// First second of 2050, from which on times are written as `GeneralizedTime` (RFC 5280, 4.1.2.5).
const YEAR_2050: u64 = 2_524_608_000;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const EXTENSIONS: u8 = 0xa3;

/// Tag, length in its shortest form, and the parts of the content.
fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
	let length = parts.iter().map(|part| part.len()).sum::<usize>();
	let mut out = vec![tag];
	if length < 0x80 {
		out.push(length as u8);
	} else {
		let bytes = length.to_be_bytes();
		let bytes: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
		out.push(0x80 | bytes.len() as u8);
		out.extend_from_slice(&bytes);
	}
	parts.iter().for_each(|part| out.extend_from_slice(part));
	out
}

fn time(seconds: u64) -> Option<Vec<u8>> {
	let since = Duration::from_secs(seconds);
	if seconds < YEAR_2050 {
		UtcTime::from_unix_duration(since).ok()?.to_der().ok()
	} else {
		GeneralizedTime::from_unix_duration(since).ok()?.to_der().ok()
	}
}

/// All that differs between two certificates, but for their signatures.
pub(super) struct Body<'a> {
	pub serial: &'a [u8],
	pub key_type: KeyType,
	pub not_before: u64,
	pub not_after: u64,
	pub spki: &'a [u8],
	pub extension: &'a [u8],
}

impl Body<'_> {
	/// `TBSCertificate`; `None` for times after year 9999.
	pub fn encode(&self) -> Option<Vec<u8>> {
		let Self { serial, key_type, not_before, not_after, spki, extension } = self;
		let validity = tlv(SEQUENCE, &[&time(*not_before)?, &time(*not_after)?]);
		let value = tlv(OCTET_STRING, &[&tlv(OCTET_STRING, &[extension])]);
		let extension = tlv(SEQUENCE, &[&tlv(OBJECT_IDENTIFIER, &[&OID_DER]), &value]);
		Some(tlv(
			SEQUENCE,
			&[
				VERSION_3,
				&tlv(INTEGER, &[serial]),
				key_type.algorithm(),
				NAME,
				&validity,
				NAME,
				spki,
				&tlv(EXTENSIONS, &[&tlv(SEQUENCE, &[&extension])]),
			],
		))
	}
}

/// `Certificate`.
pub(super) fn certificate(tbs: &[u8], key_type: KeyType, signature: &[u8]) -> Vec<u8> {
	tlv(SEQUENCE, &[tbs, key_type.algorithm(), &tlv(BIT_STRING, &[&[0], signature])])
}
