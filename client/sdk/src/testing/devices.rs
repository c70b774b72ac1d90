//! Devices of a made chain that have their keys.

use super::World;
use crate::{
	device::{enroll, refresh},
	request::Request,
	store::Store,
	Client, Limits,
};
use std::{fs, path::Path, sync::Arc, time::Duration};
use symbolon_crypto::{Identity, Serial};
use symbolon_primitives::{registry::RegistrationRequest, storage};

/// Bounds for clients of a chain that answers at once.
const LIMITS: Limits = Limits {
	patience: Duration::from_millis(40),
	pace: Duration::from_millis(2),
	wait: Duration::from_millis(300),
};

impl World {
	/// A client of this chain and clock, for the device of `store`.
	pub fn client_of(self: &Arc<Self>, store: &Store) -> Client {
		Client::open(self.clone(), store.anchor().clone(), &store.state_path())
			.expect("the state file is right")
			.with_clock(self.clock())
			.with_limits(LIMITS)
	}

	/// A device of any namespace that has its keys, and the permit of the present epoch if there is
	/// one for it. Its store is made in `dir`.
	pub async fn device(self: &Arc<Self>, dir: &Path, name: &str) -> Store {
		let identity: Identity = name.parse().expect("an identity");
		let store = Store::create(dir, &self.anchor(), &identity).expect("an empty folder");
		let text = fs::read(store.request_path()).expect("the request is there");
		let transport = Request::from_json(&text).expect("it is right").transport;
		self.register(RegistrationRequest { identity: identity.clone(), transport });
		self.answer(self.serial_of(&identity), &[1, 2, 3], &[]);
		enroll(&store, &mut self.client_of(&store)).await.expect("it is registered");
		self.refresh(&store).await;
		store
	}

	/// Gets the permit of the present epoch, if there is one, and that of the next.
	pub async fn refresh(self: &Arc<Self>, store: &Store) {
		// A device without a permit is what some tests want.
		let _ = refresh(store, &mut self.client_of(store)).await;
	}

	/// The serial that a name was registered with last.
	pub fn serial_of(&self, identity: &Identity) -> Serial {
		self.read(&storage::registry::name(identity)).expect("it is registered")
	}
}
