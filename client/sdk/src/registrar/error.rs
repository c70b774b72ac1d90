//! Why a registrar's call is not made, or not done.

use super::Registered;
use crate::{chain::ChainError, clock, hexed, request::RequestError, transport::TransportError};
use std::{fmt, path::PathBuf};
use symbolon_crypto::{Epoch, Identity, Namespace, Serial};
use symbolon_primitives::{refusal::Refusal, Account};
use thiserror::Error;

/// What is wrong with one request among several.
#[derive(Clone, PartialEq, Debug, Error)]
#[non_exhaustive]
pub enum RowFault {
	/// The request itself.
	#[error(transparent)]
	Request(#[from] RequestError),
	/// A name twice in one run.
	#[error("{identity} is asked for twice, first in {first}; a name is registered once")]
	DuplicateName {
		/// The name.
		identity: Identity,
		/// Where it came first.
		first: String,
	},
	/// A transport key twice in one run.
	#[error("the same transport key as in {first}; each device makes its own")]
	DuplicateTransportKey {
		/// Where it came first.
		first: String,
	},
	/// The name is registered, or was and is revoked.
	#[error("{identity} is taken by serial {serial} (a revoked name stays taken); choose another")]
	NameTaken {
		/// The name.
		identity: Identity,
		/// Who has it.
		serial: Serial,
	},
	/// The transport key was used before.
	#[error(
		"the transport key was used before, by serial {serial}; the device must make a new request"
	)]
	TransportKeySeen {
		/// Who used it.
		serial: Serial,
	},
}

impl RowFault {
	/// A short name that scripts can compare.
	pub const fn kind(&self) -> &'static str {
		match self {
			Self::Request(RequestError::Foreign { .. }) => "foreign-request",
			Self::Request(_) => "malformed-request",
			Self::DuplicateName { .. } => "duplicate-name",
			Self::DuplicateTransportKey { .. } => "duplicate-transport-key",
			Self::NameTaken { .. } => "name-taken",
			Self::TransportKeySeen { .. } => "transport-key-seen",
		}
	}
}

/// A request that is refused, and where it came from.
#[derive(Clone, PartialEq, Debug, Error)]
#[error("{origin}: {fault}")]
pub struct RowError {
	/// A file name, or `FILE line N`.
	pub origin: String,
	/// What is wrong.
	pub fault: RowFault,
}

struct Lines<'a>(&'a [RowError]);

impl fmt::Display for Lines<'_> {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		self.0.iter().try_for_each(|row| write!(f, "\n  {row}"))
	}
}

