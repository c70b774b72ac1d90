//! The node's `symbolon_` RPC namespace: proofs for light clients.
//!
//! A client trusts nothing that comes out of here. Every answer is SCALE bytes that carry their own
//! proof, or hints that the client checks against proved values; JSON only wraps them.

mod error;
mod permit;
mod prove;
mod types;

pub use error::Error;
pub use prove::{MAX_KEYS, MAX_KEY_BYTES, MAX_WARP_BYTES};
pub use types::{PermitAnswer, ProofBundle};

use jsonrpsee::{core::RpcResult, proc_macros::rpc};
use sc_client_api::{Backend, ProofProvider, StorageProvider};
use sc_network_sync::strategy::warp::WarpSyncProvider;
use sp_blockchain::HeaderBackend;
use sp_core::Bytes;
use sp_runtime::traits::Block as BlockT;
use std::{marker::PhantomData, sync::Arc};

/// The methods of the namespace.
#[rpc(server)]
pub trait SymbolonApi<Hash> {
	/// Proves the newest finalized block to a client that trusts the block `begin`, and the values
	/// of `keys` in its state.
	///
	/// `begin` is a finalized block whose GRANDPA set the client knows: genesis, or the header of
	/// an earlier proof. At most [`MAX_KEYS`] raw storage keys of at most [`MAX_KEY_BYTES`] bytes.
	/// A key that holds nothing is proved to hold nothing.
	#[method(name = "symbolon_prove", blocking)]
	fn prove(&self, begin: Hash, keys: Vec<Bytes>) -> RpcResult<ProofBundle>;

	/// The permit of epoch number `epoch` whose subtree holds `serial`, as of the newest finalized
	/// block.
	///
	/// Nothing if the epoch's permits are not published yet (or no longer kept), or the serial is
	/// revoked in it. It carries no proof: a permit is checked against the master public key.
	#[method(name = "symbolon_permit", blocking)]
	fn permit(&self, serial: u64, epoch: u64) -> RpcResult<Option<PermitAnswer>>;
}

/// Serves [`SymbolonApi`] from a client and its warp proofs.
pub struct Symbolon<Client, Block: BlockT, BE> {
	client: Arc<Client>,
	warp: Arc<dyn WarpSyncProvider<Block>>,
	backend: PhantomData<fn() -> BE>,
}

impl<Client, Block: BlockT, BE> Symbolon<Client, Block, BE> {
	/// A server over `client`; `warp` is the provider that the node's own sync protocol uses.
	pub fn new(client: Arc<Client>, warp: Arc<dyn WarpSyncProvider<Block>>) -> Self {
		Self { client, warp, backend: PhantomData }
	}
}

impl<Client, Block, BE> SymbolonApiServer<Block::Hash> for Symbolon<Client, Block, BE>
where
	Block: BlockT,
	BE: Backend<Block> + 'static,
	Client: HeaderBackend<Block>
		+ ProofProvider<Block>
		+ StorageProvider<Block, BE>
		+ Send
		+ Sync
		+ 'static,
{
	fn prove(&self, begin: Block::Hash, keys: Vec<Bytes>) -> RpcResult<ProofBundle> {
		Ok(prove::prove(&*self.client, &*self.warp, begin, &keys)?)
	}

	fn permit(&self, serial: u64, epoch: u64) -> RpcResult<Option<PermitAnswer>> {
		Ok(permit::permit(&*self.client, serial, epoch)?)
	}
}
