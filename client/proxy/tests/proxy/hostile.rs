//! Messages that are made to be read in two ways. Each is refused, or reaches the service as one
//! message that can be read in one way only.

use crate::kit::{head, names, rest, send, soon, Kit, Service};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpStream,
};

const SMUGGLED: &str = "GET /smuggled HTTP/1.1\r\nHost: a\r\nSymbolon-Peer: root@demo\r\n\r\n";

/// Sends `message`, ends the direction, and says what the client got and what the service did.
async fn tried(kit: &Kit, service: &Service, number: usize, message: &[u8]) -> (String, String) {
	let proxy = kit.http(service).await;
	let connector = kit.connector(&format!("pump-{number}@demo")).await;
	let mut client = proxy.connect(&connector).await;
	send(&mut client, message).await;
	soon(client.shutdown()).await.unwrap();
	let both = async {
		tokio::select! {
			got = rest(&mut client) => (got, String::new()),
			mut behind = service.accept() => {
				let saw = answer_all(&mut behind).await;
				(rest(&mut client).await, saw)
			}
		}
	};
	let (got, saw) = soon(both).await;
	assert!(service.is_untouched().await, "a second connection for {message:?}");
	proxy.end().await;
	(got, saw)
}

/// Answers each head at once; all that came until the proxy closed.
async fn answer_all(behind: &mut TcpStream) -> String {
	let (mut all, mut answered) = (Vec::new(), 0);
	let mut piece = [0; 4096];
	while let Ok(count @ 1..) = soon(behind.read(&mut piece)).await {
		all.extend_from_slice(&piece[..count]);
		let heads = crate::kit::text(&all).matches(" HTTP/1.1\r\n").count();
		for _ in answered..heads {
			// The proxy may be gone already.
			let _ = behind.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
		}
		answered = heads;
	}
	crate::kit::text(&all)
}

#[tokio::test]
async fn broken_heads_are_refused_whole() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let start = "GET / HTTP/1.1\r\nHost: a\r\n";
	let heads = [
		// Folded over lines, which some unfold and some do not.
		format!("{start}X: y\r\n Symbolon-Peer: root@demo\r\n\r\n"),
		format!("{start}X: y\r\n\tSymbolon-Peer: root@demo\r\n\r\n"),
		format!("{start}Symbolon-Peer:\r\n root@demo\r\n\r\n"),
		"GET / HTTP/1.1\r\n Symbolon-Peer: root@demo\r\nHost: a\r\n\r\n".into(),
		// Signs that no name has.
		format!("{start}Symbolon-Peer : root@demo\r\n\r\n"),
		format!("{start}Symbolon-Peer\t: root@demo\r\n\r\n"),
		format!("{start}Symbolon Peer: root@demo\r\n\r\n"),
		format!("{start}Symbolon-Peer\0: root@demo\r\n\r\n"),
		format!("{start}\u{a0}Symbolon-Peer: root@demo\r\n\r\n"),
		format!("{start}\"Symbolon-Peer\": root@demo\r\n\r\n"),
		format!("{start}: root@demo\r\n\r\n"),
		format!("{start}Symbolon-Peer\r\n\r\n"),
		// Ends of lines in the middle of one.
		format!("{start}X: y\rSymbolon-Peer: root@demo\r\n\r\n"),
		format!("{start}X: y\0\r\nSymbolon-Peer: root@demo\r\n\r\n"),
		// Targets and versions.
		"GET /a b HTTP/1.1\r\nHost: a\r\nSymbolon-Peer: root@demo\r\n\r\n".into(),
		"GET / HTTP/1.1 HTTP/1.1\r\nHost: a\r\nSymbolon-Peer: root@demo\r\n\r\n".into(),
		"GET / HTTP/9.9\r\nHost: a\r\nSymbolon-Peer: root@demo\r\n\r\n".into(),
		"GET /\r\nSymbolon-Peer: root@demo\r\n\r\n".into(),
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into(),
		"GET no-slash HTTP/1.1\r\nHost: a\r\n\r\n".into(),
		"GET http://user@real/ HTTP/1.1\r\nHost: a\r\n\r\n".into(),
		// Hosts.
		"GET / HTTP/1.1\r\n\r\n".into(),
		"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".into(),
		"GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n".into(),
		// What this proxy does not do.
		"CONNECT db:5432 HTTP/1.1\r\nHost: db:5432\r\n\r\n".into(),
		// Too much.
		format!("{start}{}\r\n", "X: y\r\n".repeat(101)),
		format!("{start}X: {}\r\n\r\n", "y".repeat(70_000)),
		format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "y".repeat(70_000)),
	];
	for (number, head) in heads.iter().enumerate() {
		let message = format!("{head}{SMUGGLED}");
		let (got, saw) = tried(&kit, &service, number, message.as_bytes()).await;
		let shown: String = head.chars().take(80).collect();
		assert_eq!(saw, "", "{shown:?} reached the service");
		let refused =
			got.is_empty() || got.starts_with("HTTP/1.1 4") || got.starts_with("HTTP/1.1 501");
		assert!(refused, "{shown:?} was answered {got:?}");
	}
}