/// Why a registrar's call is not made, or not done.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RegistrarError {
	/// The key file.
	#[error("{path}: expected the 32-byte seed of an sr25519 key in hex: {reason}")]
	KeyFile {
		/// Which file.
		path: PathBuf,
		/// What is wrong.
		reason: String,
	},
	/// A key file that others may read.
	#[error("{path} is open to others (mode bits {mode:03o}), expected none: chmod 600 {path}")]
	KeyTooOpen {
		/// Which file.
		path: PathBuf,
		/// The bits that should be 0.
		mode: u32,
	},
	/// Requests that are refused; none was registered.
	#[error(
		"nothing was registered: {}{}",
		match .0.len() { 1 => "1 request is refused".into(), n => format!("{n} requests are refused") },
		Lines(.0)
	)]
	Rows(Vec<RowError>),
	/// Nothing was asked for.
	#[error("no requests were given")]
	NoRequests,
	/// Proving what is on the chain.
	#[error(transparent)]
	Chain(#[from] ChainError),
	/// No such namespace.
	#[error("the chain has no namespace `{0}`; namespaces are granted by the authorities")]
	UnknownNamespace(Namespace),
	/// Somebody else's namespace.
	#[error(
		"`{namespace}` belongs to registrar {}, this key is {}; use the registrar's key",
		hexed::encode(registrar),
		hexed::encode(account)
	)]
	NotRegistrar {
		/// The namespace.
		namespace: Namespace,
		/// Whose it is.
		registrar: Account,
		/// Who asks.
		account: Account,
	},
	/// The namespace's quota does not reach.
	#[error(
		"`{namespace}` may {what} {left} more identities, {wanted} were asked for; \
		 the authorities grant more"
	)]
	Quota {
		/// The namespace.
		namespace: Namespace,
		/// `register` or `revoke`.
		what: &'static str,
		/// What is left.
		left: u32,
		/// What was asked for.
		wanted: u32,
	},
	/// The namespace has no serials left.
	#[error(
		"`{namespace}` has {left} serials left, {wanted} are needed; the authorities make another \
		 namespace"
	)]
	NoSerials {
		/// The namespace.
		namespace: Namespace,
		/// Serials left in its newest block and in those it may still take.
		left: u64,
		/// Serials needed.
		wanted: u32,
	},
	/// No such identity.
	#[error("the chain has no identity {0}; check the name")]
	UnknownIdentity(Identity),
	/// Revoked before.
	#[error(
		"{identity} (serial {serial}) was revoked before, as number {position} of all{}",
		effective.map_or(String::new(), |epoch| {
			format!("; the first epoch without it is {}", clock::epoch_text(&epoch))
		})
	)]
	AlreadyRevoked {
		/// The name.
		identity: Identity,
		/// Its serial.
		serial: Serial,
		/// Position in the revocation log.
		position: u64,
		/// The first epoch whose permits leave it out, while the chain still shows it.
		effective: Option<Epoch>,
	},
	/// Revoked, but since when was not proved.
	#[error(
		"{identity} (serial {serial}) is revoked, as number {position} of all, but the first epoch \
		 without it was not proved: {error}; run the same command again to see it"
	)]
	EffectUnknown {
		/// The name.
		identity: Identity,
		/// Its serial.
		serial: Serial,
		/// Position in the revocation log.
		position: u64,
		/// Why not.
		error: Box<ChainError>,
	},
	/// The request for a key still waits for answers.
	#[error(
		"the key request of {identity} (serial {serial}) is still there; nothing to ask again"
	)]
	StillQueued {
		/// The name.
		identity: Identity,
		/// Its serial.
		serial: Serial,
	},
	/// The node did not take the extrinsic.
	#[error("the call was not accepted: {0}")]
	NotAccepted(TransportError),
	/// The node's answer to the extrinsic did not come, nor did its result.
	#[error(
		"{error}. The call may have been taken all the same, but nothing shows it after \
		 {seconds} s: look at the chain before sending it again"
	)]
	InDoubt {
		/// What came instead of an answer.
		error: TransportError,
		/// How long was waited.
		seconds: u64,
	},
	/// The chain's gate did not let the call in.
	#[error("the chain refuses the call: {0}")]
	Gate(Refusal),
	/// Included, without effect.
	#[error(
		"the chain took the call and refused it, or another call of this account took its place; \
		 nothing was changed by it: look at `status` and try again"
	)]
	Refused,
	/// Not included in its lifetime, and never will be.
	#[error("the call was not included within {blocks} blocks and has expired; try again")]
	Expired {
		/// Blocks of its lifetime.
		blocks: u32,
	},
	/// Not done in time.
	#[error(
		"the call was sent {seconds} s ago and its result is not finalized yet; \
		 it may still come: look again before sending another{}",
		last.as_ref().map_or(String::new(), |last| format!(" (at last: {last})"))
	)]
	TimedOut {
		/// How long was waited.
		seconds: u64,
		/// Why the last look showed nothing, if it did not.
		last: Option<Box<ChainError>>,
	},
	/// Some batches went through, then one did not.
	#[error(
		"{} requests are registered, the other {left} are not known to be: {error}. \
		 Run the same command again: it skips what is registered", done.len()
	)]
	Partly {
		/// Those that were.
		done: Vec<Registered>,
		/// Of how many this is not known.
		left: usize,
		/// Why.
		error: Box<RegistrarError>,
	},
}

impl RegistrarError {
	/// A short name that scripts can compare.
	pub fn kind(&self) -> &'static str {
		match self {
			Self::KeyFile { .. } => "bad-key-file",
			Self::KeyTooOpen { .. } => "key-too-open",
			Self::Rows(rows) => rows.first().map_or("bad-requests", |row| row.fault.kind()),
			Self::NoRequests => "no-requests",
			Self::Chain(error) => error.kind(),
			Self::UnknownNamespace(_) => "unknown-namespace",
			Self::NotRegistrar { .. } => "not-registrar",
			Self::Quota { .. } => "quota-exhausted",
			Self::NoSerials { .. } => "no-serials",
			Self::UnknownIdentity(_) => "unknown-identity",
			Self::AlreadyRevoked { .. } => "already-revoked",
			Self::EffectUnknown { .. } => "revoked-effect-unknown",
			Self::StillQueued { .. } => "still-queued",
			Self::NotAccepted(error) => error.kind(),
			Self::InDoubt { .. } => "in-doubt",
			Self::Gate(_) => "refused-by-chain",
			Self::Refused => "refused-by-chain",
			Self::Expired { .. } => "expired",
			Self::TimedOut { .. } => "timed-out",
			Self::Partly { .. } => "partly-registered",
		}
	}
}
