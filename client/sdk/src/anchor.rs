//! Anchors in files, and making one from a chain specification and a proof.

mod export;
mod genesis;

pub use export::{export, ExportOptions};
pub use genesis::{Genesis, SpecError};
pub use symbolon_light::anchor::MAX_EPOCH;

use crate::{chain::ChainError, files, hexed};
use std::{
	io,
	path::{Path, PathBuf},
};
use symbolon_crypto::{signature::Verifier, DecodeError};
use symbolon_light::{anchor::MAX_ANCHOR, Anchor, AnchorError};
use symbolon_primitives::BlockHash;
use thiserror::Error;

/// What signatures under the anchor's key are checked with.
///
/// # Errors
///
/// [`DecodeError`] of the key. Anchors are checked when they are read, so this cannot come of a file.
pub fn verifier(anchor: &Anchor) -> Result<Verifier, DecodeError> {
	let master = anchor.master_key().decode()?;
	Ok(Verifier { key_id: anchor.key_id(), master, policy: anchor.epoch_policy() })
}

/// Why an anchor cannot be read or made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AnchorFileError {
	/// The file cannot be read or written.
	#[error("the anchor {path} cannot be {verb}: {error}")]
	File {
		/// Which file.
		path: PathBuf,
		/// `read` or `written`.
		verb: &'static str,
		/// What the system said.
		error: io::Error,
	},
	/// The file is no anchor.
	#[error("{path}: {error}; expected what `symbolon anchor export` writes")]
	Format {
		/// Which file.
		path: PathBuf,
		/// What is wrong.
		error: AnchorError,
	},
	/// There is a file already.
	#[error("{path} exists and was not changed; name a new file, or move the old one away")]
	Exists {
		/// Which file.
		path: PathBuf,
	},
	/// The chain specification.
	#[error("{path}: {error}")]
	Spec {
		/// Which file.
		path: PathBuf,
		/// What is wrong.
		error: SpecError,
	},
	/// The node is on another chain.
	#[error(
		"the chain specification makes genesis {}, the node says {}; one of the two is of another \
		 chain",
		hexed::encode(computed),
		hexed::encode(node)
	)]
	OtherGenesis {
		/// Computed from the specification.
		computed: BlockHash,
		/// The node's word.
		node: BlockHash,
	},
	/// The chain's key contradicts itself.
	#[error("the chain names its key {stored}, the key itself makes {derived}; do not trust it")]
	KeyId {
		/// As stored.
		stored: String,
		/// As derived.
		derived: String,
	},
	/// Something makes the anchor unusable.
	#[error("the chain's parameters make no anchor: {0}")]
	Unusable(AnchorError),
	/// Proving what is on the chain.
	#[error(transparent)]
	Chain(#[from] ChainError),
}

impl AnchorFileError {
	/// A short name that scripts can compare.
	pub const fn kind(&self) -> &'static str {
		match self {
			Self::File { .. } => "anchor-file",
			Self::Format { .. } => "bad-anchor",
			Self::Exists { .. } => "anchor-exists",
			Self::Spec { .. } => "bad-chain-spec",
			Self::OtherGenesis { .. } => "other-genesis",
			Self::KeyId { .. } => "key-id-mismatch",
			Self::Unusable(_) => "unusable-anchor",
			Self::Chain(error) => error.kind(),
		}
	}
}

/// Reads an anchor. Whether it is the right one only its fingerprint tells.
///
/// # Errors
///
/// [`AnchorFileError::File`], [`AnchorFileError::Format`].
pub fn load(path: &Path) -> Result<Anchor, AnchorFileError> {
	let bytes = files::read(path, MAX_ANCHOR).map_err(|error| AnchorFileError::File {
		path: path.into(),
		verb: "read",
		error,
	})?;
	Anchor::from_bytes(&bytes).map_err(|error| AnchorFileError::Format { path: path.into(), error })
}

/// Writes an anchor to a new file.
///
/// # Errors
///
/// [`AnchorFileError::Exists`], [`AnchorFileError::File`].
pub fn save(path: &Path, anchor: &Anchor) -> Result<(), AnchorFileError> {
	files::create(path, &anchor.to_bytes(), files::PUBLIC).map_err(|error| match error.kind() {
		io::ErrorKind::AlreadyExists => AnchorFileError::Exists { path: path.into() },
		_ => AnchorFileError::File { path: path.into(), verb: "written", error },
	})
}
