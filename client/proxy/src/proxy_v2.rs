//! The PROXY protocol header, version 2, that tells a service who its peer is.
//!
//! Source: "The PROXY protocol", HAProxy, sections 2.2 to 2.2.8. All numbers are big-endian.
//!
//! | bytes | holds |
//! |---|---|
//! | 12 | signature `0D 0A 0D 0A 00 0D 0A 51 55 49 54 0A` |
//! | 1 | `0x21`: version 2, command PROXY |
//! | 1 | `0x11` TCP over IPv4, or `0x21` TCP over IPv6 |
//! | 2 | length of what follows |
//! | 12 or 36 | source address, destination address, source port, destination port |
//! | ... | TLVs: type (1), length (2), value |
//!
//! TLVs, in this order:
//!
//! | type | value |
//! |---|---|
//! | `0xE0` | the peer's name, such as `pump-7@demo`; absent if the peer showed none |
//! | `0xE1` | the peer's serial, 8 bytes; absent with the name |
//! | `0x20` | `PP2_TYPE_SSL`: client flags, verify, and a TLV `0x21` with the version `TLSv1.3` |
//! | `0x03` | `PP2_TYPE_CRC32C` over the whole header with this value zero |
//!
//! The client flags are `0x01` (TLS) and, with a name, `0x02 | 0x04` (a certificate was shown on this
//! connection); verify is 0 with a name and 1 without.

use std::net::{IpAddr, SocketAddr};
use symbolon_sdk::{Identity, Serial};

/// The type of the TLV that holds the peer's name.
pub const TYPE_IDENTITY: u8 = 0xe0;
/// The type of the TLV that holds the peer's serial.
pub const TYPE_SERIAL: u8 = 0xe1;

const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
const VERSION_AND_COMMAND: u8 = 0x21;
const TCP_IPV4: u8 = 0x11;
const TCP_IPV6: u8 = 0x21;
const TYPE_CRC32C: u8 = 0x03;
const TYPE_SSL: u8 = 0x20;
const SUBTYPE_SSL_VERSION: u8 = 0x21;
const CLIENT_SSL: u8 = 0x01;
const CLIENT_CERT: u8 = 0x02 | 0x04;
const TLS_VERSION: &[u8] = b"TLSv1.3";

/// The header of a connection from `source` that arrived at `destination`, by the peer of this name
/// and serial if it showed one. At most 280 bytes.
pub fn encode(
	source: SocketAddr,
	destination: SocketAddr,
	peer: Option<(&Identity, Serial)>,
) -> Vec<u8> {
	let (family, mut body) = addresses(source, destination);
	if let Some((identity, serial)) = peer {
		put(&mut body, TYPE_IDENTITY, identity.as_str().as_bytes());
		put(&mut body, TYPE_SERIAL, &serial.get().to_be_bytes());
	}
	let client = if peer.is_some() { CLIENT_SSL | CLIENT_CERT } else { CLIENT_SSL };
	let mut ssl = vec![client];
	ssl.extend_from_slice(&u32::from(peer.is_none()).to_be_bytes());
	put(&mut ssl, SUBTYPE_SSL_VERSION, TLS_VERSION);
	put(&mut body, TYPE_SSL, &ssl);
	put(&mut body, TYPE_CRC32C, &[0; 4]);
	let mut header = SIGNATURE.to_vec();
	header.extend_from_slice(&[VERSION_AND_COMMAND, family]);
	header.extend_from_slice(&length(&body));
	header.append(&mut body);
	let checksum = crc32c(&header);
	// The last value is the checksum's.
	header.truncate(header.len().saturating_sub(checksum.len()));
	header.extend_from_slice(&checksum);
	header
}

/// Family and addresses. Both ends of a connection are of one family, but a socket that takes both
/// shows IPv4 as mapped.
fn addresses(source: SocketAddr, destination: SocketAddr) -> (u8, Vec<u8>) {
	let mut body = Vec::with_capacity(256);
	let family = match (source.ip().to_canonical(), destination.ip().to_canonical()) {
		(IpAddr::V4(from), IpAddr::V4(to)) => {
			body.extend_from_slice(&from.octets());
			body.extend_from_slice(&to.octets());
			TCP_IPV4
		}
		(from, to) => {
			for address in [from, to] {
				let v6 = match address {
					IpAddr::V4(v4) => v4.to_ipv6_mapped(),
					IpAddr::V6(v6) => v6,
				};
				body.extend_from_slice(&v6.octets());
			}
			TCP_IPV6
		}
	};
	body.extend_from_slice(&source.port().to_be_bytes());
	body.extend_from_slice(&destination.port().to_be_bytes());
	(family, body)
}

