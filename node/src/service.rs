//! Puts a node together: client, network, consensus, off-chain workers, RPC.

mod consensus;
mod finalized;
mod metrics;
mod network;
mod offchain;
mod partial;

pub use partial::{new_partial, Partial};

use crate::{cli::VaultArgs, rpc};
use consensus::{Node, Settings};
use partial::Consensus;
use sc_network::NetworkBackend;
use sc_service::{
	BuildNetworkParams, Configuration, SpawnTasksParams, TaskManager, WarpSyncConfig,
};
use sp_runtime::traits::Block as BlockT;
use symbolon_runtime::{apis::RuntimeApi, opaque::Block};

/// Runs the runtime's wasm.
pub type Executor = sc_executor::WasmExecutor<offchain::HostFunctions>;

/// The client of a full node.
pub type FullClient = sc_service::TFullClient<Block, RuntimeApi, Executor>;

/// Blocks and state on disk. RocksDB is not compiled in, so this is always ParityDB.
pub type FullBackend = sc_service::TFullBackend<Block>;

/// The transaction pool.
pub type FullPool = sc_transaction_pool::TransactionPoolHandle<Block, FullClient>;

/// The longest chain is the best; finality decides in the end.
pub type SelectChain = sc_consensus::LongestChain<FullBackend, Block>;

/// Start a node.
///
/// # Errors
///
/// If its database, network, RPC ports or keys cannot be opened.
pub fn new_full<Net>(
	mut config: Configuration,
	vault: &VaultArgs,
) -> Result<TaskManager, sc_service::Error>
where
	Net: NetworkBackend<Block, <Block as BlockT>::Hash>,
{
	offchain::require_for_authorities(&mut config);
	let Partial {
		client,
		backend,
		mut task_manager,
		keystore_container,
		select_chain,
		import_queue,
		transaction_pool,
		other: consensus,
	} = new_partial(&config)?;
	let prepared = network::prepare::<Net>(&config, &client, &backend, &consensus);
	let (network, system_rpc_tx, tx_handler_controller, sync_service, _bitswap) =
		sc_service::build_network(BuildNetworkParams {
			config: &config,
			net_config: prepared.config,
			client: client.clone(),
			transaction_pool: transaction_pool.clone(),
			spawn_handle: task_manager.spawn_handle(),
			spawn_essential_handle: task_manager.spawn_essential_handle(),
			import_queue,
			block_announce_validator_builder: None,
			warp_sync_config: Some(WarpSyncConfig::WithProvider(prepared.warp.clone())),
			block_relay: None,
			metrics: prepared.metrics,
			gap_sync_body_policy: None,
		})?;
	let Consensus { block_import, grandpa_link, mut telemetry } = consensus;
	let node = Node {
		client: client.clone(),
		keystore: keystore_container.keystore(),
		pool: transaction_pool.clone(),
		network: network.clone(),
		sync: sync_service.clone(),
		registry: config.prometheus_registry().cloned(),
		telemetry: telemetry.as_ref().map(|telemetry| telemetry.handle()),
	};
	let settings = Settings::of(&config);

	if config.offchain_worker.enabled {
		let vault = offchain::open_vault(&config, &node, vault)?;
		offchain::start(&node, &backend, &task_manager, vault)?;
	}
	metrics::start(&node, &task_manager)?;

	let sources =
		rpc::Sources { client: client.clone(), pool: node.pool.clone(), warp: prepared.warp };
	sc_service::spawn_tasks(SpawnTasksParams {
		config,
		client,
		backend,
		task_manager: &mut task_manager,
		keystore: keystore_container.keystore(),
		transaction_pool,
		rpc_builder: Box::new(move |_| rpc::methods(&sources)),
		network,
		system_rpc_tx,
		tx_handler_controller,
		sync_service,
		telemetry: telemetry.as_mut(),
		tracing_execute_block: None,
	})?;

	if settings.authoring() {
		consensus::start_authoring(&node, &settings, select_chain, block_import, &task_manager)?;
	}
	if settings.voting() {
		consensus::start_voting(&node, settings, grandpa_link, prepared.votes, &task_manager)?;
	}
	Ok(task_manager)
}
