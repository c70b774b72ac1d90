//! What the tests share: a made chain, devices, both sides of a connection.

use std::{path::Path, sync::Arc};
use symbolon_sdk::{store::Store, testing::World, Identity};
use symbolon_tls::{
	Accepted, Acceptor, Connection, Connector, HandshakeError, Policy, Role, TlsIdentity,
};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};

pub const NOW: u64 = 1_800_000_000;

/// Room of a pipe, in bytes.
pub const PIPE: usize = 1 << 16;

pub type Server =
	Connection<tokio_rustls::server::TlsStream<symbolon_tls::turn::Turn<DuplexStream>>>;
pub type Client = Connection<tokio_rustls::client::TlsStream<DuplexStream>>;

pub fn name(text: &str) -> Identity {
	text.parse().unwrap()
}

pub fn policy(text: &str) -> Policy {
	text.parse().unwrap()
}

pub struct Kit {
	pub world: Arc<World>,
	dir: TempDir,
}

impl Kit {
	pub fn new() -> Self {
		Self::of(World::new(NOW))
	}

	pub fn of(world: Arc<World>) -> Self {
		Self { world, dir: TempDir::new().unwrap() }
	}

	pub fn path(&self) -> &Path {
		self.dir.path()
	}

	/// A device with keys and permit.
	pub async fn store(&self, name: &str) -> Store {
		self.world.device(&self.dir.path().join(name), name).await
	}

	/// The same store once more, as another process would open it.
	pub fn again(&self, name: &str) -> Store {
		Store::open(&self.dir.path().join(name)).unwrap()
	}

	/// Time is in epoch `number`, whose permits are published; all of `devices` that can have one
	/// get theirs.
	pub async fn enter(&self, number: u64, devices: &[&str]) {
		self.world.set_now(self.world.epoch(number).start);
		self.world.publish(number);
		for device in devices {
			self.world.refresh(&self.again(device)).await;
		}
	}

	pub fn identity_of(&self, store: Store) -> Arc<TlsIdentity> {
		TlsIdentity::open(store, self.world.clock()).unwrap()
	}

	pub async fn identity(&self, name: &str) -> Arc<TlsIdentity> {
		self.identity_of(self.store(name).await)
	}

	/// The server `api@demo`, for all of `demo`.
	pub async fn acceptor(&self) -> Acceptor {
		let identity = self.identity("api@demo").await;
		Acceptor::builder(identity).policy(policy("*@demo")).build().unwrap()
	}

	/// The device `name`, for the server `api@demo`.
	pub async fn connector(&self, name: &str) -> Connector {
		connector(&self.identity(name).await)
	}
}

/// A connector to `api@demo`.
pub fn connector(identity: &Arc<TlsIdentity>) -> Connector {
	Connector::builder(identity.clone(), name("api@demo")).build().unwrap()
}

/// Sends `text` and reads as much from the other side.
pub async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(
	stream: &mut S,
	text: &[u8],
) -> std::io::Result<Vec<u8>> {
	stream.write_all(text).await?;
	stream.flush().await?;
	let mut read = vec![0; text.len()];
	stream.read_exact(&mut read).await?;
	Ok(read)
}

/// Takes a connection out of what was accepted.
pub fn connection(accepted: Accepted<DuplexStream>) -> Server {
	match accepted {
		Accepted::Connection(connection) => connection,
		Accepted::Renewal(peer) => panic!("a renewal by {peer:?}"),
	}
}

/// A connection between the two, used in both directions.
pub async fn meet(
	acceptor: &Acceptor,
	connector: &Connector,
) -> (Result<Server, HandshakeError>, Result<Client, HandshakeError>) {
	let (near, far) = tokio::io::duplex(PIPE);
	let server = async {
		let mut server = connection(acceptor.accept(far).await?);
		exchange(&mut server, b"from server").await.map_err(HandshakeError::from_io)?;
		Ok(server)
	};
	let client = async {
		let mut client = connector.connect(near).await?;
		exchange(&mut client, b"from client").await.map_err(HandshakeError::from_io)?;
		Ok(client)
	};
	tokio::join!(server, client)
}

/// A connection between the two that must come about.
pub async fn joined(acceptor: &Acceptor, connector: &Connector) -> (Server, Client) {
	let (server, client) = meet(acceptor, connector).await;
	(server.unwrap(), client.unwrap())
}

/// The first certificate of the credential that `identity` shows in `role`, by way of a handshake.
pub async fn certificate_of(identity: &Arc<TlsIdentity>, role: Role) -> Vec<u8> {
	let (near, far) = tokio::io::duplex(PIPE);
	let own = identity.identity().clone();
	let acceptor = Acceptor::builder(identity.clone()).policy(own.clone()).build().unwrap();
	let connector = Connector::builder(identity.clone(), own).build().unwrap();
	let (server, client) = tokio::join!(acceptor.accept(far), connector.connect(near));
	let (server, client) = (connection(server.unwrap()), client.unwrap());
	let (_, server) = server.get_ref().get_ref();
	let (_, client) = client.get_ref().get_ref();
	let chain = match role {
		Role::Client => server.peer_certificates(),
		Role::Server => client.peer_certificates(),
	};
	chain.unwrap()[0].to_vec()
}
