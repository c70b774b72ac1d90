//! `symbolon anchor export|show`.

use crate::{
	args::{Anchor as Command, Global},
	error::CliError,
	output::{time, Report},
};
use serde_json::{json, Value};
use std::{io::Write, path::Path};
use symbolon_sdk::{
	anchor::{self, ExportOptions},
	hexed, Anchor, Clock,
};

/// Makes or describes an anchor.
pub async fn run(global: &Global, command: Command, out: &mut impl Write) -> Result<(), CliError> {
	match command {
		Command::Export { chain_spec, output, max_epoch } => {
			let transport = global.transport()?;
			let limits = global.limits();
			let options = ExportOptions { max_epoch, limits, ..ExportOptions::default() };
			let made = anchor::export(&transport, &chain_spec, &Clock::system(), options).await?;
			anchor::save(&output, &made)?;
			describe(&made, &output)
				.line("The genesis was computed from the chain specification, the key was proved.")
				.line("Compare the fingerprint with the authorities' by another channel.")
				.write(global.json, out)
		}
		Command::Show { file } => describe(&anchor::load(&file)?, &file).write(global.json, out),
	}
}

fn to_json(anchor: &Anchor, file: &Path) -> Value {
	let base = anchor.base();
	json!({
		"file": file.display().to_string(),
		"fingerprint": anchor.fingerprint().to_string(),
		"genesis": hexed::encode(anchor.genesis_hash()),
		"key_no": anchor.key_no(),
		"key_id": hexed::encode(&anchor.key_id().0),
		"master_key": hexed::encode(&anchor.master_key().0),
		"checkpoint_key": hexed::encode(&anchor.checkpoint_key().0),
		"base": {
			"number": base.number,
			"hash": hexed::encode(&base.hash),
			"set_id": base.set_id,
			"set": base.set.iter().map(|(key, weight)| json!({
				"key": hexed::encode(key), "weight": weight,
			})).collect::<Vec<_>>(),
		},
		"exported_at": anchor.exported_at(),
		"max_epoch": anchor.max_epoch(),
		"skew": anchor.skew(),
	})
}

fn describe(anchor: &Anchor, file: &Path) -> Report {
	let base = anchor.base();
	Report::new(to_json(anchor, file))
		.field("anchor", file.display())
		.field("fingerprint", anchor.fingerprint())
		.field("genesis", hexed::encode(anchor.genesis_hash()))
		.field("key number", anchor.key_no())
		.field("key id", hexed::encode(&anchor.key_id().0))
		.field("master key", hexed::encode(&anchor.master_key().0))
		.field("base block", format!("{} {}", base.number, hexed::encode(&base.hash)))
		.field("finality set", format!("number {}, {} members", base.set_id, base.set.len()))
		.field("exported at", time(anchor.exported_at()))
		.field("longest epoch", format!("{} s", anchor.max_epoch()))
		.field("clock skew", format!("{} s", anchor.skew()))
}
