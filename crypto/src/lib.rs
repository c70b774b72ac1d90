//! The scheme core of Symbolon: threshold identity-based keys over BLS12-381.
//!
//! A committee of authorities shares a master scalar `s` that no one holds; `P = s·g2` is public.
//! An identity's key is `d = s·H_id`, its permit of an epoch `s·H_permit`, and what a device signs
//! with is their sum `D = s·Q`, `Q = H_id + H_permit`. Since `D` is an ordinary identity-based key
//! of the point `Q`, the known schemes (Cha–Cheon signatures, Boneh–Franklin encryption) work
//! with `(Q, D, P)` unchanged.
//!
//! | module | holds |
//! |---|---|
//! | [`curve`] | points, scalars, their encodings, hashing, the pairing check |
//! | [`hash`] | every domain separation tag, and the hash of each statement |
//! | [`identity`] | names, serials, purposes, epochs, key identifiers |
//! | [`cover`] | subtrees of the serials and the complete-subtree cover |
//! | [`sharing`] | indices, polynomials, Lagrange interpolation |
//! | [`ceremony`] | the genesis ceremony: register, deal, judge, confirm |
//! | [`extraction`] | encrypted partial keys, their check, combination and opening |
//! | [`permit`] | permit shares, permits, the weighted batch check |
//! | [`signature`] | epoch keys, signing, verification, batches |
//! | [`encryption`] | sealing a message key to a name and an epoch, opening it |
//!
//! The crate is `no_std`, draws no randomness of its own (callers pass [`Entropy`]) and knows
//! nothing of the chain. Everything that arrives from outside is a `*Bytes` type until it has
//! been decoded; decoded points are on the curve, in the prime-order subgroup and not the
//! identity.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod ceremony;
pub mod cover;
pub mod curve;
pub mod encryption;
pub mod extraction;
pub mod hash;
pub mod identity;
pub mod permit;
pub mod proof;
pub mod secret;
pub mod sharing;
pub mod signature;

pub use curve::{DecodeError, G1Bytes, G2Bytes, ScalarBytes};
pub use identity::{Epoch, Identity, KeyId, Namespace, Purpose, Serial};
pub use secret::{Entropy, SecretBytes};
pub use sharing::{DealerIndex, MemberIndex};
