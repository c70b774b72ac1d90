//! Messages sealed to a name and an epoch, of any size.
//!
//! ```text
//! preamble = "SYMBOLON-SEALED\x01" ‖ flags u8 ‖ length u16 LE ‖ header
//! message  = preamble ‖ chunks
//! ```
//!
//! The header is [`SealedHeader`]'s wire form. Chunks are ChaCha20-Poly1305 (RFC 8439) in the
//! STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and
//! its Nonce-Reuse Misuse-Resistance", CRYPTO 2015), as crate `aead` has it: the nonce of chunk `i`
//! is the message key's prefix of 7 bytes, `i` as u32 big-endian, and 1 for the last chunk, else 0.
//! Associated data of every chunk is the whole preamble. Each chunk but the last holds 64 KiB; the
//! last holds at least a byte, unless it is the only one. So a message has one form, and what was
//! cut off, appended or moved is noticed.
//!
//! Bit 0 of the flags says that the content is followed by a trailer, inside the encryption: a
//! signature's wire form and its length, u16 LE. It is in domain "sealed" over
//! `SCALE{ SHA-256(preamble), recipient's identity, serial, epoch, SHA-512(content) }`: nobody can
//! put it on another content, or pass it on to another recipient.
//!
//! Who opens gets the content only after the last chunk and the signature were verified: files are
//! written beside their place and renamed.

mod error;
mod format;
mod open;
mod permit;
mod target;
mod write;

pub use error::SealError;
pub use format::{Preamble, CHUNK, MAGIC};
pub use open::{open_file, open_stream, Opened, SealedBy, Sender};
pub use permit::permit_for;
pub use symbolon_crypto::encryption::{OpeningKey, SealTarget, SealedHeader};
pub use target::{target, SCHEDULE_NOTICE};
pub use write::{seal, signing_key};

/// Told how many bytes of content were dealt with so far.
pub type Progress<'a> = &'a mut dyn FnMut(u64);

#[cfg(test)]
mod tests;
