//! The command line.

use crate::commands::tls::args::Tls;
use clap::{Args, Parser, Subcommand};
use std::{path::PathBuf, time::Duration};
use symbolon_sdk::anchor::MAX_EPOCH;

/// Keys by name, issued in shares by authorities of which none has to be trusted.
#[derive(Parser)]
#[command(name = "symbolon", version, arg_required_else_help = true)]
pub struct Cli {
	#[command(flatten)]
	pub global: Global,
	#[command(subcommand)]
	pub command: Command,
}

/// Options of every command.
#[derive(Args, Clone)]
pub struct Global {
	/// Address of a node, such as http://127.0.0.1:9944
	#[arg(long, global = true, env = "SYMBOLON_RPC", value_name = "URL")]
	pub rpc: Option<String>,
	/// The anchor: what this machine pins
	#[arg(long, global = true, env = "SYMBOLON_ANCHOR", value_name = "FILE")]
	pub anchor: Option<PathBuf>,
	/// One JSON object on standard output, also for errors
	#[arg(long, global = true)]
	pub json: bool,
	/// Longest wait for the chain to do what it was asked for
	#[arg(long, global = true, value_name = "SECONDS", default_value_t = 150)]
	pub wait: u64,
}

/// Where progress and clock floor are kept.
#[derive(Args, Clone)]
pub struct State {
	/// Where progress and clock floor are kept [default: the anchor's path and .state]
	#[arg(long, value_name = "FILE")]
	pub state: Option<PathBuf>,
}

/// A device's folder.
#[derive(Args, Clone)]
pub struct StoreDir {
	/// The device's folder
	#[arg(long, value_name = "DIR")]
	pub store: PathBuf,
}

/// A registrar's key.
#[derive(Args, Clone)]
pub struct Key {
	/// The registrar's key: a file with the hex seed of an sr25519 key
	#[arg(long, value_name = "FILE")]
	pub key: PathBuf,
	#[command(flatten)]
	pub state: State,
}

#[derive(Subcommand)]
pub enum Command {
	/// Where the chain stands, proved, and what of it was not
	Status(State),
	/// Master key, committee and epoch schedule, proved
	Params(State),
	/// A device: its request, its keys, its permits
	#[command(subcommand)]
	Device(Device),
	/// A registrar: registering and revoking
	#[command(subcommand)]
	Registrar(Registrar),
	/// Sign a file with the key of the present epoch; writes FILE.sig
	Sign(Sign),
	/// Verify a file's signature, offline
	Verify(Verify),
	/// Seal a file to a name: only its holder opens it, once the permits of an epoch are there
	Encrypt(Encrypt),
	/// Open a file that was sealed to a store's name
	Decrypt(Decrypt),
	/// Mutual TLS by name for programs that know nothing of it
	#[command(subcommand)]
	Tls(Tls),
	/// Anchors: what devices pin
	#[command(subcommand)]
	Anchor(Anchor),
}

#[derive(Subcommand)]
pub enum Device {
	/// Make a new device and its request for the registrar
	New {
		/// The name, such as pump-7@acme
		#[arg(value_name = "NAME@NAMESPACE")]
		identity: String,
		#[command(flatten)]
		store: StoreDir,
	},
	/// Get the keys of a registered device
	Enroll(StoreDir),
	/// Get the permit of the present epoch, or a proof of why there is none
	Refresh(StoreDir),
	/// What the store holds, secrets left out; offline
	Show(StoreDir),
}

#[derive(Subcommand)]
pub enum Registrar {
	/// Register devices by their request files, or by a CSV file
	Register {
		#[command(flatten)]
		key: Key,
		/// What `device new` wrote
		#[arg(value_name = "REQUEST", required_unless_present = "csv")]
		requests: Vec<PathBuf>,
		/// A CSV file with the header identity,transport_key,proof
		#[arg(long, value_name = "FILE", conflicts_with = "requests")]
		csv: Option<PathBuf>,
	},
	/// Revoke a name; prints the first epoch without it
	Revoke {
		#[command(flatten)]
		key: Key,
		/// The name, such as pump-7@acme
		#[arg(value_name = "NAME@NAMESPACE")]
		identity: String,
	},
	/// Ask for a device's keys again, after the answers were pruned
	RequestAgain {
		#[command(flatten)]
		key: Key,
		/// The name, such as pump-7@acme
		#[arg(value_name = "NAME@NAMESPACE")]
		identity: String,
	},
}

#[derive(Args)]
pub struct Sign {
	#[command(flatten)]
	pub store: StoreDir,
	/// The file to sign
	pub file: PathBuf,
}

#[derive(Args)]
pub struct Verify {
	/// Who must have signed, exactly
	#[arg(long, value_name = "NAME@NAMESPACE")]
	pub identity: String,
	/// The file
	pub file: PathBuf,
	/// Its signature
	#[arg(value_name = "SIG")]
	pub signature: PathBuf,
	/// Accept the epoch that holds TIME (RFC 3339, or Unix seconds) instead of the present one
	#[arg(long, value_name = "TIME")]
	pub at: Option<String>,
	#[command(flatten)]
	pub state: State,
}

#[derive(Args)]
pub struct Encrypt {
	/// Who can open it, such as pump-7@acme
	#[arg(long, value_name = "NAME@NAMESPACE")]
	pub to: String,
	/// Number of a later epoch: it opens once its permits are published, a lead before its start,
	/// whatever is revoked until then [default: the present one]
	#[arg(long, value_name = "N")]
	pub epoch: Option<u64>,
	/// Sign it as the store's device, inside the encryption
	#[arg(long, requires = "store")]
	pub sign: bool,
	/// The sender's folder; its anchor is used
	#[arg(long, value_name = "DIR")]
	pub store: Option<PathBuf>,
	/// The file to write [default: FILE.sealed]
	#[arg(short, long, value_name = "FILE")]
	pub output: Option<PathBuf>,
	/// The file to seal; - for standard input, which needs --output
	pub file: PathBuf,
	#[command(flatten)]
	pub state: State,
}

#[derive(Args)]
pub struct Decrypt {
	#[command(flatten)]
	pub store: StoreDir,
	/// Who must have signed it, exactly
	#[arg(long, value_name = "NAME@NAMESPACE")]
	pub from: Option<String>,
	/// How long ago the epoch of the signer's key may have ended, such as 7d: who was revoked since
	/// can still sign with the key of an epoch before
	#[arg(long, value_name = "TIME", default_value = "7d", requires = "from", value_parser = humantime::parse_duration)]
	pub signed_within: Duration,
	/// The file to write [default: FILE without .sealed]
	#[arg(short, long, value_name = "FILE")]
	pub output: Option<PathBuf>,
	/// Replace the file to write if it exists
	#[arg(long)]
	pub force: bool,
	/// The sealed file
	pub file: PathBuf,
}

#[derive(Subcommand)]
pub enum Anchor {
	/// Make an anchor from a raw chain specification and a proof of the master key
	Export {
		/// The raw chain specification
		#[arg(long, value_name = "FILE")]
		chain_spec: PathBuf,
		/// The file to write
		#[arg(short, long, value_name = "FILE")]
		output: PathBuf,
		/// Longest epoch to believe
		#[arg(
			long,
			value_name = "SECONDS",
			default_value_t = 7 * 24 * 60 * 60,
			value_parser = clap::value_parser!(u64).range(1..=MAX_EPOCH),
		)]
		max_epoch: u64,
	},
	/// What an anchor holds, and its fingerprint
	Show {
		/// The anchor
		file: PathBuf,
	},
}
