//! The forwarder: a local socket that leads to one peer.

use crate::kit::{any_port, counts, expect, rest, send, soon, until, until_reset, Kit, Service};
use std::{io::ErrorKind, time::Duration};
use symbolon_proxy::{
	connect::{forward, Dialer, Keeper, Local, Options},
	local::PrivateSocket,
	metrics::Metrics,
	serve::Tell,
	stop::{self, Stopper},
};
use symbolon_tls::Connector;
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::{TcpListener, TcpStream, UnixStream},
	task::JoinHandle,
};

struct Forwarder {
	metrics: Metrics,
	stopper: Stopper,
	task: JoinHandle<usize>,
}

fn start(connector: Connector, to: &str, local: Local, options: Options) -> Forwarder {
	let metrics = Metrics::new(Some(connector.metrics().clone()));
	let dialer = Dialer::new(connector, to, Duration::from_secs(30), metrics.clone());
	let (stopper, stop) = stop::channel();
	let keeper = Keeper::new(dialer.clone());
	let task = tokio::spawn(forward(local, dialer, keeper, options, stop));
	Forwarder { metrics, stopper, task }
}

async fn tcp() -> (Local, std::net::SocketAddr) {
	let listener = TcpListener::bind(any_port()).await.unwrap();
	let address = listener.local_addr().unwrap();
	(Local::Tcp(listener), address)
}

#[tokio::test]
async fn programs_that_know_nothing_of_names_reach_the_peer() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let proxy = kit.proxy(&service.address(), Tell::Nothing).await;
	let path = kit.path("socket");
	let socket = PrivateSocket::bind(&path).unwrap();
	let to = proxy.address.to_string();
	let connector = kit.connector("pump@demo").await;
	let unix = start(connector.clone(), &to, Local::Unix(socket), Options::default());
	let (local, address) = tcp().await;
	let tcp = start(connector, &to, local, Options::default());
	let mut program = UnixStream::connect(&path).await.unwrap();
	send(&mut program, "through a unix socket").await;
	let mut behind = service.accept().await;
	expect(&mut behind, "through a unix socket").await;
	// Half-closed both ways.
	soon(program.shutdown()).await.unwrap();
	assert_eq!(rest(&mut behind).await, "");
	send(&mut behind, "answer").await;
	drop(behind);
	assert_eq!(rest(&mut program).await, "answer");
	let mut program = TcpStream::connect(address).await.unwrap();
	send(&mut program, "through a port").await;
	expect(&mut service.accept().await, "through a port").await;
	let ok = "symbolon_tls_handshakes_total{result=\"ok\"}";
	for forwarder in [&unix, &tcp] {
		assert_eq!(counts(&forwarder.metrics, ok), 1);
	}
	unix.stopper.stop();
	assert_eq!(soon(unix.task).await.unwrap(), 0);
	assert!(!path.exists(), "the name is removed");
	tcp.stopper.cut();
	soon(tcp.task).await.unwrap();
}

#[tokio::test]
async fn who_answers_with_another_name_gets_nothing() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let proxy = kit.proxy(&service.address(), Tell::Nothing).await;
	let other: symbolon_sdk::Identity = "db@demo".parse().unwrap();
	let connector = Connector::builder(kit.identity("pump@demo").await, other).build().unwrap();
	let (local, address) = tcp().await;
	let forwarder = start(connector, &proxy.address.to_string(), local, Options::default());
	let mut program = TcpStream::connect(address).await.unwrap();
	send(&mut program, "secret").await;
	let error = soon(program.read(&mut [0; 1])).await.unwrap_err();
	assert_eq!(error.kind(), ErrorKind::ConnectionReset);
	assert_eq!(counts(&forwarder.metrics, "symbolon_tls_connections_total"), 0);
	assert!(service.is_untouched().await);
}

#[tokio::test]
async fn a_connection_that_is_cut_is_a_reset_for_the_program() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let proxy = kit.proxy(&service.address(), Tell::Nothing).await;
	let (local, address) = tcp().await;
	let connector = kit.connector("pump@demo").await;
	let forwarder = start(connector, &proxy.address.to_string(), local, Options::default());
	let mut program = TcpStream::connect(address).await.unwrap();
	send(&mut program, "ask").await;
	let mut behind = service.accept().await;
	expect(&mut behind, "ask").await;
	send(&mut behind, "half an ans").await;
	expect(&mut program, "half an ans").await;
	proxy.end().await;
	let error = soon(program.read(&mut [0; 1])).await.unwrap_err();
	assert_eq!(error.kind(), ErrorKind::ConnectionReset);
	let line = "symbolon_tls_connections_closed_total{reason=\"broken\"}";
	until("it is counted", || counts(&forwarder.metrics, line) == 1).await;
}

#[tokio::test]
async fn a_forwarder_is_bounded_like_a_server() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let proxy = kit.proxy(&service.address(), Tell::Nothing).await;
	let (local, address) = tcp().await;
	let connector = kit.connector("pump@demo").await;
	let options = Options {
		max_connections: 1,
		idle_timeout: Some(Duration::from_millis(300)),
		..Options::default()
	};
	let forwarder = start(connector, &proxy.address.to_string(), local, options);
	let mut first = TcpStream::connect(address).await.unwrap();
	let mut second = TcpStream::connect(address).await.unwrap();
	send(&mut second, "second").await;
	// The first is silent, is cut, and makes room.
	let error = soon(first.read(&mut [0; 1])).await.unwrap_err();
	assert_eq!(error.kind(), ErrorKind::ConnectionReset);
	drop(service.accept().await);
	expect(&mut service.accept().await, "second").await;
	assert!(counts(&forwarder.metrics, "symbolon_tls_connections_full_total") >= 1);
}

#[tokio::test]
async fn a_forwarder_that_is_cut_is_a_reset_for_the_program() {
	let (kit, service) = (Kit::new(), Service::new().await);
	let proxy = kit.proxy(&service.address(), Tell::Nothing).await;
	let (local, address) = tcp().await;
	let connector = kit.connector("pump@demo").await;
	let forwarder = start(connector, &proxy.address.to_string(), local, Options::default());
	let mut program = TcpStream::connect(address).await.unwrap();
	send(&mut program, "ask").await;
	let mut behind = service.accept().await;
	expect(&mut behind, "ask").await;
	send(&mut behind, "half an ans").await;
	expect(&mut program, "half an ans").await;
	forwarder.stopper.cut();
	assert_eq!(soon(forwarder.task).await.unwrap(), 1);
	assert_eq!(until_reset(&mut program).await, "");
	assert_eq!(until_reset(&mut behind).await, "");
}
