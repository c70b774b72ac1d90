//! Making a store.

use super::{Description, Store, StoreError, ANCHOR, DEVICE, REQUEST, SECRET, VERSION};
use crate::{entropy, files, hexed, request::Request};
use std::{
	fs::{self, DirBuilder, Permissions},
	io,
	os::unix::fs::{DirBuilderExt, PermissionsExt},
	path::{Path, PathBuf},
};
use symbolon_crypto::{extraction::TransportSecret, Identity};
use symbolon_light::Anchor;

/// What a new store holds. The description comes last: a folder without it is no store.
const FILES: [&str; 4] = [ANCHOR, REQUEST, SECRET, DEVICE];

impl Store {
	/// Makes the folder of a new device: a fresh transport secret and the request for `identity`
	/// under the anchor's key. Whatever is at `dir` stays as it is, unless it is an empty folder,
	/// which is filled.
	///
	/// # Errors
	///
	/// [`StoreError`]; nothing is left behind then.
	pub fn create(dir: &Path, anchor: &Anchor, identity: &Identity) -> Result<Self, StoreError> {
		// Without a slash at the end, which would make what is beside it something inside.
		let dir: PathBuf = dir.components().collect();
		let failed = |error: io::Error| match error.kind() {
			io::ErrorKind::AlreadyExists
			| io::ErrorKind::DirectoryNotEmpty
			| io::ErrorKind::NotADirectory => StoreError::Exists { dir: dir.clone() },
			_ => StoreError::File { path: dir.clone(), verb: "written", error },
		};
		let empty = match fs::read_dir(&dir).map(|mut entries| entries.next().is_none()) {
			Ok(true) => true,
			Ok(false) => return Err(StoreError::Exists { dir }),
			Err(error) if error.kind() == io::ErrorKind::NotFound => false,
			Err(error) => return Err(failed(error)),
		};
		let secret = TransportSecret::generate(entropy::fresh()?);
		let transport = secret.request(&anchor.key_id(), identity, entropy::fresh()?);
		let request = Request { identity: identity.clone(), key_id: None, transport };
		let write = |dir: &Path| fill(dir, anchor, &request, &secret);
		if empty {
			// In place: it may be somebody's working folder.
			fill_empty(&dir, write).map_err(failed)?;
		} else {
			make_beside(&dir, write, failed)?;
		}
		Self::open(&dir)
	}
}

fn fill_empty(dir: &Path, write: impl Fn(&Path) -> io::Result<()>) -> io::Result<()> {
	fs::set_permissions(dir, Permissions::from_mode(0o700))?;
	let made = write(dir);
	if made.is_err() {
		discard(dir);
	}
	made
}

fn make_beside(
	dir: &Path,
	write: impl Fn(&Path) -> io::Result<()>,
	failed: impl Fn(io::Error) -> StoreError,
) -> Result<(), StoreError> {
	let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty());
	if let Some(parent) = parent {
		fs::create_dir_all(parent).map_err(&failed)?;
	}
	// Always the same name, so that the secret of a run that was killed is found and erased.
	let beside = files::with_suffix(dir, ".symbolon-new.tmp");
	if files::is_stale(&beside).map_err(&failed)? {
		discard(&beside);
		fs::remove_dir(&beside).map_err(&failed)?;
	}
	DirBuilder::new().mode(0o700).create(&beside).map_err(|error| match error.kind() {
		io::ErrorKind::AlreadyExists => StoreError::BeingMade { path: beside.clone() },
		_ => failed(error),
	})?;
	let made = write(&beside)
		// Onto nothing: a rename never replaces a folder that holds files.
		.and_then(|()| fs::rename(&beside, dir))
		.and_then(|()| files::sync_folder(parent.unwrap_or(Path::new("."))));
	made.map_err(|error| {
		discard(&beside);
		// The first error is the one to report.
		let _ = fs::remove_dir(&beside);
		failed(error)
	})
}

/// Takes the files of a store away that was not finished, the secret first.
fn discard(dir: &Path) {
	// Called on failure, whose error is the one to report.
	let _ = files::erase(&dir.join(SECRET));
	for name in FILES {
		let _ = fs::remove_file(dir.join(name));
	}
}

fn fill(
	dir: &Path,
	anchor: &Anchor,
	request: &Request,
	secret: &TransportSecret,
) -> io::Result<()> {
	let description = Description {
		version: VERSION,
		identity: request.identity.to_string(),
		key_id: hexed::encode(&anchor.key_id().0),
	};
	let description = serde_json::to_vec_pretty(&description).map_err(io::Error::other)?;
	let write = |name: &str, bytes: &[u8]| files::create(&dir.join(name), bytes, files::PRIVATE);
	write(ANCHOR, &anchor.to_bytes())?;
	write(REQUEST, request.to_json(&anchor.key_id()).as_bytes())?;
	write(SECRET, secret.to_bytes().expose())?;
	write(DEVICE, &description)?;
	files::sync_folder(dir)
}
