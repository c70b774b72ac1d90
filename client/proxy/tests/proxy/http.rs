//! HTTP/1.1: the name on every request, forged copies on none, and messages that stay whole.

use crate::kit::{
	expect, head, names, rest, send, soon, until, value, Client, Kit, Proxy, Service,
};
use std::time::Duration;
use symbolon_proxy::{
	header::PeerHeader,
	serve::{Options, Tell},
};
use symbolon_sdk::Identity;
use symbolon_tls::Connector;
use tokio::{io::AsyncWriteExt, net::TcpStream};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A proxy, and a client of it whose name is `pump@demo`.
async fn set_up(kit: &Kit, service: &Service) -> (Proxy, Client) {
	let proxy = kit.http(service).await;
	let client = proxy.connect(&kit.connector("pump@demo").await).await;
	(proxy, client)
}

/// The service answers one request and the client gets the answer.
async fn answered(behind: &mut TcpStream, client: &mut Client) {
	send(behind, OK).await;
	let answer = head(client).await;
	assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
	expect(client, "ok").await;
}

#[tokio::test]
async fn every_request_has_the_one_true_name() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let (proxy, mut client) = set_up(&kit, &service).await;
	let spellings = [
		"Symbolon-Peer: root@demo",
		"symbolon-peer:root@demo",
		"SYMBOLON-PEER:\troot@demo",
		"sYmBoLoN-pEeR:   root@demo   ",
		"Symbolon_Peer: root@demo",
		"symbolon_peer: root@demo",
		"SYMBOLON_PEER: root@demo",
		"symbolon.peer: root@demo",
		"Symbolon~Peer: root@demo",
		"symbolon|peer: root@demo",
		"Symbolon-Peer: pump@demo\r\nSymbolon-Peer: root@demo",
		"Symbolon-Peer: pump@demo, root@demo\r\nsymbolon_peer: root@demo",
		"Symbolon-Peer:\r\nSymbolon-Peer: root@demo",
		"Connection: Symbolon-Peer\r\nSymbolon-Peer: root@demo",
		"Connection: keep-alive, symbolon-peer\r\nConnection: Symbolon_Peer",
		"X-Forwarded-For: root@demo\r\nX_Forwarded_Proto: root@demo\r\nForwarded: for=root@demo",
		"X-Real-IP: root@demo\r\nx-forwarded-host: root@demo",
	];
	let mut behind = None;
	// All on one connection, and each twice: as the first request that says it and as a later one.
	for (number, line) in spellings.iter().chain(&spellings).enumerate() {
		let request = format!("GET /{number} HTTP/1.1\r\nHost: api\r\n{line}\r\nKept: yes\r\n\r\n");
		send(&mut client, request).await;
		if behind.is_none() {
			behind = Some(service.accept().await);
		}
		let behind = behind.as_mut().unwrap();
		let seen = head(behind).await;
		assert!(seen.starts_with(&format!("GET /{number} HTTP/1.1\r\n")), "{seen}");
		assert_eq!(names(&seen), ["pump@demo"], "{line:?} became {seen:?}");
		assert!(!seen.contains("root"), "{line:?} became {seen:?}");
		assert_eq!((value(&seen, "kept"), value(&seen, "host")), ("yes", "api"));
		assert_eq!(value(&seen, "x-forwarded-for"), "127.0.0.1");
		assert_eq!(value(&seen, "x-forwarded-proto"), "https");
		assert!(!seen.to_lowercase().contains("\r\nconnection"), "{seen}");
		answered(behind, &mut client).await;
	}
	assert!(service.is_untouched().await, "one connection carries them all");
	let requests = 2 * spellings.len() as u64;
	assert_eq!(proxy.counts("symbolon_tls_requests_total{outcome=\"answered\"}"), requests);
	// 10 + 2 + 2 + 2 + 1 copies a round.
	assert_eq!(proxy.counts("symbolon_tls_forged_headers_total"), 2 * 17);
}

