//! Tests of the scheme core through its public interface, one subject a file.

mod by_hand;
mod by_hand_sealed;
mod ceremony;
mod ceremony_messages;
mod common;
mod complaints;
mod cover;
mod encryption;
mod encryption_forged;
mod extraction;
mod names;
mod permits;
mod secrets;
mod signature;
mod signature_batch;
mod threshold;
mod vectors;
