//! What the runtime commits to in every header.
//!
//! Authors write their own items into a header, but only the runtime deposits items of kind
//! `Consensus`; a block in which they differ from the runtime's does not import. So the item
//! counts only in that kind, and only if there is exactly one.

use crate::{finality::FinalizedHeader, verified::Verified};
use codec::DecodeAll;
use core::fmt;
use sp_runtime::{Digest, DigestItem};
use symbolon_primitives::digest::{HeaderDigest, ENGINE_ID};

/// Why a header's commitment cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DigestError {
	/// No item.
	Missing,
	/// More than one item.
	Several,
	/// The item does not decode, or has bytes left over.
	Encoding,
}

impl fmt::Display for DigestError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Missing => "the header has no SYMB item",
			Self::Several => "the header has more than one SYMB item",
			Self::Encoding => "the header's SYMB item does not decode",
		})
	}
}

impl core::error::Error for DigestError {}

/// The bytes of the one `SYMB` item of kind `Consensus`; the id is ignored in other kinds.
///
/// # Errors
///
/// [`DigestError::Missing`], [`DigestError::Several`].
pub fn extract(digest: &Digest) -> Result<&[u8], DigestError> {
	let mut items = digest.logs().iter().filter_map(|item| match item {
		DigestItem::Consensus(ENGINE_ID, bytes) => Some(bytes.as_slice()),
		_ => None,
	});
	let item = items.next().ok_or(DigestError::Missing)?;
	match items.next() {
		None => Ok(item),
		Some(_) => Err(DigestError::Several),
	}
}

impl FinalizedHeader {
	/// What the runtime commits to in this header: the state after the block, without a storage
	/// proof.
	///
	/// # Errors
	///
	/// [`DigestError`].
	pub fn symbolon_digest(&self) -> Result<Verified<HeaderDigest>, DigestError> {
		let mut bytes = extract(&self.header().digest)?;
		let value = HeaderDigest::decode_all(&mut bytes).map_err(|_| DigestError::Encoding)?;
		Ok(Verified::new(value, self.number(), *self.hash()))
	}
}
