//! Errors, and what the process says and ends with.

use crate::output::epoch_json;
use serde_json::{json, Map, Value};
use std::{io, path::PathBuf};
use symbolon_proxy::{connect::PipeError, local::LocalError};
use symbolon_sdk::{
	anchor::AnchorFileError, chain::ChainError, device::DeviceError, registrar::RegistrarError,
	request::RequestError, seal::SealError, sign::SignError, store::StoreError,
	transport::TransportError, verify::VerifyError, Error,
};
use symbolon_tls::TlsError;
use thiserror::Error;

/// Why a command did not do what it was asked for.
#[derive(Debug, Error)]
pub enum CliError {
	/// The command line asks for something that cannot be.
	#[error("{0}")]
	Usage(String),
	/// The library refuses.
	#[error(transparent)]
	Refused(#[from] Error),
	/// A file named on the command line.
	#[error("{path}: {error}")]
	File {
		/// Which file.
		path: PathBuf,
		/// What the system said.
		error: io::Error,
	},
	/// A CSV file of another form.
	#[error("{path}: expected a CSV file with the header identity,transport_key,proof: {reason}")]
	Csv {
		/// Which file.
		path: PathBuf,
		/// What is wrong.
		reason: String,
	},
	/// `FILE.sig` or `FILE.sealed` is something else.
	#[error("{path} exists and is no {what}; it was not changed: move it away")]
	NotOverwritten {
		/// Which file.
		path: PathBuf,
		/// What it would be replaced by.
		what: &'static str,
	},
	/// A pipe, a device or a folder where a file is expected.
	#[error("{path} is not a regular file; only such are signed, verified, sealed and opened: copy it to one")]
	NotRegular {
		/// Which one.
		path: PathBuf,
	},
	/// TLS cannot be set up.
	#[error(transparent)]
	Tls(#[from] TlsError),
	/// No socket to listen on.
	#[error(transparent)]
	Listen(#[from] LocalError),
	/// A pipe did not end in order.
	#[error(transparent)]
	Pipe(#[from] PipeError),
	/// The system gives no thread, signal or socket.
	#[error("the system refuses: {0}")]
	System(io::Error),
	/// Writing the result.
	#[error("the result cannot be written: {0}")]
	Output(#[from] io::Error),
}

impl CliError {
	/// 1 for what was refused or is not valid, 2 for usage.
	pub const fn exit_code(&self) -> u8 {
		match self {
			Self::Usage(_)
			| Self::Listen(LocalError::NotAnAddress(_) | LocalError::NotLoopback { .. }) => 2,
			_ => 1,
		}
	}

	/// Whether the reader of the output went away, which is no error.
	pub fn is_broken_pipe(&self) -> bool {
		let (Self::Output(error) | Self::Pipe(PipeError::Output(error))) = self else {
			return false;
		};
		error.kind() == io::ErrorKind::BrokenPipe
	}

	fn kind(&self) -> &'static str {
		match self {
			Self::Usage(_) => "usage",
			Self::Refused(error) => error.kind(),
			Self::File { .. } => "file",
			Self::Csv { .. } => "bad-csv",
			Self::NotOverwritten { .. } => "not-overwritten",
			Self::NotRegular { .. } => "not-a-regular-file",
			Self::Tls(error) => error.kind(),
			Self::Listen(error) => error.kind(),
			Self::Pipe(error) => error.kind(),
			Self::System(_) => "system",
			Self::Output(_) => "output",
		}
	}

	/// `{"error": {"kind", "message", ...}}`.
	pub fn to_json(&self) -> Value {
		let mut error = Map::new();
		error.insert("kind".into(), self.kind().into());
		error.insert("message".into(), self.to_string().into());
		if let Self::Refused(refused) = self {
			error.extend(details(refused));
		}
		json!({ "error": error })
	}
}

/// What scripts want of some errors besides their text.
fn details(error: &Error) -> Map<String, Value> {
	let details = match error {
		Error::Device(DeviceError::Revoked { serial, position, epoch, block, .. }) => json!({
			"serial": serial.get(), "position": position, "epoch": epoch_json(epoch), "block": block,
		}),
		Error::Device(DeviceError::NotYetPublished { epoch, block, .. }) => {
			json!({ "epoch": epoch_json(epoch), "block": block })
		}
		Error::Seal(SealError::NotYet { epoch, .. }) => json!({ "epoch": epoch_json(epoch) }),
		Error::Registrar(RegistrarError::AlreadyRevoked {
			serial, position, effective, ..
		}) => json!({
			"serial": serial.get(), "position": position,
			"effective": effective.as_ref().map(epoch_json),
		}),
		Error::Registrar(RegistrarError::EffectUnknown { serial, position, .. }) => {
			json!({ "serial": serial.get(), "position": position })
		}
		Error::Registrar(RegistrarError::Rows(rows)) => json!({
			"rows": rows.iter().map(|row| json!({
				"origin": row.origin, "kind": row.fault.kind(), "message": row.fault.to_string(),
			})).collect::<Vec<_>>(),
		}),
		Error::Registrar(RegistrarError::Partly { done, left, .. }) => json!({
			"registered": done.iter().map(crate::output::registered_json).collect::<Vec<_>>(),
			"left": left,
		}),
		_ => Value::Null,
	};
	match details {
		Value::Object(details) => details,
		_ => Map::new(),
	}
}

macro_rules! through_error {
	($($area:ty),+ $(,)?) => {
		$(impl From<$area> for CliError {
			fn from(error: $area) -> Self {
				Self::Refused(error.into())
			}
		})+
	};
}

through_error!(
	AnchorFileError,
	ChainError,
	DeviceError,
	RegistrarError,
	RequestError,
	SealError,
	SignError,
	StoreError,
	TransportError,
	VerifyError,
);
