//! `symbolon status`.

use crate::{
	args::{Global, State},
	error::CliError,
	output::{epoch_json, epoch_text, time, Report},
};
use serde_json::{json, Value};
use std::io::Write;
use symbolon_sdk::{
	hexed,
	params::{self, Status},
	Anchor,
};

/// What a status rests on besides proofs.
const NOT_PROVED: [&str; 3] = [
	"that nothing newer is finalized: the node's word",
	"the present epoch and the age: by this machine's clock",
	"that the anchor is the right one: compare its fingerprint",
];

/// Shows where the chain stands.
pub async fn run(global: &Global, state: &State, out: &mut impl Write) -> Result<(), CliError> {
	let mut client = global.client(state)?;
	let status = params::status(&mut client).await?;
	describe(&status, client.anchor()).write(global.json, out)
}

/// Seconds by which the block is behind the clock.
fn age(status: &Status) -> u64 {
	status.now.saturating_sub(status.time.get() / 1000)
}

fn to_json(status: &Status, anchor: &Anchor) -> Value {
	let (key, committee) = (status.params.key.get(), status.params.committee.get());
	let snapshot = |snapshot: &symbolon_sdk::Verified<Option<_>>| -> Value {
		let snapshot: &Option<symbolon_sdk::params::Snapshot> = snapshot.get();
		snapshot.as_ref().map_or(Value::Null, |snapshot| {
			json!({
				"epoch": epoch_json(&snapshot.epoch),
				"revocations": snapshot.revocations.count,
				"cover": snapshot.cover_len,
				"chunks": snapshot.chunks(),
				"published": snapshot.published,
				"frozen": snapshot.frozen,
			})
		})
	};
	json!({
		"block": status.block,
		"lowest_block": status.params.block(),
		"hash": hexed::encode(&status.hash),
		"time": status.time.get() / 1000,
		"age": age(status),
		"fingerprint": anchor.fingerprint().to_string(),
		"key_no": key.key_no,
		"key_id": hexed::encode(&key.key_id.0),
		"share_version": key.share_version,
		"committee": {
			"members": committee.members.len(),
			"threshold": committee.threshold,
			"status": format!("{:?}", committee.status).to_lowercase(),
		},
		"present_epoch": epoch_json(&status.params.present),
		"snapshot": snapshot(&status.snapshot),
		"next_snapshot": snapshot(&status.next),
		"revocations": status.revocations.count,
		"ceremony": status.ceremony.get().as_ref().map(|ceremony| json!({
			"number": ceremony.number, "phase": format!("{:?}", ceremony.phase).to_lowercase(),
		})),
		"not_proved": NOT_PROVED,
	})
}

fn describe(status: &Status, anchor: &Anchor) -> Report {
	let (key, committee) = (status.params.key.get(), status.params.committee.get());
	let permits = |snapshot: &Option<symbolon_sdk::params::Snapshot>| match snapshot {
		None => "not frozen yet".to_string(),
		Some(snapshot) => format!(
			"{} subtrees without {} revocations, {} of {} chunks published",
			snapshot.cover_len,
			snapshot.revocations.count,
			snapshot.published,
			snapshot.chunks()
		),
	};
	let ceremony = status.ceremony.get().as_ref();
	let ceremony = ceremony.map_or("none under way".to_string(), |ceremony| {
		format!("number {}, phase {:?}", ceremony.number, ceremony.phase)
	});
	let mut report = Report::new(to_json(status, anchor))
		.field("finalized block", format!("{} {}", status.block, hexed::encode(&status.hash)))
		.field("its time", format!("{}, {} s ago", time(status.time.get() / 1000), age(status)))
		.field("fingerprint", anchor.fingerprint())
		.field("key", format!("number {}, {}", key.key_no, hexed::encode(&key.key_id.0)))
		.field(
			"committee",
			format!(
				"{} members, {} needed, share version {}, {:?}",
				committee.members.len(),
				committee.threshold,
				key.share_version,
				committee.status
			),
		)
		.field("ceremony", ceremony)
		.field("present epoch", epoch_text(&status.params.present))
		.field("its permits", permits(status.snapshot.get()))
		.field("next permits", permits(status.next.get()))
		.field("revocations", status.revocations.count)
		.line(format!(
			"Proved against the anchor at block {} or later, all but:",
			status.params.block()
		));
	for line in NOT_PROVED {
		report = report.line(format!("  {line}"));
	}
	report
}
