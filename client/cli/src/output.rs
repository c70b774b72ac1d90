//! What commands print: lines for people, one object for scripts.

use crate::error::CliError;
use serde_json::{json, Value};
use std::{fmt::Display, io::Write};
pub use symbolon_sdk::clock::{epoch_text, text as time};
use symbolon_sdk::{registrar::Registered, Epoch};

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
		"already": registered.already,
	})
}
