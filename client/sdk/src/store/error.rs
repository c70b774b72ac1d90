//! Why a store cannot be used.

use crate::{clock, entropy::EntropyError};
use std::{io, path::PathBuf};
use symbolon_crypto::KeyId;
use thiserror::Error;

/// Why a store cannot be made or used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
	/// There is something already.
	#[error("{dir} exists and is no empty folder; nothing was changed: name a new folder")]
	Exists {
		/// Where.
		dir: PathBuf,
	},
	/// There is nothing.
	#[error("{dir} is not a device store; make one with `symbolon device new`")]
	NoStore {
		/// Where.
		dir: PathBuf,
	},
	/// A file instead of a folder.
	#[error("{path} is a file; expected a device's folder, as `symbolon device new` makes it")]
	NotFolder {
		/// Which file.
		path: PathBuf,
	},
	/// Another run makes the store, or was killed less than a minute ago while it did.
	#[error("{path} is there: another run is making this store; wait a minute and try again")]
	BeingMade {
		/// Where it is made.
		path: PathBuf,
	},
	/// An anchor that was made after now.
	#[error(
		"the anchor was made at {}, this clock says {}; set the clock right, or get a right anchor",
		clock::text(*exported_at),
		clock::text(*now)
	)]
	FutureAnchor {
		/// When the anchor says it was made, Unix seconds.
		exported_at: u64,
		/// The clock, Unix seconds.
		now: u64,
	},
	/// Others than the owner have rights on a secret.
	#[error("{path} is open to others (mode bits {mode:03o}); expected none: chmod go= it")]
	TooOpen {
		/// What.
		path: PathBuf,
		/// The bits that should be 0.
		mode: u32,
	},
	/// A file of the store cannot be read or written.
	#[error("{path} cannot be {verb}: {error}")]
	File {
		/// Which one.
		path: PathBuf,
		/// `read`, `written`, `cleaned up` or `erased`.
		verb: &'static str,
		/// What the system said.
		error: io::Error,
	},
	/// A file of the store is not what was written.
	#[error("{path} is damaged or missing; {advice}")]
	Damaged {
		/// Which one.
		path: PathBuf,
		/// What to do.
		advice: &'static str,
	},
	/// A store of another version.
	#[error("{dir} is a store of version {found}, expected {}", super::VERSION)]
	Version {
		/// Where.
		dir: PathBuf,
		/// Its version.
		found: u8,
	},
	/// A store of another chain.
	#[error(
		"{dir} belongs to master key {found:?}, the anchor to {expected:?}: another chain; use the \
		 anchor that the device was made with"
	)]
	OtherChain {
		/// Where.
		dir: PathBuf,
		/// The anchor's.
		expected: KeyId,
		/// The store's.
		found: KeyId,
	},
	/// The device has no keys yet.
	#[error("{dir} has no keys yet; have it registered, then run `symbolon device enroll`")]
	NotEnrolled {
		/// Where.
		dir: PathBuf,
	},
	/// No randomness.
	#[error(transparent)]
	Entropy(#[from] EntropyError),
}

impl StoreError {
	/// A short name that scripts can compare.
	pub const fn kind(&self) -> &'static str {
		match self {
			Self::Exists { .. } => "store-exists",
			Self::NoStore { .. } | Self::NotFolder { .. } => "no-store",
			Self::BeingMade { .. } => "store-being-made",
			Self::FutureAnchor { .. } => "anchor-from-future",
			Self::TooOpen { .. } => "store-too-open",
			Self::File { .. } => "store-file",
			Self::Damaged { .. } => "store-damaged",
			Self::Version { .. } => "store-version",
			Self::OtherChain { .. } => "store-of-other-chain",
			Self::NotEnrolled { .. } => "not-enrolled",
			Self::Entropy(_) => "no-randomness",
		}
	}
}
