//! The command line.

use sc_cli::RunCmd;

/// A node, or one of its subcommands.
#[derive(Debug, clap::Parser)]
pub struct Cli {
	/// What to do instead of running a node.
	#[command(subcommand)]
	pub subcommand: Option<Subcommand>,

	/// How to run a node.
	#[command(flatten)]
	pub run: RunCmd,
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

	/// Remove the chain's database; keys stay
	PurgeChain(sc_cli::PurgeChainCmd),
}
