//! Keys of a network, all made from one seed of 32 bytes.

use crate::Error;
use sp_core::{crypto::Ss58Codec, ed25519, sr25519, Pair};
use std::{
	fs::{self, OpenOptions},
	io::{self, Write},
	os::unix::fs::OpenOptionsExt,
	path::Path,
};
use symbolon_crypto::hash::sha256;
use zeroize::Zeroizing;

/// A seed of a key, 32 bytes, wiped when dropped.
pub type Seed = Zeroizing<[u8; 32]>;

/// Makes every key of one network.
pub struct KeyRing {
	seed: Seed,
}

/// What one authority's node signs with.
pub struct AuthorityKeys {
	account: Seed,
	aura: Seed,
	grandpa: Seed,
	symb: Seed,
	peer: Seed,
}

/// The public side of an authority's keys, in SS58 text with prefix 42.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuthorityNames {
	/// The account that is member and validator, sr25519.
	pub account: String,
	/// Authors blocks, sr25519.
	pub aura: String,
	/// Votes for finality, ed25519.
	pub grandpa: String,
	/// Signs the committee's work, sr25519.
	pub symb: String,
}

impl KeyRing {
	/// The keys of the network of `seed`.
	pub fn new(seed: Seed) -> Self {
		Self { seed }
	}

	/// The keys of a network of its own.
	///
	/// # Errors
	///
	/// [`Error::Io`] if the system gives no randomness.
	pub fn random() -> Result<Self, Error> {
		let mut seed = Seed::default();
		getrandom::fill(&mut seed[..])
			.map_err(|error| io::Error::other(error.to_string()))
			.map_err(Error::io("randomness from the system"))?;
		Ok(Self::new(seed))
	}

	fn derive(&self, label: &str, position: usize) -> Seed {
		let mut message = Zeroizing::new(self.seed.to_vec());
		message.extend_from_slice(&(position as u64).to_le_bytes());
		message.extend_from_slice(label.as_bytes());
		Zeroizing::new(sha256(&message))
	}

	/// The keys of the authority at `position`, from 0.
	pub fn authority(&self, position: usize) -> AuthorityKeys {
		AuthorityKeys {
			account: self.derive("account", position),
			aura: self.derive("aura", position),
			grandpa: self.derive("grandpa", position),
			symb: self.derive("symb", position),
			peer: self.derive("peer", position),
		}
	}

	/// The registrar's sr25519 seed.
	pub fn registrar(&self) -> Seed {
		self.derive("registrar", 0)
	}

	/// The registrar's account in SS58 text.
	pub fn registrar_account(&self) -> String {
		sr25519_name(&self.registrar())
	}
}

fn sr25519_name(seed: &Seed) -> String {
	sr25519::Pair::from_seed(seed).public().to_ss58check()
}

impl AuthorityKeys {
	/// The public side.
	pub fn names(&self) -> AuthorityNames {
		AuthorityNames {
			account: sr25519_name(&self.account),
			aura: sr25519_name(&self.aura),
			grandpa: ed25519::Pair::from_seed(&self.grandpa).public().to_ss58check(),
			symb: sr25519_name(&self.symb),
		}
	}

	/// Writes the session keys to a node's keystore folder, which is made: one file per key,
	/// called `hex(key type) ‖ hex(public key)`, holding the seed as a JSON string.
	///
	/// # Errors
	///
	/// [`Error::Io`] if a file cannot be written or is there already.
	pub fn write_keystore(&self, folder: &Path) -> Result<(), Error> {
		make_private_folder(folder)?;
		let sr25519 = |seed: &Seed| sr25519::Pair::from_seed(seed).public().0;
		let grandpa = ed25519::Pair::from_seed(&self.grandpa).public().0;
		let files = [
			(*b"aura", sr25519(&self.aura), &self.aura),
			(*b"gran", grandpa, &self.grandpa),
			(symbolon_primitives::member::KEY_TYPE, sr25519(&self.symb), &self.symb),
		];
		for (key_type, public, seed) in files {
			let name = hex::encode(key_type) + &hex::encode(public);
			let text = Zeroizing::new(format!("\"0x{}\"", hex_seed(seed).as_str()));
			write_private(&folder.join(name), &text)?;
		}
		Ok(())
	}

	/// Writes the ed25519 secret of the node's network identity, in hex.
	///
	/// # Errors
	///
	/// [`Error::Io`] as in [`Self::write_keystore`].
	pub fn write_peer_key(&self, file: &Path) -> Result<(), Error> {
		write_private(file, &hex_seed(&self.peer))
	}

