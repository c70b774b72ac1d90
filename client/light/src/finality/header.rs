//! The finalized header, root of every other proof.

use super::{error::FinalityError, set::Base};
use codec::DecodeAll;
use sp_runtime::{generic, traits::BlakeTwo256};

/// A block header of the chain: u32 numbers, BLAKE2b-256.
pub type Header = generic::Header<u32, BlakeTwo256>;

/// A header that was proved final. Made by [`verify_warp_proof`](super::verify_warp_proof), or
/// from a trusted base by [`FinalizedHeader::of_base`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FinalizedHeader {
	header: Header,
	hash: [u8; 32],
}

impl FinalizedHeader {
	pub(super) const fn new(header: Header, hash: [u8; 32]) -> Self {
		Self { header, hash }
	}

	/// The header of the trusted block itself: the SCALE bytes whose hash `base` names. For a
	/// chain that has finalized nothing after `base`.
	///
	/// # Errors
	///
	/// [`FinalityError::BaseHeader`] if `header` is not exactly that block's header.
	pub fn of_base(base: &Base, header: &[u8]) -> Result<Self, FinalityError> {
		let header = Header::decode_all(&mut &*header).map_err(|_| FinalityError::BaseHeader)?;
		let hash = header.hash().0;
		if hash != base.hash || header.number != base.number {
			return Err(FinalityError::BaseHeader);
		}
		Ok(Self { header, hash })
	}

	/// The header as the chain has it.
	pub const fn header(&self) -> &Header {
		&self.header
	}

	/// Hash of the header.
	pub const fn hash(&self) -> &[u8; 32] {
		&self.hash
	}

	/// Number of the block.
	pub const fn number(&self) -> u32 {
		self.header.number
	}

	/// Root of the state after the block.
	pub const fn state_root(&self) -> &[u8; 32] {
		&self.header.state_root.0
	}
}
