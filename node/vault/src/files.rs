//! Files at rest: private modes, atomic writes, best-effort erasure.
//!
//! A file appears under its name only once it is complete and synced (temporary file, `O_EXCL`,
//! mode 0600, fsync, rename, fsync of the folder), so that after a crash at any point it is either
//! whole or absent.

use std::{
	fs::{self, DirBuilder, File, OpenOptions},
	io::{self, ErrorKind, Read, Write},
	os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
	path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// Mode bits that nobody but the owner may have.
const OTHERS: u32 = 0o077;

/// Why a file or folder of the vault cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
	/// The operating system refused.
	#[error("{}: {source}", path.display())]
	Io {
		/// Which file.
		path: PathBuf,
		/// What it said.
		source: io::Error,
	},
	/// Others than the owner can reach it.
	#[error(
		"{}: others can reach it (mode {mode:04o}); expected 0700 for folders and 0600 for files: \
		 find out who could read it, then chmod it",
		path.display()
	)]
	Exposed {
		/// Which file.
		path: PathBuf,
		/// Its mode.
		mode: u32,
	},
	/// Longer than any file of its kind.
	#[error("{}: expected at most {max} bytes, found {found}", path.display())]
	TooLong {
		/// Which file.
		path: PathBuf,
		/// Most bytes.
		max: u64,
		/// Its length in bytes.
		found: u64,
	},
}

/// Puts the path to an [`io::Error`].
pub(crate) trait At<T> {
	fn at(self, path: &Path) -> Result<T, FileError>;
}

impl<T> At<T> for io::Result<T> {
	fn at(self, path: &Path) -> Result<T, FileError> {
		self.map_err(|source| FileError::Io { path: path.to_path_buf(), source })
	}
}

fn refuse_exposed(path: &Path, metadata: &fs::Metadata) -> Result<(), FileError> {
	let mode = metadata.permissions().mode() & 0o7777;
	if mode & OTHERS != 0 {
		return Err(FileError::Exposed { path: path.to_path_buf(), mode });
	}
	Ok(())
}

/// Syncs a folder, so that names made or removed in it last.
fn sync_dir(path: &Path) -> Result<(), FileError> {
	File::open(path).and_then(|dir| dir.sync_all()).at(path)
}

fn sync_parent(path: &Path) -> Result<(), FileError> {
	match path.parent() {
		Some(parent) if !parent.as_os_str().is_empty() => sync_dir(parent),
		_ => sync_dir(Path::new(".")),
	}
}

/// Makes the folder with mode 0700 (parents too), or checks that nobody else can reach it.
pub(crate) fn ensure_dir(path: &Path) -> Result<(), FileError> {
	match fs::metadata(path) {
		Ok(metadata) => refuse_exposed(path, &metadata),
		Err(error) if error.kind() == ErrorKind::NotFound => {
			DirBuilder::new().recursive(true).mode(0o700).create(path).at(path)?;
			sync_parent(path)
		}
		Err(error) => Err(error).at(path),
	}
}

/// Whether there is such a file.
pub(crate) fn exists(path: &Path) -> Result<bool, FileError> {
	path.try_exists().at(path)
}

/// Names of the entries of a folder; none if there is no folder.
pub(crate) fn names(path: &Path) -> Result<Vec<String>, FileError> {
	let entries = match fs::read_dir(path) {
		Ok(entries) => entries,
		Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
		Err(error) => return Err(error).at(path),
	};
	let mut names = Vec::new();
	for entry in entries {
		names.extend(entry.at(path)?.file_name().into_string());
	}
	Ok(names)
}

/// The file's bytes, at most `max`; `None` if there is none. A file that others can reach is
/// refused.
pub(crate) fn read(path: &Path, max: u64) -> Result<Option<Zeroizing<Vec<u8>>>, FileError> {
	let mut file = match File::open(path) {
		Ok(file) => file,
		Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
		Err(error) => return Err(error).at(path),
	};
	let metadata = file.metadata().at(path)?;
	refuse_exposed(path, &metadata)?;
	let found = metadata.len();
	if found > max {
		return Err(FileError::TooLong { path: path.to_path_buf(), max, found });
	}
	// Exact capacity: growing would leave copies of a secret behind.
	let mut bytes = Zeroizing::new(vec![0; found as usize]);
	file.read_exact(&mut bytes).at(path)?;
	Ok(Some(bytes))
}

/// Writes a new file, or replaces it as a whole.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
	let mut temporary = path.as_os_str().to_owned();
	temporary.push(".tmp");
	let temporary = PathBuf::from(temporary);
	// What a crash may have left here was never under its name; it may be a secret.
	erase(&temporary)?;
	let mut file = OpenOptions::new()
		.write(true)
		.create_new(true)
		.mode(0o600)
		.open(&temporary)
		.at(&temporary)?;
	file.write_all(bytes).and_then(|()| file.sync_all()).at(&temporary)?;
	fs::rename(&temporary, path).at(path)?;
	sync_parent(path)
}

/// Overwrites the file with zeros, syncs, and unlinks it. Nothing to do if there is none.
///
/// Best effort: a copy-on-write file system, an SSD or a backup may keep the old block. That is
/// why only 32-byte keys need to vanish: what they seal is useless without them.
pub(crate) fn erase(path: &Path) -> Result<(), FileError> {
	let mut file = match OpenOptions::new().write(true).open(path) {
		Ok(file) => file,
		Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
		Err(error) => return Err(error).at(path),
	};
	let length = file.metadata().at(path)?.len();
	io::copy(&mut io::repeat(0).take(length), &mut file).at(path)?;
	file.sync_all().at(path)?;
	fs::remove_file(path).at(path)?;
	sync_parent(path)
}