/// Appends a TLV. Values here are names and constants, far from the length's bound.
fn put(body: &mut Vec<u8>, kind: u8, value: &[u8]) {
	body.push(kind);
	body.extend_from_slice(&length(value));
	body.extend_from_slice(value);
}

fn length(bytes: &[u8]) -> [u8; 2] {
	u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes()
}

/// CRC32c (RFC 9260, appendix A), bit by bit: a header is short.
fn crc32c(bytes: &[u8]) -> [u8; 4] {
	let step = |crc: u32| if crc & 1 == 1 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 };
	let crc = bytes
		.iter()
		.fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)));
	(!crc).to_be_bytes()
}

#[cfg(test)]
mod tests {
	use super::*;

	fn peer() -> (Identity, Serial) {
		("pump-7@demo".parse().unwrap(), Serial::new(0x40_0001).unwrap())
	}

	#[test]
	fn the_checksum_is_the_standard_one() {
		assert_eq!(crc32c(b"123456789"), 0xe306_9283_u32.to_be_bytes());
		assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa_u32.to_be_bytes());
	}

	#[test]
	fn every_byte_of_a_named_header_is_as_specified() {
		let (identity, serial) = peer();
		let header = encode(
			"192.0.2.9:50000".parse().unwrap(),
			"198.51.100.1:443".parse().unwrap(),
			Some((&identity, serial)),
		);
		let mut expected = b"\r\n\r\n\0\r\nQUIT\n".to_vec();
		expected.extend_from_slice(&[0x21, 0x11, 0, 62]);
		expected.extend_from_slice(&[192, 0, 2, 9, 198, 51, 100, 1, 0xc3, 0x50, 0x01, 0xbb]);
		expected.extend_from_slice(b"\xe0\x00\x0bpump-7@demo");
		expected.extend_from_slice(b"\xe1\x00\x08\0\0\0\0\0\x40\0\x01");
		expected.extend_from_slice(b"\x20\x00\x0f\x07\0\0\0\0\x21\0\x07TLSv1.3");
		expected.extend_from_slice(b"\x03\0\x04");
		assert_eq!(header.len(), 16 + 62, "{header:02x?}");
		let (start, checksum) = header.split_at(header.len() - 4);
		assert_eq!(start, expected);
		let mut zeroed = start.to_vec();
		zeroed.extend_from_slice(&[0; 4]);
		assert_eq!(checksum, crc32c(&zeroed));
	}

	#[test]
	fn a_nameless_peer_has_no_name_and_is_not_verified() {
		let v4 = "192.0.2.9:50000".parse().unwrap();
		let header = encode(v4, v4, None);
		let tlvs = &header[16 + 12..];
		assert!(tlvs.starts_with(b"\x20\x00\x0f\x01\0\0\0\x01\x21\0\x07TLSv1.3\x03\0\x04"));
		assert!(!tlvs.contains(&TYPE_IDENTITY));
	}

	#[test]
	fn families_follow_the_addresses() {
		let mapped = "[::ffff:192.0.2.9]:1".parse().unwrap();
		let (v4, v6) = ("192.0.2.1:2".parse().unwrap(), "[2001:db8::1]:3".parse().unwrap());
		for (from, to, family, length) in
			[(mapped, v4, 0x11, 12), (v6, v6, 0x21, 36), (v6, v4, 0x21, 36)]
		{
			let header = encode(from, to, None);
			let tlvs = 18 + 7;
			assert_eq!(header[13], family);
			assert_eq!(header[14..16], u16::to_be_bytes(length + tlvs));
			assert_eq!(header.len(), usize::from(16 + length + tlvs));
		}
	}

	#[test]
	fn the_longest_name_fits_the_bound() {
		let name = format!("{}@{}", "a".repeat(64), "b".repeat(64)).parse().unwrap();
		let v6 = "[2001:db8::1]:3".parse().unwrap();
		let header = encode(v6, v6, Some((&name, Serial::new(1).unwrap())));
		assert!(header.len() <= 280, "{}", header.len());
	}
}
