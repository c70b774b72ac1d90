//! Secrets at rest.
//!
//! Each secret (a ceremony key `x_j`, a share `s_j`) is sealed with XChaCha20-Poly1305 under a
//! random 32-byte file key of its own; what it is for is the additional data. The file key lies
//! beside it, itself sealed under a key derived from the operator's passphrase with Argon2id, or
//! bare (mode 0600) if there is no passphrase. Erasing the small key file erases the secret.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use chacha20poly1305::{AeadInPlace, Key, KeyInit, Tag, XChaCha20Poly1305, XNonce};
use codec::{Decode, DecodeAll, Encode};
use std::path::Path;
use symbolon_crypto::{Entropy, SecretBytes};
use zeroize::{Zeroize, Zeroizing};

use crate::{files, VaultOpenError};

/// Nonce, ciphertext and tag of a sealed 32-byte secret.
const SEALED_LEN: usize = 24 + 32 + 16;
/// Memory for Argon2id, KiB: 64 MiB.
const ARGON2_MEMORY: u32 = 64 * 1024;
/// Passes of Argon2id.
const ARGON2_PASSES: u32 = 3;
/// Most memory that a protection file may ask for, KiB: 1 GiB.
const ARGON2_MEMORY_LIMIT: u32 = 1024 * 1024;
/// Most passes that a protection file may ask for.
const ARGON2_PASSES_LIMIT: u32 = 32;
/// Longest file of this module, bytes.
const MAX_FILE: u64 = 256;

/// The operator's passphrase: zeroized on drop, never shown.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
	/// Takes over the text, exactly as given; nothing is normalised or trimmed.
	pub fn new(text: String) -> Self {
		Self(Zeroizing::new(text))
	}
}

/// Why a sealed secret cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SealError {
	#[error("no random bytes from the operating system: {0}")]
	Random(getrandom::Error),
	#[error("a sealed file was altered, or belongs to another vault or ceremony")]
	Altered,
	#[error("sealing failed")]
	Cipher,
}

/// 32 fresh bytes of the operating system's generator.
pub(crate) fn random() -> Result<SecretBytes<32>, SealError> {
	let mut bytes = [0; 32];
	getrandom::fill(&mut bytes).map_err(SealError::Random)?;
	Ok(SecretBytes::take(&mut bytes))
}

/// Fresh entropy for one use in the scheme core.
pub(crate) fn entropy() -> Result<Entropy, SealError> {
	let mut bytes = [0; 32];
	getrandom::fill(&mut bytes).map_err(SealError::Random)?;
	Ok(Entropy::take(&mut bytes))
}

fn cipher(key: &SecretBytes<32>) -> XChaCha20Poly1305 {
	XChaCha20Poly1305::new(Key::from_slice(key.expose()))
}

/// Seals 32 bytes under `key`: nonce, ciphertext, tag.
fn seal(
	key: &SecretBytes<32>,
	context: &[u8],
	secret: &SecretBytes<32>,
) -> Result<[u8; SEALED_LEN], SealError> {
	let mut nonce = [0; 24];
	getrandom::fill(&mut nonce).map_err(SealError::Random)?;
	let mut body = Zeroizing::new(*secret.expose());
	let tag = cipher(key)
		.encrypt_in_place_detached(XNonce::from_slice(&nonce), context, &mut body[..])
		.map_err(|_| SealError::Cipher)?;
	let mut sealed = [0; SEALED_LEN];
	let parts = nonce.iter().chain(body.iter()).chain(tag.iter());
	sealed.iter_mut().zip(parts).for_each(|(to, from)| *to = *from);
	Ok(sealed)
}

fn open(
	key: &SecretBytes<32>,
	context: &[u8],
	sealed: &[u8],
) -> Result<SecretBytes<32>, SealError> {
	let sealed: &[u8; SEALED_LEN] = sealed.try_into().map_err(|_| SealError::Altered)?;
	let (nonce, rest) = sealed.split_at(24);
	let (body, tag) = rest.split_at(32);
	let mut secret = Zeroizing::new([0; 32]);
	secret.copy_from_slice(body);
	cipher(key)
		.decrypt_in_place_detached(
			XNonce::from_slice(nonce),
			context,
			&mut secret[..],
			Tag::from_slice(tag),
		)
		.map_err(|_| SealError::Altered)?;
	Ok(SecretBytes::take(&mut secret))
}

/// What protects the file keys: the content of the file `protection`.
#[derive(Encode, Decode)]
enum Protection {
	/// File permissions only.
	#[codec(index = 0)]
	Permissions,
	/// A passphrase.
	#[codec(index = 1)]
	Passphrase {
		salt: [u8; 16],
		/// KiB.
		memory: u32,
		passes: u32,
		/// 32 zero bytes sealed under the derived key: tells a wrong passphrase at once.
		check: [u8; SEALED_LEN],
	},
}

const CHECK_CONTEXT: &[u8] = b"symbolon-vault-passphrase-check";

