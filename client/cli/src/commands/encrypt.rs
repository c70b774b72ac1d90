//! `symbolon encrypt FILE`: writes `FILE.sealed`.

use super::{Stoppable, Ticker};
use crate::{
	args::{Encrypt, Global, StoreDir},
	context::{identity, regular_file},
	error::CliError,
	output::{epoch_json, epoch_text, Report},
};
use serde_json::json;
use std::{
	fs::File,
	io::{self, Read, Write},
	path::{Path, PathBuf},
};
use symbolon_sdk::{
	files,
	seal::{seal, signing_key, target, MAGIC},
};

/// Seals a file.
pub async fn run(global: &Global, command: &Encrypt, out: &mut impl Write) -> Result<(), CliError> {
	let to = identity(&command.to)?;
	let output = output(command)?;
	check_target(&output)?;
	let input = input(&command.file)?;
	let (store, mut client) = match &command.store {
		Some(dir) => {
			let (store, client) = global.device(&StoreDir { store: dir.clone() }).await?;
			(Some(store), client)
		}
		None => (None, global.client(&command.state)?),
	};
	// First: its epoch must not be a later one than the message's.
	let signer = match &store {
		Some(store) if command.sign => Some(signing_key(store, &mut client).await?),
		_ => None,
	};
	let target = target(&mut client, &to, command.epoch).await?;
	let at = |error| CliError::File { path: output.clone(), error };
	let mut beside = files::beside(&output, files::PUBLIC).map_err(at)?;
	let mut ticker = Ticker::new("sealed");
	let mut progress = |done| ticker.tell(done);
	let anchor = client.anchor().clone();
	let length =
		seal(&anchor, &target, signer.as_ref(), input, beside.as_file_mut(), &mut progress)?;
	files::keep(beside, &output, true).map_err(at)?;
	let signed_by = signer.as_ref().map(|signer| signer.identity().to_string());
	let epoch = target.epoch();
	let by = signed_by.as_ref().map_or(String::new(), |name| format!(", signed by {name}"));
	Report::new(json!({
		"sealed": output.display().to_string(),
		"to": to.as_str(),
		"serial": target.serial().get(),
		"epoch": epoch_json(&epoch),
		"signed_by": signed_by,
		"length": length,
	}))
	.line(format!("sealed {length} bytes to {to}{by}, for epoch {}", epoch_text(&epoch)))
	.line(format!("wrote {}", output.display()))
	.write(global.json, out)
}

fn is_standard_stream(path: &Path) -> bool {
	path == Path::new("-")
}

fn output(command: &Encrypt) -> Result<PathBuf, CliError> {
	match &command.output {
		Some(output) if is_standard_stream(output) => {
			Err(CliError::Usage("--output: a sealed message is written to a file; name one".into()))
		}
		Some(output) => Ok(output.clone()),
		None if is_standard_stream(&command.file) => {
			Err(CliError::Usage("standard input has no name: say where to with --output".into()))
		}
		None => Ok(files::with_suffix(&command.file, ".sealed")),
	}
}

fn input(path: &Path) -> Result<Box<dyn Read>, CliError> {
	if is_standard_stream(path) {
		// Which may block for ever: a signal ends the process, and leaves ciphertext at most.
		return Ok(Box::new(io::stdin()));
	}
	Ok(Box::new(Stoppable::new(regular_file(path)?)?))
}

/// A sealed file may be replaced by another, anything else may not.
fn check_target(path: &Path) -> Result<(), CliError> {
	let mut start = [0; MAGIC.len()];
	match File::open(path).and_then(|mut file| file.read_exact(&mut start)) {
		Ok(()) if start == MAGIC => Ok(()),
		Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
		_ => Err(CliError::NotOverwritten { path: path.into(), what: "sealed message" }),
	}
}
