//! Tests of the handshake and the transport through the public interface, one subject a file.

mod attacks;
mod by_hand;
mod common;
mod damage;
mod handshake;
mod proofs;
mod secrets;
mod transport;
mod vectors;
