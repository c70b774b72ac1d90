//! The commands, one module each.

mod anchor;
mod device;
mod params;
mod registrar;
mod sign;
mod status;
pub mod tls;
mod verify;

use crate::{
	args::{Cli, Command},
	error::CliError,
};
use std::io::Write;

/// Runs the command and writes its result to `out`.
pub async fn run(cli: Cli, out: &mut impl Write) -> Result<(), CliError> {
	let Cli { global, command } = cli;
	match command {
		Command::Status(state) => status::run(&global, &state, out).await,
		Command::Params(state) => params::run(&global, &state, out).await,
		Command::Device(command) => device::run(&global, command, out).await,
		Command::Registrar(command) => registrar::run(&global, command, out).await,
		Command::Sign(command) => sign::run(&global, &command, out),
		Command::Verify(command) => verify::run(&global, &command, out),
		Command::Tls(command) => tls::run(&global, command, out).await,
		Command::Anchor(command) => anchor::run(&global, command, out).await,
	}
}
