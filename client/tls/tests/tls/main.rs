//! Credentials, handshakes and what is refused: in one process over pipes, with time moved by hand.

mod cache;
mod credential;
mod forge;
mod fresh;
mod intruder;
mod kit;
mod lifetime;
mod logs;
mod outsiders;
mod programs;
mod refused;
mod resumption;
mod success;
mod time;
mod vectors;
