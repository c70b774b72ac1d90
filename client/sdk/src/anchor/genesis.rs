//! Genesis, computed from a chain specification: nobody is asked.

use crate::hexed;
use codec::DecodeAll;
use serde::Deserialize;
use sp_core::H256;
use sp_runtime::{
	traits::{BlakeTwo256, Hash},
	Digest, StateVersion,
};
use std::collections::BTreeMap;
use symbolon_light::{finality::Voter, Base, Header};
use symbolon_primitives::storage;
use thiserror::Error;

/// Why a chain specification gives no genesis.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum SpecError {
	/// The file cannot be read.
	#[error("cannot be read: {0}")]
	File(String),
	/// Not JSON of the form expected.
	#[error("not a chain specification: {0}")]
	Json(String),
	/// Genesis is not there as storage.
	#[error(
		"expected a raw chain specification (genesis.raw.top); make one with \
		 `symbolon-node export-chain-spec --raw`"
	)]
	NotRaw,
	/// A key or value that is not hex.
	#[error("genesis.raw.top holds what is not hex at {0}")]
	Hex(String),
	/// Child tries, which this chain does not have.
	#[error("genesis.raw.childrenDefault is not empty; no chain of this kind has child tries")]
	Children,
	/// No GRANDPA set.
	#[error("genesis holds no GRANDPA authorities; finality has nothing to begin from")]
	NoAuthorities,
}

#[derive(Deserialize)]
struct Spec {
	genesis: GenesisField,
}

#[derive(Deserialize)]
struct GenesisField {
	raw: Option<Raw>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
	top: BTreeMap<String, String>,
	#[serde(default)]
	children_default: BTreeMap<String, serde_json::Value>,
}

/// The first block and the GRANDPA set that finalizes its children.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Genesis {
	/// The block's header.
	pub header: Header,
	/// From where finality is followed.
	pub base: Base,
}

impl Genesis {
	/// Computes genesis from the text of a raw chain specification: a header over the root of its
	/// storage (state version 1), without parent, extrinsics or digest.
	///
	/// # Errors
	///
	/// [`SpecError`].
	pub fn from_spec(text: &[u8]) -> Result<Self, SpecError> {
		let spec: Spec =
			serde_json::from_slice(text).map_err(|error| SpecError::Json(error.to_string()))?;
		let raw = spec.genesis.raw.ok_or(SpecError::NotRaw)?;
		if !raw.children_default.is_empty() {
			return Err(SpecError::Children);
		}
		let mut state = Vec::with_capacity(raw.top.len());
		for (key, value) in &raw.top {
			let bytes = |text: &str| hexed::decode(text).map_err(|_| SpecError::Hex(key.clone()));
			state.push((bytes(key)?, bytes(value)?));
		}
		Self::from_state(state)
	}

	/// Computes genesis from its storage.
	///
	/// # Errors
	///
	/// [`SpecError::NoAuthorities`].
	pub fn from_state(state: Vec<(Vec<u8>, Vec<u8>)>) -> Result<Self, SpecError> {
		let key = storage::grandpa::authorities();
		let set = state
			.iter()
			.find(|(candidate, _)| *candidate == key)
			.and_then(|(_, value)| Vec::<Voter>::decode_all(&mut &value[..]).ok())
			.filter(|set| !set.is_empty())
			.ok_or(SpecError::NoAuthorities)?;
		let header = Header {
			parent_hash: H256::zero(),
			number: 0,
			state_root: BlakeTwo256::trie_root(state, StateVersion::V1),
			extrinsics_root: BlakeTwo256::trie_root(Vec::new(), StateVersion::V1),
			digest: Digest::default(),
		};
		let base = Base { number: 0, hash: header.hash().0, set_id: 0, set };
		Ok(Self { header, base })
	}
}
