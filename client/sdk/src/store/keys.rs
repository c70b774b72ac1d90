//! The secrets of a store.

use super::{damaged, read, Store, StoreError, KEYS, SECRET, VERSION};
use crate::files;
use symbolon_crypto::{
	curve::G2,
	extraction::{IdentityKey, KeyUse, Opening, Signing, TransportSecret},
	SecretBytes, Serial,
};
use zeroize::{Zeroize, Zeroizing};

/// `keys`: version, serial (8 B little-endian), the two keys of 48 B each.
const KEYS_LEN: usize = 1 + 8 + 48 + 48;

/// What an enrolled device owns.
pub struct Keys {
	/// Its serial.
	pub serial: Serial,
	/// Signs.
	pub sign: IdentityKey<Signing>,
	/// Opens sealed messages.
	pub decrypt: IdentityKey<Opening>,
}

/// Moves the bytes of a file into a secret. The file's buffer wipes itself.
fn secret_bytes<const N: usize>(bytes: &[u8]) -> Option<SecretBytes<N>> {
	let mut array: [u8; N] = bytes.try_into().ok()?;
	let secret = SecretBytes::take(&mut array);
	array.zeroize();
	Some(secret)
}

impl Store {
	/// The transport secret.
	///
	/// # Errors
	///
	/// [`StoreError::Damaged`] if it is gone or no secret.
	pub fn secret(&self) -> Result<TransportSecret, StoreError> {
		let bytes = read(&self.dir, SECRET, 32)?.ok_or_else(|| damaged(&self.dir, SECRET))?;
		secret_bytes(&bytes)
			.and_then(|bytes| TransportSecret::from_bytes(&bytes))
			.ok_or_else(|| damaged(&self.dir, SECRET))
	}

	/// Erases the transport secret.
	///
	/// # Errors
	///
	/// [`StoreError::File`].
	pub fn erase_secret(&self) -> Result<(), StoreError> {
		let path = self.dir.join(SECRET);
		files::erase(&path).map_err(|error| StoreError::File { path, verb: "erased", error })
	}

	/// Keeps the keys, both at once.
	///
	/// # Errors
	///
	/// [`StoreError::File`].
	pub fn save_keys(&self, keys: &Keys) -> Result<(), StoreError> {
		let mut bytes = Zeroizing::new(Vec::with_capacity(KEYS_LEN));
		bytes.push(VERSION);
		bytes.extend_from_slice(&keys.serial.get().to_le_bytes());
		bytes.extend_from_slice(keys.sign.to_bytes().expose());
		bytes.extend_from_slice(keys.decrypt.to_bytes().expose());
		let path = self.dir.join(KEYS);
		files::replace_secret(&path, &bytes).map_err(|error| StoreError::File {
			path,
			verb: "written",
			error,
		})
	}

	/// The keys, each checked against `P` again.
	///
	/// # Errors
	///
	/// [`StoreError::NotEnrolled`], [`StoreError::Damaged`].
	pub fn keys(&self) -> Result<Keys, StoreError> {
		let not_enrolled = || StoreError::NotEnrolled { dir: self.dir.clone() };
		let bytes = read(&self.dir, KEYS, KEYS_LEN)?.ok_or_else(not_enrolled)?;
		self.parse_keys(&bytes).ok_or_else(|| damaged(&self.dir, KEYS))
	}

	fn parse_keys(&self, bytes: &[u8]) -> Option<Keys> {
		let (version, rest) = bytes.split_first()?;
		let (serial, rest) = rest.split_at_checked(8)?;
		let (sign, decrypt) = rest.split_at_checked(48)?;
		if *version != VERSION {
			return None;
		}
		let serial = Serial::new(u64::from_le_bytes(serial.try_into().ok()?))?;
		let master = self.anchor.master_key().decode().ok()?;
		Some(Keys {
			serial,
			sign: self.parse_key(serial, sign, &master)?,
			decrypt: self.parse_key(serial, decrypt, &master)?,
		})
	}

	fn parse_key<U: KeyUse>(
		&self,
		serial: Serial,
		bytes: &[u8],
		master: &G2,
	) -> Option<IdentityKey<U>> {
		let bytes = secret_bytes(bytes)?;
		IdentityKey::from_bytes(&self.anchor.key_id(), serial, &self.identity, &bytes, master)
	}
}
