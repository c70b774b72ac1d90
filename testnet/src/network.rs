//! A network of nodes: build, launch, ask, shut down.

mod folder;

use crate::{
	keys::{hex_seed, write_private, KeyRing},
	node::{Node, Place},
	ports,
	spec::{self, Genesis},
	wait_for, Error,
};
use folder::Folder;
use std::{
	env,
	path::{Path, PathBuf},
	time::{Duration, SystemTime, UNIX_EPOCH},
};
use symbolon_crypto::Epoch;
use symbolon_primitives::{
	dta::MasterKey,
	epochs::{Schedule, Snapshot},
	limits::MAX_MEMBERS,
	storage,
};
use symbolon_sdk::{
	anchor::{self, export, ExportOptions},
	transport::HttpTransport,
	Anchor, Clock,
};

/// Longest wait for a node to answer after its start.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How often ports are chosen anew when somebody else took one.
const ATTEMPTS: usize = 3;
/// Shortest epoch, seconds: a permit must be made and published within one.
const SHORTEST_EPOCH: u64 = 10;
/// The folder of `cargo build --release` below a target folder.
const PROFILE: &str = "release";

/// Files that a network makes in its folder, besides a folder for each node.
const OWN: [&str; 4] = ["registrar.key", "chain-plain.json", "chain.json", "anchor"];

/// How a network is to be; see [`Network::builder`].
#[derive(Clone, Debug)]
pub struct Builder {
	authorities: usize,
	epoch: Duration,
	phase_blocks: Option<u32>,
	namespace: String,
	folder: Option<PathBuf>,
	keep: bool,
	binary: Option<PathBuf>,
}

impl Default for Builder {
	fn default() -> Self {
		Self {
			authorities: 4,
			epoch: Duration::from_secs(30),
			phase_blocks: None,
			namespace: "demo".into(),
			folder: None,
			keep: false,
			binary: None,
		}
	}
}

impl Builder {
	/// How many authorities, 1 to 16; 4 unless told.
	pub fn authorities(mut self, authorities: usize) -> Self {
		self.authorities = authorities;
		self
	}

	/// Length of an epoch in whole seconds, at least 10; 30 s unless told.
	pub fn epoch(mut self, epoch: Duration) -> Self {
		self.epoch = epoch;
		self
	}

	/// Most blocks of a ceremony's phase; the chain's own measure unless told.
	pub fn phase_blocks(mut self, blocks: u32) -> Self {
		self.phase_blocks = Some(blocks);
		self
	}

