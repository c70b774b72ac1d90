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
	io::{self, Read, Write},
	sync::{
		atomic::{AtomicBool, Ordering},
		mpsc, Arc,
	},
	thread,
	time::{Duration, Instant},
};
use tokio::signal::unix::{signal, SignalKind};

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

/// An input that fails once the process is asked to stop, so that what was half written is removed.
struct Stoppable<R> {
	input: R,
	stopped: Arc<AtomicBool>,
}

impl<R> Stoppable<R> {
	/// From now on SIGINT and SIGTERM stop the input and not the process.
	fn new(input: R) -> Result<Self, CliError> {
		let stopped = Arc::new(AtomicBool::new(false));
		let stop = stopped.clone();
		// On a thread of its own: what reads the input blocks the one that runs this.
		let runtime = tokio::runtime::Builder::new_current_thread()
			.enable_all()
			.build()
			.map_err(CliError::System)?;
		let (ready, started) = mpsc::channel();
		thread::spawn(move || {
			runtime.block_on(async {
				let signals = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
				let (Ok(mut interrupt), Ok(mut terminate)) = signals else { return };
				// Nobody waits any more only if the process ends.
				let _ = ready.send(());
				tokio::select! {
					_ = interrupt.recv() => {}
					_ = terminate.recv() => {}
				}
				stop.store(true, Ordering::SeqCst);
			});
		});
		let refused = || CliError::System(io::Error::other("no signals"));
		started.recv().map_err(|_| refused())?;
		Ok(Self { input, stopped })
	}
}

impl<R: Read> Read for Stoppable<R> {
	fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
		if self.stopped.load(Ordering::SeqCst) {
			return Err(io::Error::other("stopped by a signal; nothing was written"));
		}
		self.input.read(buffer)
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

#[cfg(test)]
mod tests {
	use super::*;
	use std::process::{self, Command};

	#[test]
	fn an_input_ends_with_an_error_when_the_process_is_asked_to_stop() {
		let mut input = Stoppable::new(io::repeat(7)).unwrap();
		let mut buffer = [0; 8];
		assert_eq!(input.read(&mut buffer).unwrap(), 8);
		let id = process::id().to_string();
		assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
		let error = loop {
			if let Err(error) = input.read(&mut buffer) {
				break error;
			}
		};
		assert!(error.to_string().contains("stopped"), "{error}");
	}
}
