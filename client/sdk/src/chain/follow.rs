//! Finality from a trusted block, in as many answers as a node cuts it into.

use super::ChainError;
use crate::transport::{ProofBundle, Transport};
use symbolon_light::{
	storage::ProvedState, verify_warp_proof, Base, FinalityError, FinalizedChain, FinalizedHeader,
	StorageProof,
};

/// Most answers that one proof may be cut into. Each holds up to 4 MiB.
const MAX_ROUNDS: u32 = 64;

/// What was proved from a base.
pub(crate) struct Followed {
	pub header: FinalizedHeader,
	pub base: Base,
	pub state: Option<ProvedState>,
}

/// Proves the newest finalized header that the node shows, and `keys` in its state.
pub(crate) async fn follow(
	transport: &dyn Transport,
	base: &Base,
	keys: &[Vec<u8>],
) -> Result<Followed, ChainError> {
	let mut base = base.clone();
	for _ in 0..MAX_ROUNDS {
		let ProofBundle { warp, storage } = transport.prove(base.hash, keys).await?;
		match verify_warp_proof(&base, &warp).map_err(|error| refused(transport, error))? {
			FinalizedChain::Continue { base: next } => base = next,
			FinalizedChain::Newest { header, base } => {
				let state = open(&header, storage, keys)?;
				return Ok(Followed { header, base, state });
			}
		}
	}
	Err(ChainError::Endless { endpoint: transport.endpoint().into(), rounds: MAX_ROUNDS })
}

fn refused(transport: &dyn Transport, error: FinalityError) -> ChainError {
	if error.is_halt() {
		ChainError::Halt(error)
	} else {
		ChainError::Finality { endpoint: transport.endpoint().into(), error }
	}
}

fn open(
	header: &FinalizedHeader,
	storage: Option<Vec<u8>>,
	keys: &[Vec<u8>],
) -> Result<Option<ProvedState>, ChainError> {
	if keys.is_empty() {
		return Ok(None);
	}
	let bytes = storage.ok_or(ChainError::StorageMissing)?;
	let proof = StorageProof::from_bytes(&bytes).map_err(ChainError::Storage)?;
	header.open(&proof).map(Some).map_err(ChainError::Storage)
}
