//! What a node and the database subcommands have in common.

use super::{Executor, FullBackend, FullClient, FullPool, SelectChain};
use sc_consensus::DefaultImportQueue;
use sc_consensus_aura::{ImportQueueParams, SlotDuration};
use sc_consensus_grandpa::{GrandpaBlockImport, GrandpaPruningFilter, LinkHalf};
use sc_service::{Configuration, PartialComponents};
use sc_telemetry::{Telemetry, TelemetryWorker};
use sp_consensus_aura::{
	inherents::InherentDataProvider as SlotProvider, sr25519::AuthorityPair as AuraPair,
};
use sp_timestamp::InherentDataProvider as TimestampProvider;
use std::sync::Arc;
use symbolon_runtime::opaque::Block;

/// The parts of a node before it has a network.
pub type Partial<ImportQueue = DefaultImportQueue<Block>> =
	PartialComponents<FullClient, FullBackend, SelectChain, ImportQueue, FullPool, Consensus>;

/// Imports blocks and follows finality while doing so.
pub type BlockImport = GrandpaBlockImport<FullBackend, Block, FullClient, SelectChain>;

/// What the voter and the author are started with.
pub struct Consensus {
	/// Imports blocks into the chain.
	pub block_import: BlockImport,
	/// Ties the GRANDPA voter to the import.
	pub grandpa_link: LinkHalf<Block, FullClient, SelectChain>,
	/// Reports to a telemetry server, if one is configured.
	pub telemetry: Option<Telemetry>,
}

/// Blocks between two justifications that are kept for good. Each change of the voters keeps one
/// besides, and the newest is always kept, so proofs of finality do not depend on this.
pub const JUSTIFICATION_PERIOD: u32 = 512;

/// Open the chain's database and prepare to import blocks.
///
/// # Errors
///
/// If the database cannot be opened or holds another chain.
pub fn new_partial(config: &Configuration) -> Result<Partial, sc_service::Error> {
	let mut telemetry = start_telemetry(config)?;
	let handle = telemetry.as_ref().map(|(_, telemetry)| telemetry.handle());

	let executor: Executor = sc_service::new_wasm_executor(&config.executor);
	// Pruning of blocks must spare the justifications that light clients and warp sync need.
	let kept: Arc<dyn sc_service::PruningFilter> = Arc::new(GrandpaPruningFilter);
	let (client, backend, keystore_container, task_manager) =
		sc_service::new_full_parts(config, handle.clone(), executor, vec![kept])?;
	let client = Arc::new(client);
	let telemetry = telemetry.take().map(|(worker, telemetry)| {
		task_manager.spawn_handle().spawn("telemetry", None, worker.run());
		telemetry
	});

	let select_chain = SelectChain::new(backend.clone());
	let transaction_pool = sc_transaction_pool::Builder::new(
		task_manager.spawn_essential_handle(),
		client.clone(),
		config.role.is_authority().into(),
	)
	.with_options(config.transaction_pool.clone())
	.with_prometheus(config.prometheus_registry())
	.build();

	let (block_import, grandpa_link) = sc_consensus_grandpa::block_import(
		client.clone(),
		JUSTIFICATION_PERIOD,
		&client,
		select_chain.clone(),
		handle.clone(),
	)?;
	let slot_duration = sc_consensus_aura::slot_duration(&*client)?;
	let import_queue =
		sc_consensus_aura::import_queue::<AuraPair, _, _, _, _, _>(ImportQueueParams {
			block_import: block_import.clone(),
			justification_import: Some(Box::new(block_import.clone())),
			client: client.clone(),
			create_inherent_data_providers: move |_, ()| async move { Ok(inherents(slot_duration)) },
			spawner: &task_manager.spawn_essential_handle(),
			registry: config.prometheus_registry(),
			check_for_equivocation: Default::default(),
			telemetry: handle,
			compatibility_mode: Default::default(),
		})?;

	Ok(PartialComponents {
		client,
		backend,
		task_manager,
		keystore_container,
		select_chain,
		import_queue,
		transaction_pool: Arc::new(transaction_pool),
		other: Consensus { block_import, grandpa_link, telemetry },
	})
}

/// The clock's part of a block: slot and timestamp of now.
pub fn inherents(slot_duration: SlotDuration) -> (SlotProvider, TimestampProvider) {
	let timestamp = TimestampProvider::from_system_time();
	let slot = SlotProvider::from_timestamp_and_slot_duration(*timestamp, slot_duration);
	(slot, timestamp)
}

/// A telemetry worker, if the configuration names a server.
fn start_telemetry(
	config: &Configuration,
) -> Result<Option<(TelemetryWorker, Telemetry)>, sc_service::Error> {
	let Some(endpoints) = config.telemetry_endpoints.clone().filter(|list| !list.is_empty()) else {
		return Ok(None);
	};
	let worker = TelemetryWorker::new(16)?;
	let telemetry = worker.handle().new_telemetry(endpoints);
	Ok(Some((worker, telemetry)))
}
