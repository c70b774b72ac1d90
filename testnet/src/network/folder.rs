//! A network's folder: what was made in it is removed, what others put there is not.

use crate::Error;
use std::{
	fs, io,
	path::{Path, PathBuf},
	thread,
};
use tempfile::TempDir;

/// The network's folder, emptied of what the network made when it is dropped.
pub(super) struct Folder {
	pub path: PathBuf,
	/// A temporary folder removes itself.
	temporary: Option<TempDir>,
	/// Whether the folder itself was made here.
	made: bool,
	/// Names of what the network makes in it.
	own: Vec<String>,
	keep: bool,
	/// Whether it is still to be removed (or kept).
	open: bool,
}

impl Folder {
	/// The folder `wanted`, which is empty or not there yet, or a temporary one. What the network
	/// will make in it has the names `own`.
	pub fn open(wanted: Option<&Path>, keep: bool, own: Vec<String>) -> Result<Self, Error> {
		let Some(wanted) = wanted else {
			let made = tempfile::Builder::new().prefix("symbolon-testnet-").tempdir();
			let temporary = made.map_err(Error::io("making a temporary folder"))?;
			let path = temporary.path().to_owned();
			return Ok(Self {
				path,
				temporary: Some(temporary),
				made: true,
				own,
				keep,
				open: true,
			});
		};
		let failed = || Error::io(format!("using the folder {}", wanted.display()));
		let made = !wanted.exists();
		fs::create_dir_all(wanted).map_err(failed())?;
		let path = wanted.canonicalize().map_err(failed())?;
		if fs::read_dir(&path).map_err(failed())?.next().is_some() {
			return Err(Error::Setting(format!(
				"{} is not empty; name an empty or a new folder",
				path.display()
			)));
		}
		Ok(Self { path, temporary: None, made, own, keep, open: true })
	}

	/// Removes what the network made, unless it is to be kept.
	pub fn close(&mut self) -> Result<(), Error> {
		self.open = false;
		if self.keep {
			return Ok(());
		}
		self.remove().map_err(Error::io(format!("removing {}", self.path.display())))
	}

	fn remove(&mut self) -> io::Result<()> {
		if let Some(temporary) = self.temporary.take() {
			return temporary.close();
		}
		for name in &self.own {
			let path = self.path.join(name);
			let removed = match fs::symlink_metadata(&path) {
				Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(&path),
				Ok(_) => fs::remove_file(&path),
				Err(error) => Err(error),
			};
			match removed {
				Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
				_ => {}
			}
		}
		if fs::read_dir(&self.path)?.next().is_some() {
			eprintln!("{} is kept: it holds what others put there", self.path.display());
			return Ok(());
		}
		if self.made {
			fs::remove_dir(&self.path)?;
		}
		Ok(())
	}
}

impl Drop for Folder {
	fn drop(&mut self) {
		if !self.open {
			return;
		}
		if self.keep || thread::panicking() {
			if let Some(temporary) = self.temporary.take() {
				let _ = temporary.keep();
			}
			eprintln!("the network's files are kept in {}", self.path.display());
		} else if let Err(error) = self.close() {
			eprintln!("{error}");
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn only_what_the_network_made_is_removed() {
		let parent = tempfile::tempdir().unwrap();
		for (there, foreign) in [(false, false), (false, true), (true, false), (true, true)] {
			let path = parent.path().join(format!("{there}-{foreign}"));
			if there {
				fs::create_dir(&path).unwrap();
			}
			let own = vec!["key".into(), "node".into(), "never made".into()];
			let mut folder = Folder::open(Some(&path), false, own).unwrap();
			fs::write(path.join("key"), "").unwrap();
			fs::create_dir_all(path.join("node/data")).unwrap();
			if foreign {
				fs::create_dir(path.join("mine")).unwrap();
				fs::write(path.join("mine/file"), "precious").unwrap();
			}
			folder.close().unwrap();
			assert_eq!(path.exists(), there || foreign);
			assert_eq!(path.join("mine/file").exists(), foreign);
			assert!(!path.join("key").exists() && !path.join("node").exists());
		}
	}
}
