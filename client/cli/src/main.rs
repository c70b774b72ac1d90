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

use args::{Cli, Command};
use clap::Parser;
use error::CliError;
use std::{
	env,
	io::{self, Write},
	process::ExitCode,
};
use tokio::runtime::Builder;

fn main() -> ExitCode {
	// Not locked: a pipe writes to it from elsewhere.
	let mut out = io::stdout();
	let cli = match Cli::try_parse() {
		Ok(cli) => cli,
		// Help and version are no errors, and go where they always go.
		Err(error) if error.use_stderr() && asks_for_json() => {
			let error = CliError::Usage(error.to_string().trim_end().into());
			report(&error, true, &mut out);
			return ExitCode::from(error.exit_code());
		}
		Err(error) => error.exit(),
	};
	let json = cli.global.json;
	match run(cli, &mut out).and_then(|()| Ok(out.flush()?)) {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) if error.is_broken_pipe() => ExitCode::SUCCESS,
		Err(error) => {
			report(&error, json, &mut out);
			ExitCode::from(error.exit_code())
		}
	}
}

/// Runs the command: proxies on all cores, everything else on this one.
fn run(cli: Cli, out: &mut impl Write) -> Result<(), CliError> {
	let mut builder = match cli.command {
		Command::Tls(_) => Builder::new_multi_thread(),
		_ => Builder::new_current_thread(),
	};
	let runtime = builder.enable_all().build().map_err(CliError::System)?;
	let result = runtime.block_on(commands::run(cli, out));
	// A read of standard input cannot be called back; the process ends without it.
	runtime.shutdown_background();
	result
}

/// Whether a command line that could not be read has `--json` among its options.
fn asks_for_json() -> bool {
	env::args_os().skip(1).take_while(|arg| arg != "--").any(|arg| arg == "--json")
}

/// With `--json` the error is the one object on standard output, else a line on standard error. The
/// output of a pipe is not ours.
fn report(error: &CliError, json: bool, out: &mut impl Write) {
	let written = if json && matches!(error, CliError::Pipe(_)) {
		writeln!(io::stderr(), "{}", error.to_json())
	} else if json {
		writeln!(out, "{}", error.to_json())
	} else {
		writeln!(io::stderr(), "symbolon: {error}")
	};
	// Nobody is there to hear that nobody is there; the exit code still tells.
	let _ = written;
}
