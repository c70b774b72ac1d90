//! The chain's own item in every header.

use crate::epochs::RevocationHead;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use symbolon_crypto::{Epoch, KeyId};

/// Engine identifier of the header's one `DigestItem::Consensus` of this chain.
pub const ENGINE_ID: [u8; 4] = *b"SYMB";

/// State after the block, proved by the header alone. Deposited by the runtime, exactly once.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct HeaderDigest {
	/// The current master key, once there is one.
	pub key_id: Option<KeyId>,
	/// The epoch that holds the block's time.
	pub epoch: Epoch,
	/// Number and accumulator of all revocations.
	pub revocations: RevocationHead,
	/// Whether conflicting statements under the master key were proved.
	pub conflict: bool,
}
