//! Why a peer is refused, the alert it gets and the word in the log.

use rustls::{AlertDescription, CertificateError};
use std::fmt;
use symbolon_crypto::{identity::EpochError, Identity};

macro_rules! reasons {
	($($(#[$doc:meta])* $name:ident = $text:literal, $alert:ident;)*) => {
		/// Why a peer is refused. Each has its own word in logs and metrics.
		#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
		#[non_exhaustive]
		pub enum Reason {
			$($(#[$doc])* $name,)*
		}

		impl Reason {
			/// All reasons, in the order of their numbers.
			pub const ALL: &'static [Self] = &[$(Self::$name,)*];

			/// The word for logs and metrics; never changes its meaning.
			pub const fn as_str(self) -> &'static str {
				match self {
					$(Self::$name => $text,)*
				}
			}

			/// The alert that the peer gets.
			pub const fn alert(self) -> AlertDescription {
				match self {
					$(Self::$name => AlertDescription::$alert,)*
				}
			}
		}
	};
}

reasons! {
	/// No certificate, where one is demanded.
	NoCertificate = "no-certificate", CertificateRequired;
	/// More than one certificate.
	Chain = "chain", BadCertificate;
	/// A certificate over [`MAX_CERTIFICATE`](crate::credential::MAX_CERTIFICATE).
	Oversized = "oversized", BadCertificate;
	/// No certificate of X.509, or not in the one encoding that is allowed.
	Malformed = "malformed", BadCertificate;
	/// The certificate has no Symbolon extension: its holder has no identity.
	NoExtension = "no-extension", BadCertificate;
	/// The extension is there twice.
	DoubledExtension = "doubled-extension", BadCertificate;
	/// The extension is marked critical.
	CriticalExtension = "critical-extension", BadCertificate;
	/// There are extensions beside ours.
	OtherExtension = "other-extension", BadCertificate;
	/// The extension holds no credential: truncated, too long, or a field out of its bounds.
	Credential = "credential", BadCertificate;
	/// A connection key that is neither P-256 nor Ed25519.
	KeyType = "key-type", BadCertificate;
	/// The certificate's validity is not within its epoch's window.
	Validity = "validity", BadCertificate;
	/// The epoch is empty or longer than the anchor allows.
	EpochLength = "epoch-length", BadCertificate;
	/// The epoch, or the certificate, is over.
	Expired = "expired", CertificateExpired;
	/// The epoch, or the certificate, has not begun.
	NotYetValid = "not-yet-valid", CertificateExpired;
	/// A client's credential shown by a server, or the reverse.
	Role = "role", UnsupportedCertificate;
	/// The policy does not allow the name.
	Policy = "policy", AccessDenied;
	/// The server that was asked for is another one.
	ServerName = "server-name", AccessDenied;
	/// The certificate is not signed by its own key.
	SelfSignature = "self-signature", DecryptError;
	/// The handshake is not signed by the certificate's key.
	HandshakeSignature = "handshake-signature", DecryptError;
	/// The Symbolon signature does not hold: another chain, name, key or validity.
	Signature = "signature", UnknownCA;
	/// This machine's clock is behind a time that is known to have passed, so nothing is verified.
	ClockSetBack = "clock-set-back", HandshakeFailure;
}

impl Reason {
	/// The error that makes `rustls` send [`alert`](Self::alert).
	pub(crate) fn to_rustls(self) -> rustls::Error {
		let error = match self.alert() {
			AlertDescription::CertificateRequired => {
				return rustls::Error::NoCertificatesPresented;
			}
			AlertDescription::BadCertificate => CertificateError::BadEncoding,
			AlertDescription::CertificateExpired if self == Self::NotYetValid => {
				CertificateError::NotValidYet
			}
			AlertDescription::CertificateExpired => CertificateError::Expired,
			AlertDescription::UnsupportedCertificate => CertificateError::InvalidPurpose,
			AlertDescription::AccessDenied => CertificateError::ApplicationVerificationFailure,
			AlertDescription::DecryptError => CertificateError::BadSignature,
			AlertDescription::UnknownCA => CertificateError::UnknownIssuer,
			_ => return rustls::Error::General(self.as_str().into()),
		};
		rustls::Error::InvalidCertificate(error)
	}
}

impl From<EpochError> for Reason {
	fn from(error: EpochError) -> Self {
		match error {
			EpochError::Length => Self::EpochLength,
			EpochError::NotYet => Self::NotYetValid,
			EpochError::Over => Self::Expired,
		}
	}
}

impl fmt::Display for Reason {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(self.as_str())
	}
}

/// A peer was refused: the reason, what was expected and what came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
	/// The reason.
	pub reason: Reason,
	/// What was expected and what came.
	pub detail: String,
	/// The name that the peer claims, if it got so far. Unverified.
	pub claimed: Option<Identity>,
}

impl Refusal {
	pub(crate) fn new(reason: Reason, detail: impl Into<String>) -> Self {
		Self { reason, detail: detail.into(), claimed: None }
	}

	/// The one log line of a refusal.
	pub(crate) fn log(&self) {
		let claimed = self.claimed.as_ref().map(tracing::field::display);
		let (reason, detail) = (self.reason.as_str(), &self.detail);
		tracing::warn!(reason, claimed, "peer refused: {detail}");
	}
}

impl fmt::Display for Refusal {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "peer refused ({}", self.reason)?;
		if let Some(claimed) = &self.claimed {
			write!(f, ", it claims to be {claimed}")?;
		}
		write!(f, "): {}", self.detail)
	}
}

impl std::error::Error for Refusal {}
