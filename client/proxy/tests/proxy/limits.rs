//! Bounds: handshakes, silence, connections at a time; and stopping.

use crate::kit::{expect, head, rest, send, soon, until, until_reset, Kit, Service};
use std::{io::ErrorKind, time::Duration};
use symbolon_proxy::{
	header::PeerHeader,
	serve::{Options, Tell},
};
use tokio::{
	io::{split, AsyncReadExt, AsyncWriteExt},
	net::TcpStream,
};

#[tokio::test]
async fn a_slow_handshake_is_cut() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let mut options = Options::new(service.address(), Tell::Nothing);
	options.handshake_timeout = Duration::from_millis(50);
	let proxy = kit.proxy_with(options).await;
	let mut slow = TcpStream::connect(proxy.address).await.unwrap();
	// The beginning of a record that never comes.
	send(&mut slow, [22, 3, 1, 2, 0]).await;
	assert_eq!(rest(&mut slow).await, "");
	let line = "symbolon_tls_handshakes_total{result=\"handshake-timeout\"}";
	until("it is counted", || proxy.counts(line) == 1).await;
	assert!(service.is_untouched().await);
}

#[tokio::test]
async fn a_silent_connection_is_cut() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let mut options = Options::new(service.address(), Tell::Nothing);
	options.idle_timeout = Some(Duration::from_millis(100));
	let proxy = kit.proxy_with(options).await;
	let mut client = proxy.connect(&kit.connector("pump@demo").await).await;
	let mut behind = service.accept().await;
	let error = soon(client.read(&mut [0; 1])).await.unwrap_err();
	assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
	let error = soon(behind.read(&mut [0; 1])).await.unwrap_err();
	assert_eq!(error.kind(), ErrorKind::ConnectionReset);
	let line = "symbolon_tls_connections_closed_total{reason=\"idle\"}";
	until("it is counted", || proxy.counts(line) == 1).await;
}

#[tokio::test]
async fn a_head_that_comes_in_drops_is_not_waited_for() {
	let (kit, service) = (Kit::new(), Service::new().await);
	// As the first request, and as one after an answer.
	for (round, answered) in [false, true].into_iter().enumerate() {
		let mut options = Options::new(service.address(), Tell::Header(PeerHeader::default()));
		options.head_timeout = Duration::from_millis(200);
		let proxy = kit.proxy_with(options).await;
		let name = format!("pump-{round}@demo");
		let client = proxy.connect(&kit.connector(&name).await).await;
		let (mut reader, mut writer) = split(client);
		if answered {
			send(&mut writer, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
			let mut behind = service.accept().await;
			head(&mut behind).await;
			send(&mut behind, "HTTP/1.1 204 No Content\r\n\r\n").await;
			head(&mut reader).await;
		}
		// Never silent for long, and never done.
		let drops = async {
			let _ = writer.write_all(b"GET / HTTP/1.1\r\n").await;
			loop {
				let _ = writer.write_all(b"X: y\r\n").await;
				let _ = writer.flush().await;
				tokio::time::sleep(Duration::from_millis(20)).await;
			}
		};
		tokio::select! {
			got = rest(&mut reader) => assert!(!got.contains(" 200 "), "{got}"),
			() = drops => {}
		}
		let line = "symbolon_tls_connections_closed_total{reason=\"idle\"}";
		until("it is counted", || proxy.counts(line) == 1).await;
		assert!(answered || service.is_untouched().await);
	}
}

#[tokio::test]
async fn who_reads_nothing_is_cut() {
	let (kit, service) = (Kit::new(), Service::new().await);
	for (round, tell) in
		[Tell::Nothing, Tell::Header(PeerHeader::default())].into_iter().enumerate()
	{
		let mut options = Options::new(service.address(), tell);
		options.idle_timeout = Some(Duration::from_millis(300));
		let proxy = kit.proxy_with(options).await;
		let name = format!("pump-{round}@demo");
		let mut client = proxy.connect(&kit.connector(&name).await).await;
		send(&mut client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
		let mut behind = service.accept().await;
		head(&mut behind).await;
		send(&mut behind, "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n").await;
		// More than all buffers hold.
		let filling = async { while behind.write_all(&[0; 1 << 16]).await.is_ok() {} };
		soon(filling).await;
		let line = "symbolon_tls_connections_closed_total{reason=\"idle\"}";
		until("it is counted", || proxy.counts(line) == 1).await;
	}
}

#[tokio::test]
async fn interim_answers_are_no_answer() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let mut options = Options::new(service.address(), Tell::Header(PeerHeader::default()));
	options.service_timeout = Duration::from_millis(200);
	let proxy = kit.proxy_with(options).await;
	let mut client = proxy.connect(&kit.connector("pump@demo").await).await;
	send(&mut client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
	let mut behind = service.accept().await;
	head(&mut behind).await;
	let interim = async {
		while behind.write_all(b"HTTP/1.1 103 Early Hints\r\n\r\n").await.is_ok() {
			tokio::time::sleep(Duration::from_millis(20)).await;
		}
	};
	let (got, ()) = tokio::join!(rest(&mut client), async { soon(interim).await });
	assert!(got.starts_with("HTTP/1.1 504 Gateway Timeout\r\n"), "{got}");
}

#[tokio::test]
async fn one_connection_too_many_waits_until_another_ends() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let mut options = Options::new(service.address(), Tell::Nothing);
	options.max_connections = 1;
	let proxy = kit.proxy_with(options).await;
	let connector = kit.connector("pump@demo").await;
	let mut first = proxy.connect(&connector).await;
	let mut behind = service.accept().await;
	let mut second = proxy.connect(&connector).await;
	send(&mut second, "second").await;
	until("the limit is met", || proxy.counts("symbolon_tls_connections_full_total") == 1).await;
	send(&mut first, "still served").await;
	expect(&mut behind, "still served").await;
	assert!(service.is_untouched().await);
	assert_eq!(proxy.counts("symbolon_tls_connections_open"), 1);
	drop(first);
	expect(&mut service.accept().await, "second").await;
	assert_eq!(proxy.counts("symbolon_tls_connections_open"), 1);
}

#[tokio::test]
async fn one_connection_too_many_does_not_wait_for_ever() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let mut options = Options::new(service.address(), Tell::Nothing);
	options.max_connections = 1;
	options.handshake_timeout = Duration::from_secs(2);
	let proxy = kit.proxy_with(options).await;
	let connector = kit.connector("pump@demo").await;
	let mut first = proxy.connect(&connector).await;
	let mut behind = service.accept().await;
	let mut second = proxy.connect(&connector).await;
	let error = soon(second.read(&mut [0; 1])).await.unwrap_err();
	assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
	let line = "symbolon_tls_handshakes_total{result=\"too-many-connections\"}";
	assert_eq!(proxy.counts(line), 1);
	// A renewal needs no place.
	let stream = TcpStream::connect(proxy.address).await.unwrap();
	soon(connector.renew(stream)).await.unwrap();
	send(&mut first, "still served").await;
	expect(&mut behind, "still served").await;
	assert!(service.is_untouched().await);
}

