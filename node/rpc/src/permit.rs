//! `symbolon_permit`: the one permit that completes a serial's key in an epoch.

use crate::{Error, PermitAnswer};
use sc_client_api::{Backend, StorageKey, StorageProvider};
use sp_blockchain::HeaderBackend;
use sp_core::Bytes;
use sp_runtime::traits::Block as BlockT;
use symbolon_crypto::{cover::Subtree, Serial};
use symbolon_primitives::storage;

/// The answer to `symbolon_permit`.
///
/// A cover's subtrees do not overlap, so at most one of the serial's ancestors has a permit.
pub(crate) fn permit<Client, Block, BE>(
	client: &Client,
	serial: u64,
	epoch: u64,
) -> Result<Option<PermitAnswer>, Error>
where
	Block: BlockT,
	BE: Backend<Block>,
	Client: HeaderBackend<Block> + StorageProvider<Block, BE>,
{
	let serial =
		Serial::new(serial).ok_or(Error::NotASerial { given: serial, limit: Serial::END })?;
	let finalized = client.info().finalized_hash;
	for level in 0..=Subtree::ROOT.level() {
		let subtree = Subtree::above(serial, level);
		let key = StorageKey(storage::epochs::permit(epoch, &subtree));
		let found = client
			.storage(finalized, &key)
			.map_err(|error| Error::Internal { reason: error.to_string() })?;
		if let Some(permit) = found {
			let (level, index) = (subtree.level(), subtree.index());
			return Ok(Some(PermitAnswer { level, index, permit: Bytes(permit.0) }));
		}
	}
	Ok(None)
}
