//! Connections for `axum::serve`: handshakes run beside each other, and a client that is slow or
//! refused holds up nobody.

use axum::serve::Listener;
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use symbolon_tls::{turn::Turn, Accepted, Acceptor, Connection};
use tokio::{
	net::{TcpListener, TcpStream},
	sync::{mpsc, Semaphore},
	time::timeout,
};
use tokio_rustls::server::TlsStream;

pub type Tls = Connection<TlsStream<Turn<TcpStream>>>;

/// Handshakes at a time.
const HANDSHAKES: usize = 256;
/// How long one may take.
const PATIENCE: Duration = Duration::from_secs(10);

pub struct TlsListener {
	address: SocketAddr,
	ready: mpsc::Receiver<(Tls, SocketAddr)>,
}

impl TlsListener {
	pub fn new(tcp: TcpListener, acceptor: Acceptor) -> io::Result<Self> {
		let address = tcp.local_addr()?;
		let (send, ready) = mpsc::channel(HANDSHAKES);
		tokio::spawn(take_all(tcp, acceptor, send));
		Ok(Self { address, ready })
	}
}

async fn take_all(tcp: TcpListener, acceptor: Acceptor, ready: mpsc::Sender<(Tls, SocketAddr)>) {
	let places = Arc::new(Semaphore::new(HANDSHAKES));
	while let Ok(place) = places.clone().acquire_owned().await {
		let Ok((stream, from)) = tcp.accept().await else {
			// Out of file descriptors, most likely: there will be some again.
			tokio::time::sleep(Duration::from_millis(100)).await;
			continue;
		};
		let (acceptor, ready) = (acceptor.clone(), ready.clone());
		tokio::spawn(async move {
			let _place = place;
			match timeout(PATIENCE, acceptor.accept(stream)).await {
				Ok(Ok(Accepted::Connection(connection))) => {
					// Only fails when the server is gone.
					let _ = ready.send((connection, from)).await;
				}
				Ok(Ok(Accepted::Renewal(peer))) => println!("{} stays", peer.identity()),
				Ok(Err(error)) => eprintln!("{from}: {error}"),
				Err(_) => eprintln!("{from}: no handshake in {PATIENCE:?}"),
			}
		});
	}
}

impl Listener for TlsListener {
	type Io = Tls;
	type Addr = SocketAddr;

	async fn accept(&mut self) -> (Tls, SocketAddr) {
		match self.ready.recv().await {
			Some(connection) => connection,
			None => std::future::pending().await,
		}
	}

	fn local_addr(&self) -> io::Result<SocketAddr> {
		Ok(self.address)
	}
}
