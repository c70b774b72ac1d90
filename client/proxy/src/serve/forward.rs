//! A client's request made into the service's: RFC 9110 section 7.6 and RFC 9112 section 3.2.
//!
//! What the client said about this connection (hop-by-hop) stays here, what it said about its name
//! or address is removed in every spelling, and what frames the message is removed too: it is
//! written anew from the body as it was read.

use crate::header::PeerHeader;
use http::{
	header::{
		self, CONNECTION, CONTENT_LENGTH, EXPECT, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
	},
	request::Parts,
	uri::PathAndQuery,
	Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version,
};
use std::{mem, net::SocketAddr};
use symbolon_tls::Peer;

/// Headers that concern one connection only, besides those that `Connection` names.
const HOP_BY_HOP: [HeaderName; 8] = [
	CONNECTION,
	TE,
	TRAILER,
	TRANSFER_ENCODING,
	UPGRADE,
	header::PROXY_AUTHENTICATE,
	header::PROXY_AUTHORIZATION,
	HeaderName::from_static("keep-alive"),
];
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const WEBSOCKET: &str = "websocket";

/// Who sends the requests of a connection.
pub struct Caller {
	/// The header that says so.
	pub header: PeerHeader,
	/// The verified peer; none, if it showed no name.
	pub peer: Option<Peer>,
	/// Where it connects from.
	pub address: SocketAddr,
}

/// A request that is not passed on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refusal {
	/// The answer.
	pub status: StatusCode,
	/// What was expected.
	pub text: &'static str,
}

impl Refusal {
	const fn bad(text: &'static str) -> Self {
		Self { status: StatusCode::BAD_REQUEST, text }
	}

	const fn unsupported(text: &'static str) -> Self {
		Self { status: StatusCode::NOT_IMPLEMENTED, text }
	}
}

/// What became of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Prepared {
	/// Whether it asks for a websocket.
	pub websocket: bool,
	/// How many copies of the name header it had.
	pub forged: usize,
}

/// Makes the head of a request into that for the service at `to`. `empty` says that it has no body.
///
/// # Errors
///
/// [`Refusal`]; the head is not to be used then.
pub fn prepare(
	head: &mut Parts,
	empty: bool,
	caller: &Caller,
	to: &str,
) -> Result<Prepared, Refusal> {
	if head.method == Method::CONNECT {
		return Err(Refusal::unsupported("this is no proxy of that kind: CONNECT is not served"));
	}
	let chunked = check_coding(&head.headers)?;
	let target = target(&head.uri)?;
	let host = host(head, to)?;
	let websocket = asks_for_websocket(head, empty);
	let forged = caller.header.strip(&mut head.headers);
	strip_hop_by_hop(&mut head.headers);
	// Asked and answered here: the body is read whether or not the service wants to see it.
	head.headers.remove(EXPECT);
	// What has a body is framed by it. That there is none is said again: some ask for it.
	if head.headers.remove(CONTENT_LENGTH).is_some() && empty {
		head.headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
	}
	// Said in words, or the body of a GET whose length is not known would be left out.
	if chunked && !empty {
		head.headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
	}
	if let Ok(address) = HeaderValue::from_str(&caller.address.ip().to_canonical().to_string()) {
		head.headers.insert(FORWARDED_FOR, address);
	}
	head.headers.insert(FORWARDED_PROTO, HeaderValue::from_static("https"));
	head.headers.insert(HOST, host);
	if websocket {
		head.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
		head.headers.insert(UPGRADE, HeaderValue::from_static(WEBSOCKET));
	}
	if let Some(peer) = &caller.peer {
		set_first(&mut head.headers, &caller.header, peer);
	}
	head.uri = target;
	head.version = Version::HTTP_11;
	head.extensions = Extensions::new();
	Ok(Prepared { websocket, forged })
}

/// Makes the head of an answer into that for the client. The length is kept only if it is what
/// framed the body, as it must be for an answer to HEAD.
pub fn strip_answer(headers: &mut HeaderMap) {
	if headers.contains_key(TRANSFER_ENCODING) {
		headers.remove(CONTENT_LENGTH);
	}
	strip_hop_by_hop(headers);
}

