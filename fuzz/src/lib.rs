//! What the fuzz targets and the maker of their seeds share.
//!
//! Everything is made from fixed values, so that an input does the same in every run.

pub mod certificate;
pub mod edits;
pub mod handshake;
pub mod recipient;
pub mod stream;

/// Another implementation of the handshake, from the tests.
#[path = "../../client/sigma/tests/sigma/by_hand.rs"]
pub mod by_hand;
/// Master keys and devices, from the tests.
#[path = "../../client/sigma/tests/sigma/common.rs"]
pub mod common;
