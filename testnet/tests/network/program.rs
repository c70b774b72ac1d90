//! Programs that tests start beside the nodes.

use nix::{
	sys::signal::{kill, Signal},
	unistd::Pid,
};
use serde_json::Value;
use std::{
	ffi::OsStr,
	io::{BufRead, BufReader},
	path::Path,
	process::{Child, Command, Stdio},
	time::Duration,
};
use symbolon_testnet::{network::find_binary, wait_for};

/// Longest wait for a program's end.
const LIMIT: Duration = Duration::from_secs(60);

/// A running program. Kills it if a test ends before it does.
pub struct Program(Child);

impl Drop for Program {
	fn drop(&mut self) {
		// It has ended already, if all went well.
		let _ = self.0.kill();
		let _ = self.0.wait();
	}
}

impl Program {
	/// Starts the program at `path`; what it prints is for [`line`](Self::line).
	pub fn start<A: AsRef<OsStr>>(path: &Path, arguments: impl IntoIterator<Item = A>) -> Self {
		let mut command = Command::new(path);
		Self(command.args(arguments).stdout(Stdio::piped()).spawn().unwrap())
	}

	/// Starts `symbolon`, its log in the file `log`.
	pub fn symbolon<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>, log: &Path) -> Self {
		let mut command = Command::new(find_binary("symbolon").unwrap());
		let log = std::fs::File::create(log).unwrap();
		Self(command.args(arguments).stdout(Stdio::piped()).stderr(log).spawn().unwrap())
	}

	/// The first line that it prints, which is JSON.
	pub fn line(&mut self) -> Value {
		let mut line = String::new();
		BufReader::new(self.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
		serde_json::from_str(&line).unwrap()
	}

	/// Its process id.
	pub fn id(&self) -> u32 {
		self.0.id()
	}

	/// Asks it to end and waits until it has; whether it ended well.
	pub async fn stop(mut self) -> bool {
		kill(Pid::from_raw(self.id().cast_signed()), Signal::SIGTERM).unwrap();
		let status = wait_for("its end", LIMIT, async || Ok(self.0.try_wait().unwrap()));
		status.await.unwrap().success()
	}
}
