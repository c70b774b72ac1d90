//! `symbolon-testnet`: a local network of real nodes, until it is interrupted.

use clap::{Args, Parser, Subcommand};
use serde_json::json;
use std::{
	error::Error as StdError,
	fs,
	io::{self, Write},
	path::{Path, PathBuf},
	process::ExitCode,
	time::Duration,
};
use symbolon_sdk::{files, store::Store};
use symbolon_testnet::{
	network::PermitAge,
	rpc::Rpc,
	thief::{forge, published, StolenKey},
	Network,
};
use tokio::signal::unix::{signal, SignalKind};

/// Longest wait for the ceremony and the first permits.
const CEREMONY_LIMIT: Duration = Duration::from_secs(300);

/// A local Symbolon network of real node processes on loopback, for demos and tests.
#[derive(Parser)]
#[command(name = "symbolon-testnet", version, arg_required_else_help = true)]
struct Cli {
	#[command(subcommand)]
	command: Command,
}

#[derive(Subcommand)]
enum Command {
	/// Start a network, run the ceremony, and stay until Ctrl-C; nothing is left behind
	Up(Up),
	/// Sign with a device's key and every permit ever published, as a thief would; needs no leave
	Forge(Forge),
}

#[derive(Args)]
struct Up {
	/// How many authorities, 1 to 16
	#[arg(long, value_name = "N", default_value_t = 4)]
	authorities: usize,
	/// Length of an epoch, such as 30s or 2m
	#[arg(long, value_name = "TIME", default_value = "30s", value_parser = humantime::parse_duration)]
	epoch: Duration,
	/// The folder for keys, chains and logs, new or empty [default: a temporary one]
	#[arg(long, value_name = "DIR")]
	dir: Option<PathBuf>,
	/// Leave the folder's files when the network ends
	#[arg(long)]
	keep: bool,
	/// Print one JSON object once the first key is active
	#[arg(long)]
	json: bool,
}

#[derive(Args)]
struct Forge {
	/// The device's folder
	#[arg(long, value_name = "DIR")]
	store: PathBuf,
	/// Address of a node
	#[arg(long, env = "SYMBOLON_RPC", value_name = "URL")]
	rpc: String,
	/// The folder to write the signatures to; it is made
	#[arg(short, long, value_name = "DIR")]
	output: PathBuf,
	/// The file to sign
	file: PathBuf,
}

type Outcome = Result<(), Box<dyn StdError>>;

// One thread: nodes are watched and asked, the work is theirs.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
	let outcome = match Cli::parse().command {
		Command::Up(up) => until_interrupted(up).await,
		Command::Forge(arguments) => write_forgeries(&arguments).await,
	};
	match outcome {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("symbolon-testnet: {error}");
			ExitCode::FAILURE
		}
	}
}

/// Runs a network until SIGINT or SIGTERM; also one that is still starting ends then.
async fn until_interrupted(up: Up) -> Outcome {
	let mut interrupt = signal(SignalKind::interrupt())?;
	let mut terminate = signal(SignalKind::terminate())?;
	let running = async {
		let network = start(&up).await?;
		announce(&network, up.json)?;
		Ok::<_, Box<dyn StdError>>(network)
	};
	let network = tokio::select! {
		network = running => network?,
		_ = interrupt.recv() => return Ok(()),
		_ = terminate.recv() => return Ok(()),
	};
	tokio::select! {
		_ = interrupt.recv() => {}
		_ = terminate.recv() => {}
	}
	Ok(network.shutdown()?)
}

/// Launches the network, waits for its key and its permits, and writes the anchor.
async fn start(up: &Up) -> Result<Network, Box<dyn StdError>> {
	let mut builder = Network::builder().authorities(up.authorities).epoch(up.epoch).keep(up.keep);
	if let Some(folder) = &up.dir {
		builder = builder.dir(folder);
	}
	let network = builder.launch().await?;
	let key = network.wait_for_key(CEREMONY_LIMIT).await?;
	eprintln!("master key {} is active since block {}", key.key_no, key.activated);
	network.wait_for_permits(PermitAge::Present, CEREMONY_LIMIT).await?;
	network.export_anchor().await?;
	Ok(network)
}

/// Tells on standard output where everything is.
fn announce(network: &Network, json: bool) -> io::Result<()> {
	let anchor = network.anchor();
	let mut out = io::stdout().lock();
	if json {
		let nodes: Vec<_> = network
			.nodes()
			.iter()
			.map(|node| {
				json!({
					"name": node.name(),
					"rpc": node.rpc().url(),
					"pid": node.pid(),
					"metrics": node.metrics_url(),
					"log": node.log(),
				})
			})
			.collect();
		let place = json!({
			"nodes": nodes,
			"anchor": anchor,
			"registrar_key": network.registrar_key(),
			"chain_spec": network.chain_spec(),
			"namespace": network.namespace(),
			"dir": network.folder(),
		});
		writeln!(out, "{place}")?;
	} else {
		for node in network.nodes() {
			let pid = node.pid().unwrap_or_default();
			writeln!(out, "{:<16} {} (process {pid})", node.name(), node.rpc().url())?;
		}
		writeln!(out, "{:<16} {}", "anchor", anchor.display())?;
		writeln!(out, "{:<16} {}", "registrar's key", network.registrar_key().display())?;
		writeln!(out, "{:<16} {}", "chain spec", network.chain_spec().display())?;
		writeln!(out, "{:<16} {}", "namespace", network.namespace())?;
		writeln!(out, "The key is active. Ctrl-C ends the network.")?;
	}
	out.flush()
}

/// Writes two signatures for every published permit and says what they are.
async fn write_forgeries(arguments: &Forge) -> Outcome {
	let store = Store::open(&arguments.store)?;
	let keys = store.keys()?;
	let stolen = StolenKey {
		key_id: store.anchor().key_id(),
		identity: store.identity().clone(),
		serial: keys.serial,
		point: keys.sign.to_bytes(),
	};
	let message = fs::read(&arguments.file)?;
	let permits = published(&Rpc::new(arguments.rpc.clone())?).await?;
	fs::create_dir(&arguments.output)?;
	let mut written = Vec::new();
	for permit in &permits {
		let level = permit.subtree.level();
		let name = format!("{}-{}-{}", permit.epoch.number, level, permit.subtree.index());
		let [own, claimed] = forge(&stolen, permit, &message).ok_or("a permit is no point")?;
		written.push(save(&arguments.output, &format!("{name}.sig"), &own)?);
		written.push(save(&arguments.output, &format!("{name}-claimed.sig"), &claimed)?);
	}
	let covering = |number: u64| {
		let of_epoch = permits.iter().filter(|permit| permit.epoch.number == number);
		of_epoch.filter(|permit| permit.subtree.holds(stolen.serial)).count()
	};
	let mut epochs: Vec<u64> = permits.iter().map(|permit| permit.epoch.number).collect();
	epochs.dedup();
	let epochs: Vec<_> = epochs
		.iter()
		.map(|number| json!({ "number": number, "permits_over_the_serial": covering(*number) }))
		.collect();
	let report = json!({
		"serial": stolen.serial.get(),
		"permits": permits.len(),
		"epochs": epochs,
		"signatures": written,
	});
	println!("{report}");
	Ok(())
}

fn save(folder: &Path, name: &str, signature: &[u8]) -> io::Result<PathBuf> {
	let path = folder.join(name);
	files::create(&path, signature, files::PUBLIC)?;
	Ok(path)
}
