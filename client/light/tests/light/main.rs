//! Tests of the light client against chains made on the spot: one subject a file.

mod anchor;
mod chain;
mod digest;
mod storage;
mod warp_attacks;
mod warp_bytes;
mod warp_good;
mod warp_handoffs;
