//! Requests from files.

use crate::error::CliError;
use std::path::{Path, PathBuf};
use symbolon_sdk::{
	files,
	registrar::{RegistrarError, Row, RowError},
	request::{Request, RequestError},
};

/// Longest request file, in bytes.
const MAX_REQUEST: usize = 64 << 10;
/// Longest CSV file, in bytes: some hundred thousand rows.
const MAX_CSV: usize = 64 << 20;
/// The columns.
const HEADER: [&str; 3] = ["identity", "transport_key", "proof"];

/// All rows, or all errors.
fn collect(
	rows: impl Iterator<Item = (String, Result<Request, RequestError>)>,
) -> Result<Vec<Row>, CliError> {
	let (mut good, mut bad) = (Vec::new(), Vec::new());
	for (origin, request) in rows {
		match request {
			Ok(request) => good.push(Row { origin, request }),
			Err(error) => bad.push(RowError { origin, fault: error.into() }),
		}
	}
	if bad.is_empty() {
		Ok(good)
	} else {
		Err(RegistrarError::Rows(bad).into())
	}
}

/// Reads request files, as `device new` writes them.
pub fn from_files(paths: &[PathBuf]) -> Result<Vec<Row>, CliError> {
	let mut texts = Vec::new();
	for path in paths {
		let text = files::read(path, MAX_REQUEST)
			.map_err(|error| CliError::File { path: path.clone(), error })?;
		texts.push((path.display().to_string(), Request::from_json(&text)));
	}
	collect(texts.into_iter())
}

/// Reads a CSV file with the header `identity,transport_key,proof`.
pub fn from_csv(path: &Path) -> Result<Vec<Row>, CliError> {
	let text =
		files::read(path, MAX_CSV).map_err(|error| CliError::File { path: path.into(), error })?;
	parse_csv(path, &text)
}

/// Finds the lines of records, which come by ascending position. The reader's own number is that
/// of the blank lines before a record.
struct Lines<'a> {
	text: &'a [u8],
	/// Bytes counted so far.
	counted: usize,
	/// The line they end in, from 1.
	line: usize,
}

impl<'a> Lines<'a> {
	const fn new(text: &'a [u8]) -> Self {
		Self { text, counted: 0, line: 1 }
	}

	/// The line of the record that was found from `position` on.
	fn of(&mut self, position: &csv::Position) -> usize {
		let from = usize::try_from(position.byte()).unwrap_or(usize::MAX);
		let rest = self.text.get(from..).unwrap_or_default();
		let blank = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
		let record = from.saturating_add(blank.count());
		let passed = self.text.get(self.counted..record).unwrap_or_default();
		self.line += passed.iter().filter(|byte| **byte == b'\n').count();
		self.counted = record;
		self.line
	}
}

fn parse_csv(path: &Path, text: &[u8]) -> Result<Vec<Row>, CliError> {
	let refused = |reason: String| CliError::Csv { path: path.into(), reason };
	let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text);
	let header = reader.headers().map_err(|error| refused(error.to_string()))?;
	if header != HEADER.as_slice() {
		let columns = header.len();
		return Err(refused(format!("its first line is another, of {columns} columns")));
	}
	let (mut rows, mut lines) = (Vec::new(), Lines::new(text));
	for record in reader.records() {
		// Says the line itself.
		let record = record.map_err(|error| refused(error.to_string()))?;
		let line = record.position().map_or(0, |position| lines.of(position));
		let column = |index: usize| record.get(index).unwrap_or_default();
		let request = Request::from_columns(column(0), column(1), column(2));
		rows.push((format!("{} line {line}", path.display()), request));
	}
	collect(rows.into_iter())
}

#[cfg(test)]
mod tests {
	use super::*;
	use symbolon_sdk::Error;

	fn parse(text: &str) -> Result<Vec<Row>, CliError> {
		parse_csv(Path::new("devices.csv"), text.as_bytes())
	}

	fn good_row(name: &str) -> String {
		format!("{name},0x{},0x{}", "ab".repeat(48), "01".repeat(64))
	}

	#[test]
	fn rows_are_read_and_know_their_lines() {
		let text = format!(
			"identity,transport_key,proof\n{}\n\n {} \n",
			good_row("a@demo"),
			good_row("b@demo")
		);
		let rows = parse(&text).unwrap();
		let origins: Vec<&str> = rows.iter().map(|row| row.origin.as_str()).collect();
		assert_eq!(origins, ["devices.csv line 2", "devices.csv line 4"]);
		assert_eq!(rows[1].request.identity.as_str(), "b@demo");
	}

	#[test]
	fn every_bad_row_is_named_with_its_line() {
		let text = format!(
			"identity,transport_key,proof\n{}\nno-namespace,0x,0x\nc@demo,zz,0x\nd@demo,0xab,0x01\n",
			good_row("a@demo")
		);
		let Err(CliError::Refused(Error::Registrar(RegistrarError::Rows(bad)))) = parse(&text)
		else {
			panic!("bad rows were taken")
		};
		let origins: Vec<&str> = bad.iter().map(|row| row.origin.as_str()).collect();
		assert_eq!(origins, ["devices.csv line 3", "devices.csv line 4", "devices.csv line 5"]);
		assert!(bad[0].to_string().contains("name@namespace"), "{}", bad[0]);
		assert!(bad[1].to_string().contains("transport_key"), "{}", bad[1]);
		assert!(bad[2].to_string().contains("expected 48 bytes"), "{}", bad[2]);
	}

	#[test]
	fn files_of_another_form_are_refused() {
		for text in ["", "identity,proof\n", "identity,transport_key,proof,serial\n"] {
			assert!(matches!(parse(text), Err(CliError::Csv { .. })), "{text:?}");
		}
		let Err(error) = parse(&good_row("a@demo")) else { panic!("it has no header") };
		assert!(!error.to_string().contains("abab"), "{error}");
		let short = parse("identity,transport_key,proof\na@demo,0xab\n");
		let Err(CliError::Csv { reason, .. }) = short else { panic!("a short row was taken") };
		assert!(reason.contains("line: 2") || reason.contains("line 2"), "{reason}");
	}
}