	/// The node's name in the peers' network: base58 of the multihash that holds the ed25519
	/// public key itself.
	pub fn peer_id(&self) -> String {
		let public = ed25519::Pair::from_seed(&self.peer).public().0;
		// Identity multihash of 36 bytes; protobuf: key type ed25519, key of 32 bytes.
		base58(&[&[0x00, 0x24, 0x08, 0x01, 0x12, 0x20][..], &public[..]].concat())
	}
}

/// A seed as 64 hex digits, the form of the client's key files.
pub fn hex_seed(seed: &Seed) -> Zeroizing<String> {
	Zeroizing::new(hex::encode(&seed[..]))
}

/// Writes a secret to a new file that only its owner can read (mode 0600).
///
/// # Errors
///
/// [`Error::Io`] if it cannot be written or is there already.
pub fn write_private(path: &Path, text: &str) -> Result<(), Error> {
	OpenOptions::new()
		.write(true)
		.create_new(true)
		.mode(0o600)
		.open(path)
		.and_then(|mut file| file.write_all(text.as_bytes()))
		.map_err(Error::io(format!("writing {}", path.display())))
}

fn make_private_folder(folder: &Path) -> Result<(), Error> {
	use std::os::unix::fs::DirBuilderExt;
	fs::DirBuilder::new()
		.recursive(true)
		.mode(0o700)
		.create(folder)
		.map_err(Error::io(format!("making {}", folder.display())))
}

/// Base58 with Bitcoin's alphabet; leading zero bytes are `1`.
fn base58(bytes: &[u8]) -> String {
	const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
	// Digits of the number, lowest first.
	let mut digits: Vec<u8> = Vec::new();
	for byte in bytes {
		let mut carry = u32::from(*byte);
		for digit in &mut digits {
			carry += u32::from(*digit) << 8;
			*digit = (carry % 58) as u8;
			carry /= 58;
		}
		while carry > 0 {
			digits.push((carry % 58) as u8);
			carry /= 58;
		}
	}
	let zeros = bytes.iter().take_while(|byte| **byte == 0).map(|_| 0);
	zeros
		.chain(digits.into_iter().rev())
		.map(|digit| char::from(ALPHABET[usize::from(digit)]))
		.collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{collections::BTreeSet, os::unix::fs::PermissionsExt};

	fn ring(byte: u8) -> KeyRing {
		KeyRing::new(Zeroizing::new([byte; 32]))
	}

	#[test]
	fn keys_follow_from_the_seed_and_all_differ() {
		let names =
			|ring: &KeyRing| (0..4).map(|at| ring.authority(at).names()).collect::<Vec<_>>();
		assert_eq!(names(&ring(1)), names(&ring(1)));
		let all: BTreeSet<String> = [ring(1), ring(2)]
			.iter()
			.flat_map(|ring| names(ring).into_iter().map(|names| (ring.registrar_account(), names)))
			.flat_map(|(registrar, it)| [registrar, it.account, it.aura, it.grandpa, it.symb])
			.collect();
		assert_eq!(all.len(), 2 * (4 * 4 + 1));
	}

	#[test]
	fn keystore_files_open_to_the_key_in_their_name() {
		let folder = tempfile::tempdir().unwrap();
		let store = folder.path().join("keystore");
		ring(3).authority(0).write_keystore(&store).unwrap();
		let mut types = BTreeSet::new();
		for entry in fs::read_dir(&store).unwrap() {
			let entry = entry.unwrap();
			assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600);
			let name = entry.file_name().into_string().unwrap();
			let (key_type, public) = name.split_at(8);
			let text: String =
				serde_json::from_str(&fs::read_to_string(entry.path()).unwrap()).unwrap();
			let made = if key_type == hex::encode("gran") {
				ed25519::Pair::from_string(&text, None).unwrap().public().0
			} else {
				sr25519::Pair::from_string(&text, None).unwrap().public().0
			};
			assert_eq!(hex::encode(made), public);
			types.insert(hex::decode(key_type).unwrap());
		}
		assert_eq!(types, [b"aura", b"gran", b"symb"].iter().map(|kind| kind.to_vec()).collect());
	}

	#[test]
	fn a_secret_does_not_replace_a_file() {
		let folder = tempfile::tempdir().unwrap();
		let file = folder.path().join("key");
		write_private(&file, "first").unwrap();
		assert!(matches!(write_private(&file, "second"), Err(Error::Io { .. })));
		assert_eq!(fs::read_to_string(file).unwrap(), "first");
	}

	#[test]
	fn base58_of_known_values() {
		// From the Internet-Draft draft-msporny-base58, section 5.
		assert_eq!(base58(b"Hello World!"), "2NEpo7TZRRrLZSi2U");
		assert_eq!(base58(&[0, 0, 0x28, 0x7f, 0xb4, 0xcd]), "11233QC4");
		assert_eq!(base58(&[]), "");
	}
}
