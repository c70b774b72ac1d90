//! Why a vault cannot be opened, and how its inner errors reach a worker.

use crate::{files::FileError, ledger::LedgerError, sealed::SealError, state::StateError};
use symbolon_host::VaultError;

/// Why a vault cannot be opened, or its status not be shown.
#[derive(Debug, thiserror::Error)]
pub enum VaultOpenError {
	/// A file cannot be used.
	#[error(transparent)]
	File(#[from] FileError),
	/// The ledger cannot be used.
	#[error(transparent)]
	Ledger(#[from] LedgerError),
	/// Another process has this vault open.
	#[error("another process has this vault open; two must never serve with one share")]
	InUse,
	/// The passphrase is not the one it was made with.
	#[error("wrong passphrase: the vault's file keys do not open with it")]
	WrongPassphrase,
	/// It was made with a passphrase, none was given.
	#[error("this vault has a passphrase, none was given")]
	PassphraseNeeded,
	/// It was made without a passphrase, one was given.
	#[error("a passphrase was given, but this vault was made without one: its file keys lie bare")]
	PassphraseUnused,
	/// It belongs to another chain.
	#[error(
		"this vault belongs to the chain of genesis {}, the node follows {}: use another folder",
		hex::encode(vault),
		hex::encode(node)
	)]
	OtherChain {
		/// Genesis hash in the vault's ledger.
		vault: [u8; 32],
		/// Genesis hash of the node.
		node: [u8; 32],
	},
	/// A file that a vault always has is missing.
	#[error(
		"the vault lacks its file '{0}': restore it from the backup; without its ledger a vault \
		 could contradict itself, so it does not serve"
	)]
	Incomplete(&'static str),
	/// A file is not of a form that this version knows.
	#[error("the vault's file '{0}' was altered or made by another version")]
	Format(&'static str),
	/// No randomness.
	#[error("no random bytes from the operating system: {0}")]
	Random(getrandom::Error),
}

impl From<StateError> for VaultError {
	fn from(error: StateError) -> Self {
		VaultError::Refused(error.to_string())
	}
}

impl From<FileError> for VaultError {
	fn from(error: FileError) -> Self {
		VaultError::Storage(error.to_string())
	}
}

impl From<SealError> for VaultError {
	fn from(error: SealError) -> Self {
		VaultError::Storage(error.to_string())
	}
}

impl From<LedgerError> for VaultError {
	fn from(error: LedgerError) -> Self {
		match error {
			LedgerError::Contradiction(contradiction) => {
				VaultError::Refused(contradiction.to_string())
			}
			other => VaultError::Storage(other.to_string()),
		}
	}
}

/// A refusal with its text.
pub(crate) fn refused(text: impl Into<String>) -> VaultError {
	VaultError::Refused(text.into())
}
