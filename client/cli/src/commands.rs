//! The commands, one module each.

mod anchor;
mod decrypt;
mod device;
mod encrypt;
mod params;
mod registrar;
mod sign;
mod status;
pub mod tls;
mod verify;

use crate::{
	args::{Cli, Command},
	context::progress,
	error::CliError,
};
use std::{
	io::Write,
	time::{Duration, Instant},
};

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
		Command::Encrypt(command) => encrypt::run(&global, &command, out).await,
		Command::Decrypt(command) => decrypt::run(&global, &command, out).await,
		Command::Tls(command) => tls::run(&global, command, out).await,
		Command::Anchor(command) => anchor::run(&global, command, out).await,
	}
}

/// Tells once a second how far a long file has come.
struct Ticker {
	done: &'static str,
	told: Instant,
}

impl Ticker {
	fn new(done: &'static str) -> Self {
		Self { done, told: Instant::now() }
	}

	fn tell(&mut self, bytes: u64) {
		if self.told.elapsed() >= Duration::from_secs(1) {
			self.told = Instant::now();
			progress(&format!("{} {} MiB", self.done, bytes >> 20));
		}
	}
}
