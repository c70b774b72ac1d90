//! One node of a local network: a process, and what it is asked.

use crate::{keys::AuthorityKeys, ports::Ports, process::Process, rpc::Rpc, spec::CHAIN_ID, Error};
use nix::sys::signal::Signal;
use std::{
	fs,
	path::{Path, PathBuf},
	process::Command,
};

/// Lines of a log that an error shows.
const LOG_LINES: usize = 15;

/// A node: its folder, its ports and its process, if that runs.
pub struct Node {
	name: String,
	binary: PathBuf,
	spec: PathBuf,
	folder: PathBuf,
	peer_id: String,
	ports: Ports,
	peers: Vec<String>,
	rpc: Rpc,
	process: Option<Process>,
	paused: bool,
}

/// Where a node's programs and files are.
pub(crate) struct Place<'a> {
	/// The node program.
	pub binary: &'a Path,
	/// The raw chain specification.
	pub spec: &'a Path,
	/// The network's folder.
	pub folder: &'a Path,
}

impl Node {
	/// Prepares the node at `position`, from 0: makes its folder and writes its keys.
	pub(crate) fn prepare(
		place: &Place<'_>,
		position: usize,
		keys: &AuthorityKeys,
		ports: Ports,
	) -> Result<Self, Error> {
		let name = format!("authority-{}", position + 1);
		let folder = place.folder.join(&name);
		keys.write_keystore(&folder.join("keystore"))?;
		keys.write_peer_key(&folder.join("peer-key"))?;
		Ok(Self {
			name,
			binary: place.binary.to_owned(),
			spec: place.spec.to_owned(),
			folder,
			peer_id: keys.peer_id(),
			ports,
			peers: Vec::new(),
			rpc: rpc_at(ports)?,
			process: None,
			paused: false,
		})
	}

	/// Takes other ports, before it starts.
	pub(crate) fn take_ports(&mut self, ports: Ports) -> Result<(), Error> {
		self.rpc = rpc_at(ports)?;
		self.ports = ports;
		Ok(())
	}

	/// Where its peers find it.
	pub(crate) fn address(&self) -> String {
		format!("/ip4/127.0.0.1/tcp/{}/p2p/{}", self.ports.p2p, self.peer_id)
	}

	/// Starts it, to find the network at `peers`.
	pub(crate) fn start(&mut self, peers: &[String]) -> Result<(), Error> {
		let own = self.address();
		self.peers = peers.iter().filter(|address| **address != own).cloned().collect();
		self.restart()
	}

	fn command(&self) -> Command {
		let mut command = Command::new(&self.binary);
		command
			.arg("--validator")
			.args(["--name", &self.name])
			.arg("--chain")
			.arg(&self.spec)
			.arg("--base-path")
			.arg(self.folder.join("data"))
			.arg("--keystore-path")
			.arg(self.folder.join("keystore"))
			.arg("--node-key-file")
			.arg(self.folder.join("peer-key"))
			.args(["--listen-addr", &format!("/ip4/127.0.0.1/tcp/{}", self.ports.p2p)])
			.args(["--rpc-port", &self.ports.rpc.to_string()])
			.args(["--prometheus-port", &self.ports.prometheus.to_string()])
			.args(["--no-mdns", "--no-telemetry"])
			.args(["--allow-private-ip", "--disable-log-color", "--detailed-log-output"]);
		if !self.peers.is_empty() {
			command.arg("--bootnodes").args(&self.peers);
		}
		command
	}

	/// Its name, `authority-1` and so on.
	pub fn name(&self) -> &str {
		&self.name
	}

	/// Its JSON-RPC endpoint.
	pub fn rpc(&self) -> &Rpc {
		&self.rpc
	}

	/// URL of its metrics.
	pub fn metrics_url(&self) -> String {
		format!("http://127.0.0.1:{}/metrics", self.ports.prometheus)
	}

	/// Its process id while it runs.
	pub fn pid(&self) -> Option<u32> {
		self.process.as_ref().map(Process::id)
	}

	/// Its folder: keys in `keystore`, chain and vault in `data`.
	pub fn folder(&self) -> &Path {
		&self.folder
	}

	/// The folder of its vault.
	pub fn vault_folder(&self) -> PathBuf {
		self.folder.join("data/chains").join(CHAIN_ID).join("vault")
	}

	/// The file that its output is appended to.
	pub fn log(&self) -> PathBuf {
		self.folder.join("log")
	}

	/// The last lines of its log.
	pub fn log_end(&self) -> String {
		let text = fs::read(self.log()).unwrap_or_default();
		let text = String::from_utf8_lossy(&text);
		let lines: Vec<&str> = text.lines().collect();
		lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
	}

	fn in_state(&self, state: &'static str) -> Error {
		Error::State { node: self.name.clone(), state }
	}

	fn process(&self) -> Result<&Process, Error> {
		self.process.as_ref().ok_or_else(|| self.in_state("not running"))
	}

	/// Kills it as a loss of power would (SIGKILL). Its files stay.
	///
	/// # Errors
	///
	/// [`Error::State`] if it does not run; [`Error::Io`] if it cannot be killed.
	pub fn kill(&mut self) -> Result<(), Error> {
		let process = self.process.take().ok_or_else(|| self.in_state("not running"))?;
		self.paused = false;
		process.kill()
	}

	/// Starts it again with the same files and ports, after [`Self::kill`].
	///
	/// # Errors
	///
	/// [`Error::State`] if it runs; [`Error::Io`] if it cannot be started.
	pub fn restart(&mut self) -> Result<(), Error> {
		if self.process.is_some() {
			return Err(self.in_state("running already"));
		}
		self.process = Some(Process::start(self.command(), &self.log())?);
		Ok(())
	}

	/// Halts it where it stands (SIGSTOP): its ports stay open and nothing answers.
	///
	/// # Errors
	///
	/// [`Error::State`] if it does not run or is paused.
	pub fn pause(&mut self) -> Result<(), Error> {
		if self.paused {
			return Err(self.in_state("paused already"));
		}
		self.process()?.signal(Signal::SIGSTOP)?;
		self.paused = true;
		Ok(())
	}

	/// Lets it go on (SIGCONT).
	///
	/// # Errors
	///
	/// [`Error::State`] if it is not paused.
	pub fn resume(&mut self) -> Result<(), Error> {
		if !self.paused {
			return Err(self.in_state("not paused"));
		}
		self.process()?.signal(Signal::SIGCONT)?;
		self.paused = false;
		Ok(())
	}

	/// Checks that it has not ended by itself.
	///
	/// # Errors
	///
	/// [`Error::Exited`] with the end of its log.
	pub fn check_running(&mut self) -> Result<(), Error> {
		let Some(process) = self.process.as_mut() else { return Ok(()) };
		match process.ended()? {
			None => Ok(()),
			Some(status) => {
				Err(Error::Exited { node: self.name.clone(), status, log: self.log_end() })
			}
		}
	}

	/// Whether it answers on its port; for [`wait_for`](crate::wait_for).
	///
	/// # Errors
	///
	/// [`Error::Exited`] if it ended, [`Error::Foreign`] if something else answers there.
	pub async fn is_up(&mut self) -> Result<Option<()>, Error> {
		self.check_running()?;
		if self.rpc.peer_id().await? == self.peer_id {
			Ok(Some(()))
		} else {
			Err(Error::Foreign { node: self.name.clone() })
		}
	}
}

fn rpc_at(ports: Ports) -> Result<Rpc, Error> {
	Rpc::new(format!("http://127.0.0.1:{}", ports.rpc))
}