/// Seals and opens file keys.
pub(crate) struct Keyring(Option<SecretBytes<32>>);

impl Keyring {
	/// Loads the protection of an existing vault, or sets up that of a new one.
	pub fn load(
		path: &Path,
		passphrase: Option<Passphrase>,
		new: bool,
	) -> Result<Self, VaultOpenError> {
		let Some(bytes) = files::read(path, MAX_FILE)? else {
			return if new {
				Self::set_up(path, passphrase)
			} else {
				Err(VaultOpenError::Incomplete("protection"))
			};
		};
		let protection = Protection::decode_all(&mut &bytes[..])
			.map_err(|_| VaultOpenError::Format("protection"))?;
		match (protection, passphrase) {
			(Protection::Permissions, None) => Ok(Self(None)),
			(Protection::Permissions, Some(_)) => Err(VaultOpenError::PassphraseUnused),
			(Protection::Passphrase { .. }, None) => Err(VaultOpenError::PassphraseNeeded),
			(Protection::Passphrase { salt, memory, passes, check }, Some(passphrase)) => {
				if memory > ARGON2_MEMORY_LIMIT || passes > ARGON2_PASSES_LIMIT {
					return Err(VaultOpenError::Format("protection"));
				}
				let key = derive(&passphrase, &salt, memory, passes)?;
				open(&key, CHECK_CONTEXT, &check).map_err(|_| VaultOpenError::WrongPassphrase)?;
				Ok(Self(Some(key)))
			}
		}
	}

	fn set_up(path: &Path, passphrase: Option<Passphrase>) -> Result<Self, VaultOpenError> {
		let Some(passphrase) = passphrase else {
			files::write(path, &Protection::Permissions.encode())?;
			return Ok(Self(None));
		};
		let mut salt = [0; 16];
		getrandom::fill(&mut salt).map_err(VaultOpenError::Random)?;
		let key = derive(&passphrase, &salt, ARGON2_MEMORY, ARGON2_PASSES)?;
		let check = seal(&key, CHECK_CONTEXT, &SecretBytes::take(&mut [0; 32]))
			.map_err(|_| VaultOpenError::Format("protection"))?;
		let protection =
			Protection::Passphrase { salt, memory: ARGON2_MEMORY, passes: ARGON2_PASSES, check };
		files::write(path, &protection.encode())?;
		Ok(Self(Some(key)))
	}

	/// A file key for storage.
	fn wrap(&self, context: &[u8], key: &SecretBytes<32>) -> Result<Zeroizing<Vec<u8>>, SealError> {
		Ok(Zeroizing::new(match &self.0 {
			Some(outer) => seal(outer, context, key)?.to_vec(),
			None => key.expose().to_vec(),
		}))
	}

	fn unwrap_key(&self, context: &[u8], stored: &[u8]) -> Result<SecretBytes<32>, SealError> {
		match &self.0 {
			Some(outer) => open(outer, context, stored),
			None => {
				let mut key = Zeroizing::new([0; 32]);
				if stored.len() != key.len() {
					return Err(SealError::Altered);
				}
				key.copy_from_slice(stored);
				Ok(SecretBytes::take(&mut key))
			}
		}
	}

	/// Seals `secret` under a fresh file key: the key file's bytes and the sealed file's.
	pub fn seal(
		&self,
		context: &[u8],
		secret: &SecretBytes<32>,
	) -> Result<(Zeroizing<Vec<u8>>, [u8; SEALED_LEN]), SealError> {
		let key = random()?;
		Ok((self.wrap(context, &key)?, seal(&key, context, secret)?))
	}

	/// Opens a sealed secret with its key file.
	pub fn open(
		&self,
		context: &[u8],
		key_file: &[u8],
		sealed: &[u8],
	) -> Result<SecretBytes<32>, SealError> {
		open(&self.unwrap_key(context, key_file)?, context, sealed)
	}
}

/// Whether the vault in a folder has a passphrase.
pub(crate) fn is_protected(path: &Path) -> Result<bool, VaultOpenError> {
	let bytes = files::read(path, MAX_FILE)?.ok_or(VaultOpenError::Incomplete("protection"))?;
	let protection = Protection::decode_all(&mut &bytes[..])
		.map_err(|_| VaultOpenError::Format("protection"))?;
	Ok(matches!(protection, Protection::Passphrase { .. }))
}

fn derive(
	passphrase: &Passphrase,
	salt: &[u8; 16],
	memory: u32,
	passes: u32,
) -> Result<SecretBytes<32>, VaultOpenError> {
	let malformed = |_| VaultOpenError::Format("protection");
	let params = Params::new(memory, passes, 1, Some(32)).map_err(malformed)?;
	let mut blocks = vec![Block::default(); params.block_count()];
	let mut key = Zeroizing::new([0; 32]);
	let derived = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
		.hash_password_into_with_memory(passphrase.0.as_bytes(), salt, &mut key[..], &mut blocks);
	blocks.zeroize();
	derived.map_err(malformed)?;
	Ok(SecretBytes::take(&mut key))
}
