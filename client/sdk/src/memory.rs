//! What a client remembers between runs: from where finality is followed, and what it has seen.

use crate::files;
use codec::{Decode, DecodeAll, Encode};
use std::{
	cmp::Ordering,
	io,
	path::{Path, PathBuf},
};
use symbolon_crypto::{Epoch, KeyId};
use symbolon_light::{
	anchor::MAX_ANCHOR, Anchor, Base, ClockError, ClockFloor, Progress, Verified,
};
use thiserror::Error;

const VERSION: u8 = 2;

/// Why a state file cannot be used.
#[derive(Debug, Error)]
pub enum MemoryError {
	/// Cannot be read or written.
	#[error("the state file {path} cannot be {verb}: {error}")]
	File {
		/// Which file.
		path: PathBuf,
		/// `read` or `written`.
		verb: &'static str,
		/// What the system said.
		error: io::Error,
	},
	/// Not one of ours.
	#[error(
		"{path} is not a state file of this version; if it is damaged, remove it: what is lost is \
		 only the memory of how far the chain had come"
	)]
	Format {
		/// Which file.
		path: PathBuf,
	},
	/// Of another chain or master key.
	#[error(
		"the state file {path} belongs to master key {found:?}, the anchor to {expected:?}: \
		 another chain; name another file with --state"
	)]
	Foreign {
		/// Which file.
		path: PathBuf,
		/// The anchor's.
		expected: KeyId,
		/// The file's.
		found: KeyId,
	},
}

/// The state file: `SCALE{ 2u8, key_id, since, base, progress }`.
#[derive(Encode, Decode)]
struct Stored {
	version: u8,
	key_id: KeyId,
	/// When the anchor was made that base and progress go on from, Unix seconds.
	since: u64,
	base: Base,
	progress: Progress,
}

/// A client's memory, kept in a file.
pub struct Memory {
	anchor: Anchor,
	path: PathBuf,
	since: u64,
	base: Base,
	floor: ClockFloor,
	unsaved: bool,
}

impl Memory {
	/// Reads the state file at `path`; without one, begins at the anchor. Under an anchor that was
	/// made later than the file's, all but the clock floor begins at that anchor.
	///
	/// # Errors
	///
	/// [`MemoryError`].
	pub fn open(anchor: &Anchor, path: &Path) -> Result<Self, MemoryError> {
		let mut memory = Self {
			anchor: anchor.clone(),
			path: path.to_owned(),
			since: anchor.exported_at(),
			base: anchor.base().clone(),
			floor: ClockFloor::new(anchor),
			unsaved: false,
		};
		memory.merge()?;
		Ok(memory)
	}

	/// The block from which finality is followed.
	pub const fn base(&self) -> &Base {
		&self.base
	}

	/// Clock floor and progress.
	pub const fn floor(&self) -> &ClockFloor {
		&self.floor
	}

	/// Records a contact with the chain. See [`ClockFloor::contact`].
	///
	/// # Errors
	///
	/// [`ClockError`]; nothing changes then.
	pub fn contact(
		&mut self,
		base: Base,
		epoch: &Verified<Epoch>,
		now: u64,
	) -> Result<(), ClockError> {
		self.floor.contact(epoch, now)?;
		if base.number > self.base.number {
			self.base = base;
		}
		self.unsaved = true;
		Ok(())
	}

	/// Accepts a proved epoch as the present one. See [`ClockFloor::accept`].
	///
	/// # Errors
	///
	/// [`ClockError`]; nothing changes then.
	pub fn accept(&mut self, epoch: &Epoch, now: u64) -> Result<(), ClockError> {
		let before = *self.floor.progress();
		self.floor.accept(epoch, now)?;
		self.unsaved |= before != *self.floor.progress();
		Ok(())
	}

	/// Writes the state file, if anything changed. What another process wrote meanwhile is kept
	/// where it is further on.
	///
	/// # Errors
	///
	/// [`MemoryError`].
	pub fn save(&mut self) -> Result<(), MemoryError> {
		if !self.unsaved {
			return Ok(());
		}
		self.merge()?;
		let stored = Stored {
			version: VERSION,
			key_id: self.anchor.key_id(),
			since: self.since,
			base: self.base.clone(),
			progress: *self.floor.progress(),
		};
		files::replace(&self.path, &stored.encode(), files::PRIVATE)
			.map_err(|error| self.failure("written", error))?;
		self.unsaved = false;
		Ok(())
	}

	fn failure(&self, verb: &'static str, error: io::Error) -> MemoryError {
		MemoryError::File { path: self.path.clone(), verb, error }
	}

	fn merge(&mut self) -> Result<(), MemoryError> {
		let bytes = match files::read(&self.path, MAX_ANCHOR) {
			Ok(bytes) => bytes,
			Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
			Err(error) => return Err(self.failure("read", error)),
		};
		let format = || MemoryError::Format { path: self.path.clone() };
		let stored = Stored::decode_all(&mut &bytes[..]).map_err(|_| format())?;
		if stored.version != VERSION || stored.base.check().is_err() {
			return Err(format());
		}
		if stored.key_id != self.anchor.key_id() {
			let (expected, found) = (self.anchor.key_id(), stored.key_id);
			return Err(MemoryError::Foreign { path: self.path.clone(), expected, found });
		}
		let (own, other) = (*self.floor.progress(), stored.progress);
		let floor = own.floor.max(other.floor);
		let (progress, base) = match stored.since.cmp(&self.since) {
			// The newer anchor prevails: what an older one led to may have been wrong.
			Ordering::Less => (Progress { floor, ..own }, None),
			Ordering::Greater => (Progress { floor, ..other }, Some(stored.base)),
			Ordering::Equal => {
				let progress = Progress {
					block: own.block.max(other.block),
					epoch_number: own.epoch_number.max(other.epoch_number),
					floor,
					last_contact: own.last_contact.max(other.last_contact),
				};
				(progress, Some(stored.base).filter(|base| base.number > self.base.number))
			}
		};
		self.floor = ClockFloor::resume(&self.anchor, progress);
		self.since = self.since.max(stored.since);
		self.base = base.unwrap_or_else(|| self.base.clone());
		Ok(())
	}
}
