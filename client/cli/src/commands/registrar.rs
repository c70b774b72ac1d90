//! `symbolon registrar register|revoke|request-again`.

use crate::{
	args::{Global, Key, Registrar as Command},
	context::identity as identity_of,
	error::CliError,
	output::{epoch_json, epoch_text, registered_json, Report},
	rows,
};
use serde_json::json;
use std::io::Write;
use symbolon_sdk::{
	registrar::{Registrar, RegistrarKey},
	Client,
};

/// Makes a registrar's call and waits for its finalized result.
pub async fn run(global: &Global, command: Command, out: &mut impl Write) -> Result<(), CliError> {
	match command {
		Command::Register { key, requests, csv } => {
			let rows = match csv {
				Some(path) => rows::from_csv(&path)?,
				None => rows::from_files(&requests)?,
			};
			let (secret, mut client) = open(global, &key)?;
			let done = Registrar::new(&mut client, &secret).register(&rows).await?;
			let list: Vec<_> = done.iter().map(registered_json).collect();
			let mut report = Report::new(json!({ "registered": list }));
			for one in &done {
				let how = if one.already { "was registered already" } else { "registered" };
				report = report.line(format!("{how}: {} is serial {}", one.identity, one.serial));
			}
			report.write(global.json, out)
		}
		Command::Revoke { key, identity } => {
			let identity = identity_of(&identity)?;
			let (secret, mut client) = open(global, &key)?;
			let revoked = Registrar::new(&mut client, &secret).revoke(&identity).await?;
			Report::new(json!({
				"identity": revoked.identity.as_str(),
				"serial": revoked.serial.get(),
				"position": revoked.position,
				"effective": epoch_json(&revoked.effective),
				"block": revoked.block,
			}))
			.line(format!("revoked {} (serial {})", revoked.identity, revoked.serial))
			.line(format!("first epoch without it: {}", epoch_text(&revoked.effective)))
			.write(global.json, out)
		}
		Command::RequestAgain { key, identity } => {
			let identity = identity_of(&identity)?;
			let (secret, mut client) = open(global, &key)?;
			let serial = Registrar::new(&mut client, &secret).request_again(&identity).await?;
			Report::new(json!({ "identity": identity.as_str(), "serial": serial.get() }))
				.line(format!("the keys of {identity} (serial {serial}) are asked for again"))
				.write(global.json, out)
		}
	}
}

fn open(global: &Global, key: &Key) -> Result<(RegistrarKey, Client), CliError> {
	Ok((RegistrarKey::load(&key.key)?, global.client(&key.state)?))
}
