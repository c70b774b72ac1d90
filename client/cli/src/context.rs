//! From options to what commands work with.

use crate::{
	args::{Global, State, StoreDir},
	error::CliError,
};
use std::{io::Write, path::PathBuf, sync::Arc, time::Duration};
use symbolon_sdk::{
	anchor, chain::ChainError, files, store::Store, transport::HttpTransport, Anchor, Client,
	Limits, Memory,
};

impl Global {
	/// The path of the anchor.
	fn anchor_path(&self) -> Result<&PathBuf, CliError> {
		self.anchor.as_ref().ok_or_else(|| {
			CliError::Usage("an anchor is needed: --anchor FILE, or SYMBOLON_ANCHOR".into())
		})
	}

	/// The anchor.
	pub fn load_anchor(&self) -> Result<Anchor, CliError> {
		Ok(anchor::load(self.anchor_path()?)?)
	}

	/// The node.
	pub fn transport(&self) -> Result<HttpTransport, CliError> {
		let address = self.rpc.as_ref().ok_or_else(|| {
			CliError::Usage("a node is needed: --rpc URL, or SYMBOLON_RPC".into())
		})?;
		Ok(HttpTransport::new(address)?)
	}

	/// Where progress and clock floor are kept without a device's store.
	fn state_path(&self, state: &State) -> Result<PathBuf, CliError> {
		match &state.state {
			Some(path) => Ok(path.clone()),
			None => Ok(files::with_suffix(self.anchor_path()?, ".state")),
		}
	}

	/// The memory of an offline command.
	pub fn memory(&self, anchor: &Anchor, state: &State) -> Result<Memory, CliError> {
		Ok(Memory::open(anchor, &self.state_path(state)?).map_err(ChainError::from)?)
	}

	/// A client that is no device.
	pub fn client(&self, state: &State) -> Result<Client, CliError> {
		self.open(self.load_anchor()?, self.state_path(state)?)
	}

	/// A device's store. An anchor that was named must be of its chain.
	pub fn store(&self, store: &StoreDir) -> Result<Store, CliError> {
		let mut store = Store::open(&store.store)?;
		if self.anchor.is_some() {
			store.adopt(&self.load_anchor()?)?;
		}
		Ok(store)
	}

	/// The client of a device.
	pub fn device(&self, store: &Store) -> Result<Client, CliError> {
		self.open(store.anchor().clone(), store.state_path())
	}

	fn open(&self, anchor: Anchor, state: PathBuf) -> Result<Client, CliError> {
		let transport = Arc::new(self.transport()?);
		let client = Client::open(transport, anchor, &state).map_err(ChainError::from)?;
		let limits = Limits { wait: Duration::from_secs(self.wait), ..Limits::default() };
		Ok(client.with_limits(limits).with_notify(Arc::new(progress)))
	}
}

/// A line about what is being waited for. That nobody reads it is no error.
pub fn progress(line: &str) {
	let _ = writeln!(std::io::stderr(), "symbolon: {line}");
}
