//! Any TCP service: the PROXY header, bytes both ways, and how connections end.

use crate::kit::{expect, rest, send, soon, until, Kit, Proxy, Service};
use std::io::ErrorKind;
use symbolon_proxy::{
	proxy_v2,
	serve::{Options, Tell},
};
use symbolon_sdk::{Identity, Serial};
use symbolon_tls::Connector;
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpStream,
};

async fn header(service: &mut TcpStream) -> Vec<u8> {
	let mut start = [0; 16];
	soon(service.read_exact(&mut start)).await.unwrap();
	assert_eq!(&start[..13], b"\r\n\r\n\0\r\nQUIT\n\x21");
	let mut body = vec![0; usize::from(u16::from_be_bytes([start[14], start[15]]))];
	soon(service.read_exact(&mut body)).await.unwrap();
	[&start[..], &body].concat()
}

#[tokio::test]
async fn the_service_gets_the_name_before_the_first_byte_and_then_the_bytes() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let proxy = kit.proxy(&service.address(), Tell::ProxyV2).await;
	let identity = kit.identity("pump-7@demo").await;
	let name: Identity = "pump-7@demo".parse().unwrap();
	let serial: Serial = kit.world.serial_of(&name);
	let server: Identity = "api@demo".parse().unwrap();
	let connector = Connector::builder(identity, server).build().unwrap();
	let stream = TcpStream::connect(proxy.address).await.unwrap();
	let from = stream.local_addr().unwrap();
	let mut client = soon(connector.connect(stream)).await.unwrap();
	let mut behind = service.accept().await;
	let expected = proxy_v2::encode(from, proxy.address, Some((&name, serial)));
	assert_eq!(header(&mut behind).await, expected);
	// The TLVs as another program reads them, after 16 + 12 bytes.
	let tlvs = &expected[28..];
	assert_eq!(&tlvs[..14], b"\xe0\x00\x0bpump-7@demo");
	assert_eq!(&tlvs[14..17], b"\xe1\x00\x08");
	assert_eq!(tlvs[17..25], serial.get().to_be_bytes());
	send(&mut client, "hello").await;
	expect(&mut behind, "hello").await;
	send(&mut behind, "and back").await;
	expect(&mut client, "and back").await;
	until("one is open", || proxy.counts("symbolon_tls_connections_open") == 1).await;
	// Half-closed, the other direction goes on.
	soon(client.shutdown()).await.unwrap();
	assert_eq!(rest(&mut behind).await, "");
	send(&mut behind, "more").await;
	soon(behind.shutdown()).await.unwrap();
	expect(&mut client, "more").await;
	assert_eq!(soon(client.read(&mut [0; 1])).await.unwrap(), 0, "ended by TLS's word");
	let closed = "symbolon_tls_connections_closed_total{reason=\"done\"}";
	until("it is closed", || proxy.counts(closed) == 1).await;
	assert_eq!(proxy.counts("symbolon_tls_connections_open"), 0);
	assert_eq!(proxy.counts("symbolon_tls_traffic_bytes_total{direction=\"received\"}"), 5);
	assert_eq!(proxy.counts("symbolon_tls_traffic_bytes_total{direction=\"sent\"}"), 12);
	assert_eq!(proxy.counts("symbolon_tls_pairings_total"), 1);
	proxy.stopper.stop();
	assert_eq!(soon(proxy.task).await.unwrap(), 0);
}

#[tokio::test]
async fn the_service_is_told_nothing_if_it_is_not_to_be() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let proxy = kit.proxy(&service.address(), Tell::Nothing).await;
	let mut client = proxy.connect(&kit.connector("pump@demo").await).await;
	send(&mut client, "first").await;
	expect(&mut service.accept().await, "first").await;
}

#[tokio::test]
async fn a_nameless_client_has_no_name() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let options = Options::new(service.address(), Tell::ProxyV2);
	let proxy = Proxy::start(kit.acceptor(true).await, options).await;
	let server: Identity = "api@demo".parse().unwrap();
	let nameless = Connector::builder(kit.identity("pump@demo").await, server);
	let nameless = nameless.anonymous().build().unwrap();
	let mut client = proxy.connect(&nameless).await;
	// What it says is data, even if it looks like a header.
	let name = "root@demo".parse().unwrap();
	let forged =
		proxy_v2::encode(proxy.address, proxy.address, Some((&name, Serial::new(1).unwrap())));
	send(&mut client, &forged).await;
	let mut behind = service.accept().await;
	let header = header(&mut behind).await;
	assert_eq!(header[28], 0x20, "the first TLV is that of TLS");
	assert_eq!(header[31], 0x01, "TLS without a certificate");
	let mut data = vec![0; forged.len()];
	soon(behind.read_exact(&mut data)).await.unwrap();
	assert_eq!(data, forged);
}