#[tokio::test]
async fn silent_strangers_keep_neither_peers_nor_renewals_out() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let mut options = Options::new(service.address(), Tell::Nothing);
	(options.max_connections, options.max_handshakes) = (2, 4);
	options.handshake_timeout = Duration::from_secs(3_600);
	let proxy = kit.proxy_with(options).await;
	let connector = kit.connector("pump@demo").await;
	let mut first = proxy.connect(&connector).await;
	let mut behind = service.accept().await;
	let mut silent = Vec::new();
	for _ in 0..20 {
		silent.push(TcpStream::connect(proxy.address).await.unwrap());
	}
	let stream = TcpStream::connect(proxy.address).await.unwrap();
	soon(connector.renew(stream)).await.unwrap();
	let mut second = proxy.connect(&connector).await;
	send(&mut second, "second").await;
	expect(&mut service.accept().await, "second").await;
	// The oldest made room, and are closed; the youngest wait on.
	for oldest in &mut silent[..16] {
		assert_eq!(rest(oldest).await, "");
	}
	let line = "symbolon_tls_handshakes_total{result=\"too-many-handshakes\"}";
	// One for the renewal; one more if it still held its place when the second came.
	assert!((17..=18).contains(&proxy.counts(line)), "{}", proxy.counts(line));
	let youngest = silent.last_mut().unwrap();
	assert!(youngest.try_read(&mut [0; 1]).is_err_and(|e| e.kind() == ErrorKind::WouldBlock));
	send(&mut first, "still served").await;
	expect(&mut behind, "still served").await;
}

#[tokio::test]
async fn a_limit_beyond_all_clocks_is_none() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let mut options = Options::new(service.address(), Tell::Nothing);
	options.idle_timeout = Some(Duration::MAX);
	options.handshake_timeout = Duration::MAX;
	let proxy = kit.proxy_with(options).await;
	let mut client = proxy.connect(&kit.connector("pump@demo").await).await;
	send(&mut client, "hello").await;
	expect(&mut service.accept().await, "hello").await;
}

