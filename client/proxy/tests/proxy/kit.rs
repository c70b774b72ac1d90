//! What the tests share: a made chain, its devices, a proxy, a service played by hand.

use std::{net::SocketAddr, sync::Arc, time::Duration};
use symbolon_proxy::{
	header::PeerHeader,
	metrics::Metrics,
	serve::{serve, Options, Tell, HTTP_ALPN},
	stop::{self, Stopper},
};
use symbolon_sdk::{store::Store, testing::World};
use symbolon_tls::{Acceptor, Connection, Connector, Policy, TlsIdentity};
use tempfile::TempDir;
use tokio::{
	io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
	net::{TcpListener, TcpStream},
	task::JoinHandle,
	time::timeout,
};

pub const NOW: u64 = 1_800_000_000;

/// No test waits longer for what must come.
const PATIENCE: Duration = Duration::from_secs(60);

/// A client's connection through TLS.
pub type Client = Connection<tokio_rustls::client::TlsStream<TcpStream>>;

/// Waits for what must come.
pub async fn soon<T>(work: impl std::future::Future<Output = T>) -> T {
	timeout(PATIENCE, work).await.expect("it must come")
}

/// Looks again and again until it is so.
pub async fn until(what: &str, is_so: impl Fn() -> bool) {
	let looking = async {
		while !is_so() {
			tokio::time::sleep(Duration::from_millis(2)).await;
		}
	};
	timeout(PATIENCE, looking).await.unwrap_or_else(|_| panic!("expected: {what}"));
}

pub fn any_port() -> SocketAddr {
	"127.0.0.1:0".parse().unwrap()
}

/// A device's folder in a made chain.
pub struct Kit {
	pub world: Arc<World>,
	dir: TempDir,
}

/// A proxy in front of a service.
pub struct Proxy {
	pub address: SocketAddr,
	pub metrics: Metrics,
	pub stopper: Stopper,
	pub task: JoinHandle<usize>,
}

/// A service: a port, and connections that a test answers by hand.
pub struct Service(TcpListener);

impl Service {
	pub async fn new() -> Self {
		Self(TcpListener::bind(any_port()).await.unwrap())
	}

	pub fn address(&self) -> String {
		self.0.local_addr().unwrap().to_string()
	}

	pub async fn accept(&self) -> TcpStream {
		soon(self.0.accept()).await.unwrap().0
	}

	/// Whether nobody has connected. The proxy connects before it closes a client's connection, so
	/// this is certain once that is closed.
	pub async fn is_untouched(&self) -> bool {
		timeout(Duration::from_millis(1), self.0.accept()).await.is_err()
	}
}

impl Kit {
	pub fn new() -> Self {
		Self { world: World::new(NOW), dir: TempDir::new().unwrap() }
	}

	pub fn path(&self, name: &str) -> std::path::PathBuf {
		self.dir.path().join(name)
	}

	/// A device with keys and permit; the same one for the same name.
	pub async fn identity(&self, name: &str) -> Arc<TlsIdentity> {
		let path = self.path(name);
		let store = match Store::open(&path) {
			Ok(store) => store,
			Err(_) => self.world.device(&path, name).await,
		};
		TlsIdentity::open(store, self.world.clock()).unwrap()
	}

	/// Time is in epoch `number`, whose permits are published; `devices` get theirs.
	pub async fn enter(&self, number: u64, devices: &[&str]) {
		self.world.publish(number);
		self.world.set_now(self.world.epoch(number).start);
		for device in devices {
			self.world.refresh(&Store::open(&self.path(device)).unwrap()).await;
		}
	}

	/// A connector of device `name` to `api@demo`.
	pub async fn connector(&self, name: &str) -> Connector {
		let identity = self.identity(name).await;
		let server: symbolon_sdk::Identity = "api@demo".parse().unwrap();
		Connector::builder(identity, server).build().unwrap()
	}

	/// An acceptor of `api@demo` for all of `demo`, and for nameless clients if `anonymous`.
	pub async fn acceptor(&self, anonymous: bool) -> Acceptor {
		let policy: Policy = "*@demo".parse().unwrap();
		let builder = Acceptor::builder(self.identity("api@demo").await).policy(policy);
		let builder = builder.alpn(vec![HTTP_ALPN.to_vec()]);
		if anonymous { builder.anonymous_clients() } else { builder }.build().unwrap()
	}

