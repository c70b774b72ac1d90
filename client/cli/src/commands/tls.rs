//! `symbolon tls`: proxies. They run until they are stopped, on all cores, and log to standard error.

pub mod args;
mod connect;
mod serve;
mod stdio;

use crate::{args::Global, context::progress, error::CliError, output::time};
use args::{Common, LogForm, Tls};
use std::{
	io::{self, IsTerminal, Write},
	sync::Arc,
	time::Duration,
};
use symbolon_proxy::{
	local,
	metrics::{self, Metrics},
	stop::{Stop, Stopper},
};
use symbolon_sdk::{device::DeviceError, Clock};
use symbolon_tls::{Role, TlsIdentity};
use tokio::signal::unix::{signal, SignalKind};
use tracing_subscriber::EnvFilter;

/// What is logged unless `SYMBOLON_LOG` says otherwise. The proxies write a line of their own for
/// each refusal, with the peer's address.
const LOG: &str =
	"warn,symbolon::commands=info,symbolon_proxy=info,symbolon_tls=info,symbolon_tls::refusal=error";

/// Runs the command until it is stopped, or its pipe ends.
pub async fn run(global: &Global, command: Tls, out: &mut impl Write) -> Result<(), CliError> {
	match command {
		Tls::Serve(command) => serve::run(global, command, out).await,
		Tls::Connect(command) => connect::run(global, command, out).await,
	}
}

/// Writes logs to standard error, as text or as one JSON object a line.
fn start_log(form: LogForm) {
	let filter = EnvFilter::try_from_env("SYMBOLON_LOG").unwrap_or_else(|_| EnvFilter::new(LOG));
	let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
	match form {
		LogForm::Text => log.with_target(false).with_ansi(io::stderr().is_terminal()).init(),
		LogForm::Json => log.json().flatten_event(true).init(),
	}
}

/// The store as a party of TLS, kept fresh through a node if there is one.
async fn open(global: &Global, common: &Common) -> Result<Arc<TlsIdentity>, CliError> {
	if global.rpc.is_none() {
		let identity = TlsIdentity::open(global.store(&common.store)?, Clock::system())?;
		tracing::info!(
			peer = identity.identity().as_str(),
			"no --rpc: permits are read from the store; something else has to refresh it"
		);
		if let Err(error) = identity.ready(Role::Client) {
			tracing::warn!(reason = error.kind(), "no handshake will succeed: {error}");
		}
		return Ok(identity);
	}
	let (store, client) = global.device(&common.store).await?;
	// Its lines are log lines here.
	let mut client = client.with_notify(Arc::new(|line| tracing::debug!("{line}")));
	let identity = TlsIdentity::open(store, Clock::system())?;
	// Before anybody is told that it listens. A node that is down now may be up soon; who is revoked
	// stays so.
	match identity.refresh(&mut client).await {
		Ok(_) => {}
		Err(error @ DeviceError::Revoked { .. }) => return Err(error.into()),
		Err(error) => {
			let reason = error.kind();
			match identity.shown_epoch(Role::Client) {
				Ok(epoch) => {
					let (number, until) = (epoch.number, epoch.accepted_until());
					let until = time(until);
					tracing::warn!(reason, "the permit of epoch {number} lasts until {until}; no newer one yet, trying on: {error}");
				}
				Err(_) => tracing::warn!(reason, "no permit yet, trying on: {error}"),
			}
		}
	}
	tokio::spawn(identity.clone().keep_fresh(client));
	Ok(identity)
}

/// Stops in order at the first SIGTERM or SIGINT, and at once at the second.
fn stop_at_signals(stopper: Stopper) -> Result<(), CliError> {
	let mut terminate = signal(SignalKind::terminate()).map_err(CliError::System)?;
	let mut interrupt = signal(SignalKind::interrupt()).map_err(CliError::System)?;
	tokio::spawn(async move {
		let mut signalled = async || {
			tokio::select! {
				_ = terminate.recv() => {}
				_ = interrupt.recv() => {}
			}
		};
		signalled().await;
		tracing::info!("stopping; a second signal cuts what is open");
		stopper.stop();
		signalled().await;
		tracing::info!("cutting what is open");
		stopper.cut();
		// Kept: a stopper that is dropped cuts.
		std::future::pending::<()>().await;
	});
	Ok(())
}

/// Shows the metrics page at a loopback address, and says at which.
async fn show_metrics(
	address: Option<&str>,
	metrics: &Metrics,
	stop: &Stop,
) -> Result<Option<String>, CliError> {
	let Some(address) = address else { return Ok(None) };
	local::check_address(address)
		.map_err(|error| CliError::Usage(format!("--metrics: {error}")))?;
	let listener = local::listen_tcp(address, true).await?;
	let bound = listener.local_addr().map_err(CliError::System)?.to_string();
	tokio::spawn(metrics::show(listener, metrics.clone(), stop.clone()));
	Ok(Some(bound))
}

/// Seconds as an option gives them; zero is none.
fn seconds(number: u64) -> Option<Duration> {
	(number > 0).then(|| Duration::from_secs(number))
}

/// The last line of a proxy that was stopped.
fn stopped(cut: usize) {
	tracing::info!(cut, "stopped");
}

/// A warning that stands before all logs.
fn warn(text: &str) {
	progress(&format!("warning: {text}"));
}
