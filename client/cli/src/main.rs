//! `symbolon`: the client, for people and scripts.
//!
//! Trusts no node: everything it shows as true was proved against the anchor, and it says so
//! otherwise. Exit codes: 0 done, 1 refused or not valid, 2 usage.

#![forbid(unsafe_code)]

mod args;
mod commands;
mod context;
mod error;
mod output;
mod rows;

use args::Cli;
use clap::Parser;
use error::CliError;
use std::{
	io::{self, Write},
	process::ExitCode,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
	let cli = Cli::parse();
	let mut out = io::stdout().lock();
	let json = cli.global.json;
	let result = commands::run(cli, &mut out).await.and_then(|()| Ok(out.flush()?));
	match result {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) if error.is_broken_pipe() => ExitCode::SUCCESS,
		Err(error) => {
			report(&error, json, &mut out);
			ExitCode::from(error.exit_code())
		}
	}
}

/// With `--json` the error is the one object on standard output, else a line on standard error.
fn report(error: &CliError, json: bool, out: &mut impl Write) {
	let written = if json {
		writeln!(out, "{}", error.to_json())
	} else {
		writeln!(io::stderr(), "symbolon: {error}")
	};
	// Nobody is there to hear that nobody is there; the exit code still tells.
	let _ = written;
}
