//! `symbolon sign FILE`: writes `FILE.sig`, in the domain of files only.

use crate::{
	args::{Global, Sign},
	context::regular_file,
	error::CliError,
	output::{epoch_json, epoch_text, Report},
};
use serde_json::json;
use std::{
	io::{self, Write},
	path::Path,
};
use symbolon_sdk::{
	files,
	sign::{sign_file, Signature, MAX_SIGNATURE_LEN},
	Clock,
};

/// Signs a file.
pub fn run(global: &Global, command: &Sign, out: &mut impl Write) -> Result<(), CliError> {
	let at = |path: &Path| {
		let path = path.to_owned();
		move |error| CliError::File { path, error }
	};
	let target = files::with_suffix(&command.file, ".sig");
	check_target(&target)?;
	let store = global.store(&command.store)?;
	let file = regular_file(&command.file)?;
	let signature = sign_file(&store, &Clock::system(), file)?;
	files::replace(&target, &signature.to_bytes(), files::PUBLIC).map_err(at(&target))?;
	Report::new(json!({
		"signature": target.display().to_string(),
		"identity": signature.identity.as_str(),
		"serial": signature.serial.get(),
		"epoch": epoch_json(&signature.epoch),
	}))
	.line(format!("signed as {} in epoch {}", signature.identity, epoch_text(&signature.epoch)))
	.line(format!("wrote {}", target.display()))
	.write(global.json, out)
}

/// A signature may be replaced by a newer one, anything else may not.
fn check_target(path: &Path) -> Result<(), CliError> {
	match files::read(path, MAX_SIGNATURE_LEN) {
		Ok(bytes) if Signature::from_bytes(&bytes).is_ok() => Ok(()),
		Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
		_ => Err(CliError::NotOverwritten { path: path.into(), what: "signature" }),
	}
}
