//! `symbolon decrypt FILE.sealed`: writes `FILE`, once all of it was verified.

use super::{Stoppable, Ticker};
use crate::{
	args::{Decrypt, Global},
	context::{identity, regular_file},
	error::CliError,
	output::{epoch_json, epoch_text, Report},
};
use serde_json::json;
use std::{
	io::{BufReader, Write},
	path::PathBuf,
};
use symbolon_sdk::{
	seal::{open_file, permit_for, Preamble, Sender},
	Clock,
};

/// Opens a sealed file.
pub async fn run(global: &Global, command: &Decrypt, out: &mut impl Write) -> Result<(), CliError> {
	let from = command.from.as_deref().map(identity).transpose()?;
	let not_before = Clock::system().now().saturating_sub(command.signed_within.as_secs());
	let from = from.as_ref().map(|identity| Sender { identity, not_before });
	let output = output(command)?;
	if command.file.as_os_str() == "-" {
		let text = "standard input cannot be opened from: name a file";
		return Err(CliError::Usage(text.into()));
	}
	let mut input = BufReader::new(Stoppable::new(regular_file(&command.file)?)?);
	let (store, mut client) = match &global.rpc {
		Some(_) => {
			let (store, client) = global.device(&command.store).await?;
			(store, Some(client))
		}
		None => (global.store(&command.store)?, None),
	};
	let preamble = Preamble::read(&mut input)?;
	let permit = permit_for(&store, client.as_mut(), &Clock::system(), &preamble).await?;
	let mut ticker = Ticker::new("opened");
	let mut progress = |done| ticker.tell(done);
	let opened = open_file(
		&store,
		&permit,
		(&preamble, input),
		from,
		(&output, command.force),
		&mut progress,
	)?;
	let epoch = preamble.header().epoch();
	let sender = opened.signed_by.as_ref();
	let mut report = Report::new(json!({
		"opened": output.display().to_string(),
		"length": opened.length,
		"epoch": epoch_json(&epoch),
		"signed_by": sender.map(|sender| json!({
			"identity": sender.identity.as_str(),
			"serial": sender.serial.get(),
			"epoch": epoch_json(&sender.epoch),
		})),
	}))
	.line(format!("opened {} bytes, sealed for epoch {}", opened.length, epoch_text(&epoch)));
	report = match sender {
		Some(sender) => report.line(format!(
			"signed by {} with a key of epoch {}; when it was signed is not proved",
			sender.identity,
			epoch_text(&sender.epoch)
		)),
		None => report.line("not signed: anybody can have sealed it"),
	};
	report.line(format!("wrote {}", output.display())).write(global.json, out)
}

fn output(command: &Decrypt) -> Result<PathBuf, CliError> {
	let usage = |text: &str| Err(CliError::Usage(text.into()));
	match &command.output {
		Some(output) if output.as_os_str() == "-" => {
			usage("--output: standard output would show what is not verified yet; name a file")
		}
		Some(output) => Ok(output.clone()),
		None if command.file.extension().is_some_and(|extension| extension == "sealed") => {
			Ok(command.file.with_extension(""))
		}
		None => usage("the file's name does not end in .sealed: say where to with --output"),
	}
}
