//! The operator's hold: a file in the vault's folder that any process may make or remove.
//!
//! While it is there the vault deals no more, and takes no part at all in a ceremony that would
//! hand its share on (any kind but Genesis). It lets an operator stop his own vault when a vote
//! looks like a hijack. Keys and permits are still served.

use crate::files::{self, FileError};
use std::path::{Path, PathBuf};

fn path(dir: &Path) -> PathBuf {
	dir.join("hold")
}

/// Holds the vault in `dir`; nothing changes if it is held already.
pub fn hold(dir: &Path) -> Result<(), FileError> {
	files::ensure_dir(dir)?;
	files::write(&path(dir), b"")
}

/// Ends the hold; nothing changes if there is none.
pub fn release(dir: &Path) -> Result<(), FileError> {
	files::erase(&path(dir))
}

/// Whether the vault in `dir` is held.
pub fn is_held(dir: &Path) -> Result<bool, FileError> {
	files::exists(&path(dir))
}
