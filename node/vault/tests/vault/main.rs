//! The vault over a small made chain: ceremonies, restarts, lies, rollbacks, permits, issuance.

mod attacks;
mod ceremony;
mod chain;
mod crash;
mod folder;
mod issuance;
mod net;
mod permits;
