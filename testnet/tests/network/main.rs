//! The end-to-end tests: whole networks of real nodes, and clients that trust none of them.
//!
//! Each test has a network of its own. `.config/nextest.toml` runs them one at a time.

mod ceremony;
mod finality;
mod issuance;
mod liar;
mod load;
mod lying_rpc;
mod program;
mod revocation;
mod service;
mod tls;
mod up;
mod world;
