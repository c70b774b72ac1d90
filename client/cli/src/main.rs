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
	env,
	io::{self, Write},
	process::ExitCode,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
	let mut out = io::stdout().lock();
	let cli = match Cli::try_parse() {
		Ok(cli) => cli,
		// Help and version are no errors, and go where they always go.
		Err(error) if error.use_stderr() && asks_for_json() => {
			let error = CliError::Usage(error.to_string().trim_end().into());
			report(&error, true, &mut out);
			return ExitCode::from(error.exit_code());
		}
		Err(error) => {
			drop(out);
			error.exit();
		}
	};
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

/// Whether a command line that could not be read has `--json` among its options.
fn asks_for_json() -> bool {
	env::args_os().skip(1).take_while(|arg| arg != "--").any(|arg| arg == "--json")
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
