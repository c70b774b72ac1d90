//! The command line of `symbolon tls`.

use crate::args::StoreDir;
use clap::{Args, Subcommand, ValueEnum};

#[derive(Subcommand)]
pub enum Tls {
	/// Put mutual TLS by name in front of a TCP service
	Serve(Serve),
	/// Connect to a service by name: a pipe, or a local socket for other programs
	Connect(Connect),
}

/// Options of both proxies.
#[derive(Args)]
pub struct Common {
	#[command(flatten)]
	pub store: StoreDir,
	/// Connections at a time; further ones wait
	#[arg(long, value_name = "N", default_value_t = 1_024, value_parser = at_least_one())]
	pub max_connections: u64,
	/// Longest handshake
	#[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = a_time())]
	pub handshake_timeout: u64,
	/// Longest silence of an open connection; 0: any
	#[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = a_time_or_none())]
	pub idle_timeout: u64,
	/// How long connections may go on after a stop, or after the end of their epoch
	#[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = a_time_or_none())]
	pub stop_grace: u64,
	/// How many epochs a connection may last on one credential; more delay a revocation
	#[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
	pub max_connection_epochs: u32,
	/// Show Prometheus metrics at this loopback address, under /metrics
	#[arg(long, value_name = "HOST:PORT")]
	pub metrics: Option<String>,
	/// The form of the log on standard error
	#[arg(long, value_name = "FORM", value_enum, default_value_t = LogForm::Text)]
	pub log: LogForm,
}

fn at_least_one() -> clap::builder::RangedU64ValueParser {
	clap::value_parser!(u64).range(1..=1_000_000)
}

fn a_number_or_any() -> clap::builder::RangedU64ValueParser {
	clap::value_parser!(u64).range(0..=1_000_000)
}

fn a_time() -> clap::builder::RangedU64ValueParser {
	clap::value_parser!(u64).range(1..=86_400)
}

fn a_time_or_none() -> clap::builder::RangedU64ValueParser {
	clap::value_parser!(u64).range(0..=31_536_000)
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogForm {
	/// Lines for people
	Text,
	/// One JSON object a line
	Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TellForm {
	/// A PROXY protocol v2 header with the name in TLV 0xE0 and the serial in 0xE1
	ProxyV2,
	/// A header in every HTTP/1.1 request
	HttpHeader,
	/// The service is not told
	Nothing,
}

#[derive(Args)]
pub struct Serve {
	#[command(flatten)]
	pub common: Common,
	/// Who may connect: name@namespace, or *@namespace; may be repeated
	#[arg(long, value_name = "NAMES", required_unless_present = "anonymous")]
	pub allow: Vec<String>,
	/// Let clients in that show no identity; they get no name
	#[arg(long)]
	pub anonymous: bool,
	/// Where to listen; port 0 takes a free one
	#[arg(long, value_name = "HOST:PORT")]
	pub listen: String,
	/// The service
	#[arg(long, value_name = "HOST:PORT")]
	pub to: String,
	/// How the service learns the peer's name
	#[arg(long, value_name = "FORM", value_enum, default_value_t = TellForm::ProxyV2)]
	pub tell: TellForm,
	/// The header of `--tell http-header` [default: symbolon-peer]
	#[arg(long, value_name = "NAME")]
	pub header: Option<String>,
	/// Handshakes at a time; for each further one the oldest is closed
	#[arg(long, value_name = "N", default_value_t = 256, value_parser = at_least_one())]
	pub max_handshakes: u64,
	/// Connections at a time from one address; further ones are closed; 0: any number
	#[arg(long, value_name = "N", default_value_t = 256, value_parser = a_number_or_any())]
	pub max_per_address: u64,
	/// Connections at a time of one name; further ones are closed; 0: any number
	#[arg(long, value_name = "N", default_value_t = 64, value_parser = a_number_or_any())]
	pub max_per_name: u64,
	/// Longest wait for the service to connect, and to begin an HTTP answer
	#[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = a_time())]
	pub service_timeout: u64,
}

#[derive(Args)]
pub struct Connect {
	#[command(flatten)]
	pub common: Common,
	/// Who must answer, exactly
	#[arg(long, value_name = "NAME@NAMESPACE")]
	pub to: String,
	/// Where it answers
	#[arg(value_name = "HOST:PORT")]
	pub address: String,
	/// Where programs connect to: a loopback address, or unix:PATH; without it, standard input and
	/// output are joined to the peer
	#[arg(long, value_name = "LOCAL")]
	pub listen: Option<String>,
	/// Let --listen be any address: whoever reaches it speaks with this store's name
	#[arg(long, requires = "listen")]
	pub listen_anyone: bool,
}