	/// Name of the one namespace; `demo` unless told.
	pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
		self.namespace = namespace.into();
		self
	}

	/// The folder for all files, empty or not there yet; what others put there meanwhile stays; a temporary one unless told.
	pub fn dir(mut self, folder: impl Into<PathBuf>) -> Self {
		self.folder = Some(folder.into());
		self
	}

	/// Keeps the files when the network ends.
	pub fn keep(mut self, keep: bool) -> Self {
		self.keep = keep;
		self
	}

	/// The node program; where to look for it unless told says [`find_binary`].
	pub fn binary(mut self, binary: impl Into<PathBuf>) -> Self {
		self.binary = Some(binary.into());
		self
	}

	/// Starts the network and waits until every node answers. The key is not made yet then:
	/// [`Network::wait_for_key`].
	///
	/// # Errors
	///
	/// [`Error::Setting`] for settings that cannot be; [`Error::NoBinary`]; whatever keeps a node
	/// from starting. Nothing is left behind then.
	pub async fn launch(self) -> Result<Network, Error> {
		self.check()?;
		let binary = match &self.binary {
			Some(binary) => binary.clone(),
			None => find_binary("symbolon-node")?,
		};
		let own = OWN.iter().map(|name| (*name).into());
		let own = own.chain((1..=self.authorities).map(|number| format!("authority-{number}")));
		let folder = Folder::open(self.folder.as_deref(), self.keep, own.collect())?;
		let keys = KeyRing::random()?;
		let genesis = self.genesis(&keys)?;
		let registrar_key = folder.path.join("registrar.key");
		write_private(&registrar_key, &hex_seed(&keys.registrar()))?;
		let chain_spec = spec::write(&binary, &folder.path, &genesis)?;
		let place = Place { binary: &binary, spec: &chain_spec, folder: &folder.path };
		let nodes = ports::choose(self.authorities)?
			.into_iter()
			.enumerate()
			.map(|(at, ports)| Node::prepare(&place, at, &keys.authority(at), ports))
			.collect::<Result<Vec<_>, _>>()?;
		let mut network =
			Network { nodes, chain_spec, registrar_key, namespace: self.namespace, folder };
		let started = network.start_all().await;
		network.told(started)?;
		Ok(network)
	}

	fn check(&self) -> Result<(), Error> {
		let most = MAX_MEMBERS as usize;
		if !(1..=most).contains(&self.authorities) {
			return Err(Error::Setting(format!(
				"expected 1 to {most} authorities, got {}",
				self.authorities
			)));
		}
		if self.epoch.subsec_nanos() != 0 || self.epoch.as_secs() < SHORTEST_EPOCH {
			return Err(Error::Setting(format!(
				"expected an epoch of whole seconds, at least {SHORTEST_EPOCH} s, got {:?}",
				self.epoch
			)));
		}
		if let Err(error) = self.namespace.parse::<symbolon_crypto::Namespace>() {
			return Err(Error::Setting(format!("namespace {:?}: {error}", self.namespace)));
		}
		Ok(())
	}

	fn genesis(&self, keys: &KeyRing) -> Result<Genesis, Error> {
		Ok(Genesis {
			authorities: (0..self.authorities).map(|at| keys.authority(at).names()).collect(),
			namespace: self.namespace.clone(),
			registrar: keys.registrar_account(),
			epoch_seconds: self.epoch.as_secs(),
			first_start: unix_seconds()?,
			phase_blocks: self.phase_blocks,
		})
	}
}

/// Finds a program of this workspace: what the environment names (`SYMBOLON_NODE` for
/// `symbolon-node`, `SYMBOLON` for `symbolon`), else beside the running program (tests run in a
/// folder below), else in the target folder.
///
/// # Errors
///
/// [`Error::NoBinary`] with the places that were looked at.
pub fn find_binary(name: &str) -> Result<PathBuf, Error> {
	let variable = name.to_uppercase().replace('-', "_");
	if let Some(path) = env::var_os(variable) {
		let path = PathBuf::from(path);
		return if path.is_file() { Ok(path) } else { Err(Error::NoBinary(vec![path])) };
	}
	let running = env::current_exe().map_err(Error::io("finding the running program"))?;
	let mut places: Vec<PathBuf> =
		running.ancestors().skip(1).take(2).map(|folder| folder.join(name)).collect();
	let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
	places.push(PathBuf::from(target).join(PROFILE).join(name));
	places.iter().find(|path| path.is_file()).cloned().ok_or(Error::NoBinary(places))
}

/// Which epoch's permits are meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PermitAge {
	/// The epoch that holds this machine's time.
	Present,
	/// The one after.
	Next,
}

fn unix_seconds() -> Result<u64, Error> {
	let since = SystemTime::now().duration_since(UNIX_EPOCH);
	let since =
		since.map_err(|_| Error::Setting("this machine's clock is before 1970; set it".into()))?;
	Ok(since.as_secs())
}

/// A running network.
// Fields are dropped in order: the nodes end before their folder goes.
pub struct Network {
	nodes: Vec<Node>,
	chain_spec: PathBuf,
	registrar_key: PathBuf,
	namespace: String,
	folder: Folder,
}

impl Network {
	/// Settings of a network, to be changed and launched.
	pub fn builder() -> Builder {
		Builder::default()
	}

	async fn start_all(&mut self) -> Result<(), Error> {
		let mut attempt = 1;
		loop {
			let error = match self.try_start().await {
				Ok(()) => return Ok(()),
				Err(error) => error,
			};
			let taken = match &error {
				Error::Foreign { .. } => true,
				Error::Exited { log, .. } => log.contains("Address already in use"),
				_ => false,
			};
			if !taken || attempt == ATTEMPTS {
				return Err(error);
			}
			attempt += 1;
			for node in self.nodes.iter_mut().filter(|node| node.pid().is_some()) {
				node.kill()?;
			}
			let ports = ports::choose(self.nodes.len())?;
			for (node, ports) in self.nodes.iter_mut().zip(ports) {
				node.take_ports(ports)?;
			}
		}
	}

