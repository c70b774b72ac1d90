//! Session keys without TLS, for constrained links: a handshake by name in three messages, then
//! transport encryption.
//!
//! The handshake is SIGMA-I (Krawczyk, "SIGMA: the 'SIGn-and-MAc' Approach to Authenticated
//! Diffie-Hellman and its Use in the IKE Protocols", CRYPTO 2003, §5.2) with Symbolon signatures:
//!
//! ```text
//! m1  I -> R   suite, key_id, X, n_i                    X = x·B, fresh
//! m2  I <- R   Y, n_r, AEAD{ block_R, sig_R, mac_R }    Y = y·B, fresh;  Z = x·Y = y·X
//! m3  I -> R   AEAD{ block_I, sig_I, mac_I }
//! ```
//!
//! `sig` signs and `mac`, under a key from `Z`, authenticates `role ‖ transcript hash ‖ own block`;
//! the block is name, serial, epoch and subtree. Signature and transcript bind the fresh keys to a
//! name, the MAC binds the name to the knowledge of `Z` (identity misbinding), the role byte
//! and separate keys stop reflection. Every derived key hashes the transcript so far.
//!
//! What it gives, if Symbolon signatures cannot be forged (co-CDH, random oracles), gap
//! Diffie-Hellman holds on Curve25519 and the AEAD and HMAC are good: each side knows the other's
//! name; recorded sessions stay closed to who takes the identity keys later (forward secrecy); the
//! thief of one's own key cannot play others to oneself. The responder shows its name to whoever
//! asks first, the initiator's name is hidden from active attackers too; lengths of names show.
//!
//! Checks, cheapest first: length; suite and key; `Z` not zero; decryption; encodings and subtree;
//! epoch window; own name ([`HandshakeError::Itself`]); policy on the name; MAC; and only then
//! the signature with its pairing.
//!
//! ```text
//! let (initiator, m1) = Initiator::start(&party, randomness, now)?;
//! let (responder, m2) = Responder::respond(&party, randomness, &m1, now)?;
//! let (mut transport, m3) = initiator.finish(&party, &m2, now)?;
//! let mut transport = responder.finish(&party, &m3, now)?;
//! ```
//!
//! Each step consumes the state before it. A [`Transport`], and the [`Peer`] in it, exist only once
//! the peer was verified. A failed step ends the handshake: send nothing, drop the link. The crate
//! is `no_std`, reads no clock and draws no randomness; it does no I/O and so sets no time limits
//! and counts no attempts: that is the caller's part.

#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]
#![forbid(unsafe_code)]
#![cfg_attr(
	not(test),
	deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

extern crate alloc;

mod ephemeral;
mod error;
mod initiator;
mod party;
mod proof;
mod responder;
mod schedule;
mod symmetric;
mod transport;

pub use ephemeral::{Randomness, RANDOMNESS_LEN};
pub use error::{HandshakeError, TransportError};
pub use initiator::Initiator;
pub use party::{Accept, Party, Peer};
pub use responder::Responder;
pub use transport::{Opened, Transport, MAX_DATA, MAX_MESSAGES, MAX_TRANSPORT, MIN_TRANSPORT};

use symbolon_crypto::signature::MAX_SIGNATURE_LEN;

/// The suite byte: X25519, SHA-256, HKDF, HMAC, ChaCha20-Poly1305, Symbolon signatures.
pub const SUITE: u8 = 1;
/// Length of the first message: suite, key identifier, ephemeral key, nonce.
pub const FIRST_LEN: usize = 1 + 32 + 32 + 32;
/// Shortest third message: the signature of a name of three bytes, MAC, tag.
pub const MIN_THIRD: usize = MAX_SIGNATURE_LEN - 127 + 32 + symmetric::TAG_LEN;
/// Longest third message.
pub const MAX_THIRD: usize = MAX_SIGNATURE_LEN + 32 + symmetric::TAG_LEN;
/// Shortest second message: ephemeral key and nonce before what a third message holds.
pub const MIN_SECOND: usize = 64 + MIN_THIRD;
/// Longest second message.
pub const MAX_SECOND: usize = 64 + MAX_THIRD;
