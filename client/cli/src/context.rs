//! From options to what commands work with.

use crate::{
	args::{Global, State, StoreDir},
	error::CliError,
};
use std::{
	fs::{self, File},
	io::Write,
	path::{Path, PathBuf},
	sync::Arc,
	time::Duration,
};
use symbolon_sdk::{
	anchor, chain::ChainError, files, request::parse_identity, store::Store,
	transport::HttpTransport, Anchor, Client, Clock, Identity, Limits, Memory,
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
		HttpTransport::new(address).map_err(|error| CliError::Usage(format!("--rpc: {error}")))
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

	/// A device's store. An anchor that was named must be of its chain; the pinned one is used.
	pub fn store(&self, store: &StoreDir) -> Result<Store, CliError> {
		let store = Store::open(&store.store)?;
		if self.anchor.is_some() {
			store.check_anchor(&self.load_anchor()?)?;
		}
		Ok(store)
	}

	/// A device's store and its client. An anchor that was named and is newer than the pinned one
	/// is pinned in its place, once it has proved where the chain stands.
	pub async fn device(&self, store: &StoreDir) -> Result<(Store, Client), CliError> {
		let mut store = Store::open(&store.store)?;
		let newer = match &self.anchor {
			Some(_) => store.adopt(&self.load_anchor()?, Clock::system().now())?,
			None => false,
		};
		let mut client = self.open(store.anchor().clone(), store.state_path())?;
		if newer {
			client.sync().await?;
			store.pin()?;
			let fingerprint = store.anchor().fingerprint();
			progress(&format!("pinned a newer anchor, fingerprint {fingerprint}"));
		}
		Ok((store, client))
	}

	/// Bounds on waiting.
	pub fn limits(&self) -> Limits {
		Limits { wait: Duration::from_secs(self.wait), ..Limits::default() }
	}

	fn open(&self, anchor: Anchor, state: PathBuf) -> Result<Client, CliError> {
		let transport = Arc::new(self.transport()?);
		let client = Client::open(transport, anchor, &state).map_err(ChainError::from)?;
		Ok(client.with_limits(self.limits()).with_notify(Arc::new(progress)))
	}
}

/// The name that was given on the command line.
pub fn identity(text: &str) -> Result<Identity, CliError> {
	parse_identity(text).map_err(|error| CliError::Usage(error.to_string()))
}

/// Opens a file to sign or verify. Pipes and devices are refused: they may never end, or give other
/// bytes the next time.
pub fn regular_file(path: &Path) -> Result<File, CliError> {
	let at = |error| CliError::File { path: path.into(), error };
	if !fs::metadata(path).map_err(at)?.is_file() {
		return Err(CliError::NotRegular { path: path.into() });
	}
	File::open(path).map_err(at)
}

/// A line about what is being waited for. That nobody reads it is no error.
pub fn progress(line: &str) {
	let _ = writeln!(std::io::stderr(), "symbolon: {line}");
}
