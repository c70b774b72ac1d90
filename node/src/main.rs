//! The Symbolon node.
//!
//! `symbolon-node --dev` is a whole network in one process. See `symbolon-node --help`.

mod chain_spec;
mod cli;
mod command;
mod rpc;
mod service;

fn main() -> sc_cli::Result<()> {
	command::run()
}
