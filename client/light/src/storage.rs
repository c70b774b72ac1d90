//! Storage, read under the state root of a finalized header.
//!
//! A compact proof holds the nodes of the state trie on the way to some keys, each without the
//! hashes that can be computed from the nodes below it. Rebuilding it yields the root, which has
//! to be the header's; so every value read from it, and every absence, is the chain's.

use crate::{finality::FinalizedHeader, verified::Verified};
use alloc::vec::Vec;
use codec::{DecodeAll, DecodeWithMemLimit};
use core::fmt;
use sp_core::H256;
use sp_runtime::traits::BlakeTwo256;
use sp_trie::{read_trie_value, CompactProof, LayoutV1, MemoryDB};

/// Longest storage proof that is looked at, in bytes.
pub const MAX_STORAGE_PROOF: usize = 2 << 20;
/// Most nodes in a storage proof; a key takes about ten. Bounds what rebuilding costs, since a
/// hostile proof can nest its nodes as deep as it has any.
pub const MAX_PROOF_NODES: usize = 16_384;

/// Why storage cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StorageError {
	/// Over [`MAX_STORAGE_PROOF`] bytes or [`MAX_PROOF_NODES`] nodes.
	TooLarge,
	/// Not the encoding of a compact proof, or bytes left over.
	Encoding,
	/// Does not rebuild to the header's state root, or has nodes that no part of it needs.
	Root,
	/// The proof says nothing about the key.
	NotCovered,
	/// The proved value is not an encoding of the type asked for.
	Value,
}

impl fmt::Display for StorageError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::TooLarge => "the storage proof is too long",
			Self::Encoding => "not a storage proof",
			Self::Root => "the storage proof is not one of the block's state",
			Self::NotCovered => "the storage proof does not cover the key",
			Self::Value => "the proved value is not of the form expected",
		})
	}
}

impl core::error::Error for StorageError {}

/// A compact storage proof as it came: `SCALE(Vec<Vec<u8>>)`, for any number of keys. Proves
/// nothing until it is opened under a [`FinalizedHeader`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StorageProof(CompactProof);

impl StorageProof {
	/// Takes the bytes of a proof.
	///
	/// # Errors
	///
	/// [`StorageError::TooLarge`], [`StorageError::Encoding`].
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, StorageError> {
		if bytes.len() > MAX_STORAGE_PROOF {
			return Err(StorageError::TooLarge);
		}
		let mut input = bytes;
		// Twice: an empty node takes one byte here and 24 in memory.
		let proof = CompactProof::decode_with_mem_limit(&mut input, 2 * MAX_STORAGE_PROOF)
			.map_err(|_| StorageError::Encoding)?;
		if !input.is_empty() {
			return Err(StorageError::Encoding);
		}
		if proof.encoded_nodes.len() > MAX_PROOF_NODES {
			return Err(StorageError::TooLarge);
		}
		Ok(Self(proof))
	}
}

/// The part of one block's state that a proof covers.
pub struct ProvedState {
	db: MemoryDB<BlakeTwo256>,
	root: H256,
	number: u32,
	hash: [u8; 32],
}

impl FinalizedHeader {
	/// Rebuilds a proof under this header's state root. Do it once to read several keys.
	///
	/// # Errors
	///
	/// [`StorageError::Root`].
	pub fn open(&self, proof: &StorageProof) -> Result<ProvedState, StorageError> {
		let root = self.header().state_root;
		let (db, root) =
			proof.0.to_memory_db::<BlakeTwo256>(&root).map_err(|_| StorageError::Root)?;
		Ok(ProvedState { db, root, number: self.number(), hash: *self.hash() })
	}

	/// The value under `key` after this block, or `None` if the proof shows that there is none.
	///
	/// # Errors
	///
	/// [`StorageError::Root`], [`StorageError::NotCovered`].
	pub fn read(
		&self,
		proof: &StorageProof,
		key: &[u8],
	) -> Result<Verified<Option<Vec<u8>>>, StorageError> {
		self.open(proof)?.read(key)
	}

	/// As [`read`](Self::read), decoding the whole value.
	///
	/// # Errors
	///
	/// As [`read`](Self::read), and [`StorageError::Value`].
	pub fn read_typed<T: DecodeAll>(
		&self,
		proof: &StorageProof,
		key: &[u8],
	) -> Result<Verified<Option<T>>, StorageError> {
		self.open(proof)?.read_typed(key)
	}
}

impl ProvedState {
	/// The value under `key`, or `None` if its absence is proved.
	///
	/// # Errors
	///
	/// [`StorageError::NotCovered`].
	pub fn read(&self, key: &[u8]) -> Result<Verified<Option<Vec<u8>>>, StorageError> {
		// The root was checked, so all that can go wrong is a node that the proof leaves out.
		read_trie_value::<LayoutV1<BlakeTwo256>, _>(&self.db, &self.root, key, None, None)
			.map(|value| Verified::new(value, self.number, self.hash))
			.map_err(|_| StorageError::NotCovered)
	}

	/// As [`read`](Self::read), decoding the whole value.
	///
	/// # Errors
	///
	/// [`StorageError::NotCovered`], [`StorageError::Value`].
	pub fn read_typed<T: DecodeAll>(
		&self,
		key: &[u8],
	) -> Result<Verified<Option<T>>, StorageError> {
		self.read(key)?.try_map(|value| {
			value
				.map(|bytes| T::decode_all(&mut bytes.as_slice()))
				.transpose()
				.map_err(|_| StorageError::Value)
		})
	}
}
