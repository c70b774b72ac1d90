//! The client library: what a device, a registrar and a verifier do.
//!
//! Nothing a node says is taken on trust. A [`Client`] proves every value it reads against an
//! [`Anchor`]: finality by warp proof, storage by read proof at the newest finalized block the node
//! shows. What a node could only be believed for is either checked in another way (a permit, against
//! the master key) or harmless when wrong (the runtime's version, a nonce: the chain refuses the
//! extrinsic).
//!
//! | module | holds |
//! |---|---|
//! | [`transport`] | the calls of a node; over HTTP, every wait bounded |
//! | [`chain`] | [`Client`]: proved values, progress kept in a state file |
//! | [`params`] | master key, committee, schedule, present epoch, status |
//! | [`request`] | what a device hands to its registrar |
//! | [`registrar`] | registering, revoking, asking for keys again |
//! | [`store`] | the folder a device keeps its keys in |
//! | [`device`] | new, enroll, refresh |
//! | [`mod@sign`], [`verify`] | signatures over files, both offline |
//! | [`seal`] | messages sealed to a name and an epoch |
//! | [`anchor`] | making, reading and describing anchors |

#![forbid(unsafe_code)]
#![cfg_attr(
	not(any(test, feature = "testing")),
	deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod anchor;
pub mod chain;
pub mod clock;
pub mod device;
mod entropy;
mod error;
pub mod files;
pub mod hexed;
mod memory;
pub mod params;
pub mod registrar;
pub mod request;
pub mod seal;
pub mod sign;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod transport;
pub mod verify;

pub use chain::{ChainError, Client, Limits, Notify, Proved};
pub use clock::Clock;
pub use error::Error;
pub use memory::{Memory, MemoryError};
pub use symbolon_crypto::{Epoch, Identity, KeyId, Namespace, Serial};
pub use symbolon_light::{Anchor, Fingerprint, Verified};
