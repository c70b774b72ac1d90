//! The finalized state, as the vault and the metrics read it: raw storage, never a runtime API.

use super::{FullBackend, FullClient};
use sc_client_api::{StorageKey, StorageProvider};
use sp_blockchain::HeaderBackend;
use sp_core::H256;
use std::sync::Arc;
use symbolon_vault::{FinalizedState, StateError, StateSource};

/// Gives the state at the newest finalized block of a client.
pub struct FinalizedSource(Arc<FullClient>);

impl FinalizedSource {
	/// Reads from `client`.
	pub fn new(client: Arc<FullClient>) -> Self {
		Self(client)
	}

	/// The state at the newest finalized block.
	pub fn newest(&self) -> FinalizedBlock {
		let info = self.0.info();
		FinalizedBlock {
			client: self.0.clone(),
			number: info.finalized_number,
			hash: info.finalized_hash,
		}
	}
}

impl StateSource for FinalizedSource {
	fn genesis_hash(&self) -> [u8; 32] {
		self.0.info().genesis_hash.0
	}

	fn finalized(&self) -> Result<Box<dyn FinalizedState>, StateError> {
		Ok(Box::new(self.newest()))
	}
}

/// Storage at one finalized block.
pub struct FinalizedBlock {
	client: Arc<FullClient>,
	number: u32,
	hash: H256,
}

impl FinalizedState for FinalizedBlock {
	fn number(&self) -> u32 {
		self.number
	}

	fn hash(&self) -> [u8; 32] {
		self.hash.0
	}

	fn canonical_hash(&self, number: u32) -> Result<Option<[u8; 32]>, StateError> {
		self.client.hash(number).map(|hash| hash.map(|hash| hash.0)).map_err(unavailable)
	}

	fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
		let key = StorageKey(key.to_vec());
		StorageProvider::<_, FullBackend>::storage(&*self.client, self.hash, &key)
			.map(|value| value.map(|data| data.0))
			.map_err(unavailable)
	}

	fn keys(&self, prefix: &[u8]) -> Result<Vec<Vec<u8>>, StateError> {
		let prefix = StorageKey(prefix.to_vec());
		StorageProvider::<_, FullBackend>::storage_keys(
			&*self.client,
			self.hash,
			Some(&prefix),
			None,
		)
		.map(|keys| keys.map(|key| key.0).collect())
		.map_err(unavailable)
	}
}

fn unavailable(error: sp_blockchain::Error) -> StateError {
	StateError::Unavailable(error.to_string())
}
