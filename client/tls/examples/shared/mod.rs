//! What the examples share: two identities, and an HTTP server's way to take connections.
//!
//! With `--server STORE --client STORE` they are two enrolled stores, as `symbolon device enroll`
//! leaves them, with permits of the present epoch. Without, a chain is made in this process with
//! two devices, `api@demo` and `pump@demo`.

// Not every example uses all of it.
#![allow(dead_code)]

pub mod listener;

use std::{env, error::Error, path::Path, sync::Arc, time::SystemTime};
use symbolon_sdk::{store::Store, testing::World, Clock};
use symbolon_tls::TlsIdentity;

pub type Failure = Box<dyn Error + Send + Sync>;

/// Both sides. In a real deployment each is a process, a machine of its own.
pub struct Parties {
	pub server: Arc<TlsIdentity>,
	pub client: Arc<TlsIdentity>,
	/// The made chain's folder, removed at the end.
	_folder: Option<tempfile::TempDir>,
}

/// The parties that the command line names, or made ones.
pub async fn parties() -> Result<Parties, Failure> {
	let arguments: Vec<String> = env::args().skip(1).collect();
	let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
	match arguments[..] {
		[] => made().await,
		["--server", server, "--client", client] => {
			let open = |dir: &str| TlsIdentity::open(Store::open(Path::new(dir))?, Clock::system());
			Ok(Parties { server: open(server)?, client: open(client)?, _folder: None })
		}
		_ => Err("expected --server STORE --client STORE, or nothing".into()),
	}
}

async fn made() -> Result<Parties, Failure> {
	let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
	let (world, folder) = (World::new(now), tempfile::tempdir()?);
	let server = world.device(&folder.path().join("api"), "api@demo").await;
	let client = world.device(&folder.path().join("pump"), "pump@demo").await;
	Ok(Parties {
		server: TlsIdentity::open(server, world.clock())?,
		client: TlsIdentity::open(client, world.clock())?,
		_folder: Some(folder),
	})
}
