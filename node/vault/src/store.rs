//! The vault's folder: secrets and outgoing messages of each ceremony.
//!
//! ```text
//! vault/                 0700
//!   lock                 held while a process has the vault open
//!   protection           how file keys are protected
//!   ledger               see `ledger`
//!   hold                 present while the operator holds the vault
//!   ceremonies/<number>/
//!     ceremony-key.key, ceremony-key    x_j: file key, sealed secret
//!     share.key, share                  s_j: file key, sealed secret
//!     registration, dealing, judgement, confirmation   outgoing messages
//! ```
//!
//! A share lies with the ceremony that made it: a share version names its ceremony, while a
//! failed ceremony and its successor may make the same share version.

use crate::{
	files::{self, FileError},
	ledger::{MessageKind, Part},
	sealed::Keyring,
};
use codec::{Decode, DecodeAll, Encode};
use std::path::{Path, PathBuf};
use symbolon_crypto::{ceremony::CeremonyId, MemberIndex, SecretBytes};
use symbolon_host::VaultError;

/// Longest stored message: a dealing or judgement of 100 members is under 20 kB.
const MAX_MESSAGE: u64 = 64 * 1024;
/// Longest key file or sealed secret.
const MAX_SECRET: u64 = 256;

/// A member's place in a ceremony: what its files are bound to.
#[derive(Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Slot {
	pub ceremony: u32,
	pub sid: CeremonyId,
	pub member: MemberIndex,
}

impl From<&Part> for Slot {
	fn from(part: &Part) -> Self {
		Self { ceremony: part.ceremony, sid: part.sid, member: part.member }
	}
}

/// A kind of secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum SecretKind {
	/// `x_j`.
	CeremonyKey,
	/// `s_j`.
	Share,
}

impl SecretKind {
	fn as_str(self) -> &'static str {
		match self {
			Self::CeremonyKey => "ceremony-key",
			Self::Share => "share",
		}
	}
}

/// The folder and what opens its secrets.
pub(crate) struct Store {
	dir: PathBuf,
	keyring: Keyring,
}

/// Folder of a ceremony's files.
pub(crate) fn ceremony_dir(dir: &Path, ceremony: u32) -> PathBuf {
	dir.join("ceremonies").join(ceremony.to_string())
}

/// Numbers of the ceremonies that the vault in `dir` has files of, ascending.
pub(crate) fn ceremonies(dir: &Path) -> Result<Vec<u32>, FileError> {
	let mut numbers: Vec<u32> = files::names(&dir.join("ceremonies"))?
		.iter()
		.filter_map(|name| name.parse().ok())
		.collect();
	numbers.sort_unstable();
	Ok(numbers)
}

/// Whether the vault in `dir` holds a ceremony's secret.
pub(crate) fn holds_secret(dir: &Path, ceremony: u32, kind: SecretKind) -> Result<bool, FileError> {
	files::exists(&ceremony_dir(dir, ceremony).join(format!("{}.key", kind.as_str())))
}

impl Store {
	pub fn new(dir: PathBuf, keyring: Keyring) -> Self {
		Self { dir, keyring }
	}

	fn paths(&self, ceremony: u32, kind: SecretKind) -> (PathBuf, PathBuf) {
		let dir = ceremony_dir(&self.dir, ceremony);
		(dir.join(format!("{}.key", kind.as_str())), dir.join(kind.as_str()))
	}

	fn ensure_dir(&self, ceremony: u32) -> Result<(), FileError> {
		files::ensure_dir(&self.dir.join("ceremonies"))?;
		files::ensure_dir(&ceremony_dir(&self.dir, ceremony))
	}

	/// Seals and stores a secret in place of whatever a crash left there.
	pub fn save_secret(
		&self,
		slot: &Slot,
		kind: SecretKind,
		secret: &SecretBytes<32>,
	) -> Result<(), VaultError> {
		self.ensure_dir(slot.ceremony)?;
		self.erase_secret(slot.ceremony, kind)?;
		let (key, sealed) = self.keyring.seal(&context(slot, kind), secret)?;
		let (key_path, sealed_path) = self.paths(slot.ceremony, kind);
		files::write(&key_path, &key)?;
		Ok(files::write(&sealed_path, &sealed)?)
	}

	/// A stored secret; `None` if there is none, or only half of one.
	pub fn load_secret(
		&self,
		slot: &Slot,
		kind: SecretKind,
	) -> Result<Option<SecretBytes<32>>, VaultError> {
		let (key_path, sealed_path) = self.paths(slot.ceremony, kind);
		let Some(key) = files::read(&key_path, MAX_SECRET)? else { return Ok(None) };
		let Some(sealed) = files::read(&sealed_path, MAX_SECRET)? else { return Ok(None) };
		Ok(Some(self.keyring.open(&context(slot, kind), &key, &sealed)?))
	}

	/// Erases a secret, its file key first. Nothing to do if there is none.
	pub fn erase_secret(&self, ceremony: u32, kind: SecretKind) -> Result<(), FileError> {
		let (key_path, sealed_path) = self.paths(ceremony, kind);
		files::erase(&key_path)?;
		files::erase(&sealed_path)
	}

	fn message_path(&self, ceremony: u32, kind: MessageKind) -> PathBuf {
		ceremony_dir(&self.dir, ceremony).join(kind.as_str())
	}

	/// Stores an outgoing message.
	pub fn save_message<T: Encode>(
		&self,
		slot: &Slot,
		kind: MessageKind,
		message: &T,
	) -> Result<(), FileError> {
		self.ensure_dir(slot.ceremony)?;
		let path = self.message_path(slot.ceremony, kind);
		files::write(&path, &(slot, message).encode())
	}

	/// A stored outgoing message; `None` if there is none.
	pub fn load_message<T: Decode>(
		&self,
		slot: &Slot,
		kind: MessageKind,
	) -> Result<Option<T>, VaultError> {
		let path = self.message_path(slot.ceremony, kind);
		let Some(bytes) = files::read(&path, MAX_MESSAGE)? else { return Ok(None) };
		match <(Slot, T)>::decode_all(&mut &bytes[..]) {
			Ok((stored, message)) if stored == *slot => Ok(Some(message)),
			_ => Err(VaultError::Storage(format!(
				"{}: altered, or of another ceremony: restore it from the backup",
				path.display()
			))),
		}
	}

	/// Removes a stored message that was never recorded in the ledger, nor released.
	pub fn drop_message(&self, ceremony: u32, kind: MessageKind) -> Result<(), FileError> {
		files::erase(&self.message_path(ceremony, kind))
	}
}

/// What a sealed secret is for.
fn context(slot: &Slot, kind: SecretKind) -> Vec<u8> {
	("symbolon-vault-secret", kind.as_str(), slot).encode()
}