#[tokio::test]
async fn a_nameless_client_gets_no_name_and_cannot_take_one() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let tell = Tell::Header(PeerHeader::new("X-Device").unwrap());
	let options = Options::new(service.address(), tell);
	let proxy = Proxy::start(kit.acceptor(true).await, options).await;
	let server: Identity = "api@demo".parse().unwrap();
	let nameless = Connector::builder(kit.identity("pump@demo").await, server);
	let nameless = nameless.anonymous().build().unwrap();
	let mut client = proxy.connect(&nameless).await;
	send(&mut client, "GET / HTTP/1.1\r\nHost: a\r\nX_Device: root@demo\r\nX-DEVICE: r\r\n\r\n")
		.await;
	let mut behind = service.accept().await;
	let seen = head(&mut behind).await.to_lowercase();
	assert!(!seen.contains("device") && !seen.contains("root"), "{seen}");
	answered(&mut behind, &mut client).await;
	// Who shows a name has it, by the header that was chosen.
	let mut named = proxy.connect(&kit.connector("valve@demo").await).await;
	send(&mut named, "GET / HTTP/1.1\r\nHost: a\r\nx-device: root@demo\r\n\r\n").await;
	let seen = head(&mut service.accept().await).await;
	assert_eq!(value(&seen, "x-device"), "valve@demo");
}

#[tokio::test]
async fn pipelined_requests_are_each_read() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let (_proxy, mut client) = set_up(&kit, &service).await;
	let forged = "Host: a\r\nSymbolon_Peer: root@demo\r\n";
	let all = format!(
		"POST /1 HTTP/1.1\r\n{forged}Content-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\n{forged}\r\n\
		 POST /3 HTTP/1.1\r\n{forged}Transfer-Encoding: chunked\r\n\r\n2\r\nde\r\n0\r\n\r\n"
	);
	send(&mut client, all).await;
	let mut behind = service.accept().await;
	for (line, body) in [
		("POST /1 HTTP/1.1\r\n", "abc"),
		("GET /2 HTTP/1.1\r\n", ""),
		("POST /3 HTTP/1.1\r\n", "2\r\nde\r\n0\r\n\r\n"),
	] {
		let seen = head(&mut behind).await;
		assert!(seen.starts_with(line), "{seen}");
		assert_eq!(names(&seen), ["pump@demo"]);
		expect(&mut behind, body).await;
		answered(&mut behind, &mut client).await;
	}
}

#[tokio::test]
async fn a_body_is_passed_on_with_any_method() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let (_proxy, mut client) = set_up(&kit, &service).await;
	let mut behind = None;
	for (number, method) in ["GET", "HEAD", "POST", "DELETE", "SEARCH"].iter().enumerate() {
		for (framing, body) in
			[("Content-Length: 3", "abc"), ("Transfer-Encoding: chunked", "3\r\nabc\r\n0\r\n\r\n")]
		{
			let lines = format!("Host: a\r\nConnection: Transfer-Encoding\r\n{framing}");
			send(&mut client, format!("{method} /{number} HTTP/1.1\r\n{lines}\r\n\r\n{body}"))
				.await;
			if behind.is_none() {
				behind = Some(service.accept().await);
			}
			let behind = behind.as_mut().unwrap();
			let seen = head(behind).await;
			assert!(seen.starts_with(&format!("{method} /{number} ")), "{seen}");
			assert!(seen.to_lowercase().contains(&framing.to_lowercase()), "{seen}");
			expect(behind, body).await;
			send(behind, "HTTP/1.1 204 No Content\r\n\r\n").await;
			assert!(head(&mut client).await.starts_with("HTTP/1.1 204 "));
		}
	}
}

#[tokio::test]
async fn old_versions_and_absolute_targets_bring_no_name() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let (_proxy, mut client) = set_up(&kit, &service).await;
	let mut behind = None;
	let forged = "Host: a\r\nConnection: keep-alive\r\nSymbolon_Peer: root@demo\r\n\r\n";
	for (target, version) in [
		("/", "1.0"),
		("/", "1.0"),
		("http://b/", "1.0"),
		("http://b/", "1.1"),
		("//b/?Symbolon-Peer:root", "1.1"),
	] {
		send(&mut client, format!("GET {target} HTTP/{version}\r\n{forged}")).await;
		if behind.is_none() {
			behind = Some(service.accept().await);
		}
		let behind = behind.as_mut().unwrap();
		let seen = head(behind).await;
		assert!(seen.contains(" HTTP/1.1\r\n"), "{seen}");
		assert_eq!(names(&seen), ["pump@demo"]);
		send(behind, OK).await;
		head(&mut client).await;
		expect(&mut client, "ok").await;
	}
}

