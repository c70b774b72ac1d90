//! `symbolon tls connect`: a service by its name, for people's pipes and for other programs.

use super::{
	args::{Common, Connect},
	stdio::{Input, Output},
};
use crate::{args::Global, context::identity as parse_identity, error::CliError, output::Report};
use serde_json::json;
use std::{io::Write, time::Duration};
use symbolon_proxy::{
	connect::{forward, pipe, Dialer, Keeper, Local, Options, PipeError},
	local::{self, LocalAddress, PrivateSocket},
	metrics::Metrics,
	stop,
};
use symbolon_tls::Connector;

/// Connects, and serves programs until it is stopped or the pipe ends.
pub async fn run(global: &Global, command: Connect, out: &mut impl Write) -> Result<(), CliError> {
	let peer = parse_identity(&command.to)?;
	local::check_address(&command.address).map_err(|error| CliError::Usage(error.to_string()))?;
	let listen = command.listen.as_deref().map(str::parse).transpose();
	let listen: Option<LocalAddress> =
		listen.map_err(|error| CliError::Usage(format!("--listen: {error}")))?;
	super::start_log(command.common.log);
	let identity = super::open(global, &command.common).await?;
	let connector = Connector::builder(identity, peer)
		.max_connection_epochs(command.common.max_connection_epochs)
		.build()?;
	let metrics = Metrics::new(Some(connector.metrics().clone()));
	let patience = Duration::from_secs(command.common.handshake_timeout);
	let dialer = Dialer::new(connector, command.address.as_str(), patience, metrics.clone());
	let keeper = Keeper::new(dialer.clone());
	let (stopper, stop) = stop::channel();
	super::stop_at_signals(stopper)?;
	let page = super::show_metrics(command.common.metrics.as_deref(), &metrics, &stop).await?;
	let options = options(&command.common);
	let Some(listen) = listen else {
		let (output, stream) = Output::start();
		let joined = pipe(&dialer, &keeper, Input::start(), stream, options.grace, stop).await;
		if matches!(joined, Err(PipeError::Stopped)) {
			return Ok(joined?);
		}
		// What came is written even if the connection did not end in order. An output that failed
		// is but a broken pipe to who writes to its stream; why it failed is known here.
		let written = output.finish().map_err(PipeError::Output);
		return Ok(match joined {
			Ok(()) | Err(PipeError::Output(_)) => written,
			failed => failed,
		}?);
	};
	let (local, bound) = bind(&listen, command.listen_anyone).await?;
	announce(global, &command, &dialer, (&bound, page.as_deref()), out)?;
	super::stopped(forward(local, dialer, keeper, options, stop).await);
	Ok(())
}

fn options(common: &Common) -> Options {
	Options {
		max_connections: usize::try_from(common.max_connections).unwrap_or(usize::MAX),
		idle_timeout: super::seconds(common.idle_timeout),
		grace: Duration::from_secs(common.stop_grace),
	}
}

/// Opens the local socket, and says what it is.
async fn bind(listen: &LocalAddress, anyone: bool) -> Result<(Local, String), CliError> {
	match listen {
		LocalAddress::Tcp(address) => {
			let listener = local::listen_tcp(address, !anyone).await?;
			let bound = listener.local_addr().map_err(CliError::System)?;
			if !bound.ip().to_canonical().is_loopback() {
				super::warn(&format!("whoever reaches {bound} speaks with this store's name"));
			}
			Ok((Local::Tcp(listener), bound.to_string()))
		}
		LocalAddress::Unix(path) => {
			let socket = PrivateSocket::bind(path)?;
			Ok((Local::Unix(socket), listen.to_string()))
		}
	}
}

fn announce(
	global: &Global,
	command: &Connect,
	dialer: &Dialer,
	(bound, page): (&str, Option<&str>),
	out: &mut impl Write,
) -> Result<(), CliError> {
	let (name, to) = (dialer.identity().identity(), &command.address);
	Report::new(json!({
		"listening": bound,
		"identity": name.as_str(),
		"peer": command.to,
		"to": to,
		"metrics": page,
	}))
	.line(format!("listening on {bound} as {name}, to {} at {to}", command.to))
	.write(global.json, out)?;
	Ok(out.flush()?)
}
