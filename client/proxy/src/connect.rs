//! The proxy beside a client: a pipe, or a local socket that leads to one peer.

mod dial;
mod forward;
mod keep;
mod pipe;

pub use dial::{DialError, Dialer};
pub use forward::{forward, Local, Options};
pub use keep::Keeper;
pub use pipe::{pipe, PipeError};
