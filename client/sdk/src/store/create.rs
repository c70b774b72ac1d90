//! Making a store: all of it or nothing.

use super::{Description, Store, StoreError, ANCHOR, DEVICE, REQUEST, SECRET, VERSION};
use crate::{entropy, files, hexed, request::Request};
use std::{
	fs::{self, DirBuilder},
	io,
	os::unix::fs::DirBuilderExt,
	path::Path,
};
use symbolon_crypto::{extraction::TransportSecret, Identity};
use symbolon_light::Anchor;

impl Store {
	/// Makes the folder of a new device: a fresh transport secret and the request for `identity`
	/// under the anchor's key. Whatever is at `dir` stays as it is, unless it is an empty folder.
	///
	/// # Errors
	///
	/// [`StoreError`]; nothing is left behind then.
	pub fn create(dir: &Path, anchor: &Anchor, identity: &Identity) -> Result<Self, StoreError> {
		let failed = |error: io::Error| match error.kind() {
			io::ErrorKind::AlreadyExists
			| io::ErrorKind::DirectoryNotEmpty
			| io::ErrorKind::NotADirectory => StoreError::Exists { dir: dir.into() },
			_ => StoreError::File { path: dir.into(), verb: "written", error },
		};
		match fs::read_dir(dir).map(|mut entries| entries.next().is_none()) {
			Ok(true) => {}
			Ok(false) => return Err(StoreError::Exists { dir: dir.into() }),
			Err(error) if error.kind() == io::ErrorKind::NotFound => {}
			Err(error) => return Err(failed(error)),
		}
		let secret = TransportSecret::generate(entropy::fresh()?);
		let transport = secret.request(&anchor.key_id(), identity, entropy::fresh()?);
		let request = Request { identity: identity.clone(), key_id: None, transport };
		let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty());
		if let Some(parent) = parent {
			fs::create_dir_all(parent).map_err(failed)?;
		}
		let beside = files::with_suffix(dir, &format!(".{}.tmp", std::process::id()));
		DirBuilder::new().mode(0o700).create(&beside).map_err(failed)?;
		let made = fill(&beside, anchor, &request, &secret)
			// Onto an empty folder or nothing: a rename never replaces a folder that holds files.
			.and_then(|()| fs::rename(&beside, dir))
			.and_then(|()| files::sync_folder(parent.unwrap_or(Path::new("."))));
		if let Err(error) = made {
			// The first error is the one to report.
			let _ = files::erase(&beside.join(SECRET));
			let _ = fs::remove_dir_all(&beside);
			return Err(failed(error));
		}
		Self::open(dir)
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
	write(DEVICE, &description)?;
	write(REQUEST, request.to_json(&anchor.key_id()).as_bytes())?;
	write(SECRET, secret.to_bytes().expose())?;
	files::sync_folder(dir)
}
