//! `symbolon-bench`: what the scheme costs on this machine, see `scripts/bench`.
//!
//! Times are CPU times of the measuring thread: what else runs on the machine lengthens no time by
//! being scheduled in between, though it may by sharing caches and clock speed.

#![forbid(unsafe_code)]

mod cases;
mod ceremony;
mod engine;
mod measure;
mod native;
mod wasm;

use std::{error::Error, process::ExitCode};

const USAGE: &str = "usage:
  symbolon-bench wasm MODULE [--runs K] [--json]   the runtime's heavy calls, in wasm and natively
  symbolon-bench native [--runs K] [--json]        what devices and authorities compute";

/// What the command line asks for.
struct Arguments {
	command: String,
	module: Option<String>,
	runs: usize,
	json: bool,
}

fn parse() -> Result<Arguments, String> {
	let mut arguments = std::env::args().skip(1);
	let command = arguments.next().ok_or(USAGE)?;
	let mut parsed = Arguments { command, module: None, runs: 21, json: false };
	while let Some(argument) = arguments.next() {
		match argument.as_str() {
			"--json" => parsed.json = true,
			"--runs" => {
				let runs = arguments.next().and_then(|text| text.parse().ok());
				parsed.runs =
					runs.filter(|runs| *runs > 0).ok_or("--runs: expected a number above 0")?;
			}
			other if other.starts_with('-') || parsed.module.is_some() => {
				return Err(format!("unexpected {other}\n{USAGE}"));
			}
			_ => parsed.module = Some(argument),
		}
	}
	Ok(parsed)
}

fn run() -> Result<(), Box<dyn Error>> {
	let Arguments { command, module, runs, json } = parse()?;
	match (command.as_str(), module) {
		("wasm", Some(module)) => wasm::run(&module, runs, json),
		("native", None) => native::run(runs, json),
		_ => Err(USAGE.into()),
	}
}

fn main() -> ExitCode {
	match run() {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("symbolon-bench: {error}");
			ExitCode::FAILURE
		}
	}
}
