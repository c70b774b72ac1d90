//! The command line.

use sc_cli::RunCmd;
use std::path::PathBuf;

/// A node, or one of its subcommands.
#[derive(Debug, clap::Parser)]
pub struct Cli {
	/// What to do instead of running a node.
	#[command(subcommand)]
	pub subcommand: Option<Subcommand>,

	/// How to run a node.
	#[command(flatten)]
	pub run: RunCmd,

	/// Where an authority's vault is, and how it opens.
	#[command(flatten)]
	pub vault: VaultArgs,
}

/// How an authority's vault opens.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct VaultArgs {
	/// Folder of the vault; by default beside the chain's keystore
	#[arg(long, value_name = "DIR")]
	pub vault_dir: Option<PathBuf>,

	/// File whose first line is the passphrase of the vault
	#[arg(long, value_name = "FILE")]
	pub vault_passphrase_file: Option<PathBuf>,
}

/// What the program does besides running a node.
#[derive(Debug, clap::Subcommand)]
#[allow(clippy::large_enum_variant)]
pub enum Subcommand {
	/// Make, inspect and insert keys
	#[command(subcommand)]
	Key(sc_cli::KeySubcommand),

	/// Print the chain specification, with `--raw` as the genesis storage itself
	ExportChainSpec(sc_cli::ExportChainSpecCmd),

	/// Print hashes and numbers of the genesis, best and finalized blocks
	ChainInfo(sc_cli::ChainInfoCmd),

	/// Execute a stored block again and check it
	CheckBlock(sc_cli::CheckBlockCmd),

	/// Write blocks to a file
	ExportBlocks(sc_cli::ExportBlocksCmd),

	/// Read blocks from a file
	ImportBlocks(sc_cli::ImportBlocksCmd),

	/// Print the state of a block as a chain specification
	ExportState(sc_cli::ExportStateCmd),

	/// Remove the newest blocks that are not finalized
	Revert(sc_cli::RevertCmd),

	/// Look at an authority's vault, hold it or let it go on
	#[command(subcommand)]
	Vault(VaultCommand),

	/// Remove the chain's database; keys stay
	PurgeChain(sc_cli::PurgeChainCmd),
}

/// What an operator does with a vault. None of these shows or needs a secret.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum VaultCommand {
	/// Show what the vault did, without its secrets
	Show(VaultFolder),

	/// Keep the vault from dealing until it is released; takes effect at once
	Hold(VaultFolder),

	/// Let a held vault go on
	Release(VaultFolder),
}

/// Which vault.
#[derive(Clone, Debug, clap::Args)]
pub struct VaultFolder {
	/// Folder of the vault, as `--vault-dir` names it
	#[arg(value_name = "DIR")]
	pub dir: PathBuf,
}