	async fn try_start(&mut self) -> Result<(), Error> {
		let addresses: Vec<String> = self.nodes.iter().map(Node::address).collect();
		for node in &mut self.nodes {
			node.start(&addresses)?;
		}
		for node in &mut self.nodes {
			let what = format!("{} to answer", node.name());
			wait_for(what, START_LIMIT, async || node.is_up().await).await?;
		}
		Ok(())
	}

	/// Prints the ends of the nodes' logs if `outcome` is a failure: the files may be gone soon.
	fn told<T>(&self, outcome: Result<T, Error>) -> Result<T, Error> {
		if outcome.is_err() {
			for node in &self.nodes {
				eprintln!("the end of {}'s log:\n{}", node.name(), node.log_end());
			}
		}
		outcome
	}

	/// The nodes, by position.
	pub fn nodes(&self) -> &[Node] {
		&self.nodes
	}

	/// The node at `position`, from 0.
	///
	/// # Errors
	///
	/// [`Error::NoNode`].
	pub fn node(&self, position: usize) -> Result<&Node, Error> {
		let nodes = self.nodes.len();
		self.nodes.get(position).ok_or(Error::NoNode { position, nodes })
	}

	/// The node at `position`, from 0, to be controlled.
	///
	/// # Errors
	///
	/// [`Error::NoNode`].
	pub fn node_mut(&mut self, position: usize) -> Result<&mut Node, Error> {
		let nodes = self.nodes.len();
		self.nodes.get_mut(position).ok_or(Error::NoNode { position, nodes })
	}

	/// The folder of all files.
	pub fn folder(&self) -> &Path {
		&self.folder.path
	}

	/// The raw chain specification.
	pub fn chain_spec(&self) -> &Path {
		&self.chain_spec
	}

	/// The registrar's key file.
	pub fn registrar_key(&self) -> &Path {
		&self.registrar_key
	}

	/// The one namespace.
	pub fn namespace(&self) -> &str {
		&self.namespace
	}

	/// The first node that runs.
	///
	/// # Errors
	///
	/// [`Error::State`] if none does.
	pub fn any_running(&self) -> Result<&Node, Error> {
		self.nodes.iter().find(|node| node.pid().is_some()).ok_or_else(|| Error::State {
			node: "every node of the network".into(),
			state: "not running",
		})
	}

	/// Waits until every running node has finalized block `number`.
	///
	/// # Errors
	///
	/// [`Error::Timeout`] after `limit`.
	pub async fn wait_for_finalized(&self, number: u32, limit: Duration) -> Result<(), Error> {
		for node in self.nodes.iter().filter(|node| node.pid().is_some()) {
			let what = format!("{} to finalize block {number}", node.name());
			wait_for(what, limit, async || {
				Ok((node.rpc().finalized_number().await? >= number).then_some(()))
			})
			.await?;
		}
		Ok(())
	}

	/// Waits until the first master key is active in a finalized block, and gives it.
	///
	/// # Errors
	///
	/// [`Error::Timeout`] after `limit`.
	pub async fn wait_for_key(&self, limit: Duration) -> Result<MasterKey, Error> {
		let node = self.any_running()?;
		let key = storage::dta::current_key();
		self.told(
			wait_for("the first master key", limit, async || node.rpc().read(&key).await).await,
		)
	}

	/// Waits until every permit of an epoch is published in a finalized block, and gives the epoch:
	/// the one that holds this machine's time, or the one after.
	///
	/// # Errors
	///
	/// [`Error::Timeout`] after `limit`.
	pub async fn wait_for_permits(&self, age: PermitAge, limit: Duration) -> Result<Epoch, Error> {
		let rpc = self.any_running()?.rpc();
		let schedule = storage::epochs::schedule();
		wait_for(format!("the permits of the {age:?} epoch"), limit, async || {
			let Some(schedule) = rpc.read::<Schedule>(&schedule).await? else { return Ok(None) };
			let Some(present) = schedule.epoch_at(unix_seconds()?) else { return Ok(None) };
			let number = match age {
				PermitAge::Present => present.number,
				PermitAge::Next => present.number + 1,
			};
			let snapshot = rpc.read::<Snapshot>(&storage::epochs::snapshot(number)).await?;
			let complete = snapshot.filter(|snapshot| snapshot.published == snapshot.chunks());
			Ok(complete.map(|snapshot| snapshot.epoch))
		})
		.await
	}

