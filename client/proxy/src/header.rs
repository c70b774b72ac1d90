//! The HTTP header that tells a service its peer's name, and every spelling of it.
//!
//! Servers hand headers to programs under names in which `-` has become `_` (CGI, WSGI, PHP), and
//! some turn every sign into `_`. So two names are the same here if they differ only in case and in
//! which sign stands where; all that are the same are stripped before the one true header is set.

use http::{header, HeaderMap, HeaderName, HeaderValue};
use symbolon_sdk::Identity;
use thiserror::Error;

/// The header's name unless another is chosen.
pub const DEFAULT_NAME: &str = "symbolon-peer";

/// Why a header cannot carry the peer's name.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum HeaderError {
	/// No header has such a name.
	#[error(
		"expected a header's name of letters, digits and -, with a letter first; got {0:?}, such as \
		 Symbolon-Peer is one"
	)]
	NotAName(String),
	/// The name has another meaning.
	#[error("the header {0} has a meaning of its own; choose another, such as Symbolon-Peer")]
	Taken(String),
}

/// The header that carries the peer's name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PeerHeader {
	name: HeaderName,
	folded: Vec<u8>,
}

/// Case and signs made equal.
fn fold(name: &str) -> Vec<u8> {
	name.bytes()
		.map(|byte| if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { b'-' })
		.collect()
}

/// Names that proxies and servers give a meaning, or that frame the message.
fn is_taken(name: &HeaderName) -> bool {
	const TAKEN: [HeaderName; 14] = [
		header::HOST,
		header::CONTENT_LENGTH,
		header::CONTENT_TYPE,
		header::CONTENT_ENCODING,
		header::TRANSFER_ENCODING,
		header::CONNECTION,
		header::UPGRADE,
		header::TRAILER,
		header::TE,
		header::EXPECT,
		header::COOKIE,
		header::AUTHORIZATION,
		header::PROXY_AUTHORIZATION,
		header::DATE,
	];
	let folded = fold(name.as_str());
	TAKEN.contains(name)
		|| ["keep-alive", "proxy-connection"].contains(&name.as_str())
		|| name.as_str().starts_with("sec-websocket-")
		|| is_client_address(&folded)
}

/// Whether the folded name tells the address of the client, as proxies do.
fn is_client_address(folded: &[u8]) -> bool {
	folded == b"forwarded" || folded == b"x-real-ip" || folded.starts_with(b"x-forwarded-")
}

impl PeerHeader {
	/// The header of this name.
	///
	/// # Errors
	///
	/// [`HeaderError`] if it is no name, or one with a meaning of its own.
	pub fn new(name: &str) -> Result<Self, HeaderError> {
		let not_a_name = || HeaderError::NotAName(name.chars().take(80).collect());
		let letters = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
		if !letters || !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
			return Err(not_a_name());
		}
		let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| not_a_name())?;
		if is_taken(&parsed) {
			return Err(HeaderError::Taken(name.into()));
		}
		Ok(Self { folded: fold(name), name: parsed })
	}

	/// The name.
	pub const fn name(&self) -> &HeaderName {
		&self.name
	}

	/// Whether a program may take `name` for this header.
	pub fn is_spelled(&self, name: &HeaderName) -> bool {
		fold(name.as_str()) == self.folded
	}

	/// Removes every header that may be taken for this one, and every one that tells the client's
	/// address, which only this proxy knows. Says how many of the first kind there were.
	pub fn strip(&self, headers: &mut HeaderMap) -> usize {
		let foreign =
			|name: &&HeaderName| self.is_spelled(name) || is_client_address(&fold(name.as_str()));
		let names: Vec<HeaderName> = headers.keys().filter(foreign).cloned().collect();
		let mut forged = 0;
		for name in names {
			if self.is_spelled(&name) {
				forged += headers.get_all(&name).iter().count();
			}
			headers.remove(&name);
		}
		forged
	}

	/// Sets the header to the peer's name, which has only signs that a value may have.
	pub fn set(&self, headers: &mut HeaderMap, identity: &Identity) {
		if let Ok(value) = HeaderValue::from_str(identity.as_str()) {
			headers.insert(self.name.clone(), value);
		}
	}
}

impl Default for PeerHeader {
	fn default() -> Self {
		Self { name: HeaderName::from_static(DEFAULT_NAME), folded: fold(DEFAULT_NAME) }
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn every_spelling_is_stripped_and_others_stay() {
		let header = PeerHeader::default();
		let mut headers = HeaderMap::new();
		let forged = [
			"symbolon-peer",
			"Symbolon-Peer",
			"SYMBOLON-PEER",
			"symbolon_peer",
			"Symbolon_Peer",
			"SYMBOLON_pEER",
			"symbolon.peer",
			"symbolon!peer",
			"symbolon~peer",
			"symbolon'peer",
		];
		for name in forged {
			let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
			headers.append(name, HeaderValue::from_static("root@demo"));
		}
		let kept =
			["symbolon-peers", "x-symbolon-peer", "symbolonpeer", "symbolon--peer", "accept"];
		for name in kept {
			headers.append(name, HeaderValue::from_static("stays"));
		}
		for name in ["X-Forwarded-For", "x_forwarded_proto", "Forwarded", "X_Real_IP"] {
			let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
			headers.append(name, HeaderValue::from_static("192.0.2.1"));
		}
		assert_eq!(header.strip(&mut headers), forged.len());
		let mut left: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
		left.sort_unstable();
		let mut expected = kept;
		expected.sort_unstable();
		assert_eq!(left, expected);
		header.set(&mut headers, &"pump-7@demo".parse().unwrap());
		assert_eq!(headers["symbolon-peer"], "pump-7@demo");
		assert_eq!(headers.get_all("symbolon-peer").iter().count(), 1);
	}

	#[test]
	fn names_with_another_meaning_are_refused() {
		for name in
			["", "a b", "a:b", "naïve", "a_b", "1st", "-a", "a\r\nb", &"\u{202e}".repeat(200)]
		{
			assert!(matches!(PeerHeader::new(name), Err(HeaderError::NotAName(_))), "{name:?}");
		}
		for name in [
			"Host",
			"content-length",
			"TRANSFER-ENCODING",
			"Connection",
			"Keep-Alive",
			"X-Forwarded-For",
			"forwarded",
			"x-real-ip",
			"Cookie",
			"Sec-WebSocket-Key",
		] {
			assert_eq!(PeerHeader::new(name), Err(HeaderError::Taken(name.into())));
		}
		for name in ["Symbolon-Peer", "X-Device", "X-Remote-User", "peer2"] {
			assert_eq!(PeerHeader::new(name).unwrap().name().as_str(), name.to_lowercase());
		}
	}
}
