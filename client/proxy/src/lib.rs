//! Proxies that put mutual TLS by name around other programs.
//!
//! | module | holds |
//! |---|---|
//! | [`serve`] | in front of a service: ends TLS and tells the service who its peer is |
//! | [`connect`] | beside a client: a pipe, or a local socket that leads to one peer |
//! | [`proxy_v2`] | the PROXY protocol header that carries the name |
//! | [`header`] | the HTTP header that carries the name, and every spelling of it |
//! | [`local`] | addresses that only this machine's users, or only its owner, can reach |
//! | [`metrics`] | counters, and the page that shows them |
//! | [`stop`] | stopping in order |
//! | [`escape`] | foreign text that is fit for a log |
//!
//! Both proxies are bounded in connections, in the time of a handshake and in silence, survive a
//! shortage of descriptors, and end every connection with the epoch that vouched for its peer.

#![deny(missing_docs)]
#![forbid(unsafe_code)]
#![cfg_attr(
	not(test),
	deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

mod abrupt;
mod accept;
pub mod connect;
pub mod escape;
mod gate;
mod handshakes;
pub mod header;
mod limit;
pub mod local;
pub mod metrics;
pub mod proxy_v2;
mod record;
pub mod serve;
pub mod stop;
mod tunnel;
mod watched;
