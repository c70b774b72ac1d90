//! Proved values of the chain.

mod client;
mod error;
mod follow;

pub use client::{Client, Limits, Notify};
pub use error::ChainError;
pub(crate) use follow::{follow, Followed};

use codec::DecodeAll;
use symbolon_light::{storage::ProvedState, FinalizedHeader, Verified};
use symbolon_primitives::digest::HeaderDigest;

/// A finalized header and the storage proved under it.
pub struct Proved {
	header: FinalizedHeader,
	digest: HeaderDigest,
	state: Option<ProvedState>,
}

impl Proved {
	/// The finalized header.
	pub const fn header(&self) -> &FinalizedHeader {
		&self.header
	}

	/// What the header itself commits to.
	pub const fn digest(&self) -> &HeaderDigest {
		&self.digest
	}

	/// Number of the block.
	pub const fn number(&self) -> u32 {
		self.header.number()
	}

	/// The bytes under `key`, which was one of those asked for.
	///
	/// # Errors
	///
	/// [`ChainError::Storage`].
	pub fn raw(&self, key: &[u8]) -> Result<Verified<Option<Vec<u8>>>, ChainError> {
		let state = self.state.as_ref().ok_or(ChainError::StorageMissing)?;
		state.read(key).map_err(ChainError::Storage)
	}

	/// The value under `key`, which was one of those asked for.
	///
	/// # Errors
	///
	/// [`ChainError::Storage`].
	pub fn get<T: DecodeAll>(&self, key: &[u8]) -> Result<Verified<Option<T>>, ChainError> {
		let state = self.state.as_ref().ok_or(ChainError::StorageMissing)?;
		state.read_typed(key).map_err(ChainError::Storage)
	}

	/// As [`get`](Self::get), no longer tied to the block.
	///
	/// # Errors
	///
	/// [`ChainError::Storage`].
	pub fn value<T: DecodeAll>(&self, key: &[u8]) -> Result<Option<T>, ChainError> {
		Ok(self.get(key)?.into_inner())
	}

	/// As [`get`](Self::get), for what every chain with an active key holds.
	///
	/// # Errors
	///
	/// [`ChainError::Storage`], [`ChainError::Absent`].
	pub fn require<T: DecodeAll>(
		&self,
		key: &[u8],
		what: &'static str,
	) -> Result<Verified<T>, ChainError> {
		let block = self.number();
		self.get(key)?.transpose().ok_or(ChainError::Absent { what, block })
	}
}
