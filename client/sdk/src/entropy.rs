//! Randomness from the operating system.

use symbolon_crypto::Entropy;
use thiserror::Error;

/// The operating system gave no randomness.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("the operating system gave no randomness ({0}); nothing was made, try again")]
pub struct EntropyError(String);

/// 32 fresh bytes.
pub(crate) fn fresh() -> Result<Entropy, EntropyError> {
	let mut bytes = [0; 32];
	getrandom::fill(&mut bytes).map_err(|error| EntropyError(error.to_string()))?;
	Ok(Entropy::take(&mut bytes))
}
