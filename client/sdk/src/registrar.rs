//! What a registrar does: register, revoke, ask for keys again.
//!
//! Everything the chain would refuse is looked for first, locally and by proof, so that mistakes get
//! a message instead of a failed extrinsic. A call counts as done only when the finalized, proved
//! state shows its result.

mod check;
mod error;
mod register;
mod revoke;
mod submit;

pub use error::{RegistrarError, RowError, RowFault};
pub use register::{Registered, Row};
pub use revoke::Revoked;

use crate::{chain::Client, files, hexed};
use sp_core::{sr25519, Pair};
use std::path::Path;
use symbolon_primitives::Account;

/// Longest key file: 64 hex digits, `0x` and blanks.
const MAX_KEY_FILE: usize = 256;

/// A registrar's key: sr25519.
pub struct RegistrarKey(sr25519::Pair);

impl RegistrarKey {
	/// Reads a key file: the 32-byte seed in hex, in a file that only its owner may read.
	///
	/// # Errors
	///
	/// [`RegistrarError::KeyFile`], [`RegistrarError::KeyTooOpen`].
	pub fn load(path: &Path) -> Result<Self, RegistrarError> {
		let refused = |reason: String| RegistrarError::KeyFile { path: path.into(), reason };
		match files::others(path) {
			Ok(0) => {}
			Ok(mode) => return Err(RegistrarError::KeyTooOpen { path: path.into(), mode }),
			Err(error) => return Err(refused(error.to_string())),
		}
		let bytes = files::read(path, MAX_KEY_FILE).map_err(|error| refused(error.to_string()))?;
		let text = std::str::from_utf8(&bytes).map_err(|_| refused("it is not text".into()))?;
		let seed = hexed::decode_secret(text.trim()).map_err(|error| refused(error.to_string()))?;
		Ok(Self(sr25519::Pair::from_seed(&seed)))
	}

	/// The account.
	pub fn account(&self) -> Account {
		self.0.public().0
	}

	fn sign(&self, bytes: &[u8]) -> [u8; 64] {
		self.0.sign(bytes).0
	}
}

/// A registrar at work.
pub struct Registrar<'a> {
	client: &'a mut Client,
	key: &'a RegistrarKey,
}

impl<'a> Registrar<'a> {
	/// A registrar of `key` that works through `client`.
	pub fn new(client: &'a mut Client, key: &'a RegistrarKey) -> Self {
		Self { client, key }
	}
}
