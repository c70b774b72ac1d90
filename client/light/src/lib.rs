//! The light client of Symbolon: bytes in, proved values out. No I/O, no clock of its own, `no_std`.
//!
//! A device pins an [`Anchor`]. From there everything it believes is proved:
//!
//! 1. [`verify_warp_proof`] follows GRANDPA's set handoffs from the anchor's [`Base`] and yields a
//!    [`FinalizedHeader`], which nothing else can make;
//! 2. [`FinalizedHeader::read`] reads storage under that header's state root, absence included;
//! 3. [`FinalizedHeader::symbolon_digest`] reads what the runtime commits to in every header;
//! 4. [`ClockFloor`] refuses a clock that was set back, a chain that goes back, and trust that is
//!    too old.
//!
//! Values that were proved travel as [`Verified`], with the block they were proved at.
//!
//! | module | holds |
//! |---|---|
//! | [`finality`] | warp proofs: justifications, set handoffs |
//! | [`storage`] | compact read proofs |
//! | [`digest`] | the `SYMB` item of a header |
//! | [`anchor`] | what a device pins |
//! | [`clock`] | clock floor, rollback, the window of finality-only trust |
//!
//! # What it does not prove
//!
//! Finality says what more than two thirds of a GRANDPA set signed. There is no stake here: old
//! keys of an old set, once stolen, sign other histories for ever. That is why trust from the
//! anchor's own set ends after [`clock::TRUST_WINDOW`]. A server can also stay silent, or serve an
//! old state as the newest; [`ClockFloor::contact`] refuses it once its epoch is over.

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![cfg_attr(
	not(test),
	deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

extern crate alloc;

pub mod anchor;
pub mod clock;
pub mod digest;
pub mod finality;
pub mod storage;
mod verified;

pub use anchor::{Anchor, AnchorError, Fingerprint, UnverifiedAnchor};
pub use clock::{ClockError, ClockFloor, Progress};
pub use digest::DigestError;
pub use finality::{
	verify_warp_proof, Base, FinalityError, FinalizedChain, FinalizedHeader, Header,
};
pub use storage::{ProvedState, StorageError, StorageProof};
pub use verified::Verified;
