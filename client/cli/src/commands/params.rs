//! `symbolon params`.

use crate::{
	args::{Global, State},
	error::CliError,
	output::{epoch_json, epoch_text, time, Report},
};
use serde_json::json;
use std::io::Write;
use symbolon_sdk::{hexed, params};

/// Shows master key, committee and schedule, all proved.
pub async fn run(global: &Global, state: &State, out: &mut impl Write) -> Result<(), CliError> {
	let mut client = global.client(state)?;
	let params = params::params(&mut client).await?;
	let (key, committee) = (params.key.get(), params.committee.get());
	let block = params.block();
	let status = format!("{:?}", committee.status).to_lowercase();
	let schedule = &params.schedule.get().0;
	let mut report = Report::new(json!({
		"block": block,
		"key_no": key.key_no,
		"key_id": hexed::encode(&key.key_id.0),
		"master_key": hexed::encode(&key.public.0),
		"fingerprint": client.anchor().fingerprint().to_string(),
		"activated": key.activated,
		"share_version": key.share_version,
		"committee": {
			"members": committee.members.iter().map(|m| hexed::encode(m)).collect::<Vec<_>>(),
			"threshold": committee.threshold,
			"status": status,
		},
		"schedule": schedule.iter().map(|entry| json!({
			"first_number": entry.first_number, "start": entry.start, "length": entry.length,
		})).collect::<Vec<_>>(),
		"present_epoch": epoch_json(&params.present),
		"slot_millis": params.slot_millis.get(),
	}))
	.field("key number", key.key_no)
	.field("key id", hexed::encode(&key.key_id.0))
	.field("master key", hexed::encode(&key.public.0))
	.field("fingerprint", client.anchor().fingerprint())
	.field(
		"committee",
		format!(
			"{} members, {} needed, share version {}, {status}",
			committee.members.len(),
			committee.threshold,
			key.share_version
		),
	);
	for member in &committee.members {
		report = report.field("", hexed::encode(member));
	}
	for entry in schedule {
		let text = format!(
			"from number {} at {}, {} s each",
			entry.first_number,
			time(entry.start),
			entry.length
		);
		report = report.field("epochs", text);
	}
	report
		.field("present epoch", epoch_text(&params.present))
		.field("block time", format!("{} ms", params.slot_millis.get()))
		.line(format!(
			"Proved at finalized block {block} or later; the present epoch is by this clock."
		))
		.write(global.json, out)
}
