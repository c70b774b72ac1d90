//! Verifying signatures over files, offline: anchor, clock, file, signature, nothing else.

use crate::{
	anchor,
	chain::ChainError,
	clock::{self, Clock},
	memory::{Memory, MemoryError},
	sign::hash_file,
};
use std::io::{self, Read};
use symbolon_crypto::{
	identity::EpochError,
	signature::{Domain, Signature, SignatureError},
	DecodeError, Epoch, Identity, Serial,
};
use symbolon_light::Anchor;
use thiserror::Error;

/// Why a signature is not accepted.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum VerifyError {
	/// The clock.
	#[error(transparent)]
	Clock(ChainError),
	/// The file cannot be read.
	#[error("the file cannot be read: {0}")]
	File(#[from] io::Error),
	/// Signed by somebody else.
	#[error("the signature is by {found}, expected {expected}")]
	OtherIdentity {
		/// Who was expected.
		expected: Identity,
		/// Who claims to have signed.
		found: Identity,
	},
	/// The signature is refused.
	#[error("not valid: {0}")]
	Signature(SignatureError),
	/// The signature's epoch is not accepted at the time asked for.
	#[error(
		"not valid: made with the key of epoch {}: {error}; {}",
		clock::epoch_text(epoch),
		epoch_advice(error)
	)]
	NotPresent {
		/// The signature's epoch.
		epoch: Epoch,
		/// What is wrong with it.
		error: EpochError,
	},
	/// The signature's epoch is not that of the time asked for.
	#[error(
		"the signature was made with the key of epoch {}, which does not hold {}",
		clock::epoch_text(epoch),
		clock::text(*at)
	)]
	OtherTime {
		/// The time asked for, Unix seconds.
		at: u64,
		/// The signature's epoch.
		epoch: Epoch,
	},
	/// The time asked for has not come.
	#[error(
		"{} is in the future of this clock, {}; ask for a time that was",
		clock::text(*at),
		clock::text(*now)
	)]
	Future {
		/// The time asked for.
		at: u64,
		/// The clock.
		now: u64,
	},
	/// The anchor's key. Anchors are checked when they are read, so this cannot come of a file.
	#[error("the anchor's master public key is not valid: {0}")]
	Anchor(DecodeError),
}

const fn epoch_advice(error: &EpochError) -> &'static str {
	match error {
		EpochError::Over => "have it signed again, or ask for a time in that epoch with --at TIME",
		EpochError::NotYet => "check this machine's clock, or have it signed again",
		EpochError::Length => "this anchor's bound on epochs does not fit, or it was forged",
	}
}

impl VerifyError {
	/// A short name that scripts can compare.
	pub const fn kind(&self) -> &'static str {
		match self {
			Self::Clock(error) => error.kind(),
			Self::File(_) => "unreadable-file",
			Self::OtherIdentity { .. } => "other-identity",
			Self::NotPresent { .. } | Self::Signature(SignatureError::Epoch(_)) => {
				"epoch-not-present"
			}
			Self::Signature(SignatureError::Wrong) => "signature-wrong",
			Self::Signature(_) => "signature-malformed",
			Self::OtherTime { .. } => "other-time",
			Self::Future { .. } => "future-time",
			Self::Anchor(_) => "bad-anchor",
		}
	}
}

/// When the signer is to have had a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
	/// Now: this party can sign under this name at present.
	Now,
	/// In the epoch that holds this Unix second. When the signature was made is not proved: permits
	/// of past epochs are public, so a device that was revoked since can still make one.
	At(u64),
}

/// What a valid signature shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Valid {
	/// The name, equal to the expected one.
	pub identity: Identity,
	/// Its serial.
	pub serial: Serial,
	/// The epoch whose key was used.
	pub epoch: Epoch,
}

/// Checks a file's signature. The clock must not be behind the floor in `memory`, which a valid
/// signature of the present epoch raises; saving it is the caller's.
///
/// # Errors
///
/// [`VerifyError`].
pub fn verify_file(
	anchor: &Anchor,
	memory: &mut Memory,
	clock: &Clock,
	expected: &Identity,
	(file, signature): (impl Read, &[u8]),
	when: When,
) -> Result<Valid, VerifyError> {
	let refused = |error| VerifyError::Clock(ChainError::Clock(error));
	let now = clock.now();
	memory.floor().check_now(now).map_err(refused)?;
	let signature = Signature::from_bytes(signature).map_err(VerifyError::Signature)?;
	let epoch = signature.epoch;
	if signature.identity != *expected {
		let (expected, found) = (expected.clone(), signature.identity);
		return Err(VerifyError::OtherIdentity { expected, found });
	}
	let at = match when {
		When::Now => now,
		When::At(at) if at > now.saturating_add(anchor.skew()) => {
			return Err(VerifyError::Future { at, now });
		}
		When::At(at) if !epoch.holds(at) => return Err(VerifyError::OtherTime { at, epoch }),
		When::At(at) => at,
	};
	let verifier = anchor::verifier(anchor).map_err(VerifyError::Anchor)?;
	// Before the whole file is read: a signature of another epoch is refused whatever it says.
	let present = verifier.policy.check(&epoch, at);
	present.map_err(|error| VerifyError::NotPresent { epoch, error })?;
	signature
		.verify_digest(&verifier, Domain::FILE, &hash_file(file)?, at)
		.map_err(VerifyError::Signature)?;
	if when == When::Now {
		memory.accept(&epoch, now).map_err(refused)?;
	}
	Ok(Valid { identity: signature.identity, serial: signature.serial, epoch })
}

impl From<MemoryError> for VerifyError {
	fn from(error: MemoryError) -> Self {
		Self::Clock(error.into())
	}
}