#[tokio::test]
async fn lines_that_end_in_a_bare_lf_are_read_as_lines_and_stripped() {
	let (kit, service) = (Kit::new(), Service::new().await);
	for (number, message) in [
		"GET / HTTP/1.1\nHost: a\nSymbolon-Peer: root@demo\n\n",
		"GET / HTTP/1.1\r\nHost: a\r\nX: y\nSymbolon-Peer: root@demo\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nX: y\nSymbolon_Peer: root@demo\n\r\n",
	]
	.iter()
	.enumerate()
	{
		let (got, saw) = tried(&kit, &service, number, message.as_bytes()).await;
		assert!(got.starts_with("HTTP/1.1 200 OK"), "{got:?}");
		assert_eq!(names(&saw), ["pump-0@demo", "pump-1@demo", "pump-2@demo"][number..=number]);
		assert!(!saw.contains("root"), "{saw:?}");
		assert_eq!(saw.matches('\n').count(), saw.matches("\r\n").count(), "{saw:?}");
	}
}

/// What a body's length may be said to be, and whether the message may reach the service.
fn framings() -> Vec<(String, bool)> {
	let post = |lines: &str, body: &str| format!("POST / HTTP/1.1\r\nHost: a\r\n{lines}\r\n{body}");
	let chunked = "Transfer-Encoding: chunked\r\n";
	vec![
		// Both, in both orders: the length does not count, and nothing follows.
		(post(&format!("Content-Length: 5\r\n{chunked}"), "0\r\n\r\n"), true),
		(post(&format!("{chunked}Content-Length: 5\r\n"), "0\r\n\r\n"), true),
		(post(&format!("{chunked}Content-Length: 99\r\n"), "0\r\n\r\n"), true),
		(post(&format!("Content-Length: abc\r\n{chunked}"), "0\r\n\r\n"), false),
		// Lengths that differ, or are none.
		(post("Content-Length: 0\r\nContent-Length: 9\r\n", ""), false),
		(post("Content-Length: 9\r\nContent-Length: 0\r\n", ""), false),
		(post("Content-Length: 0, 9\r\n", ""), false),
		(post("Content-Length: +0\r\n", ""), false),
		(post("Content-Length: -1\r\n", ""), false),
		(post("Content-Length: 0x0\r\n", ""), false),
		(post("Content-Length: 0 0\r\n", ""), false),
		(post("Content-Length:\r\n", ""), false),
		(post("Content-Length: 99999999999999999999\r\n", ""), false),
		(post("Content-Length : 0\r\n", ""), false),
		// Codings that some read as chunked and some do not.
		(post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), false),
		(post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"), false),
		(post("Transfer-Encoding: identity\r\nContent-Length: 0\r\n", ""), false),
		(post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), false),
		(post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), false),
		(post(&format!("{chunked}Transfer-Encoding: chunked\r\n"), "0\r\n\r\n"), false),
		(post(&format!("{chunked}Transfer-Encoding: identity\r\n"), "0\r\n\r\n"), false),
		(post("Transfer-Encoding:\x0bchunked\r\n", "0\r\n\r\n"), false),
		(post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), false),
		(post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), false),
		("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".into(), false),
		// Chunks that are broken: their message breaks off.
		(post(chunked, "0x0\r\n\r\n"), true),
		(post(chunked, "-1\r\n\r\n"), true),
		(post(chunked, "fffffffffffffffff\r\n\r\n"), true),
		(post(chunked, "1\nX\n0\n\n"), true),
		(post(chunked, "1\r\nXX\r\n0\r\n\r\n"), true),
		(post(chunked, "0\r\nSymbolon-Peer root\r\n\r\n"), true),
	]
}

#[tokio::test]
async fn nothing_is_smuggled_behind_a_length_that_can_be_read_in_two_ways() {
	let (kit, service) = (Kit::new(), Service::new().await);
	for (number, (message, may_pass)) in framings().into_iter().enumerate() {
		let (got, saw) =
			tried(&kit, &service, number, format!("{message}{SMUGGLED}").as_bytes()).await;
		assert!(!saw.contains("smuggled") && !saw.contains("root"), "{message:?} became {saw:?}");
		assert!(
			saw.matches(" HTTP/1.1\r\n").count() <= usize::from(may_pass),
			"{message:?}: {saw:?}"
		);
		// One framing at most.
		let saw = saw.to_lowercase();
		let framing =
			saw.matches("content-length").count() + saw.matches("transfer-encoding").count();
		assert!(framing <= 1, "{message:?} became {saw:?}");
		assert!(got.matches("HTTP/1.1 ").count() <= 1, "{message:?} got {got:?}");
		if !may_pass {
			assert!(!got.starts_with("HTTP/1.1 2"), "{message:?} got {got:?}");
		}
	}
}

#[tokio::test]
async fn a_name_is_forged_neither_before_nor_after_a_refused_request() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let proxy = kit.http(&service).await;
	let mut client = proxy.connect(&kit.connector("pump@demo").await).await;
	send(&mut client, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n").await;
	let mut behind = service.accept().await;
	assert_eq!(names(&head(&mut behind).await), ["pump@demo"]);
	send(&mut behind, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
	head(&mut client).await;
	let bad = "GET /2 HTTP/1.1\r\nHost: a\r\nX: y\r\n Symbolon-Peer: root@demo\r\n\r\n";
	send(&mut client, format!("{bad}{SMUGGLED}")).await;
	let got = rest(&mut client).await;
	assert!(got.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{got:?}");
	assert_eq!(rest(&mut behind).await, "");
	assert!(service.is_untouched().await);
}
