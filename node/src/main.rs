//! The Symbolon node.
//!
//! `symbolon-node --dev` is a whole network in one process. See `symbolon-node --help`.

// `sc_cli::Error` is what it is; it is made once, when the program ends.
#![allow(clippy::result_large_err)]

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