#[tokio::test]
async fn the_name_is_before_everything_that_the_client_said() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let (_proxy, mut client) = set_up(&kit, &service).await;
	let filling: String = (0..95).map(|number| format!("X-{number}: y\r\n")).collect();
	let forged = "Symbolon_Peer: root@demo\r\n";
	send(&mut client, format!("GET / HTTP/1.1\r\n{forged}Host: a\r\n{filling}\r\n")).await;
	let seen = head(&mut service.accept().await).await;
	let second = seen.lines().nth(1).unwrap();
	assert_eq!(second.to_lowercase(), "symbolon-peer: pump@demo", "{seen}");
	assert_eq!(names(&seen), ["pump@demo"]);
}

#[tokio::test]
async fn interim_answers_neither_end_a_request_nor_open_a_tunnel() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let (_proxy, mut client) = set_up(&kit, &service).await;
	let forged = "Host: a\r\nSymbolon-Peer: root@demo\r\n";
	send(&mut client, format!("GET /1 HTTP/1.1\r\n{forged}\r\nGET /2 HTTP/1.1\r\n{forged}\r\n"))
		.await;
	let mut behind = service.accept().await;
	assert!(head(&mut behind).await.starts_with("GET /1 "));
	let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
	send(&mut behind, format!("{interim}{interim}")).await;
	answered(&mut behind, &mut client).await;
	let seen = head(&mut behind).await;
	assert!(seen.starts_with("GET /2 "), "{seen}");
	assert_eq!(names(&seen), ["pump@demo"]);
	answered(&mut behind, &mut client).await;
}

#[tokio::test]
async fn trailers_bring_no_name() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let (_proxy, mut client) = set_up(&kit, &service).await;
	let request = "POST / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nTrailer: Symbolon-Peer, Sum\r\n\
		Transfer-Encoding: chunked\r\n\r\n4;ext=root\r\ndata\r\n0\r\nSymbolon-Peer: root@demo\r\n\
		symbolon_peer: root@demo\r\nSum: 1\r\n\r\n";
	send(&mut client, request).await;
	let mut behind = service.accept().await;
	let seen = head(&mut behind).await;
	assert_eq!(names(&seen), ["pump@demo"]);
	assert!(!seen.to_lowercase().contains("trailer"), "{seen}");
	expect(&mut behind, "4\r\ndata\r\n0\r\n\r\n").await;
	answered(&mut behind, &mut client).await;
	// What follows is the next request, not a rest of trailers.
	send(&mut client, "GET /next HTTP/1.1\r\nHost: a\r\n\r\n").await;
	assert!(head(&mut behind).await.starts_with("GET /next HTTP/1.1\r\n"));
}

#[tokio::test]
async fn what_concerns_one_connection_only_is_not_passed_on() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let (_proxy, mut client) = set_up(&kit, &service).await;
	let request = "PUT /a?b=c HTTP/1.1\r\nHost: api\r\nConnection: X-Hop, Host\r\nX-Hop: 1\r\n\
		Keep-Alive: timeout=5\r\nProxy-Connection: close\r\nProxy-Authorization: x\r\nTE: gzip\r\n\
		Upgrade: h2c\r\nHTTP2-Settings: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\
		Accept: */*\r\nAccept: text/plain\r\n\r\n";
	send(&mut client, request).await;
	// The body is asked for here.
	assert_eq!(head(&mut client).await, "HTTP/1.1 100 Continue\r\n\r\n");
	send(&mut client, "body").await;
	let mut behind = service.accept().await;
	let seen = head(&mut behind).await.to_lowercase();
	for gone in ["hop", "keep-alive", "proxy", "\r\nte:", "upgrade", "expect", "\r\nconnection"] {
		assert!(!seen.contains(gone), "{gone} in {seen}");
	}
	assert!(seen.starts_with("put /a?b=c http/1.1\r\n"), "{seen}");
	assert_eq!((value(&seen, "host"), value(&seen, "content-length")), ("api", "4"));
	assert!(seen.contains("accept: */*\r\naccept: text/plain\r\n"), "{seen}");
	expect(&mut behind, "body").await;
	let answer = "HTTP/1.1 201 Created\r\nConnection: X-Hop, keep-alive\r\nX-Hop: 1\r\n\
		Keep-Alive: timeout=9\r\nProxy-Authenticate: x\r\nTransfer-Encoding: chunked\r\n\
		Set-Cookie: a\r\nSet-Cookie: b\r\n\r\n3\r\nabc\r\n0\r\nTrailing: yes\r\n\r\n";
	send(&mut behind, answer).await;
	let seen = head(&mut client).await.to_lowercase();
	for gone in ["hop", "keep-alive", "proxy", "\r\nconnection"] {
		assert!(!seen.contains(gone), "{gone} in {seen}");
	}
	assert!(seen.contains("set-cookie: a\r\nset-cookie: b\r\n"), "{seen}");
	expect(&mut client, "3\r\nabc\r\n0\r\n\r\n").await;
}

