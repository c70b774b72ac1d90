//! A network with its key, and the people around it: a registrar, devices, a verifier.

use std::{
	path::{Path, PathBuf},
	sync::Arc,
	time::Duration,
};
use symbolon_sdk::{
	device::{enroll, Enrolled},
	registrar::{Registered, Registrar, RegistrarKey, Row},
	request::{parse_identity, Request},
	sign::sign_file,
	store::Store,
	transport::HttpTransport,
	verify::{verify_file, Valid, VerifyError, When},
	Anchor, Client, Clock, Epoch, Memory,
};
use symbolon_testnet::{network::PermitAge, Builder, Network};
use tempfile::TempDir;

/// Longest wait for a ceremony, an epoch's permits or a finalized result.
pub const LIMIT: Duration = Duration::from_secs(150);

/// A network whose key is active, and its anchor.
pub struct World {
	pub network: Network,
	pub anchor: Anchor,
	folder: TempDir,
}

impl World {
	/// Four authorities, epochs of 30 s.
	pub async fn new() -> Self {
		Self::of(Network::builder()).await
	}

	pub async fn of(builder: Builder) -> Self {
		let network = builder.launch().await.unwrap();
		network.wait_for_key(LIMIT).await.unwrap();
		network.wait_for_permits(PermitAge::Present, LIMIT).await.unwrap();
		let anchor = network.export_anchor().await.unwrap();
		Self { network, anchor, folder: tempfile::tempdir().unwrap() }
	}

	/// The address of a node.
	pub fn url(&self, position: usize) -> String {
		self.network.node(position).unwrap().rpc().url().to_owned()
	}

	/// A client of the node at `url` that remembers in a file called `name`.
	pub fn client_at(&self, url: &str, name: &str) -> Client {
		let transport = HttpTransport::with_timeout(url, Duration::from_secs(3)).unwrap();
		let state = self.folder.path().join(format!("{name}.state"));
		Client::open(Arc::new(transport), self.anchor.clone(), &state).unwrap()
	}

	/// A client of the first node.
	pub fn client(&self, name: &str) -> Client {
		self.client_at(&self.url(0), name)
	}

	/// A new device's folder.
	pub fn device(&self, name: &str) -> Store {
		let identity = parse_identity(&format!("{name}@demo")).unwrap();
		Store::create(&self.folder.path().join(name), &self.anchor, &identity).unwrap()
	}

	/// What the device asks its registrar for.
	pub fn request(store: &Store) -> Row {
		let text = std::fs::read(store.request_path()).unwrap();
		let origin = store.request_path().display().to_string();
		Row { origin, request: Request::from_json(&text).unwrap() }
	}

	pub fn registrar_key(&self) -> RegistrarKey {
		RegistrarKey::load(self.network.registrar_key()).unwrap()
	}

	/// Registers devices, in one call.
	pub async fn register(&self, stores: &[&Store]) -> Vec<Registered> {
		let rows: Vec<Row> = stores.iter().map(|store| Self::request(store)).collect();
		let (key, mut client) = (self.registrar_key(), self.client("registrar"));
		Registrar::new(&mut client, &key).register(&rows).await.unwrap()
	}

	/// Makes, registers and enrols a device.
	pub async fn enrolled(&self, name: &str) -> (Store, Enrolled) {
		let store = self.device(name);
		self.register(&[&store]).await;
		let done = enroll(&store, &mut self.client(name)).await.unwrap();
		(store, done)
	}

	/// Makes, registers and enrols devices, registered in one call.
	pub async fn enrolled_all<const N: usize>(&self, names: [&str; N]) -> [Store; N] {
		let stores = names.map(|name| self.device(name));
		self.register(&stores.each_ref()).await;
		for store in &stores {
			let name = store.identity().to_string();
			enroll(store, &mut self.client(&name)).await.unwrap();
		}
		stores
	}

	/// A verifier's check of a signature over `message`, without a node.
	pub fn verify(
		&self,
		store: &Store,
		message: &[u8],
		signature: &[u8],
	) -> Result<Valid, VerifyError> {
		let mut memory = Memory::open(&self.anchor, &self.path("verifier.state")).unwrap();
		let given = (message, signature);
		let identity = store.identity();
		verify_file(&self.anchor, &mut memory, &Clock::system(), identity, given, When::Now)
	}

	/// Signs with the store's permits and has the signature verified; gives the epoch.
	pub fn sign_and_verify(&self, store: &Store, message: &[u8]) -> Epoch {
		let signature = sign_file(store, &Clock::system(), message).unwrap().to_bytes();
		self.verify(store, message, &signature).unwrap().epoch
	}

	/// A path in the people's own folder.
	pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
		self.folder.path().join(name)
	}
}
