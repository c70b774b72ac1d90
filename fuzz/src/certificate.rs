//! Certificates written from docs/protocol.md, section 11, without the library's writer.

use symbolon_tls::{
	credential::{parse, Unverified, MAX_CERTIFICATE, OID_DER},
	KeyType, Role,
};

/// Known certificates.
const VECTORS: &str = include_str!("../../client/tls/tests/vectors/tls-credential.json");
/// Bytes of `U` and `V`.
const POINTS: usize = 96;
/// First second of 2050.
const YEAR_2050: u64 = 2_524_608_000;

/// A known certificate, of `"client"` or `"server"`.
pub fn known(role: &str) -> Vec<u8> {
	let vectors: serde_json::Value = serde_json::from_str(VECTORS).expect("the vectors are JSON");
	let der = vectors[role].as_str().expect("they hold both roles");
	hex::decode(der).expect("in hex")
}

fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
	let content = parts.concat();
	let length = match content.len() {
		short @ 0..=0x7f => vec![short as u8],
		long @ 0x80..=0xff => vec![0x81, long as u8],
		longer => vec![0x82, (longer >> 8) as u8, longer as u8],
	};
	[&[tag][..], &length, &content].concat()
}

/// Bytes of tag and length before the content of `item`.
fn head(item: &[u8]) -> usize {
	match item[1] {
		0x81 => 3,
		0x82 => 4,
		_ => 2,
	}
}

/// The first item's content, and what comes after it.
fn first_item(items: &[u8]) -> (&[u8], &[u8]) {
	let head = head(items);
	let length = match head {
		2 => usize::from(items[1]),
		3 => usize::from(items[2]),
		_ => usize::from(u16::from_be_bytes([items[2], items[3]])),
	};
	(&items[head..head + length], &items[head + length..])
}

/// Unix seconds as `UTCTime` or `GeneralizedTime`. The date by Howard Hinnant's `civil_from_days`.
fn time(seconds: u64) -> Vec<u8> {
	let (days, second) = (seconds / 86_400 + 719_468, seconds % 86_400);
	let (era, day) = (days / 146_097, days % 146_097);
	let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
	let day = day - (365 * year + year / 4 - year / 100);
	let month = (5 * day + 2) / 153;
	let day = day - (153 * month + 2) / 5 + 1;
	let month = if month < 10 { month + 3 } else { month - 9 };
	let year = era * 400 + year + u64::from(month <= 2);
	let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
	let rest = format!("{month:02}{day:02}{hour:02}{minute:02}{second:02}Z");
	if seconds < YEAR_2050 {
		tlv(0x17, &[format!("{:02}", year % 100).as_bytes(), rest.as_bytes()])
	} else {
		tlv(0x18, &[format!("{year:04}").as_bytes(), rest.as_bytes()])
	}
}

/// The parts in which two certificates differ.
#[derive(Clone)]
pub struct Parts {
	pub serial: Vec<u8>,
	pub not_before: u64,
	pub not_after: u64,
	pub key_type: KeyType,
	pub spki: Vec<u8>,
	/// The extension's value.
	pub value: Vec<u8>,
	pub self_signature: Vec<u8>,
}

impl Parts {
	/// Those of a certificate that was parsed.
	pub fn of(der: &[u8], found: &Unverified<'_>) -> Self {
		let (certificate, _) = first_item(der);
		let (body, rest) = first_item(certificate);
		let (_, after_version) = first_item(body);
		let (_algorithm, rest) = first_item(rest);
		let signature = found.signature.to_bytes();
		let (fields, points) = signature.split_at(signature.len() - POINTS);
		let role = match found.role {
			Role::Client => 1,
			Role::Server => 2,
		};
		Self {
			serial: first_item(after_version).0.to_vec(),
			not_before: found.not_before,
			not_after: found.not_after,
			key_type: found.key_type,
			spki: found.spki.to_vec(),
			value: [fields, &[role], points].concat(),
			self_signature: first_item(rest).0[1..].to_vec(),
		}
	}

	/// Those of a known certificate.
	pub fn known(role: &str) -> Self {
		let der = known(role);
		Self::of(&der, &parse(&der).expect("known certificates are right"))
	}

	/// The certificate.
	pub fn to_der(&self) -> Vec<u8> {
		let algorithm: &[u8] = match self.key_type {
			KeyType::P256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2],
			KeyType::Ed25519 => &[0x2b, 0x65, 0x70],
		};
		let algorithm = tlv(0x30, &[&tlv(0x06, &[algorithm])]);
		let attribute = tlv(0x30, &[&tlv(0x06, &[&[0x55, 4, 3]]), &tlv(0x0c, &[b"symbolon"])]);
		let name = tlv(0x30, &[&tlv(0x31, &[&attribute])]);
		let value = tlv(0x04, &[&tlv(0x04, &[&self.value])]);
		let extension = tlv(0x30, &[&tlv(0x06, &[&OID_DER]), &value]);
		let body = [
			&tlv(0xa0, &[&tlv(0x02, &[&[2]])])[..],
			&tlv(0x02, &[&self.serial]),
			&algorithm,
			&name,
			&tlv(0x30, &[&time(self.not_before), &time(self.not_after)]),
			&name,
			&self.spki,
			&tlv(0xa3, &[&tlv(0x30, &[&extension])]),
		];
		let signature = tlv(0x03, &[&[0], &self.self_signature]);
		tlv(0x30, &[&tlv(0x30, &body), &algorithm, &signature])
	}
}

/// Parses; what is accepted must be exactly what these parts are written as. Says whether it was
/// accepted.
pub fn check(der: &[u8]) -> bool {
	let found = match parse(der) {
		Ok(found) => found,
		Err(refusal) => {
			assert!(!refusal.to_string().is_empty());
			return false;
		}
	};
	assert!(der.len() <= MAX_CERTIFICATE);
	assert_eq!(found.spki.len(), if found.key_type == KeyType::P256 { 91 } else { 44 });
	assert_eq!(hex::encode(Parts::of(der, &found).to_der()), hex::encode(der));
	true
}
