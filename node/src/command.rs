//! Runs what the command line asks for.

use crate::{
	chain_spec,
	cli::{Cli, Subcommand, VaultArgs},
	service::{self, Partial},
	vault,
};
use sc_cli::SubstrateCli;
use sc_network::config::NetworkBackendType;
use sc_service::{Configuration, TaskManager};
use symbolon_runtime::opaque::Block;

impl SubstrateCli for Cli {
	fn impl_name() -> String {
		"Symbolon Node".into()
	}

	fn impl_version() -> String {
		env!("SUBSTRATE_CLI_IMPL_VERSION").into()
	}

	fn description() -> String {
		"An authority or a full node of a Symbolon network: an identity registry whose master key \
		 is split among authorities and exists nowhere."
			.into()
	}

	fn author() -> String {
		env!("CARGO_PKG_AUTHORS").into()
	}

	fn support_url() -> String {
		"the operator guide in docs/".into()
	}

	fn copyright_start_year() -> i32 {
		2026
	}

	fn load_spec(&self, id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
		Ok(Box::new(chain_spec::load(id)?))
	}
}

/// Read the command line and do what it says.
pub fn run() -> sc_cli::Result<()> {
	let cli = Cli::from_args();
	match &cli.subcommand {
		None => {
			let runner = cli.create_runner(&cli.run)?;
			let vault = cli.vault.clone();
			runner.run_node_until_exit(
				|config| async move { start(config, &vault).map_err(Into::into) },
			)
		}
		Some(Subcommand::Key(command)) => command.run(&cli),
		Some(Subcommand::Vault(command)) => vault::run(command).map_err(sc_cli::Error::Application),
		Some(Subcommand::ExportChainSpec(command)) => command.run(cli.load_spec(&command.chain)?),
		Some(Subcommand::ChainInfo(command)) => {
			cli.create_runner(command)?.sync_run(|config| command.run::<Block>(&config))
		}
		Some(Subcommand::PurgeChain(command)) => {
			cli.create_runner(command)?.sync_run(|config| command.run(config.database))
		}
		Some(other) => run_on_database(&cli, other),
	}
}

/// Start a node on the network backend that the command line names.
fn start(config: Configuration, vault: &VaultArgs) -> Result<TaskManager, sc_service::Error> {
	match config.network.network_backend {
		NetworkBackendType::Libp2p => {
			service::new_full::<sc_network::NetworkWorker<_, _>>(config, vault)
		}
		NetworkBackendType::Litep2p => {
			service::new_full::<sc_network::Litep2pNetworkBackend>(config, vault)
		}
	}
}

/// The subcommands that open the chain's database.
fn run_on_database(cli: &Cli, subcommand: &Subcommand) -> sc_cli::Result<()> {
	match subcommand {
		Subcommand::CheckBlock(command) => cli.create_runner(command)?.async_run(|config| {
			let Partial { client, task_manager, import_queue, .. } = service::new_partial(&config)?;
			Ok((command.run(client, import_queue), task_manager))
		}),
		Subcommand::ExportBlocks(command) => cli.create_runner(command)?.async_run(|config| {
			let Partial { client, task_manager, .. } = service::new_partial(&config)?;
			Ok((command.run(client, config.database), task_manager))
		}),
		Subcommand::ImportBlocks(command) => cli.create_runner(command)?.async_run(|config| {
			let Partial { client, task_manager, import_queue, .. } = service::new_partial(&config)?;
			Ok((command.run(client, import_queue), task_manager))
		}),
		Subcommand::ExportState(command) => cli.create_runner(command)?.async_run(|config| {
			let Partial { client, task_manager, .. } = service::new_partial(&config)?;
			Ok((command.run(client, config.chain_spec), task_manager))
		}),
		Subcommand::Revert(command) => cli.create_runner(command)?.async_run(|config| {
			let Partial { client, task_manager, backend, .. } = service::new_partial(&config)?;
			// The voter's own records must follow the chain back.
			let revert_votes = Box::new(|client, _, blocks| {
				sc_consensus_grandpa::revert(client, blocks).map_err(Into::into)
			});
			Ok((command.run(client, backend, Some(revert_votes)), task_manager))
		}),
		_ => Err(sc_cli::Error::Input("this subcommand does not use the database".into())),
	}
}
