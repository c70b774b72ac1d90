//! Connections across the end of an epoch: those of a peer that shows a newer credential live on,
//! others are drained and cut.

use crate::kit::{
	any_port, counts, expect, head, rest, send, soon, until, until_reset, Kit, Proxy, Service,
};
use std::{io::ErrorKind, time::Duration};
use std::{net::SocketAddr, sync::Arc};
use symbolon_proxy::{
	connect::{forward, Dialer, Keeper, Local, Options as Bounds},
	header::PeerHeader,
	metrics::Metrics,
	serve::{Options, Tell},
	stop::{self, Stopper},
};
use symbolon_tls::{Connector, TlsIdentity};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::{TcpListener, TcpStream},
};

const LIFETIME: &str = "symbolon_tls_connections_closed_total{reason=\"lifetime\"}";
const GRACE: u64 = 60;

/// A proxy whose connections may be drained for ever.
async fn patient(kit: &Kit, service: &Service, tell: Tell) -> Proxy {
	let mut options = Options::new(service.address(), tell);
	options.grace = Duration::from_secs(3_600);
	kit.proxy_with(options).await
}

/// A forwarder of `identity` to `api@demo` at `to`.
async fn forwarder(identity: Arc<TlsIdentity>, to: SocketAddr) -> (SocketAddr, Metrics, Stopper) {
	let server: symbolon_sdk::Identity = "api@demo".parse().unwrap();
	let connector = Connector::builder(identity, server).build().unwrap();
	let metrics = Metrics::default();
	let dialer = Dialer::new(connector, to.to_string(), Duration::from_secs(30), metrics.clone());
	let (stopper, stop) = stop::channel();
	let listener = TcpListener::bind(any_port()).await.unwrap();
	let address = listener.local_addr().unwrap();
	let keeper = Keeper::new(dialer.clone());
	tokio::spawn(forward(Local::Tcp(listener), dialer, keeper, Bounds::default(), stop));
	(address, metrics, stopper)
}

#[tokio::test]
async fn a_stream_is_drained_at_the_end_of_its_epoch() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let proxy = patient(&kit, &service, Tell::Nothing).await;
	let mut client = proxy.connect(&kit.connector("pump@demo").await).await;
	send(&mut client, "asked").await;
	let mut behind = service.accept().await;
	expect(&mut behind, "asked").await;
	kit.world.set_now(kit.world.epoch(100).end + GRACE - 1);
	send(&mut client, "in time").await;
	expect(&mut behind, "in time").await;
	kit.world.set_now(kit.world.epoch(100).end + GRACE);
	// The service may still answer, and end its direction.
	send(&mut behind, "answer").await;
	expect(&mut client, "answer").await;
	soon(behind.shutdown()).await.unwrap();
	assert_eq!(soon(client.read(&mut [0; 1])).await.unwrap(), 0);
	// The peer has not ended its own, so nobody says that it has.
	assert_eq!(until_reset(&mut behind).await, "");
	until("it is counted", || proxy.counts(LIFETIME) == 1).await;
}

#[tokio::test]
async fn what_is_not_drained_in_time_is_cut() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let mut options = Options::new(service.address(), Tell::Nothing);
	options.grace = Duration::from_millis(10);
	let proxy = kit.proxy_with(options).await;
	let mut client = proxy.connect(&kit.connector("pump@demo").await).await;
	send(&mut client, "half a mess").await;
	let mut behind = service.accept().await;
	expect(&mut behind, "half a mess").await;
	kit.world.set_now(kit.world.epoch(100).end + GRACE);
	let error = soon(client.read(&mut [0; 1])).await.unwrap_err();
	assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
	assert_eq!(until_reset(&mut behind).await, "");
	until("it is counted", || proxy.counts(LIFETIME) == 1).await;
}

#[tokio::test]
async fn neither_a_slow_upload_nor_a_websocket_outlives_the_epoch() {
	let upload = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
	let websocket =
		"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
	let switch =
		"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
	for request in [upload, websocket] {
		let (kit, service) = (Kit::new(), Service::new().await);
		let mut options = Options::new(service.address(), Tell::Header(PeerHeader::default()));
		options.grace = Duration::from_millis(10);
		let proxy = kit.proxy_with(options).await;
		let mut client = proxy.connect(&kit.connector("pump@demo").await).await;
		send(&mut client, request).await;
		let mut behind = service.accept().await;
		head(&mut behind).await;
		if request == websocket {
			send(&mut behind, switch).await;
			head(&mut client).await;
		}
		// Never silent, so that nothing but the epoch ends it.
		let sending = async {
			while client.write_all(b"1\r\nx\r\n").await.is_ok() && client.flush().await.is_ok() {
				tokio::time::sleep(Duration::from_millis(5)).await;
			}
		};
		let until_cut = async {
			expect(&mut behind, "1\r\nx\r\n").await;
			kit.world.set_now(kit.world.epoch(100).end + GRACE);
			rest(&mut behind).await
		};
		let (saw, ()) = tokio::join!(until_cut, async { soon(sending).await });
		assert!(!saw.ends_with("0\r\n\r\n"), "the upload is not made whole: {saw:?}");
		until("it is counted", || proxy.counts(LIFETIME) == 1).await;
	}
}

