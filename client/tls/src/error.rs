//! What goes wrong besides a peer that is refused.

use crate::refusal::Refusal;
use rustls::AlertDescription;
use std::io;
use symbolon_crypto::{signature::EpochKeyError, DecodeError, Epoch, Identity};
use symbolon_sdk::{clock, store::StoreError, ChainError, MemoryError};
use thiserror::Error;

/// Why there is no identity, no credential or no configuration.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TlsError {
	/// The store.
	#[error(transparent)]
	Store(#[from] StoreError),
	/// The state file or the clock.
	#[error(transparent)]
	Chain(#[from] ChainError),
	/// The anchor's key. Anchors are checked when they are read, so this cannot come of a file.
	#[error("the anchor's master public key is not valid: {0}")]
	Anchor(DecodeError),
	/// No permit for now.
	#[error(
		"{identity} has no permit for the present epoch (the clock says {}, the newest permit is \
		 {}); run `symbolon device refresh`, or let this process do so with --rpc (in a program: keep_fresh)",
		clock::text(*now),
		newest.map_or("none".into(), |epoch| format!("of epoch {}", clock::epoch_text(&epoch)))
	)]
	NoPermit {
		/// Whose.
		identity: Identity,
		/// The clock, Unix seconds.
		now: u64,
		/// The newest epoch there is a permit for.
		newest: Option<Epoch>,
	},
	/// Key and permit do not belong together.
	#[error("the store's permit is not for its key: {0}; run `symbolon device refresh`")]
	Key(EpochKeyError),
	/// No connection key or certificate could be made.
	#[error("no connection key could be made: {0}; nothing was changed, try again")]
	Make(String),
	/// A builder was not told enough, or something that cannot be.
	#[error("the configuration cannot be used: {0}")]
	Config(&'static str),
	/// `rustls` refuses the configuration.
	#[error("rustls refuses the configuration: {0}")]
	Rustls(rustls::Error),
}

impl From<MemoryError> for TlsError {
	fn from(error: MemoryError) -> Self {
		Self::Chain(error.into())
	}
}

impl TlsError {
	/// A short name that scripts can compare.
	pub const fn kind(&self) -> &'static str {
		match self {
			Self::Store(error) => error.kind(),
			Self::Chain(error) => error.kind(),
			Self::Anchor(_) => "bad-anchor",
			Self::NoPermit { .. } => "no-permit",
			Self::Key(_) => "permit-not-for-key",
			Self::Make(_) => "no-connection-key",
			Self::Config(_) => "bad-configuration",
			Self::Rustls(_) => "tls-configuration",
		}
	}
}

/// Why a handshake did not end in a connection.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum HandshakeError {
	/// This side refused the peer.
	#[error(transparent)]
	Refused(Refusal),
	/// The peer refused this side, or broke off, with an alert.
	#[error("the peer refused this side with alert {0:?}: {advice}; its log has the reason", advice = advice(*.0))]
	Alert(AlertDescription),
	/// This side has no credential to show.
	#[error("nothing to show: {0}")]
	NoCredential(TlsError),
	/// The policy allows several names and [`connect`](crate::Connector::connect) was not told
	/// which one is meant.
	#[error("{0} allows more than one name; name the one that is meant with connect_to")]
	WhichName(String),
	/// The peer takes no renewals, or sent data on one.
	#[error("the peer did not complete the renewal: {0}")]
	Renewal(&'static str),
	/// TLS itself failed.
	#[error("TLS: {0}{advice}", advice = tls_advice(.0))]
	Tls(rustls::Error),
	/// The connection failed.
	#[error("the connection failed in the handshake: {0}")]
	Io(io::Error),
}

/// What an alert of another side of this kind mostly means.
const fn advice(alert: AlertDescription) -> &'static str {
	match alert {
		AlertDescription::AccessDenied => {
			"it does not allow this name, has another name than the one asked for, or has no permit itself"
		}
		AlertDescription::CertificateRequired => "it demands an identity, and none was shown",
		AlertDescription::CertificateExpired => {
			"for its clock, the credential's epoch is over or has not begun"
		}
		AlertDescription::UnknownCA => "for it, the credential is of another chain or key",
		AlertDescription::UnsupportedCertificate => "it takes no credential of this role",
		AlertDescription::BadCertificate => "it takes no such certificate",
		AlertDescription::DecryptError => "it found a signature that does not hold",
		AlertDescription::ProtocolVersion => "it does not speak TLS 1.3",
		_ => "it broke off",
	}
}

fn tls_advice(error: &rustls::Error) -> &'static str {
	match error {
		rustls::Error::InvalidMessage(_) => {
			"; the other side does not speak TLS: is this the port of `symbolon tls serve`?"
		}
		_ => "",
	}
}

impl HandshakeError {
	/// A short name for logs and metrics.
	pub const fn kind(&self) -> &'static str {
		match self {
			Self::Refused(refusal) => refusal.reason.as_str(),
			Self::Alert(_) => "alert-received",
			Self::NoCredential(error) => error.kind(),
			Self::WhichName(_) => "which-name",
			Self::Renewal(_) => "renewal",
			Self::Tls(_) => "tls",
			Self::Io(_) => "connection",
		}
	}

	/// From what a TLS stream says: an alert, an error of `rustls` or of the connection.
	///
	/// A client's handshake ends before its server has looked at its certificate, so a server's
	/// refusal comes with the first read; convert that read's error with this.
	pub fn from_io(error: io::Error) -> Self {
		let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
		match tls {
			Some(rustls::Error::AlertReceived(alert)) => Self::Alert(*alert),
			Some(error) => Self::Tls(error.clone()),
			None => Self::Io(error),
		}
	}
}
