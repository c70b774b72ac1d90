//! The folder a device keeps its keys in: mode 0700, its files 0600.
//!
//! | file | holds |
//! |---|---|
//! | `anchor` | the anchor, as pinned |
//! | `device.json` | name and master key, for people and scripts |
//! | `request.json` | what the registrar needs |
//! | `transport-secret` | τ, until the device is enrolled |
//! | `keys` | serial and identity keys of both purposes, once enrolled |
//! | `schedule` | the epoch schedule, as last proved |
//! | `permits` | permits of the present epoch and the next |
//! | `state` | progress and clock floor |

mod create;
mod error;
mod keys;

pub use error::StoreError;
pub use keys::Keys;

use crate::{files, request::parse_identity};
use codec::{Decode, DecodeAll, Encode};
use serde::{Deserialize, Serialize};
use std::{
	io,
	path::{Path, PathBuf},
};
use symbolon_crypto::{cover::Subtree, permit::Permit, Epoch, G1Bytes, Identity, Serial};
use symbolon_light::{anchor::MAX_ANCHOR, Anchor};
use symbolon_primitives::epochs::Schedule;
use zeroize::Zeroizing;

/// The version of the folder's format.
pub const VERSION: u8 = 1;
/// Longest of the folder's small files, in bytes.
const MAX_FILE: usize = 16 << 10;

const ANCHOR: &str = "anchor";
const DEVICE: &str = "device.json";
const REQUEST: &str = "request.json";
const SECRET: &str = "transport-secret";
const KEYS: &str = "keys";
const SCHEDULE: &str = "schedule";
const PERMITS: &str = "permits";
const STATE: &str = "state";

/// `device.json`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
	version: u8,
	identity: String,
	key_id: String,
}

/// A permit at rest; checked against `P` again when read.
#[derive(Encode, Decode)]
struct StoredPermit {
	epoch: Epoch,
	subtree: Subtree,
	point: G1Bytes,
}

/// An opened store.
pub struct Store {
	dir: PathBuf,
	anchor: Anchor,
	identity: Identity,
}

impl Store {
	/// Opens the folder of a device.
	///
	/// # Errors
	///
	/// [`StoreError`].
	pub fn open(dir: &Path) -> Result<Self, StoreError> {
		if !dir.join(DEVICE).is_file() {
			return Err(StoreError::NoStore { dir: dir.into() });
		}
		for path in [dir.to_owned(), dir.join(SECRET), dir.join(KEYS)] {
			match files::others(&path) {
				Ok(0) => {}
				Ok(mode) => return Err(StoreError::TooOpen { path, mode }),
				Err(error) if error.kind() == io::ErrorKind::NotFound => {}
				Err(error) => return Err(StoreError::File { path, verb: "read", error }),
			}
		}
		let bytes = read(dir, ANCHOR, MAX_ANCHOR)?.ok_or_else(|| damaged(dir, ANCHOR))?;
		let anchor = Anchor::from_bytes(&bytes).map_err(|_| damaged(dir, ANCHOR))?;
		let bytes = read(dir, DEVICE, MAX_FILE)?.ok_or_else(|| damaged(dir, DEVICE))?;
		let description: Description =
			serde_json::from_slice(&bytes).map_err(|_| damaged(dir, DEVICE))?;
		if description.version != VERSION {
			return Err(StoreError::Version { dir: dir.into(), found: description.version });
		}
		if description.key_id != crate::hexed::encode(&anchor.key_id().0) {
			return Err(damaged(dir, DEVICE));
		}
		let identity = parse_identity(&description.identity).map_err(|_| damaged(dir, DEVICE))?;
		let store = Self { dir: dir.into(), anchor, identity };
		// A run that was killed between storing the keys and erasing the transport secret.
		if store.is_enrolled() {
			store.erase_secret()?;
		}
		Ok(store)
	}

	/// The folder.
	pub fn dir(&self) -> &Path {
		&self.dir
	}

	/// The anchor that the device pinned.
	pub const fn anchor(&self) -> &Anchor {
		&self.anchor
	}