#[tokio::test]
async fn the_request_under_way_is_the_last_one() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let proxy = patient(&kit, &service, Tell::Header(PeerHeader::default())).await;
	let pump = kit.connector("pump@demo").await;
	let (mut busy, mut idle) = (proxy.connect(&pump).await, proxy.connect(&pump).await);
	send(&mut idle, "GET /0 HTTP/1.1\r\nHost: a\r\n\r\n").await;
	let mut kept = service.accept().await;
	head(&mut kept).await;
	send(&mut kept, "HTTP/1.1 204 No Content\r\n\r\n").await;
	head(&mut idle).await;
	send(&mut busy, "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n").await;
	let mut behind = service.accept().await;
	head(&mut behind).await;
	kit.world.set_now(kit.world.epoch(100).end + GRACE);
	assert_eq!(rest(&mut idle).await, "", "what waits for nothing is closed");
	send(&mut busy, "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n").await;
	send(&mut behind, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
	let answer = rest(&mut busy).await;
	assert!(answer.contains("connection: close") && answer.ends_with("\r\n\r\nok"), "{answer}");
	assert_eq!(rest(&mut behind).await, "", "the second request was not read");
	until("both are counted", || proxy.counts(LIFETIME) == 2).await;
}

#[tokio::test]
async fn a_renewal_keeps_connections_open_and_never_reaches_the_service() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let proxy = patient(&kit, &service, Tell::Nothing).await;
	let connector = kit.connector("pump@demo").await;
	let valve = kit.connector("valve@demo").await;
	let mut client = proxy.connect(&connector).await;
	let mut behind = service.accept().await;
	let mut other = proxy.connect(&valve).await;
	let mut other_behind = service.accept().await;
	kit.enter(101, &["api@demo", "pump@demo"]).await;
	let stream = TcpStream::connect(proxy.address).await.unwrap();
	let peer = soon(connector.renew(stream)).await.unwrap();
	assert_eq!(peer.epoch().number, 101);
	until("it is counted", || proxy.counts("symbolon_tls_renewals_total{result=\"ok\"}") == 1)
		.await;
	kit.world.set_now(kit.world.epoch(100).end + GRACE + 1);
	// Who showed nothing newer is drained, so the deadline has been looked at.
	soon(other_behind.shutdown()).await.unwrap();
	assert_eq!(soon(other.read(&mut [0; 1])).await.unwrap(), 0);
	assert_eq!(until_reset(&mut other_behind).await, "");
	send(&mut client, "still here").await;
	expect(&mut behind, "still here").await;
	send(&mut behind, "and back").await;
	expect(&mut client, "and back").await;
	assert!(service.is_untouched().await, "a renewal reached the service");
	assert_eq!(proxy.counts("symbolon_tls_connections_total"), 2);
}

#[tokio::test]
async fn a_forwarder_renews_while_connections_are_open() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let proxy = patient(&kit, &service, Tell::Nothing).await;
	let identity = kit.identity("pump@demo").await;
	let (address, metrics, _stopper) = forwarder(identity, proxy.address).await;
	let mut programs = Vec::new();
	for _ in 0..3 {
		let mut program = TcpStream::connect(address).await.unwrap();
		send(&mut program, "hello").await;
		let mut behind = service.accept().await;
		expect(&mut behind, "hello").await;
		programs.push((program, behind));
	}
	for epoch in [101, 102] {
		kit.enter(epoch, &["api@demo", "pump@demo"]).await;
		// Three connections to one address: one renewal, once the device's turn has come.
		kit.world.set_now(kit.world.now() + GRACE / 2);
		let shown = epoch - 100;
		let line = "symbolon_tls_renewals_total{result=\"ok\"}";
		until("the server saw it", || proxy.counts(line) == shown).await;
		until("the client saw it", || counts(&metrics, line) == shown).await;
		kit.world.set_now(kit.world.epoch(epoch).start + GRACE + 2);
		for (program, behind) in &mut programs {
			send(program, "still here").await;
			expect(behind, "still here").await;
			send(behind, "and back").await;
			expect(program, "and back").await;
		}
	}
	assert_eq!(proxy.counts("symbolon_tls_connections_total"), 3);
	assert_eq!(proxy.counts(LIFETIME), 0);
	assert!(service.is_untouched().await);
}

#[tokio::test]
async fn the_forwarder_of_who_gets_no_permit_loses_its_connections() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let proxy = patient(&kit, &service, Tell::Nothing).await;
	let identity = kit.identity("pump@demo").await;
	let (address, metrics, _stopper) = forwarder(identity, proxy.address).await;
	let mut program = TcpStream::connect(address).await.unwrap();
	send(&mut program, "hello").await;
	let mut behind = service.accept().await;
	expect(&mut behind, "hello").await;
	// The server has its permit, the device has none.
	kit.enter(101, &["api@demo"]).await;
	kit.world.set_now(kit.world.epoch(100).end + GRACE);
	soon(behind.shutdown()).await.unwrap();
	assert_eq!(until_reset(&mut behind).await, "");
	// Both sides are of the old epoch, so either may be the first to end it.
	until("it is counted", || proxy.counts(LIFETIME) + counts(&metrics, LIFETIME) >= 1).await;
	rest(&mut program).await;
	let mut again = TcpStream::connect(address).await.unwrap();
	let error = soon(again.read(&mut [0; 1])).await.unwrap_err();
	assert_eq!(error.kind(), ErrorKind::ConnectionReset);
	let line = "symbolon_tls_handshakes_total{result=\"no-permit\"}";
	until("its reason is counted", || counts(&metrics, line) == 1).await;
}