/// Marks an answer as the beginning of a websocket.
pub fn mark_websocket(headers: &mut HeaderMap) {
	headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
	headers.insert(UPGRADE, HeaderValue::from_static(WEBSOCKET));
}

/// Whether the headers name a websocket and nothing else.
pub fn names_websocket(headers: &HeaderMap) -> bool {
	let mut upgrades = headers.get_all(UPGRADE).iter();
	let first = upgrades.next().is_some_and(|to| to.as_bytes().eq_ignore_ascii_case(b"websocket"));
	first && upgrades.next().is_none()
}

/// A websocket is the only protocol that a connection may change to: another, such as `h2c`, would
/// carry requests that nobody reads for forged names.
fn asks_for_websocket(head: &Parts, empty: bool) -> bool {
	let upgrade = HeaderName::from_static("upgrade");
	head.method == Method::GET
		&& head.version == Version::HTTP_11
		&& empty
		&& names_websocket(&head.headers)
		&& nominated(&head.headers).contains(&upgrade)
}

/// Sets the name before all other headers: a service that reads only so many of them reads this one,
/// whatever the client sends.
fn set_first(headers: &mut HeaderMap, header: &PeerHeader, peer: &Peer) {
	let others = mem::take(headers);
	header.set(headers, peer.identity());
	headers.extend(others);
}

/// Any coding besides `chunked` would be lost: the body is passed on as it was read. Says whether
/// there is that one.
fn check_coding(headers: &HeaderMap) -> Result<bool, Refusal> {
	let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
	match (codings.next(), codings.next()) {
		(None, _) => Ok(false),
		(Some(one), None) if one.as_bytes().eq_ignore_ascii_case(b"chunked") => Ok(true),
		_ => Err(Refusal::unsupported("expected no transfer coding besides chunked")),
	}
}

/// The target in origin form, or `*`.
fn target(uri: &Uri) -> Result<Uri, Refusal> {
	let bad = Refusal::bad("expected a target of the form /path");
	let path = match uri.path_and_query() {
		Some(path) => path.clone(),
		None if uri.scheme().is_some() => PathAndQuery::from_static("/"),
		None => return Err(bad),
	};
	if !path.as_str().starts_with('/') && path.as_str() != "*" {
		return Err(bad);
	}
	Uri::builder().path_and_query(path).build().map_err(|_| bad)
}

/// The one host that is meant: that of an absolute target, or else of the one `Host` header.
fn host(head: &Parts, to: &str) -> Result<HeaderValue, Refusal> {
	let bad = Refusal::bad("expected exactly one Host");
	let mut hosts = head.headers.get_all(HOST).iter();
	let (first, second) = (hosts.next(), hosts.next());
	if second.is_some() || (first.is_none() && head.version == Version::HTTP_11) {
		return Err(bad);
	}
	match (head.uri.authority(), first) {
		(Some(authority), _) if authority.as_str().contains('@') => Err(bad),
		(Some(authority), _) => HeaderValue::from_str(authority.as_str()).map_err(|_| bad),
		(None, Some(host)) => Ok(host.clone()),
		(None, None) => HeaderValue::from_str(to).map_err(|_| bad),
	}
}

/// The headers that `Connection` names.
fn nominated(headers: &HeaderMap) -> Vec<HeaderName> {
	let values = headers.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
	values
		.flat_map(|value| value.split(','))
		.filter_map(|name| HeaderName::from_bytes(name.trim().as_bytes()).ok())
		.collect()
}

/// Removes what concerns one connection only. The host concerns the request, whatever is said.
fn strip_hop_by_hop(headers: &mut HeaderMap) {
	for name in nominated(headers).into_iter().filter(|name| name != HOST) {
		headers.remove(name);
	}
	for name in HOP_BY_HOP.iter().chain([&PROXY_CONNECTION]) {
		headers.remove(name);
	}
}

#[cfg(test)]
mod tests;
