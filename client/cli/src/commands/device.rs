//! `symbolon device new|enroll|refresh|show`.

mod show;

use crate::{
	args::{Device as Command, Global, StoreDir},
	context::identity as identity_of,
	error::CliError,
	output::{epoch_json, epoch_text, Report},
};
use serde_json::json;
use std::io::Write;
use symbolon_sdk::{
	device::{self, PermitSource},
	hexed,
	store::Store,
};

/// Runs a device's command.
pub async fn run(global: &Global, command: Command, out: &mut impl Write) -> Result<(), CliError> {
	match command {
		Command::New { identity, store } => new(global, &identity, &store, out),
		Command::Enroll(store) => enroll(global, &store, out).await,
		Command::Refresh(store) => refresh(global, &store, out).await,
		Command::Show(store) => show::run(global, &store, out),
	}
}

fn new(
	global: &Global,
	identity: &str,
	store: &StoreDir,
	out: &mut impl Write,
) -> Result<(), CliError> {
	let identity = identity_of(identity)?;
	let store = Store::create(&store.store, &global.load_anchor()?, &identity)?;
	let request = store.request_path().display().to_string();
	Report::new(json!({
		"identity": identity.as_str(),
		"store": store.dir().display().to_string(),
		"request": request,
		"key_id": hexed::encode(&store.anchor().key_id().0),
	}))
	.line(format!("made {identity} in {}", store.dir().display()))
	.line(format!("hand {request} to the registrar; it holds no secret"))
	.write(global.json, out)
}

async fn enroll(global: &Global, store: &StoreDir, out: &mut impl Write) -> Result<(), CliError> {
	let (store, mut client) = global.device(store).await?;
	let done = device::enroll(&store, &mut client).await?;
	let wrong: Vec<u16> = done.wrong.iter().map(|member| member.get()).collect();
	let mut report = Report::new(json!({
		"identity": store.identity().as_str(),
		"serial": done.serial.get(),
		"share_version": done.share_version,
		"wrong_members": wrong,
		"block": done.block,
	}))
	.line(format!("enrolled {} as serial {}", store.identity(), done.serial))
	.line("both keys were checked against the master key; the transport secret is erased");
	for member in &done.wrong {
		report = report.line(format!("member {member} answered wrongly and was done without"));
	}
	report.write(global.json, out)
}

async fn refresh(global: &Global, store: &StoreDir, out: &mut impl Write) -> Result<(), CliError> {
	let (store, mut client) = global.device(store).await?;
	let done = device::refresh(&store, &mut client).await?;
	let withheld = match &done.source {
		PermitSource::Node => None,
		PermitSource::Proof { answer, block } => Some((answer.to_string(), *block)),
	};
	let mut report = Report::new(json!({
		"identity": store.identity().as_str(),
		"serial": done.serial.get(),
		"epoch": epoch_json(&done.epoch),
		"subtree": { "level": done.subtree.level(), "index": done.subtree.index() },
		"next_epoch": done.next.as_ref().map(epoch_json),
		"withheld": withheld.as_ref().map(|(answer, block)| json!({
			"answer": answer, "block": block,
		})),
	}))
	.line(format!("{} may sign in epoch {}", store.identity(), epoch_text(&done.epoch)));
	if let Some(next) = &done.next {
		report = report.line(format!("and in the next, until {}", crate::output::time(next.end)));
	}
	if let Some((answer, block)) = withheld {
		report = report.line(format!(
			"this node withheld the permit ({answer}), but proved the state of block {block} that \
			 holds it; use another node"
		));
	}
	report.write(global.json, out)
}
