//! `scripts/bench tls`: full handshakes by name, next to TLS with certificates of an authority.
//!
//! Every handshake is full and mutual, between two ends in one thread; what is compared is measured
//! by turns in the same run. Times are CPU times, medians; bytes are those of whole TLS records.

#![forbid(unsafe_code)]

mod chain;
mod cpu;
mod session;
mod wire;

use rustls::crypto::{ring, CryptoProvider};
use serde_json::{json, Value};
use std::{error::Error, path::Path, sync::Arc, time::Duration};
use symbolon_sdk::testing::World;
use symbolon_tls::{server_name, Acceptor, Connector, Policy, TlsIdentity};
use wire::{Ends, Handshake};

/// Handshakes of each kind.
const RUNS: usize = 201;
/// The made chain's time.
const NOW: u64 = 1_800_000_000;

/// Something that makes one handshake.
type Work = Box<dyn Fn() -> Result<Handshake, Box<dyn Error>>>;

struct Case {
	name: &'static str,
	work: Work,
	done: Vec<Handshake>,
}

impl Case {
	fn new(name: &'static str, work: Work) -> Self {
		Self { name, work, done: Vec::new() }
	}

	/// The middle one of what `of` says about the handshakes.
	fn median<T: Ord + Copy>(&self, of: impl Fn(&Handshake) -> T) -> Result<T, &'static str> {
		let mut all: Vec<T> = self.done.iter().map(of).collect();
		all.sort();
		all.get(all.len() / 2).copied().ok_or("no handshake was made")
	}
}

/// Two ends by name; `cache` is how many peers each remembers.
fn by_name(
	client: &Arc<TlsIdentity>,
	server: &Arc<TlsIdentity>,
	cache: usize,
) -> Result<Ends, Box<dyn Error>> {
	let policy: Policy = "*@demo".parse()?;
	let name = server.identity().clone();
	let acceptor = Acceptor::builder(server.clone()).policy(policy).cache(cache).build()?;
	let connector = Connector::builder(client.clone(), name.clone()).cache(cache).build()?;
	Ok(Ends { client: connector.config(), server: acceptor.config(), name: server_name(&name) })
}

fn tls(ends: Ends) -> Work {
	Box::new(move || ends.handshake())
}

async fn cases(folder: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
	let world = World::new(NOW);
	let pump = world.device(&folder.join("pump"), "pump@demo").await;
	let api = world.device(&folder.join("api"), "api@demo").await;
	let sigma = session::Session::new(&pump, &api, NOW)?;
	let client = TlsIdentity::open(pump, world.clock())?;
	let server = TlsIdentity::open(api, world.clock())?;
	let provider: Arc<CryptoProvider> = Arc::new(ring::default_provider());
	Ok(vec![
		Case::new("TLS, ECDSA P-256 chains of depth 2", tls(chain::ends(&provider)?)),
		Case::new("TLS by name, new peers", tls(by_name(&client, &server, 0)?)),
		Case::new("TLS by name, known peers", tls(by_name(&client, &server, 16)?)),
		Case::new("SIGMA by name", Box::new(move || sigma.handshake())),
	])
}

fn micros(time: Duration) -> f64 {
	time.as_nanos() as f64 / 1_000.0
}

fn row(case: &Case, baseline: f64) -> Result<Value, Box<dyn Error>> {
	let (client, server) = (case.median(|one| one.client)?, case.median(|one| one.server)?);
	let both = micros(client + server);
	Ok(json!({
		"case": case.name,
		"client_us": micros(client),
		"server_us": micros(server),
		"server_per_second": 1e6 / micros(server),
		"both_per_second": 1e6 / both,
		"ratio": baseline / both,
		"sent": case.median(|one| one.sent)?,
		"received": case.median(|one| one.received)?,
	}))
}

fn print(rows: &[Value]) {
	println!(
		"| | client, µs | server, µs | server, per s and core | both ends, per s and core | rate to \
		 the first | sent, B | received, B |\n|---|---|---|---|---|---|---|---|"
	);
	let number = |row: &Value, name: &str| row[name].as_f64().unwrap_or(f64::NAN);
	for row in rows {
		println!(
			"| {} | {:.0} | {:.0} | {:.0} | {:.0} | {:.2} | {} | {} |",
			row["case"].as_str().unwrap_or_default(),
			number(row, "client_us"),
			number(row, "server_us"),
			number(row, "server_per_second"),
			number(row, "both_per_second"),
			number(row, "ratio"),
			row["sent"],
			row["received"],
		);
	}
}

fn main() -> Result<(), Box<dyn Error>> {
	let folder = tempfile::tempdir()?;
	let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
	let mut cases = runtime.block_on(cases(folder.path()))?;
	for _ in 0..RUNS {
		for case in &mut cases {
			case.done.push((case.work)()?);
		}
	}
	let first = cases.first().ok_or("no case")?;
	let baseline = micros(first.median(|one| one.client)? + first.median(|one| one.server)?);
	let rows = cases.iter().map(|case| row(case, baseline)).collect::<Result<Vec<_>, _>>()?;
	if std::env::args().any(|argument| argument == "--json") {
		println!("{}", Value::from(rows));
	} else {
		print(&rows);
	}
	Ok(())
}
