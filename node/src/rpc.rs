//! The RPC methods beyond those that every node of the SDK serves.

use crate::service::{FullBackend, FullClient, FullPool};
use jsonrpsee::RpcModule;
use sc_network_sync::strategy::warp::WarpSyncProvider;
use std::sync::Arc;
use substrate_frame_rpc_system::{System, SystemApiServer};
use symbolon_rpc::{Symbolon, SymbolonApiServer};
use symbolon_runtime::opaque::Block;

/// What the methods read from.
pub struct Sources {
	/// The chain.
	pub client: Arc<FullClient>,
	/// Transactions waiting to be included.
	pub pool: Arc<FullPool>,
	/// Proofs of finality.
	pub warp: Arc<dyn WarpSyncProvider<Block>>,
}

/// The methods of the `system` and `symbolon` namespaces.
pub fn methods(sources: &Sources) -> Result<RpcModule<()>, sc_service::Error> {
	let Sources { client, pool, warp } = sources;
	let system = System::new(client.clone(), pool.clone());
	let symbolon = Symbolon::<_, _, FullBackend>::new(client.clone(), warp.clone());
	let mut module = RpcModule::new(());
	let merged = module.merge(system.into_rpc()).and_then(|()| module.merge(symbolon.into_rpc()));
	merged.map_err(|error| sc_service::Error::Application(error.into()))?;
	Ok(module)
}
