//! A connection that changes its protocol: to a websocket, and to nothing else.

use crate::kit::{expect, head, names, rest, send, soon, until, value, Kit, Service};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const ASK: &str = "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\n\
	Upgrade: WebSocket\r\nSec-WebSocket-Key: abc\r\nSec-WebSocket-Version: 13\r\n";
const SWITCH: &str = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\
	Upgrade: websocket\r\nSec-WebSocket-Accept: def\r\n\r\n";

#[tokio::test]
async fn a_websocket_is_asked_for_by_name_and_then_carries_anything() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let proxy = kit.http(&service).await;
	let mut client = proxy.connect(&kit.connector("pump@demo").await).await;
	send(&mut client, format!("{ASK}Symbolon-Peer: root@demo\r\n\r\n")).await;
	let mut behind = service.accept().await;
	let asked = head(&mut behind).await;
	assert_eq!(names(&asked), ["pump@demo"]);
	assert_eq!((value(&asked, "connection"), value(&asked, "upgrade")), ("upgrade", "websocket"));
	assert_eq!(value(&asked, "sec-websocket-key"), "abc");
	// The first frame comes with the answer.
	send(&mut behind, format!("{SWITCH}frame")).await;
	let switched = head(&mut client).await;
	assert!(switched.starts_with("HTTP/1.1 101 Switching Protocols\r\n"), "{switched}");
	assert_eq!(value(&switched, "upgrade"), "websocket");
	assert_eq!(value(&switched, "sec-websocket-accept"), "def");
	expect(&mut client, "frame").await;
	send(&mut client, "GET / HTTP/1.1\r\nSymbolon-Peer: data\r\n\r\n").await;
	expect(&mut behind, "GET / HTTP/1.1\r\nSymbolon-Peer: data\r\n\r\n").await;
	// Half-closed like any stream.
	soon(client.shutdown()).await.unwrap();
	assert_eq!(rest(&mut behind).await, "");
	send(&mut behind, "bye").await;
	drop(behind);
	expect(&mut client, "bye").await;
	assert_eq!(soon(client.read(&mut [0; 1])).await.unwrap(), 0);
	let line = "symbolon_tls_connections_closed_total{reason=\"done\"}";
	until("it is closed", || proxy.counts(line) == 1).await;
}

#[tokio::test]
async fn other_protocols_are_not_asked_for() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let get = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\n";
	let post = "POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n";
	for (number, request) in [
		format!("{get}Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n"),
		format!("{get}Upgrade: websocket, h2c\r\n\r\n"),
		format!("{get}Upgrade: websocket\r\nUpgrade: h2c\r\n\r\n"),
		format!("{get}Upgrade: TLS/1.0\r\n\r\n"),
		// Not named in Connection, of another version, with a body.
		"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n".into(),
		"GET / HTTP/1.0\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n".into(),
		format!("{post}Content-Length: 0\r\n\r\n"),
		format!("{}Content-Length: 1\r\n\r\nx", post.replace("POST", "GET")),
	]
	.iter()
	.enumerate()
	{
		let proxy = kit.http(&service).await;
		let connector = kit.connector(&format!("pump-{number}@demo")).await;
		let mut client = proxy.connect(&connector).await;
		send(&mut client, request).await;
		let mut behind = service.accept().await;
		let seen = head(&mut behind).await.to_lowercase();
		assert!(!seen.contains("upgrade") && !seen.contains("h2c"), "{request:?}: {seen:?}");
		// A service that changes all the same is not followed.
		send(&mut behind, SWITCH.replace("websocket", "h2c")).await;
		let got = rest(&mut client).await;
		assert!(got.contains(" 502 Bad Gateway\r\n"), "{request:?}: {got:?}");
		proxy.end().await;
	}
}

#[tokio::test]
async fn a_service_that_answers_with_another_protocol_is_not_followed() {
	let (kit, service) = (Kit::new(), Service::new().await);
	for (number, answer) in [
		SWITCH.replace("Upgrade: websocket", "Upgrade: h2c"),
		SWITCH.replace("Upgrade: websocket\r\n", ""),
		SWITCH.replace("Upgrade: websocket", "Upgrade: websocket\r\nUpgrade: h2c"),
	]
	.iter()
	.enumerate()
	{
		let proxy = kit.http(&service).await;
		let connector = kit.connector(&format!("pump-{number}@demo")).await;
		let mut client = proxy.connect(&connector).await;
		send(&mut client, format!("{ASK}\r\n")).await;
		let mut behind = service.accept().await;
		head(&mut behind).await;
		send(&mut behind, answer).await;
		let got = rest(&mut client).await;
		assert!(got.starts_with("HTTP/1.1 502 Bad Gateway\r\n"), "{answer:?}: {got:?}");
		proxy.end().await;
	}
}

#[tokio::test]
async fn a_service_may_decline_a_websocket() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let proxy = kit.http(&service).await;
	let mut client = proxy.connect(&kit.connector("pump@demo").await).await;
	send(&mut client, format!("{ASK}\r\n")).await;
	let mut behind = service.accept().await;
	head(&mut behind).await;
	send(&mut behind, "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno").await;
	assert!(head(&mut client).await.starts_with("HTTP/1.1 403 Forbidden\r\n"));
	expect(&mut client, "no").await;
	// And what follows is read as requests.
	send(&mut client, "GET /next HTTP/1.1\r\nHost: a\r\nSymbolon_Peer: root@demo\r\n\r\n").await;
	let seen = head(&mut behind).await;
	assert_eq!(names(&seen), ["pump@demo"]);
}
