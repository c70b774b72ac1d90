//! Mutual TLS 1.3 by name, without certificate authorities, over `rustls`.
//!
//! Each side shows one self-signed certificate for a fresh connection key. Its only extension is a
//! Symbolon signature of the party's identity over that key: a delegation from the name to the key
//! that lasts one epoch. Nothing is asked of anybody during a handshake; a verifier needs its
//! anchor, a clock and what the peer sends.
//!
//! ```text
//! let identity = TlsIdentity::open(Store::open(dir)?, Clock::system())?;
//! tokio::spawn(identity.clone().keep_fresh(client));
//! let acceptor = Acceptor::builder(identity).policy("*@demo".parse()?).build()?;
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`credential`] | the certificate: made, parsed, its one encoding |
//! | [`identity`] | [`TlsIdentity`]: keys and permits of a store, credentials of both roles |
//! | [`policy`] | [`Policy`]: which names may connect |
//! | [`peer`] | [`Peer`], and how a server name says an identity |
//! | [`acceptor`], [`connector`] | the two sides, for tokio streams and for raw `rustls` |
//! | [`connection`], [`lifetime`] | a connection and how long its peer's credential carries it |
//! | [`refusal`], [`error`] | why a peer is refused; everything else that goes wrong |
//! | [`turn`] | handshakes of a listener take turns |
//! | [`metrics`] | counters |
//!
//! Resumption, tickets and early data are off: on resumption `rustls` calls no verifier, so a
//! revoked client could resume for ever.

#![deny(missing_docs)]
#![forbid(unsafe_code)]
#![cfg_attr(
	not(test),
	deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod acceptor;
mod cache;
mod config;
pub mod connection;
pub mod connector;
pub mod credential;
pub mod error;
pub mod identity;
pub mod lifetime;
mod limit;
pub mod metrics;
pub mod peer;
pub mod policy;
pub mod refusal;
pub mod turn;
mod verifier;

pub use acceptor::{Accepted, Acceptor, AcceptorBuilder};
pub use connection::Connection;
pub use connector::{Connector, ConnectorBuilder};
pub use credential::{KeyType, Role};
pub use error::{HandshakeError, TlsError};
pub use identity::TlsIdentity;
pub use lifetime::Lifetime;
pub use metrics::{Counters, Metrics};
pub use peer::{host_name, server_name, Peer};
pub use policy::{Policy, PolicyError};
pub use refusal::{Reason, Refusal};

/// The application protocol of a renewal: a connection on which both sides show their credentials
/// and which then ends.
pub const RENEWAL_ALPN: &[u8] = b"symbolon/renewal/1";
