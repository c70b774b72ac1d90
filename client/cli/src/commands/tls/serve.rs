//! `symbolon tls serve`: TLS by name in front of a service.

use super::args::{Serve, TellForm};
use crate::{args::Global, error::CliError, output::Report};
use clap::ValueEnum;
use serde_json::json;
use std::{io::Write, sync::Arc, time::Duration};
use symbolon_proxy::{
	header::PeerHeader,
	local,
	metrics::Metrics,
	serve::{serve, Options, Tell, HTTP_ALPN},
	stop,
};
use symbolon_tls::{Acceptor, Policy, TlsIdentity};

/// Serves until it is stopped.
pub async fn run(global: &Global, command: Serve, out: &mut impl Write) -> Result<(), CliError> {
	let policy = policy(&command.allow)?;
	let options = options(&command)?;
	super::start_log(command.common.log);
	let identity = super::open(global, &command.common).await?;
	let acceptor = acceptor(&command, identity.clone(), policy)?;
	let listener = local::listen_tcp(&command.listen, false).await?;
	let bound = listener.local_addr().map_err(CliError::System)?;
	let metrics = Metrics::new(Some(acceptor.metrics().clone()));
	let (stopper, stop) = stop::channel();
	super::stop_at_signals(stopper)?;
	let page = super::show_metrics(command.common.metrics.as_deref(), &metrics, &stop).await?;
	let mut who = command.allow.clone();
	if command.anonymous {
		who.push("anyone without a name".into());
	}
	let who = who.join(", ");
	let tell = command.tell.to_possible_value();
	let tell = tell.as_ref().map_or("", |tell| tell.get_name());
	Report::new(json!({
		"listening": bound.to_string(),
		"identity": identity.identity().as_str(),
		"allow": command.allow,
		"anonymous": command.anonymous,
		"to": command.to,
		"tell": tell,
		"metrics": page,
	}))
	.line(format!(
		"listening on {bound} as {} for {who}, to {}, names told by {tell}",
		identity.identity(),
		command.to
	))
	.write(global.json, out)?;
	out.flush()?;
	super::stopped(serve(listener, acceptor, options, metrics, stop).await);
	Ok(())
}

fn policy(allow: &[String]) -> Result<Policy, CliError> {
	let parsed = allow.iter().map(|text| text.parse());
	let policies = parsed.collect::<Result<Vec<Policy>, _>>();
	let policies = policies.map_err(|error| CliError::Usage(format!("--allow: {error}")))?;
	Ok(Policy::any_of(policies))
}

fn options(command: &Serve) -> Result<Options, CliError> {
	local::check_address(&command.listen)
		.map_err(|error| CliError::Usage(format!("--listen: {error}")))?;
	local::check_address(&command.to).map_err(|error| CliError::Usage(format!("--to: {error}")))?;
	let header = command.header.as_deref().map(PeerHeader::new).transpose();
	let header = header.map_err(|error| CliError::Usage(format!("--header: {error}")))?;
	let tell = match (command.tell, header) {
		(TellForm::HttpHeader, header) => Tell::Header(header.unwrap_or_default()),
		(_, Some(_)) => {
			return Err(CliError::Usage("--header: only with --tell http-header".into()));
		}
		(TellForm::ProxyV2, None) => Tell::ProxyV2,
		(TellForm::Nothing, None) => Tell::Nothing,
	};
	let number = |given: u64| usize::try_from(given).unwrap_or(usize::MAX);
	// Zero is no limit.
	let some = |given: u64| (given > 0).then(|| number(given));
	let common = &command.common;
	Ok(Options {
		max_connections: number(common.max_connections),
		max_handshakes: number(command.max_handshakes),
		max_per_address: some(command.max_per_address),
		max_per_peer: some(command.max_per_name),
		handshake_timeout: Duration::from_secs(common.handshake_timeout),
		idle_timeout: super::seconds(common.idle_timeout),
		service_timeout: Duration::from_secs(command.service_timeout),
		grace: Duration::from_secs(common.stop_grace),
		..Options::new(command.to.clone(), tell)
	})
}

fn acceptor(
	command: &Serve,
	identity: Arc<TlsIdentity>,
	policy: Policy,
) -> Result<Acceptor, CliError> {
	let mut builder =
		Acceptor::builder(identity).max_connection_epochs(command.common.max_connection_epochs);
	if command.anonymous {
		builder = builder.anonymous_clients();
	}
	// Without one, no identity is asked for.
	if !command.allow.is_empty() {
		builder = builder.policy(policy);
	}
	if command.tell == TellForm::HttpHeader {
		builder = builder.alpn(vec![HTTP_ALPN.to_vec()]);
	}
	Ok(builder.build()?)
}