	/// The device's name.
	pub const fn identity(&self) -> &Identity {
		&self.identity
	}

	/// Where progress and clock floor are kept.
	pub fn state_path(&self) -> PathBuf {
		self.dir.join(STATE)
	}

	/// Where the request for the registrar is.
	pub fn request_path(&self) -> PathBuf {
		self.dir.join(REQUEST)
	}

	/// Whether the device has its keys.
	pub fn is_enrolled(&self) -> bool {
		self.dir.join(KEYS).exists()
	}

	/// Checks that `anchor` is of the store's chain and key, and pins it if it is newer.
	///
	/// # Errors
	///
	/// [`StoreError::OtherChain`].
	pub fn adopt(&mut self, anchor: &Anchor) -> Result<(), StoreError> {
		let (expected, found) = (anchor.key_id(), self.anchor.key_id());
		if expected != found {
			return Err(StoreError::OtherChain { dir: self.dir.clone(), expected, found });
		}
		if anchor.exported_at() > self.anchor.exported_at() {
			self.replace(ANCHOR, &anchor.to_bytes())?;
			self.anchor = anchor.clone();
		}
		Ok(())
	}

	/// The epoch schedule as last proved, if any.
	///
	/// # Errors
	///
	/// [`StoreError`].
	pub fn schedule(&self) -> Result<Option<Schedule>, StoreError> {
		let Some(bytes) = read(&self.dir, SCHEDULE, MAX_FILE)? else { return Ok(None) };
		let schedule = Schedule::decode_all(&mut &bytes[..]);
		schedule.map(Some).map_err(|_| damaged(&self.dir, SCHEDULE))
	}

	/// Keeps a proved schedule.
	///
	/// # Errors
	///
	/// [`StoreError::File`].
	pub fn save_schedule(&self, schedule: &Schedule) -> Result<(), StoreError> {
		self.replace(SCHEDULE, &schedule.encode())
	}

	/// The permits that are kept, each checked against `P`, by ascending epoch.
	///
	/// # Errors
	///
	/// [`StoreError`].
	pub fn permits(&self) -> Result<Vec<Permit>, StoreError> {
		let Some(bytes) = read(&self.dir, PERMITS, MAX_FILE)? else { return Ok(Vec::new()) };
		let broken = || damaged(&self.dir, PERMITS);
		let stored = Vec::<StoredPermit>::decode_all(&mut &bytes[..]).map_err(|_| broken())?;
		let master = self.anchor.master_key().decode().map_err(|_| broken())?;
		let key_id = self.anchor.key_id();
		let verify = |StoredPermit { epoch, subtree, point }| {
			Permit::verify(&key_id, &epoch, &subtree, &point, &master).map_err(|_| broken())
		};
		stored.into_iter().map(verify).collect()
	}

	/// Replaces the permits that are kept.
	///
	/// # Errors
	///
	/// [`StoreError::File`].
	pub fn save_permits(&self, permits: &[Permit]) -> Result<(), StoreError> {
		let stored: Vec<StoredPermit> = permits
			.iter()
			.map(|permit| StoredPermit {
				epoch: permit.epoch(),
				subtree: permit.subtree(),
				point: permit.encode(),
			})
			.collect();
		self.replace(PERMITS, &stored.encode())
	}

	/// The serial, once enrolled.
	///
	/// # Errors
	///
	/// [`StoreError`].
	pub fn serial(&self) -> Result<Option<Serial>, StoreError> {
		Ok(if self.is_enrolled() { Some(self.keys()?.serial) } else { None })
	}

	fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
		let path = self.dir.join(name);
		files::replace(&path, bytes, files::PRIVATE).map_err(|error| StoreError::File {
			path,
			verb: "written",
			error,
		})
	}
}

fn damaged(dir: &Path, file: &'static str) -> StoreError {
	StoreError::Damaged { path: dir.join(file) }
}

fn read(dir: &Path, name: &str, limit: usize) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
	let path = dir.join(name);
	match files::read(&path, limit) {
		Ok(bytes) => Ok(Some(bytes)),
		Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
		Err(error) => Err(StoreError::File { path, verb: "read", error }),
	}
}
