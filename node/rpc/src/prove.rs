//! `symbolon_prove`: finality from a block the client knows, and storage where that ends.

use crate::{Error, ProofBundle};
use codec::{Decode, Encode};
use sc_client_api::ProofProvider;
use sc_consensus_grandpa::warp_proof::WarpSyncFragment;
use sc_network_sync::strategy::warp::WarpSyncProvider;
use sp_blockchain::HeaderBackend;
use sp_core::Bytes;
use sp_runtime::traits::{Block as BlockT, HashingFor, Header as _, NumberFor};

/// Most storage keys in one request. A client asks for a dozen.
pub const MAX_KEYS: usize = 512;

/// Longest storage key: two hashed prefixes and a map's key have far less.
pub const MAX_KEY_BYTES: usize = 512;

/// Most bytes of finality proof in one answer. In hex it is twice that, which must stay below the
/// server's default limit of 15 MB; the SDK's own limit of 8 MiB would not.
pub const MAX_WARP_BYTES: usize = 4 * 1024 * 1024;

/// Headers with their justifications, as the warp proof encodes them.
type Fragments<Block> = Vec<WarpSyncFragment<Block>>;

/// The answer to `symbolon_prove`.
pub(crate) fn prove<Client, Block>(
	client: &Client,
	warp: &dyn WarpSyncProvider<Block>,
	begin: Block::Hash,
	keys: &[Bytes],
) -> Result<ProofBundle, Error>
where
	Block: BlockT,
	Client: HeaderBackend<Block> + ProofProvider<Block>,
{
	check_keys(keys)?;
	check_begin(client, begin)?;
	let (fragments, finished) = finality(warp, begin)?;
	let storage = match fragments.last() {
		_ if keys.is_empty() || !finished => None,
		Some(last) => Some(storage(client, &last.header, keys)?),
		None => return Err(Error::NothingFinalized),
	};
	Ok(ProofBundle { warp: Bytes((fragments, finished).encode()), storage })
}

/// Bounds what one request can cost.
fn check_keys(keys: &[Bytes]) -> Result<(), Error> {
	if keys.len() > MAX_KEYS {
		return Err(Error::TooManyKeys { given: keys.len(), limit: MAX_KEYS });
	}
	match keys.iter().enumerate().find(|(_, key)| key.len() > MAX_KEY_BYTES) {
		Some((position, key)) => {
			Err(Error::KeyTooLong { position, given: key.len(), limit: MAX_KEY_BYTES })
		}
		None => Ok(()),
	}
}

/// Tells apart what the warp proof would only call an invalid request.
fn check_begin<Client, Block>(client: &Client, begin: Block::Hash) -> Result<(), Error>
where
	Block: BlockT,
	Client: HeaderBackend<Block>,
{
	let number = client
		.number(begin)
		.map_err(internal)?
		.ok_or_else(|| Error::UnknownBegin { begin: format!("{begin:?}") })?;
	let finalized = client.info().finalized_number;
	let canonical = number <= finalized && canonical_hash(client, number)? == Some(begin);
	if !canonical {
		return Err(Error::NotFinalized {
			begin: format!("{begin:?}"),
			number: number.to_string(),
			finalized: finalized.to_string(),
		});
	}
	Ok(())
}

fn canonical_hash<Client, Block>(
	client: &Client,
	number: NumberFor<Block>,
) -> Result<Option<Block::Hash>, Error>
where
	Block: BlockT,
	Client: HeaderBackend<Block>,
{
	client.hash(number).map_err(internal)
}

/// The finality proof from `begin`, cut to what one answer can hold.
fn finality<Block: BlockT>(
	warp: &dyn WarpSyncProvider<Block>,
	begin: Block::Hash,
) -> Result<(Fragments<Block>, bool), Error> {
	let encoded = warp
		.generate(begin)
		.map_err(|error| Error::HistoryMissing { reason: error.to_string() })?;
	let (mut fragments, finished) =
		<(Fragments<Block>, bool)>::decode(&mut &encoded.0[..]).map_err(internal)?;
	let kept = fitting(fragments.iter().map(Encode::encoded_size), MAX_WARP_BYTES);
	let whole = kept == fragments.len();
	fragments.truncate(kept);
	Ok((fragments, finished && whole))
}

/// How many of the first `sizes` fit into `limit` together.
fn fitting(sizes: impl Iterator<Item = usize>, limit: usize) -> usize {
	let mut used = 0usize;
	sizes
		.take_while(|size| {
			used = used.saturating_add(*size);
			used <= limit
		})
		.count()
}

/// The compact proof of `keys` against the state root of `header`.
fn storage<Client, Block>(
	client: &Client,
	header: &Block::Header,
	keys: &[Bytes],
) -> Result<Bytes, Error>
where
	Block: BlockT,
	Client: ProofProvider<Block>,
{
	let mut keys = keys.iter().map(|key| &key.0[..]);
	let proof = client.read_proof(header.hash(), &mut keys).map_err(|error| match error {
		sp_blockchain::Error::UnknownBlock(_) => {
			Error::StatePruned { block: format!("{:?}", header.hash()) }
		}
		other => internal(other),
	})?;
	let compact =
		proof.into_compact_proof::<HashingFor<Block>>(*header.state_root()).map_err(internal)?;
	Ok(Bytes(compact.encode()))
}

fn internal(error: impl std::fmt::Display) -> Error {
	Error::Internal { reason: error.to_string() }
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_number_and_length_of_keys_are_bounded() {
		let key = |bytes: usize| Bytes(vec![0; bytes]);
		assert_eq!(check_keys(&[]), Ok(()));
		assert_eq!(check_keys(&vec![key(MAX_KEY_BYTES); MAX_KEYS]), Ok(()));
		assert_eq!(
			check_keys(&vec![key(1); MAX_KEYS + 1]),
			Err(Error::TooManyKeys { given: MAX_KEYS + 1, limit: MAX_KEYS })
		);
		assert_eq!(
			check_keys(&[key(1), key(MAX_KEY_BYTES + 1)]),
			Err(Error::KeyTooLong { position: 1, given: MAX_KEY_BYTES + 1, limit: MAX_KEY_BYTES })
		);
	}

	#[test]
	fn the_first_fragments_that_fit_are_kept() {
		assert_eq!(fitting([].into_iter(), 10), 0);
		assert_eq!(fitting([4, 6].into_iter(), 10), 2);
		assert_eq!(fitting([4, 7, 1].into_iter(), 10), 1);
		assert_eq!(fitting([11].into_iter(), 10), 0);
	}
}
