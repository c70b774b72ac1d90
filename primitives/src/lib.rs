//! What chain, node and client share: the SCALE types in the chain's state, the storage keys under
//! which they lie, the indices of calls, the bytes of extrinsics, and limits.
//!
//! Clients and the vault read raw storage by these keys and never import the runtime; tests of
//! the runtime hold the two together.

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod calls;
pub mod digest;
pub mod dta;
pub mod epochs;
pub mod extrinsic;
pub mod issuance;
pub mod limits;
pub mod member;
pub mod refusal;
pub mod registry;
pub mod storage;

/// An account: 32 bytes, an sr25519 public key.
pub type Account = [u8; 32];
/// Number of a block.
pub type BlockNumber = u32;
/// Hash of a block, 32 bytes of Blake2b-256.
pub type BlockHash = [u8; 32];
