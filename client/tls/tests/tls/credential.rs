//! Parsing alone, as the fuzz target does.

use crate::{
	forge::{Draft, CLIENT, SERVER},
	kit::{certificate_of, name, Kit},
};
use symbolon_tls::{
	credential::{parse, MAX_CERTIFICATE, OID, OID_DER},
	KeyType, Reason, Role,
};

#[tokio::test]
async fn what_the_library_makes_is_what_the_specification_says() {
	let kit = Kit::new();
	let identity = kit.identity("pump@demo").await;
	let epoch = kit.world.epoch(100);
	let mut keys = Vec::new();
	for role in [Role::Client, Role::Server] {
		let der = certificate_of(&identity, role).await;
		let found = parse(&der).unwrap();
		assert_eq!((found.identity(), found.epoch()), (&name("pump@demo"), epoch));
		assert_eq!((found.role, found.key_type), (role, KeyType::P256));
		assert_eq!((found.not_before, found.not_after), (epoch.start, epoch.accepted_until()));
		assert_eq!(found.serial(), identity.serial());
		keys.push(found.spki.to_vec());
		// The same body, put together by hand.
		let mut draft = Draft::new(epoch.start, epoch.accepted_until());
		draft.spki = found.spki.to_vec();
		let body = &der[4..];
		let length = usize::from(u16::from_be_bytes([body[2], body[3]])) + 4;
		let value = &body[length - 97 - extension_head(&body[..length])..length];
		draft = draft.with_value(value);
		draft.serial = body[4 + 5..4 + 5 + 18].to_vec();
		assert_eq!(draft.body(), &body[..length]);
	}
	assert_ne!(keys[0], keys[1], "a key for each role");
}

/// Bytes of the extension's value before the role and the points, which end the body.
fn extension_head(body: &[u8]) -> usize {
	let at = body.windows(OID_DER.len()).position(|window| window == OID_DER).unwrap();
	let inner = &body[at + OID_DER.len()..];
	// Two OCTET STRINGs, each with a length of one or two bytes.
	let skip = |inner: &[u8]| {
		if inner[1] == 0x81 {
			3
		} else if inner[1] == 0x82 {
			4
		} else {
			2
		}
	};
	let outer = skip(inner);
	let value = inner.len() - outer - skip(&inner[outer..]);
	value - 97
}

#[tokio::test]
async fn the_longest_name_fits() {
	let kit = Kit::new();
	let long = format!("{}@{}", "n".repeat(64), "s".repeat(64));
	let identity = kit.identity(&long).await;
	let der = certificate_of(&identity, Role::Server).await;
	assert!(der.len() < 640 && der.len() < MAX_CERTIFICATE, "{}", der.len());
	assert_eq!(parse(&der).unwrap().identity(), &name(&long));
}

#[tokio::test]
async fn nothing_cut_off_or_appended_is_parsed() {
	let kit = Kit::new();
	let store = kit.store("pump@demo").await;
	for role in [CLIENT, SERVER] {
		let der = Draft::right(&store, &kit.world.epoch(100), role).der();
		parse(&der).unwrap();
		for length in 0..der.len() {
			parse(&der[..length]).unwrap_err();
		}
		for extra in [&[0][..], &[5, 0], &der] {
			parse(&[&der[..], extra].concat()).unwrap_err();
		}
	}
}

#[test]
fn lengths_are_bounded_before_anything_is_read() {
	for length in [MAX_CERTIFICATE + 1, 1 << 16, 1 << 24] {
		assert_eq!(parse(&vec![0x30; length]).unwrap_err().reason, Reason::Oversized);
	}
	assert_eq!(parse(&[0x30; MAX_CERTIFICATE]).unwrap_err().reason, Reason::Malformed);
}

/// Nests values as deep as the size allows.
#[test]
fn depth_is_no_attack() {
	let mut nested = Vec::new();
	while nested.len() + 4 < MAX_CERTIFICATE {
		nested = crate::forge::tlv(0x30, &[&nested]);
	}
	parse(&nested).unwrap_err();
}

#[test]
fn the_object_identifier_is_the_uuid() {
	let uuid = u128::from_str_radix("affa3a6692b4426691c75bcc961ce681", 16).unwrap();
	assert_eq!(OID, format!("2.25.{uuid}"));
	let arc = OID_DER[1..].iter().fold(0u128, |arc, byte| arc << 7 | u128::from(byte & 0x7f));
	assert_eq!((OID_DER[0], arc), (2 * 40 + 25, uuid));
	assert!(OID_DER[1..19].iter().all(|byte| byte & 0x80 != 0) && OID_DER[19] & 0x80 == 0);
	assert_eq!(OID_DER[1] & 0x7f, 2, "no leading zero");
}

#[test]
fn times_from_2050_on_are_written_the_other_way() {
	use crate::forge::{generalized, utc};
	assert_eq!(utc(2_524_607_999), b"\x17\x0d491231235959Z");
	assert_eq!(generalized(2_524_608_000), b"\x18\x0f20500101000000Z");
}
