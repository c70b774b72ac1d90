//! Files that are whole or not there: written beside, synced, renamed.

use std::{
	ffi::OsString,
	fs::{self, File, OpenOptions, Permissions},
	io::{self, Read, Write},
	os::unix::fs::{OpenOptionsExt, PermissionsExt},
	path::{Path, PathBuf},
	time::Duration,
};
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

/// Mode of files that others may read.
pub const PUBLIC: u32 = 0o644;
/// Mode of files that only their owner may read.
pub const PRIVATE: u32 = 0o600;

/// `path` with `suffix` appended to its last part.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
	let mut name = OsString::from(path);
	name.push(suffix);
	PathBuf::from(name)
}

/// Where a secret is written before it takes its place: always the same, so that what a killed run
/// left there is found.
pub fn temporary(path: &Path) -> PathBuf {
	with_suffix(path, ".tmp")
}

/// Age from which on a temporary file was left behind by a run that is no more.
const STALE: Duration = Duration::from_secs(60);

/// Whether `path` was last changed more than a minute ago; not, if there is nothing.
///
/// # Errors
///
/// The system's.
pub fn is_stale(path: &Path) -> io::Result<bool> {
	match fs::symlink_metadata(path) {
		Ok(metadata) => Ok(metadata.modified()?.elapsed().is_ok_and(|age| age > STALE)),
		Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
		Err(error) => Err(error),
	}
}

/// [Erases](erase) a temporary file that a killed run left behind.
///
/// # Errors
///
/// The system's.
pub fn erase_stale(path: &Path) -> io::Result<()> {
	if is_stale(path)? {
		erase(path)?;
	}
	Ok(())
}

fn folder_of(path: &Path) -> &Path {
	match path.parent() {
		Some(parent) if !parent.as_os_str().is_empty() => parent,
		_ => Path::new("."),
	}
}

/// A new file of `mode` in the folder of `path`, to be written and then to take its place. It is
/// removed when dropped before.
///
/// # Errors
///
/// The system's.
pub fn beside(path: &Path, mode: u32) -> io::Result<NamedTempFile> {
	tempfile::Builder::new()
		.prefix(".symbolon-")
		.suffix(".tmp")
		.permissions(Permissions::from_mode(mode))
		.tempfile_in(folder_of(path))
}

/// Puts a file that was made [beside](beside) `path` in its place, for good; over what is there only
/// if `replace`.
///
/// # Errors
///
/// The system's; `AlreadyExists` if there is a file. The file beside is removed then.
pub fn keep(beside: NamedTempFile, path: &Path, replace: bool) -> io::Result<()> {
	beside.as_file().sync_all()?;
	let kept = if replace { beside.persist(path) } else { beside.persist_noclobber(path) };
	kept.map_err(|failed| failed.error)?;
	sync_folder(folder_of(path))
}

/// Writes a new file of `mode`; fails if there is one already.
///
/// # Errors
///
/// The system's; `AlreadyExists` if there is a file.
pub fn create(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
	let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
	// The umask takes bits away from `mode`, but never adds any.
	file.write_all(bytes)?;
	file.sync_all()
}

/// Replaces a file, or makes it: readers see the old bytes or the new ones, whenever power fails.
///
/// # Errors
///
/// The system's; the file is unchanged then.
pub fn replace(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
	let beside = with_suffix(path, &format!(".{}.tmp", std::process::id()));
	// Left behind by a run that was killed and had this number.
	match fs::remove_file(&beside) {
		Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
		_ => {}
	}
	let written = create(&beside, bytes, mode).and_then(|()| fs::rename(&beside, path));
	if written.is_err() {
		// The first error is the one to report.
		let _ = fs::remove_file(&beside);
	}
	written?;
	sync_folder(folder_of(path))
}

/// As [`replace`] for a file of mode [`PRIVATE`] that holds a secret: what is left of an earlier
/// attempt is erased, and so is this one if it fails.
///
/// # Errors
///
/// The system's; the file is unchanged then.
pub fn replace_secret(path: &Path, bytes: &[u8]) -> io::Result<()> {
	let beside = temporary(path);
	erase(&beside)?;
	let written = create(&beside, bytes, PRIVATE).and_then(|()| fs::rename(&beside, path));
	if written.is_err() {
		// The first error is the one to report.
		let _ = erase(&beside);
	}
	written?;
	sync_folder(folder_of(path))
}

/// Makes renames and removals in `folder` last.
///
/// # Errors
///
/// The system's.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
	File::open(folder)?.sync_all()
}

/// Reads a whole file of at most `limit` bytes into memory that is wiped afterwards.
///
/// # Errors
///
/// The system's; `InvalidData` if the file is longer.
pub fn read(path: &Path, limit: usize) -> io::Result<Zeroizing<Vec<u8>>> {
	let file = File::open(path)?;
	// Room for all of it at once: growing would leave copies behind.
	let mut bytes = Zeroizing::new(Vec::with_capacity(limit.saturating_add(1).min(1 << 16)));
	file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
	if bytes.len() > limit {
		let text = format!("expected at most {limit} bytes, the file has more");
		return Err(io::Error::new(io::ErrorKind::InvalidData, text));
	}
	Ok(bytes)
}

/// Overwrites a file with zeros and removes it. On drives and file systems that never write in
/// place the old bytes may stay readable to who takes the drive.
///
/// # Errors
///
/// The system's; no file is no error.
pub fn erase(path: &Path) -> io::Result<()> {
	let length = match fs::metadata(path) {
		Ok(metadata) => metadata.len(),
		Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
		Err(error) => return Err(error),
	};
	let mut file = OpenOptions::new().write(true).open(path)?;
	io::copy(&mut io::repeat(0).take(length), &mut file)?;
	file.sync_all()?;
	fs::remove_file(path)?;
	sync_folder(folder_of(path))
}

/// Permission bits that others than the owner have on `path`.
///
/// # Errors
///
/// The system's.
pub fn others(path: &Path) -> io::Result<u32> {
	Ok(fs::metadata(path)?.permissions().mode() & 0o077)
}
