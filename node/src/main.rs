//! The Symbolon node.
//!
//! `symbolon-node --dev` is a whole network in one process. See `symbolon-node --help`.

mod chain_spec;
mod cli;
mod command;
mod rpc;
mod service;
mod vault;

use std::process::ExitCode;

fn main() -> ExitCode {
	match command::run() {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("symbolon-node: {error}");
			ExitCode::FAILURE
		}
	}
}
