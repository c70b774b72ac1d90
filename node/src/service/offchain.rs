//! The off-chain workers, and what the node gives to the runtime beyond the SDK.

use super::{consensus::Node, FullBackend};
use sc_client_api::Backend;
use sc_offchain::{OffchainWorkerOptions, OffchainWorkers};
use sc_service::{Configuration, Error, TaskManager};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_externalities::Extension;
use sp_runtime::traits::Block as BlockT;
use std::sync::Arc;
use symbolon_runtime::opaque::Block;

/// The functions that the runtime's wasm may import.
pub type HostFunctions = sp_io::SubstrateHostFunctions;

/// An authority's part in ceremonies and epochs is done by the off-chain workers, so they cannot be
/// switched off on one.
pub fn require_for_authorities(config: &mut Configuration) {
	if config.role.is_authority() && !config.offchain_worker.enabled {
		log::warn!("An authority needs its off-chain workers; --offchain-worker never is ignored");
		config.offchain_worker.enabled = true;
	}
}

/// Run the runtime's off-chain worker on every new best block.
pub fn start(
	node: &Node,
	backend: &Arc<FullBackend>,
	tasks: &TaskManager,
	is_validator: bool,
) -> Result<(), Error> {
	let workers = OffchainWorkers::new(OffchainWorkerOptions {
		runtime_api_provider: node.client.clone(),
		keystore: Some(node.keystore.clone()),
		offchain_db: backend.offchain_storage(),
		transaction_pool: Some(OffchainTransactionPoolFactory::new(node.pool.clone())),
		network_provider: Arc::new(node.network.clone()),
		is_validator,
		enable_http_requests: false,
		custom_extensions,
	})?;
	let run = workers.run(node.client.clone(), tasks.spawn_handle());
	tasks.spawn_handle().spawn("offchain-workers", Some("offchain-worker"), run);
	Ok(())
}

/// What the workers of the block `_at` get besides the SDK's extensions.
fn custom_extensions(_at: <Block as BlockT>::Hash) -> Vec<Box<dyn Extension>> {
	Vec::new()
}
