//! What the tests share.

use std::{
	path::{Path, PathBuf},
	sync::Arc,
	time::Duration,
};
use symbolon_sdk::{
	device, files,
	registrar::{Registered, Registrar, RegistrarError, RegistrarKey, Row},
	request::Request,
	store::Store,
	testing::{World, REGISTRAR_SEED},
	Client, Identity, Limits, Serial,
};
use tempfile::TempDir;

pub const NOW: u64 = 1_800_000_000;

pub const LIMITS: Limits = Limits {
	patience: Duration::from_millis(40),
	pace: Duration::from_millis(2),
	wait: Duration::from_millis(300),
};

pub struct Kit {
	pub world: Arc<World>,
	pub dir: TempDir,
}

impl Kit {
	pub fn new() -> Self {
		Self { world: World::new(NOW), dir: TempDir::new().unwrap() }
	}

	pub fn path(&self, name: &str) -> PathBuf {
		self.dir.path().join(name)
	}

	pub fn client_at(&self, state: PathBuf) -> Client {
		Client::open(self.world.clone(), self.world.anchor(), &state)
			.unwrap()
			.with_clock(self.world.clock())
			.with_limits(LIMITS)
	}

	pub fn client(&self) -> Client {
		self.client_at(self.path("state"))
	}

	pub fn key(&self) -> RegistrarKey {
		self.key_of(&REGISTRAR_SEED)
	}

	pub fn key_of(&self, seed: &[u8; 32]) -> RegistrarKey {
		let path = self.path("registrar.key");
		write_key(&path, format!("{}\n", symbolon_sdk::hexed::encode(seed)));
		RegistrarKey::load(&path).unwrap()
	}

	/// A new device and its row.
	pub fn device(&self, name: &str) -> (Store, Row) {
		self.device_in(name, name)
	}

	pub fn device_in(&self, folder: &str, name: &str) -> (Store, Row) {
		let store =
			Store::create(&self.path(folder), &self.world.anchor(), &identity(name)).unwrap();
		let request = Request::from_json(&std::fs::read(store.request_path()).unwrap()).unwrap();
		(store, Row { origin: folder.into(), request })
	}

	pub async fn register(&self, rows: &[Row]) -> Result<Vec<Registered>, RegistrarError> {
		Registrar::new(&mut self.client(), &self.key()).register(rows).await
	}

	/// A device that has its keys.
	pub async fn enrolled(&self, name: &str) -> (Store, Serial) {
		let (store, row) = self.device(name);
		let serial = self.register(&[row]).await.unwrap()[0].serial;
		self.world.answer(serial, &[1, 2, 3], &[]);
		device::enroll(&store, &mut self.client_at(store.state_path())).await.unwrap();
		(store, serial)
	}
}

/// Writes a key file of the mode that is wanted of one.
pub fn write_key(path: &Path, text: impl AsRef<[u8]>) {
	files::replace(path, text.as_ref(), files::PRIVATE).unwrap();
}

pub fn identity(name: &str) -> Identity {
	name.parse().unwrap()
}
