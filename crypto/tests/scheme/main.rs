//! Tests of the scheme core through its public interface, one subject a file.

mod by_hand;
mod ceremony;
mod ceremony_messages;
mod common;
mod complaints;
mod cover;
mod extraction;
mod names;
mod permits;
mod secrets;
mod signature;
mod signature_batch;
mod threshold;
mod vectors;
