//! The authority's vault: secrets, ledger, and the typed requests it answers from finalized state.
//!
//! A vault holds one member's secrets of every ceremony it took part in. Workers pass it
//! identifiers only ([`VaultRequest`]); everything that decides an answer it reads by itself from
//! the finalized state ([`StateSource`]) and verifies by itself: the runtime's word is not enough.
//! There is no request that multiplies a given point or signs a given digest.
//!
//! What leaves the vault is recorded before in an append-only, synced ledger: one message of
//! each kind per ceremony, repeated word for word; one cover per epoch; one (identity, transport
//! key) per serial; finalized blocks that only rise. A chain that was rolled back, or a folder
//! put back to an older state, therefore meets a refusal and not a second, contradicting answer.
//!
//! Secrets are sealed at rest and erased when they have done their work: `x_j` once the
//! own confirmation is finalized, everything secret of a ceremony once its failure is. Erasing
//! overwrites and unlinks a 32-byte key file; on SSDs, copy-on-write file systems and in
//! backups the old block may live on, so this is best effort.
//!
//! Errors and logs name blocks, ceremonies, members, epochs and serials, never a secret.

#![forbid(unsafe_code)]

mod ceremony;
mod clock;
mod error;
mod files;
mod hold;
mod issuance;
mod ledger;
mod outcome;
mod permits;
mod sealed;
mod state;
mod status;
mod store;
mod vault;

pub use clock::{Clock, SystemClock};
pub use error::VaultOpenError;
pub use files::FileError;
pub use hold::{hold, is_held, release};
pub use ledger::{BlockRef, Contradiction, LedgerError};
pub use sealed::Passphrase;
pub use state::{FinalizedState, StateError, StateSource};
pub use status::{CeremonyStatus, VaultStatus};
pub use symbolon_host::{VaultBackend, VaultError, VaultRequest, VaultResponse};
pub use vault::{Vault, VaultHandle};

/// Target of this crate's log lines.
const LOG: &str = "symbolon::vault";