	/// A proxy of `api@demo` in front of `to`.
	pub async fn proxy(&self, to: &str, tell: Tell) -> Proxy {
		self.proxy_with(Options::new(to, tell)).await
	}

	pub async fn proxy_with(&self, options: Options) -> Proxy {
		Proxy::start(self.acceptor(false).await, options).await
	}

	/// A proxy that tells the name by the usual header.
	pub async fn http(&self, service: &Service) -> Proxy {
		self.proxy(&service.address(), Tell::Header(PeerHeader::default())).await
	}
}

impl Proxy {
	pub async fn start(acceptor: Acceptor, options: Options) -> Self {
		let listener = TcpListener::bind(any_port()).await.unwrap();
		let address = listener.local_addr().unwrap();
		let metrics = Metrics::new(Some(acceptor.metrics().clone()));
		let (stopper, stop) = stop::channel();
		let task = tokio::spawn(serve(listener, acceptor, options, metrics.clone(), stop));
		Self { address, metrics, stopper, task }
	}

	/// A connection of `connector` to the proxy.
	pub async fn connect(&self, connector: &Connector) -> Client {
		let stream = TcpStream::connect(self.address).await.unwrap();
		soon(connector.connect(stream)).await.unwrap()
	}

	/// The value of a line of the metrics page; 0 if there is none.
	pub fn counts(&self, line: &str) -> u64 {
		counts(&self.metrics, line)
	}

	/// Stops, cuts, and waits for the end.
	pub async fn end(self) -> usize {
		self.stopper.cut();
		soon(self.task).await.unwrap()
	}
}

/// The value of a line of the metrics page; 0 if there is none.
pub fn counts(metrics: &Metrics, line: &str) -> u64 {
	let page = metrics.page();
	let found = page.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(' '));
	found.map_or(0, |value| value.parse().unwrap())
}

/// Reads a message's head, to its empty line.
pub async fn head(stream: &mut (impl AsyncRead + Unpin)) -> String {
	let mut bytes = Vec::new();
	while !bytes.ends_with(b"\r\n\r\n") {
		let byte = soon(stream.read_u8()).await;
		bytes.push(byte.unwrap_or_else(|error| panic!("{error} after {:?}", text(&bytes))));
	}
	text(&bytes)
}

pub fn text(bytes: &[u8]) -> String {
	String::from_utf8_lossy(bytes).into_owned()
}

/// Reads as many bytes as `expected` has, and compares.
pub async fn expect(stream: &mut (impl AsyncRead + Unpin), expected: &str) {
	let mut bytes = vec![0; expected.len()];
	soon(stream.read_exact(&mut bytes)).await.unwrap();
	assert_eq!(text(&bytes), expected);
}

/// Reads to the end, however it ends.
pub async fn rest(stream: &mut (impl AsyncRead + Unpin)) -> String {
	let mut bytes = Vec::new();
	let _ = soon(stream.read_to_end(&mut bytes)).await;
	text(&bytes)
}

/// What comes before the connection is reset. An end in order fails.
pub async fn until_reset(stream: &mut (impl AsyncRead + Unpin)) -> String {
	let mut bytes = Vec::new();
	let error = soon(stream.read_to_end(&mut bytes)).await.expect_err("a reset");
	assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}");
	text(&bytes)
}

pub async fn send(stream: &mut (impl AsyncWrite + Unpin), bytes: impl AsRef<[u8]>) {
	soon(stream.write_all(bytes.as_ref())).await.unwrap();
	soon(stream.flush()).await.unwrap();
}

/// The values of the name header in a head, in whatever spelling.
pub fn names(head: &str) -> Vec<&str> {
	let lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
	let folded =
		|name: &str| name.to_lowercase().replace(|sign: char| !sign.is_alphanumeric(), "-");
	lines
		.filter(|(name, _)| folded(name) == "symbolon-peer")
		.map(|(_, value)| value.trim())
		.collect()
}

/// The value of a header, which must be there once.
pub fn value<'a>(head: &'a str, name: &str) -> &'a str {
	let lines = head.split("\r\n").filter_map(|line| line.split_once(": "));
	let found: Vec<&str> = lines
		.filter(|(found, _)| found.eq_ignore_ascii_case(name))
		.map(|(_, value)| value)
		.collect();
	assert_eq!(found.len(), 1, "{name} in {head:?}");
	found[0]
}
