//! The queue of key requests and the partial keys that answer it.

use crate::BlockNumber;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use symbolon_crypto::extraction::PartialKey;

/// A key request that waits for answers, or whose answers can still be fetched.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct QueueEntry {
	/// Block of the request.
	pub queued: BlockNumber,
	/// The share version that answers it.
	pub share_version: u32,
	/// Members that answered.
	pub answers: u16,
	/// Block in which as many members as the threshold had answered.
	pub answered: Option<BlockNumber>,
}

/// One member's answer: a partial key for each purpose.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct PartialPair {
	/// For signing.
	pub sign: PartialKey,
	/// For opening sealed messages.
	pub decrypt: PartialKey,
}
