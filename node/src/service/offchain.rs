//! The off-chain workers, and what the node gives to the runtime beyond the SDK.

use super::{consensus::Node, finalized::FinalizedSource, metrics::CountedVault, FullBackend};
use crate::{cli::VaultArgs, vault};
use sc_client_api::Backend;
use sc_offchain::{OffchainWorkerOptions, OffchainWorkers};
use sc_service::{Configuration, Error, TaskManager};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_externalities::Extension;
use sp_runtime::traits::Block as BlockT;
use std::sync::Arc;
use symbolon_host::{VaultBackend, VaultExt};
use symbolon_runtime::opaque::Block;
use symbolon_vault::{SystemClock, Vault, VaultHandle};

/// The functions that the runtime's wasm may import. Outside of off-chain workers the vault's
/// answer that there is none.
pub type HostFunctions = (sp_io::SubstrateHostFunctions, symbolon_host::vault::HostFunctions);

/// An authority's part in ceremonies and epochs is done by the off-chain workers, so they cannot be
/// switched off on one.
pub fn require_for_authorities(config: &mut Configuration) {
	if config.role.is_authority() && !config.offchain_worker.enabled {
		log::warn!("An authority needs its off-chain workers; --offchain-worker never is ignored");
		config.offchain_worker.enabled = true;
	}
}

/// Open the vault of an authority; other nodes have none.
///
/// # Errors
///
/// If the vault cannot be opened: it belongs to another chain, its passphrase is wrong, or another
/// process has it.
pub fn open_vault(
	config: &Configuration,
	node: &Node,
	args: &VaultArgs,
) -> Result<Option<VaultHandle>, Error> {
	if !config.role.is_authority() {
		return Ok(None);
	}
	let dir = args
		.vault_dir
		.clone()
		.unwrap_or_else(|| config.base_path.config_dir(config.chain_spec.id()).join("vault"));
	let passphrase = args.vault_passphrase_file.as_deref().map(vault::read_passphrase);
	let passphrase = passphrase.transpose().map_err(Error::Application)?;
	let source = Arc::new(FinalizedSource::new(node.client.clone()));
	let vault = Vault::open(&dir, passphrase, source, Box::new(SystemClock))
		.map_err(|error| Error::Application(error.into()))?;
	log::info!("The vault is in {}", dir.display());
	Ok(Some(VaultHandle::new(vault)))
}

/// Run the runtime's off-chain worker on every new best block.
///
/// # Errors
///
/// If the worker's runtime or the vault's metrics cannot be set up.
pub fn start(
	node: &Node,
	backend: &Arc<FullBackend>,
	tasks: &TaskManager,
	vault: Option<VaultHandle>,
) -> Result<(), Error> {
	let is_validator = vault.is_some();
	let vault = vault
		.map(|vault| CountedVault::new(vault, node.registry.as_ref()))
		.transpose()
		.map_err(|error| Error::Application(error.into()))?;
	let workers = OffchainWorkers::new(OffchainWorkerOptions {
		runtime_api_provider: node.client.clone(),
		keystore: Some(node.keystore.clone()),
		offchain_db: backend.offchain_storage(),
		transaction_pool: Some(OffchainTransactionPoolFactory::new(node.pool.clone())),
		network_provider: Arc::new(node.network.clone()),
		is_validator,
		enable_http_requests: false,
		custom_extensions: move |_at: <Block as BlockT>::Hash| -> Vec<Box<dyn Extension>> {
			let vault = vault.clone().map(|vault| Box::new(vault) as Box<dyn VaultBackend>);
			vault.into_iter().map(|vault| Box::new(VaultExt::from(vault)) as Box<_>).collect()
		},
	})?;
	let run = workers.run(node.client.clone(), tasks.spawn_handle());
	tasks.spawn_handle().spawn("offchain-workers", Some("offchain-worker"), run);
	Ok(())
}
