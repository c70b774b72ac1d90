//! Signing files, offline.

use crate::{
	chain::ChainError,
	clock::{self, Clock},
	entropy::{self, EntropyError},
	memory::{Memory, MemoryError},
	store::{Store, StoreError},
};
use sha2::{Digest, Sha512};
use std::io::{self, Read};
pub use symbolon_crypto::signature::{Signature, MAX_SIGNATURE_LEN};
use symbolon_crypto::{
	identity::EpochPolicy,
	permit::Permit,
	signature::{Domain, EpochKeyError, SigningKey},
	Epoch,
};
use thiserror::Error;

/// Why nothing was signed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SignError {
	/// The store.
	#[error(transparent)]
	Store(#[from] StoreError),
	/// The clock.
	#[error(transparent)]
	Clock(ChainError),
	/// No permit for now.
	#[error(
		"no permit for the present epoch (the clock says {}, the newest permit is {}); run \
		 `symbolon device refresh`",
		clock::text(*now),
		newest.map_or("none".into(), |epoch| format!("of epoch {}", clock::epoch_text(&epoch)))
	)]
	NoPermit {
		/// The clock, Unix seconds.
		now: u64,
		/// The newest epoch there is a permit for.
		newest: Option<Epoch>,
	},
	/// The file cannot be read.
	#[error("the file cannot be read: {0}")]
	File(#[from] io::Error),
	/// Key and permit do not belong together.
	#[error("the store's permit is not for its key: {0}; run `symbolon device refresh`")]
	Key(EpochKeyError),
	/// No randomness.
	#[error(transparent)]
	Entropy(#[from] EntropyError),
}

impl From<MemoryError> for SignError {
	fn from(error: MemoryError) -> Self {
		Self::Clock(error.into())
	}
}

impl SignError {
	/// A short name that scripts can compare.
	pub const fn kind(&self) -> &'static str {
		match self {
			Self::Store(error) => error.kind(),
			Self::Clock(error) => error.kind(),
			Self::NoPermit { .. } => "no-permit",
			Self::File(_) => "unreadable-file",
			Self::Key(_) => "permit-not-for-key",
			Self::Entropy(_) => "no-randomness",
		}
	}
}

/// SHA-512 of all that `file` gives, read in pieces.
///
/// # Errors
///
/// The system's.
pub fn hash_file(mut file: impl Read) -> io::Result<[u8; 64]> {
	let mut hasher = Sha512::new();
	io::copy(&mut file, &mut hasher)?;
	Ok(hasher.finalize().into())
}

/// The permit to use at Unix second `now`: of the epoch that holds it, or else of one that
/// verifiers still (grace) or already (skew) accept.
pub fn choose_permit(permits: &[Permit], now: u64, policy: &EpochPolicy) -> Option<Permit> {
	let usable = |permit: &&Permit| policy.check(&permit.epoch(), now).is_ok();
	let holding = permits.iter().filter(usable).find(|permit| permit.epoch().holds(now));
	holding.or_else(|| permits.iter().find(usable)).copied()
}

/// As [`choose_permit`], of what a store's device has.
pub(crate) fn choose(permits: &[Permit], now: u64, store: &Store) -> Result<Permit, SignError> {
	let newest = permits.iter().map(Permit::epoch).max();
	choose_permit(permits, now, &store.anchor().epoch_policy())
		.ok_or(SignError::NoPermit { now, newest })
}

/// Signs what `file` gives, in the domain of files, with the key of the present epoch.
///
/// # Errors
///
/// [`SignError`].
pub fn sign_file(store: &Store, clock: &Clock, file: impl Read) -> Result<Signature, SignError> {
	let keys = store.keys()?;
	// First: a long file takes its time, and the epoch may end meanwhile.
	let digest = hash_file(file)?;
	let memory = Memory::open(store.anchor(), &store.state_path())?;
	let now = clock.now();
	let floor = memory.floor().check_now(now);
	floor.map_err(|error| SignError::Clock(ChainError::Clock(error)))?;
	let permit = choose(&store.permits()?, now, store)?;
	let key = SigningKey::new(&keys.sign, &permit).map_err(SignError::Key)?;
	Ok(key.sign_digest(Domain::FILE, &digest, entropy::fresh()?))
}
