//! `symbolon device show`: offline, secrets left out.

use crate::{
	args::{Global, StoreDir},
	error::CliError,
	output::{epoch_json, epoch_text, time, Report},
};
use serde_json::json;
use std::io::Write;
use symbolon_sdk::{chain::ChainError, hexed, Memory, Serial};

/// Describes a store.
pub fn run(global: &Global, store: &StoreDir, out: &mut impl Write) -> Result<(), CliError> {
	let store = global.store(store)?;
	let memory = Memory::open(store.anchor(), &store.state_path()).map_err(ChainError::from)?;
	let (serial, permits) = (store.serial()?, store.permits()?);
	let (anchor, progress) = (store.anchor(), memory.floor().progress());
	let request = store.request_path().display().to_string();
	let mut report = Report::new(json!({
		"identity": store.identity().as_str(),
		"store": store.dir().display().to_string(),
		"key_no": anchor.key_no(),
		"key_id": hexed::encode(&anchor.key_id().0),
		"fingerprint": anchor.fingerprint().to_string(),
		"enrolled": serial.is_some(),
		"serial": serial.map(Serial::get),
		"request": request,
		"permits": permits.iter().map(|permit| json!({
			"epoch": epoch_json(&permit.epoch()),
			"subtree": { "level": permit.subtree().level(), "index": permit.subtree().index() },
		})).collect::<Vec<_>>(),
		"block": progress.block,
		"clock_floor": progress.floor,
		"last_contact": progress.last_contact,
	}))
	.field("identity", store.identity())
	.field("key", format!("number {}, {}", anchor.key_no(), hexed::encode(&anchor.key_id().0)))
	.field("fingerprint", anchor.fingerprint());
	report = match serial {
		Some(serial) => report.field("serial", serial),
		None => report.field("serial", format!("none yet: have {request} registered, then enroll")),
	};
	for permit in &permits {
		report = report.field("permit", format!("epoch {}", epoch_text(&permit.epoch())));
	}
	report
		.field("seen", format!("block {}, clock floor {}", progress.block, time(progress.floor)))
		.field("last contact", time(progress.last_contact))
		.write(global.json, out)
}