	/// Where [`Self::export_anchor`] writes the anchor.
	pub fn anchor(&self) -> PathBuf {
		self.folder.path.join("anchor")
	}

	/// Makes the network's anchor as any client does: the genesis computed from the chain
	/// specification, the key proved by finality. Writes it to [`Self::anchor`].
	///
	/// # Errors
	///
	/// [`Error::Anchor`] if there is no key yet, or the file is there already.
	pub async fn export_anchor(&self) -> Result<Anchor, Error> {
		let failed = |error: &dyn std::fmt::Display| Error::Anchor(error.to_string());
		let url = self.any_running()?.rpc().url();
		let transport = HttpTransport::new(url).map_err(|error| failed(&error))?;
		let options = ExportOptions::default();
		let made = export(&transport, &self.chain_spec, &Clock::system(), options).await;
		let made = made.map_err(|error| failed(&error))?;
		anchor::save(&self.anchor(), &made).map_err(|error| failed(&error))?;
		Ok(made)
	}

	/// Ends all nodes, as the kernel would at the end of this process, and removes the files
	/// that it made, unless they are to be kept. Dropping the network does the same, without the errors.
	///
	/// # Errors
	///
	/// [`Error::Io`] if a process cannot be killed or a file not removed.
	pub fn shutdown(mut self) -> Result<(), Error> {
		for node in self.nodes.iter_mut().filter(|node| node.pid().is_some()) {
			node.kill()?;
		}
		self.folder.close()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::fs;

	async fn refusal(builder: Builder) -> Error {
		builder.binary("/bin/false").launch().await.err().expect("these settings cannot be")
	}

	#[tokio::test]
	async fn impossible_settings_are_refused_before_anything_starts() {
		for builder in [
			Network::builder().authorities(0),
			Network::builder().authorities(17),
			Network::builder().epoch(Duration::from_secs(9)),
			Network::builder().epoch(Duration::from_millis(30_500)),
			Network::builder().namespace("not a name"),
		] {
			let error = refusal(builder).await;
			assert!(matches!(error, Error::Setting(_)), "{error}");
		}
	}

	#[tokio::test]
	async fn a_folder_with_files_is_refused_and_left_as_it_is() {
		let folder = tempfile::tempdir().unwrap();
		let file = folder.path().join("mine");
		fs::write(&file, "precious").unwrap();
		let error = refusal(Network::builder().dir(folder.path())).await;
		assert!(matches!(error, Error::Setting(_)), "{error}");
		assert_eq!(fs::read_to_string(file).unwrap(), "precious");
	}

	#[tokio::test]
	async fn a_failed_launch_leaves_nothing_behind() {
		let parent = tempfile::tempdir().unwrap();
		let made = parent.path().join("made");
		let error = refusal(Network::builder().dir(&made)).await;
		assert!(matches!(error, Error::Command { .. }), "{error}");
		assert!(!made.exists());
		let error = refusal(Network::builder().dir(parent.path())).await;
		assert!(matches!(error, Error::Command { .. }), "{error}");
		assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
	}

	#[tokio::test]
	async fn files_are_kept_where_that_was_asked_for() {
		let parent = tempfile::tempdir().unwrap();
		let error = refusal(Network::builder().dir(parent.path()).keep(true)).await;
		assert!(matches!(error, Error::Command { .. }), "{error}");
		assert!(parent.path().join("registrar.key").exists());
	}

	#[test]
	fn a_missing_program_is_reported_with_the_places_looked_at() {
		let error = find_binary("symbolon-no-such-program").unwrap_err();
		let Error::NoBinary(places) = &error else { panic!("{error}") };
		assert!(places.len() >= 3, "{error}");
		assert!(error.to_string().contains("symbolon-no-such-program"));
	}
}
