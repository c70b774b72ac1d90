//! The bytes of a signed extrinsic (format version 4) of this runtime.
//!
//! The runtime's transaction extensions, in order, put these bytes after the signature: era (2
//! bytes if mortal), compact nonce; and these under the signature besides: spec version,
//! transaction version, genesis hash, hash of the era's first block.

use crate::{Account, BlockHash, BlockNumber};
use alloc::vec::Vec;
use codec::{Compact, Encode};
use sp_crypto_hashing::blake2_256;

/// Blocks for which a signed extrinsic can be included.
pub const MORTALITY: u32 = 64;

/// What an extrinsic is bound to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Binding {
	/// `spec_version` of the runtime.
	pub spec_version: u32,
	/// `transaction_version` of the runtime.
	pub transaction_version: u32,
	/// Hash of the genesis block.
	pub genesis_hash: BlockHash,
	/// A recent block, from which its life is counted.
	pub birth: (BlockNumber, BlockHash),
	/// The account's next nonce.
	pub nonce: u32,
}

/// An extrinsic that lacks its signature.
pub struct Unsigned {
	call: Vec<u8>,
	extra: Vec<u8>,
	payload: Vec<u8>,
}

/// SCALE form of a mortal era of [`MORTALITY`] blocks born at block `birth`: the low four bits are
/// `log2(period) - 1`, the others the phase (quantised by `max(period / 4096, 1)` = 1).
fn mortal_era(birth: BlockNumber) -> [u8; 2] {
	let phase = birth % MORTALITY;
	let encoded = (MORTALITY.trailing_zeros() - 1) as u16 | ((phase as u16) << 4);
	encoded.to_le_bytes()
}

impl Unsigned {
	/// `call` is the SCALE form of a runtime call.
	pub fn new(call: Vec<u8>, binding: &Binding) -> Self {
		let mut extra = mortal_era(binding.birth.0).to_vec();
		Compact(binding.nonce).encode_to(&mut extra);
		let implicit = (
			binding.spec_version,
			binding.transaction_version,
			binding.genesis_hash,
			binding.birth.1,
		);
		let payload = [&call[..], &extra[..], &implicit.encode()[..]].concat();
		Self { call, extra, payload }
	}

	/// What the account signs: the payload, or its Blake2b-256 hash if it is over 256 bytes.
	pub fn signing_bytes(&self) -> Vec<u8> {
		if self.payload.len() > 256 {
			blake2_256(&self.payload).to_vec()
		} else {
			self.payload.clone()
		}
	}

	/// The extrinsic, signed by `account` with sr25519.
	pub fn sign(self, account: &Account, signature: &[u8; 64]) -> Vec<u8> {
		// 0x84: signed, version 4. 0x00: the address is an account. 0x01: sr25519.
		let mut body = alloc::vec![0x84, 0x00];
		body.extend_from_slice(account);
		body.push(0x01);
		body.extend_from_slice(signature);
		body.extend_from_slice(&self.extra);
		body.extend_from_slice(&self.call);
		body.encode()
	}
}
