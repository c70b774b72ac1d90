//! `symbolon verify`: offline.

use crate::{
	args::{Global, Verify},
	context::{identity, progress, regular_file},
	error::CliError,
	output::{epoch_json, epoch_text, time, Report},
};
use serde_json::json;
use std::{
	io::Write,
	path::Path,
	time::{SystemTime, UNIX_EPOCH},
};
use symbolon_sdk::{
	chain::ChainError,
	files,
	sign::MAX_SIGNATURE_LEN,
	verify::{verify_file, When},
	Clock,
};

/// Verifies a file's signature against the anchor and the clock.
pub fn run(global: &Global, command: &Verify, out: &mut impl Write) -> Result<(), CliError> {
	let at = |path: &Path| {
		let path = path.to_owned();
		move |error| CliError::File { path, error }
	};
	let expected = identity(&command.identity)?;
	let when = command.at.as_deref().map(parse_time).transpose()?.map_or(When::Now, When::At);
	let anchor = global.load_anchor()?;
	let mut memory = global.memory(&anchor, &command.state)?;
	let file = regular_file(&command.file)?;
	regular_file(&command.signature)?;
	let signature =
		files::read(&command.signature, MAX_SIGNATURE_LEN).map_err(at(&command.signature))?;
	let given = (file, &signature[..]);
	let valid = verify_file(&anchor, &mut memory, &Clock::system(), &expected, given, when)?;
	match memory.save().map_err(ChainError::from) {
		Err(error) if command.state.state.is_some() => return Err(error.into()),
		Err(error) => progress(&format!("the clock floor is not kept: {error}")),
		Ok(()) => {}
	}
	let statement = match when {
		When::Now => format!("{} can sign under this name now", valid.identity),
		When::At(at) => format!(
			"made with a key that was valid at {}; when it was made is not proved",
			time(at)
		),
	};
	Report::new(json!({
		"valid": true,
		"identity": valid.identity.as_str(),
		"serial": valid.serial.get(),
		"epoch": epoch_json(&valid.epoch),
		"statement": statement,
	}))
	.line(format!("valid: {}", command.file.display()))
	.field("signed by", format!("{} (serial {})", valid.identity, valid.serial))
	.field("epoch", epoch_text(&valid.epoch))
	.line(statement)
	.write(global.json, out)
}

/// RFC 3339, or Unix seconds.
fn parse_time(text: &str) -> Result<u64, CliError> {
	if let Ok(seconds) = text.parse() {
		return Ok(seconds);
	}
	humantime::parse_rfc3339_weak(text)
		.ok()
		.and_then(|moment: SystemTime| moment.duration_since(UNIX_EPOCH).ok())
		.map(|since| since.as_secs())
		.ok_or_else(|| {
			let wanted = "expected a time such as 2026-05-01T12:00:00Z, or Unix seconds";
			CliError::Usage(format!("--at: {wanted}, got `{text}`"))
		})
}
