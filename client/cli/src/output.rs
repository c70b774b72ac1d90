//! What commands print: lines for people, one object for scripts.

use crate::error::CliError;
use serde_json::{json, Value};
use std::{
	fmt::Display,
	io::Write,
	time::{Duration, UNIX_EPOCH},
};
use symbolon_sdk::{registrar::Registered, Epoch};

/// The first Unix second that RFC 3339 cannot write: year 10000.
const END_OF_TIME: u64 = 253_402_300_800;

/// A command's result in both forms.
pub struct Report {
	lines: Vec<String>,
	json: Value,
}

impl Report {
	/// A report whose machine form is `json`.
	pub fn new(json: Value) -> Self {
		Self { lines: Vec::new(), json }
	}

	/// Adds a line.
	#[must_use]
	pub fn line(mut self, text: impl Into<String>) -> Self {
		self.lines.push(text.into());
		self
	}

	/// Adds a line `name   value`.
	#[must_use]
	pub fn field(self, name: &str, value: impl Display) -> Self {
		self.line(format!("{name:<16} {value}"))
	}

	/// Prints the form asked for.
	pub fn write(&self, json: bool, out: &mut impl Write) -> Result<(), CliError> {
		if json {
			writeln!(out, "{}", self.json)?;
		} else {
			for line in &self.lines {
				writeln!(out, "{line}")?;
			}
		}
		Ok(())
	}
}

/// A Unix second for people.
pub fn time(seconds: u64) -> String {
	let moment = UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
	match moment.filter(|_| seconds < END_OF_TIME) {
		Some(moment) => humantime::format_rfc3339_seconds(moment).to_string(),
		None => format!("second {seconds}"),
	}
}

/// An epoch for people.
pub fn epoch_text(epoch: &Epoch) -> String {
	format!("{} ({} to {})", epoch.number, time(epoch.start), time(epoch.end))
}

/// An epoch for scripts.
pub fn epoch_json(epoch: &Epoch) -> Value {
	json!({ "number": epoch.number, "start": epoch.start, "end": epoch.end })
}

/// A registration for scripts.
pub fn registered_json(registered: &Registered) -> Value {
	json!({
		"identity": registered.identity.as_str(),
		"serial": registered.serial.get(),
		"block": registered.block,
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn any_second_has_a_text() {
		assert_eq!(time(0), "1970-01-01T00:00:00Z");
		assert_eq!(time(END_OF_TIME - 1), "9999-12-31T23:59:59Z");
		assert_eq!(time(END_OF_TIME), "second 253402300800");
		assert_eq!(time(u64::MAX), "second 18446744073709551615");
	}
}
