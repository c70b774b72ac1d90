//! Namespaces, registrations, revocations.

use crate::{limits::MAX_BLOCKS_PER_NAMESPACE, Account, BlockNumber};
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use symbolon_crypto::{cover::Subtree, extraction::TransportKey, hash::sha256, G1Bytes, Identity};

/// A namespace and what its registrar may still do.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct NamespaceRecord {
	/// Who registers and revokes in it.
	pub registrar: Account,
	/// Its blocks have `2^block_bits` serials.
	pub block_bits: u8,
	/// First serials of its blocks, aligned, in the order they were given.
	pub blocks: BoundedVec<u64, ConstU32<MAX_BLOCKS_PER_NAMESPACE>>,
	/// Serials used in the last block.
	pub used_in_last: u64,
	/// Identities registered so far.
	pub registered: u32,
	/// Most identities it may register.
	pub max_registered: u32,
	/// Identities revoked so far.
	pub revoked: u32,
	/// Most identities it may revoke: each can cost permits in every later epoch.
	pub max_revoked: u32,
}

/// What a registrar asks for: an identity and the device's transport key.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct RegistrationRequest {
	/// The name.
	pub identity: Identity,
	/// `T` and the proof of possession, bound to the name and the current key.
	pub transport: TransportKey,
}

/// What the chain knows of a serial.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Registration {
	/// The name.
	pub identity: Identity,
	/// `T` and the proof of possession: the vaults check it again.
	pub transport: TransportKey,
	/// The master key under which it was registered.
	pub key_no: u32,
	/// Block of the registration.
	pub registered: BlockNumber,
	/// Position in the revocation log, once revoked.
	pub revoked: Option<u64>,
}

/// Key under which a transport key is remembered for ever: `SHA-256(T)`.
pub fn transport_key_hash(point: &G1Bytes) -> [u8; 32] {
	sha256(&point.0)
}

/// Key of a revoked subtree in the sorted index: the first serial, big-endian, then
/// `40 - level`. Bytewise order is ascending first serial, of equal ones the larger subtree first.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct IndexKey(pub [u8; 9]);

impl IndexKey {
	/// The key of `subtree`.
	pub fn new(subtree: &Subtree) -> Self {
		let mut bytes = [0u8; 9];
		let (first, level) = bytes.split_at_mut(8);
		first.copy_from_slice(&subtree.first().to_be_bytes());
		level.fill(symbolon_crypto::identity::TREE_HEIGHT - subtree.level());
		Self(bytes)
	}

	/// The subtree; `None` if the bytes are no such key.
	pub fn subtree(&self) -> Option<Subtree> {
		let [first @ .., depth] = self.0;
		let level = symbolon_crypto::identity::TREE_HEIGHT.checked_sub(depth)?;
		let first = u64::from_be_bytes(first);
		let subtree = Subtree::new(level, first >> level)?;
		(subtree.first() == first).then_some(subtree)
	}
}