#[tokio::test]
async fn one_address_gets_no_more_than_its_share() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let mut options = Options::new(service.address(), Tell::Nothing);
	options.max_per_address = Some(1);
	let proxy = kit.proxy_with(options).await;
	let connector = kit.connector("pump@demo").await;
	let first = proxy.connect(&connector).await;
	let stream = TcpStream::connect(proxy.address).await.unwrap();
	assert!(soon(connector.connect(stream)).await.is_err(), "closed before any handshake");
	let line = "symbolon_tls_handshakes_total{result=\"too-many-of-address\"}";
	assert_eq!(proxy.counts(line), 1);
	drop(first);
	until("the first has ended", || {
		proxy.counts("symbolon_tls_connections_total") == 1
			&& proxy.counts("symbolon_tls_connections_open") == 0
	})
	.await;
	// Its place is free a moment after it was counted as closed.
	let again = async {
		loop {
			let stream = TcpStream::connect(proxy.address).await.unwrap();
			if let Ok(connection) = connector.connect(stream).await {
				return connection;
			}
		}
	};
	soon(again).await;
}

#[tokio::test]
async fn one_name_gets_no_more_than_its_share() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let mut options = Options::new(service.address(), Tell::Nothing);
	options.max_per_peer = Some(1);
	let proxy = kit.proxy_with(options).await;
	let pump = kit.connector("pump@demo").await;
	let first = proxy.connect(&pump).await;
	let _behind = service.accept().await;
	let mut second = proxy.connect(&pump).await;
	let error = soon(second.read(&mut [0; 1])).await.unwrap_err();
	assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
	let line = "symbolon_tls_handshakes_total{result=\"too-many-of-peer\"}";
	assert_eq!(proxy.counts(line), 1);
	let mut other = proxy.connect(&kit.connector("valve@demo").await).await;
	send(&mut other, "another name").await;
	expect(&mut service.accept().await, "another name").await;
	drop(first);
}

#[tokio::test]
async fn a_stop_lets_connections_end_and_takes_no_new_ones() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let mut options = Options::new(service.address(), Tell::Nothing);
	options.grace = Duration::from_secs(3_600);
	let proxy = kit.proxy_with(options).await;
	let connector = kit.connector("pump@demo").await;
	let mut client = proxy.connect(&connector).await;
	let mut behind = service.accept().await;
	// A handshake under way is not finished.
	let mut begun = TcpStream::connect(proxy.address).await.unwrap();
	proxy.stopper.stop();
	rest(&mut begun).await;
	let refused = async {
		// The listener is closed a moment after the stop.
		while TcpStream::connect(proxy.address).await.is_ok() {
			tokio::task::yield_now().await;
		}
	};
	soon(refused).await;
	send(&mut client, "last words").await;
	expect(&mut behind, "last words").await;
	send(&mut behind, "last answer").await;
	expect(&mut client, "last answer").await;
	drop((client, behind));
	assert_eq!(soon(proxy.task).await.unwrap(), 0, "nothing had to be cut");
}

#[tokio::test]
async fn a_second_stop_cuts() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let mut options = Options::new(service.address(), Tell::Nothing);
	options.grace = Duration::from_secs(3_600);
	let proxy = kit.proxy_with(options).await;
	let mut client = proxy.connect(&kit.connector("pump@demo").await).await;
	send(&mut client, "half a mess").await;
	let mut behind = service.accept().await;
	expect(&mut behind, "half a mess").await;
	proxy.stopper.stop();
	proxy.stopper.cut();
	assert_eq!(until_reset(&mut behind).await, "", "the message may go on");
	let error = soon(client.read(&mut [0; 1])).await.unwrap_err();
	assert_eq!(error.kind(), ErrorKind::UnexpectedEof, "cut, and the client knows");
	let metrics = proxy.metrics.clone();
	assert_eq!(soon(proxy.task).await.unwrap(), 1);
	let line = "symbolon_tls_connections_closed_total{reason=\"stopped\"}";
	assert_eq!(crate::kit::counts(&metrics, line), 1);
}

#[tokio::test]
async fn the_end_of_the_grace_cuts_streams_and_websockets() {
	let request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
	let switch =
		"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
	for websocket in [false, true] {
		let (kit, service) = (Kit::new(), Service::new().await);
		let tell = if websocket { Tell::Header(PeerHeader::default()) } else { Tell::Nothing };
		let mut options = Options::new(service.address(), tell);
		options.grace = Duration::from_millis(20);
		let proxy = kit.proxy_with(options).await;
		let mut client = proxy.connect(&kit.connector("pump@demo").await).await;
		if websocket {
			send(&mut client, request).await;
		}
		let mut behind = service.accept().await;
		if websocket {
			head(&mut behind).await;
			send(&mut behind, switch).await;
			head(&mut client).await;
		}
		send(&mut client, "half a mess").await;
		expect(&mut behind, "half a mess").await;
		proxy.stopper.stop();
		assert_eq!(until_reset(&mut behind).await, "");
		assert_eq!(soon(proxy.task).await.unwrap(), 1);
	}
}
