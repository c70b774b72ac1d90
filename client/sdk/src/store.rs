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
//! | `past-permits` | permits of earlier epochs, which open what was sealed for them |
//! | `state` | progress and clock floor |

mod create;
mod error;
mod keys;
mod permits;

pub use error::StoreError;
pub use keys::Keys;
pub use permits::MAX_PAST;

use crate::{files, request::parse_identity};
use codec::{DecodeAll, Encode};
use serde::{Deserialize, Serialize};
use std::{
	io,
	path::{Path, PathBuf},
};
use symbolon_crypto::{Identity, Serial};
use symbolon_light::{
	anchor::{MAX_ANCHOR, MAX_SKEW},
	Anchor,
};
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
const PAST_PERMITS: &str = "past-permits";
const STATE: &str = "state";

/// `device.json`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
	version: u8,
	identity: String,
	key_id: String,
}

/// An opened store.
pub struct Store {
	dir: PathBuf,
	anchor: Anchor,
	/// Whether `anchor` is the one in the file.
	pinned: bool,
	identity: Identity,
}

impl Store {
	/// Opens the folder of a device.
	///
	/// # Errors
	///
	/// [`StoreError`].
	pub fn open(dir: &Path) -> Result<Self, StoreError> {
		if dir.is_file() {
			return Err(StoreError::NotFolder { path: dir.into() });
		}
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
		// What a run that was killed while it stored the keys left behind.
		files::erase_stale(&files::temporary(&dir.join(KEYS))).map_err(|error| {
			StoreError::File { path: dir.join(KEYS), verb: "cleaned up", error }
		})?;
		Ok(Self { dir: dir.into(), anchor, pinned: true, identity })
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

	/// Whether the device has its keys, whole and right.
	pub fn is_enrolled(&self) -> bool {
		self.keys().is_ok()
	}

	/// Checks that `anchor` is of the store's chain and key.
	///
	/// # Errors
	///
	/// [`StoreError::OtherChain`].
	pub fn check_anchor(&self, anchor: &Anchor) -> Result<(), StoreError> {
		let (expected, found) = (anchor.key_id(), self.anchor.key_id());
		if expected != found {
			return Err(StoreError::OtherChain { dir: self.dir.clone(), expected, found });
		}
		Ok(())
	}

	/// Works with `anchor` from now on if it is newer than the pinned one, and says whether it is.
	/// The folder keeps the pinned one until [`pin`](Self::pin).
	///
	/// # Errors
	///
	/// [`StoreError::OtherChain`]; [`StoreError::FutureAnchor`] if it was made after `now`, Unix
	/// seconds, by more than [`MAX_SKEW`].
	pub fn adopt(&mut self, anchor: &Anchor, now: u64) -> Result<bool, StoreError> {
		self.check_anchor(anchor)?;
		let exported_at = anchor.exported_at();
		if exported_at <= self.anchor.exported_at() {
			return Ok(false);
		}
		if exported_at > now.saturating_add(MAX_SKEW) {
			return Err(StoreError::FutureAnchor { exported_at, now });
		}
		self.anchor = anchor.clone();
		self.pinned = false;
		Ok(true)
	}

	/// Pins the anchor that was [adopted](Self::adopt). Only do so after it proved something: the
	/// one before is gone then.
	///
	/// # Errors
	///
	/// [`StoreError::File`].
	pub fn pin(&mut self) -> Result<(), StoreError> {
		if !self.pinned {
			self.replace(ANCHOR, &self.anchor.to_bytes())?;
			self.pinned = true;
		}
		Ok(())
	}

	/// The epoch schedule as last proved, if any. A damaged one is none: it is proved anew.
	///
	/// # Errors
	///
	/// [`StoreError::File`].
	pub fn schedule(&self) -> Result<Option<Schedule>, StoreError> {
		let Some(bytes) = self.cached(SCHEDULE, MAX_FILE)? else { return Ok(None) };
		Ok(Schedule::decode_all(&mut &bytes[..]).ok())
	}

	/// Keeps a proved schedule.
	///
	/// # Errors
	///
	/// [`StoreError::File`].
	pub fn save_schedule(&self, schedule: &Schedule) -> Result<(), StoreError> {
		self.replace(SCHEDULE, &schedule.encode())
	}

	/// A file that can be had again; one that is too long is as good as none.
	fn cached(&self, name: &str, limit: usize) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
		match read(&self.dir, name, limit) {
			Err(StoreError::File { error, .. }) if error.kind() == io::ErrorKind::InvalidData => {
				Ok(None)
			}
			read => read,
		}
	}

	/// The serial, once enrolled.
	///
	/// # Errors
	///
	/// [`StoreError`].
	pub fn serial(&self) -> Result<Option<Serial>, StoreError> {
		match self.keys() {
			Ok(keys) => Ok(Some(keys.serial)),
			Err(StoreError::NotEnrolled { .. }) => Ok(None),
			Err(error) => Err(error),
		}
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
	let advice = match file {
		KEYS if dir.join(SECRET).exists() => "run `symbolon device enroll` again",
		KEYS | SECRET | ANCHOR => "restore it from a backup, or make a new device",
		_ => "restore it from a backup",
	};
	StoreError::Damaged { path: dir.join(file), advice }
}

fn read(dir: &Path, name: &str, limit: usize) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
	let path = dir.join(name);
	match files::read(&path, limit) {
		Ok(bytes) => Ok(Some(bytes)),
		Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
		Err(error) => Err(StoreError::File { path, verb: "read", error }),
	}
}