#[tokio::test]
async fn answers_keep_their_lengths() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let (_proxy, mut client) = set_up(&kit, &service).await;
	send(&mut client, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").await;
	let mut behind = service.accept().await;
	head(&mut behind).await;
	send(&mut behind, "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n").await;
	assert_eq!(value(&head(&mut client).await, "content-length"), "999");
	send(&mut client, "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n").await;
	head(&mut behind).await;
	send(&mut behind, "HTTP/1.1 204 No Content\r\n\r\n").await;
	assert!(head(&mut client).await.starts_with("HTTP/1.1 204 No Content\r\n"));
	send(&mut client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").await;
	assert_eq!(value(&head(&mut behind).await, "content-length"), "0");
	// An answer of HTTP/1.0 that ends with its connection.
	send(&mut behind, "HTTP/1.0 200 Fine\r\nX: y\r\n\r\nall there is").await;
	soon(behind.shutdown()).await.unwrap();
	let answer = head(&mut client).await;
	assert!(answer.starts_with("HTTP/1.1 200 Fine\r\n"), "{answer}");
	assert_eq!(value(&answer, "transfer-encoding"), "chunked");
	expect(&mut client, "C\r\nall there is\r\n0\r\n\r\n").await;
	// The client's connection lives on, with a new one behind it.
	send(&mut client, "GET /again HTTP/1.1\r\nHost: a\r\n\r\n").await;
	assert!(head(&mut service.accept().await).await.starts_with("GET /again"));
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_not_made_whole() {
	let (kit, service) = (Kit::new(), Service::new().await);
	for start in
		["Content-Length: 10\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"]
	{
		let (_proxy, mut client) = set_up(&kit, &service).await;
		send(&mut client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
		let mut behind = service.accept().await;
		head(&mut behind).await;
		send(&mut behind, format!("HTTP/1.1 200 OK\r\n{start}")).await;
		drop(behind);
		head(&mut client).await;
		let got = rest(&mut client).await;
		assert!(!got.ends_with("0\r\n\r\n") && got.len() < 10, "{got:?}");
	}
}

#[tokio::test]
async fn a_service_that_is_away_or_silent_is_said_to_be() {
	let kit = Kit::new();
	let gone = Service::new().await;
	let (proxy, mut client) = {
		let proxy = kit.http(&gone).await;
		drop(gone);
		let client = proxy.connect(&kit.connector("pump@demo").await).await;
		(proxy, client)
	};
	send(&mut client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
	let answer = rest(&mut client).await;
	assert!(answer.starts_with("HTTP/1.1 502 Bad Gateway\r\n"), "{answer}");
	assert!(answer.ends_with("502 Bad Gateway: the service is away\n"), "{answer}");
	assert_eq!(proxy.counts("symbolon_tls_requests_total{outcome=\"bad-gateway\"}"), 1);
	let silent = Service::new().await;
	let mut options = Options::new(silent.address(), Tell::Header(PeerHeader::default()));
	options.service_timeout = Duration::from_millis(100);
	let proxy = kit.proxy_with(options).await;
	let mut client = proxy.connect(&kit.connector("valve@demo").await).await;
	send(&mut client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
	let answer = rest(&mut client).await;
	assert!(answer.starts_with("HTTP/1.1 504 Gateway Timeout\r\n"), "{answer}");
	assert_eq!(proxy.counts("symbolon_tls_requests_total{outcome=\"gateway-timeout\"}"), 1);
	// A service that speaks something else.
	let other = Service::new().await;
	let (_proxy, mut client) = {
		let proxy = kit.http(&other).await;
		let client = proxy.connect(&kit.connector("lamp@demo").await).await;
		(proxy, client)
	};
	send(&mut client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
	let mut behind = other.accept().await;
	head(&mut behind).await;
	send(&mut behind, "220 smtp ready\r\n\r\n").await;
	let answer = rest(&mut client).await;
	assert!(answer.starts_with("HTTP/1.1 502 Bad Gateway\r\n"), "{answer}");
}

#[tokio::test]
async fn a_request_that_is_harmless_to_repeat_survives_a_connection_that_was_closed() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let (_proxy, mut client) = set_up(&kit, &service).await;
	for number in 0..3 {
		send(&mut client, format!("GET /{number} HTTP/1.1\r\nHost: a\r\n\r\n")).await;
		let mut behind = service.accept().await;
		let seen = head(&mut behind).await;
		assert!(seen.starts_with(&format!("GET /{number} ")), "{seen}");
		assert_eq!(names(&seen), ["pump@demo"]);
		answered(&mut behind, &mut client).await;
		// Closed by the service while it is kept alive.
	}
}

#[tokio::test]
async fn the_host_is_the_one_that_is_meant() {
	let (kit, service) = (Kit::new(), Service::new().await);
	for (request, line, host) in [
		("GET http://real/x?y HTTP/1.1\r\nHost: forged\r\n\r\n", "GET /x?y HTTP/1.1\r\n", "real"),
		("GET http://real HTTP/1.1\r\nHost: forged\r\n\r\n", "GET / HTTP/1.1\r\n", "real"),
		("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * HTTP/1.1\r\n", "a"),
		("GET /old HTTP/1.0\r\nHost: a\r\n\r\n", "GET /old HTTP/1.1\r\n", "a"),
		("GET /old HTTP/1.0\r\n\r\n", "GET /old HTTP/1.1\r\n", "127.0.0.1"),
	] {
		let (_proxy, mut client) = set_up(&kit, &service).await;
		send(&mut client, request).await;
		let seen = head(&mut service.accept().await).await;
		assert!(seen.starts_with(line), "{request:?} became {seen:?}");
		assert!(value(&seen, "host").starts_with(host), "{request:?} became {seen:?}");
	}
}

#[tokio::test]
async fn the_end_of_a_stop_is_after_the_answer() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let mut options = Options::new(service.address(), Tell::Header(PeerHeader::default()));
	options.grace = Duration::from_secs(3_600);
	let proxy = kit.proxy_with(options).await;
	let pump = kit.connector("pump@demo").await;
	let (mut busy, mut idle) = (proxy.connect(&pump).await, proxy.connect(&pump).await);
	for client in [&mut busy, &mut idle] {
		send(client, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n").await;
		let mut behind = service.accept().await;
		head(&mut behind).await;
		answered(&mut behind, client).await;
		drop(behind);
	}
	send(&mut busy, "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n").await;
	let mut behind = service.accept().await;
	assert!(head(&mut behind).await.starts_with("GET /2 "));
	proxy.stopper.stop();
	assert_eq!(rest(&mut idle).await, "", "what waits for nothing is closed");
	send(&mut busy, "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n").await;
	send(&mut behind, OK).await;
	let answer = rest(&mut busy).await;
	assert!(answer.contains("connection: close") && answer.ends_with("ok"), "{answer}");
	assert_eq!(rest(&mut behind).await, "", "the third request was not read");
	let metrics = proxy.metrics.clone();
	assert_eq!(soon(proxy.task).await.unwrap(), 0);
	let line = "symbolon_tls_connections_closed_total{reason=\"stopped\"}";
	until("both closed", || crate::kit::counts(&metrics, line) == 2).await;
}