#[tokio::test]
async fn who_is_not_allowed_never_reaches_the_service() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let proxy = kit.proxy(&service.address(), Tell::ProxyV2).await;
	let server: Identity = "api@demo".parse().unwrap();
	let stranger = kit.identity("pump@other").await;
	let stranger = Connector::builder(stranger, server.clone()).build().unwrap();
	let mut client = proxy.connect(&stranger).await;
	let error = soon(client.read(&mut [0; 1])).await.unwrap_err();
	assert!(error.to_string().contains("AccessDenied"), "{error}");
	let nameless = kit.identity("pump@demo").await;
	let nameless = Connector::builder(nameless, server).anonymous().build().unwrap();
	let mut client = proxy.connect(&nameless).await;
	let error = soon(client.read(&mut [0; 1])).await.unwrap_err();
	assert!(error.to_string().contains("CertificateRequired"), "{error}");
	// Not TLS at all.
	let mut plain = TcpStream::connect(proxy.address).await.unwrap();
	send(&mut plain, "GET / HTTP/1.1\r\n\r\n").await;
	rest(&mut plain).await;
	for reason in ["policy", "no-certificate", "tls"] {
		let line = format!("symbolon_tls_handshakes_total{{result=\"{reason}\"}}");
		until(reason, || proxy.counts(&line) == 1).await;
	}
	assert!(service.is_untouched().await);
	assert_eq!(proxy.counts("symbolon_tls_connections_total"), 0);
}

#[tokio::test]
async fn a_client_that_breaks_off_is_a_reset_for_the_service() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let proxy = kit.proxy(&service.address(), Tell::Nothing).await;
	let mut client = proxy.connect(&kit.connector("pump@demo").await).await;
	send(&mut client, "half a mess").await;
	let mut behind = service.accept().await;
	expect(&mut behind, "half a mess").await;
	// The connection ends without TLS's word of it: the message may go on.
	drop(client);
	let error = soon(behind.read(&mut [0; 1])).await.unwrap_err();
	assert_eq!(error.kind(), ErrorKind::ConnectionReset);
	let closed = "symbolon_tls_connections_closed_total{reason=\"broken\"}";
	until("it is closed", || proxy.counts(closed) == 1).await;
}

#[tokio::test]
async fn a_service_that_is_away_is_no_empty_answer() {
	let kit = Kit::new();
	let gone = Service::new().await;
	let address = gone.address();
	drop(gone);
	let proxy = kit.proxy(&address, Tell::ProxyV2).await;
	let mut client = proxy.connect(&kit.connector("pump@demo").await).await;
	let error = soon(client.read(&mut [0; 1])).await.unwrap_err();
	assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
	let closed = "symbolon_tls_connections_closed_total{reason=\"unreachable\"}";
	until("it is closed", || proxy.counts(closed) == 1).await;
}

#[tokio::test]
async fn more_than_fits_any_buffer_passes_both_ways_at_once() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let proxy = kit.proxy(&service.address(), Tell::Nothing).await;
	let client = proxy.connect(&kit.connector("pump@demo").await).await;
	let data: Vec<u8> = (0..3_000_000_u32).map(|i| ((i * i) >> 7) as u8).collect();
	let (mut from_proxy, mut to_proxy) = tokio::io::split(client);
	let mut behind = service.accept().await;
	let (mut service_reads, mut service_writes) = behind.split();
	let echo = async {
		tokio::io::copy(&mut service_reads, &mut service_writes).await.unwrap();
		service_writes.shutdown().await.unwrap();
	};
	let write = async {
		to_proxy.write_all(&data).await.unwrap();
		to_proxy.shutdown().await.unwrap();
	};
	let mut back = Vec::new();
	let read = from_proxy.read_to_end(&mut back);
	let ((), (), count) = soon(async { tokio::join!(echo, write, read) }).await;
	assert_eq!(count.unwrap(), data.len());
	assert!(back == data);
}
