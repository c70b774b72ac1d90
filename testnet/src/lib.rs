//! A local network of real `symbolon-node` processes on loopback, for people, demos and tests.
//!
//! ```no_run
//! # async fn example() -> Result<(), symbolon_testnet::Error> {
//! use std::time::Duration;
//! use symbolon_testnet::Network;
//!
//! let mut network = Network::builder().authorities(4).launch().await?;
//! network.wait_for_key(Duration::from_secs(120)).await?;
//! network.node_mut(3)?.kill()?;
//! network.node_mut(3)?.restart()?;
//! network.shutdown()?;
//! # Ok(()) }
//! ```
//!
//! Every node has its own folder, keys and ports. A network leaves nothing behind: its processes
//! end with it, even if the process that started them is killed, and its files are removed unless
//! they are to be kept ([`Builder::keep`]) or a test panics.
//!
//! What is read here over RPC is the word of the node that was asked. That is right for a harness
//! that controls all nodes; programs that trust no node use `symbolon-sdk`.
//!
//! | module | holds |
//! |---|---|
//! | [`network`] | the network: build, launch, shut down |
//! | [`node`] | one node: kill, restart, pause, ask |
//! | [`rpc`] | what a node is asked |
//! | [`mod@wait`] | waiting for a condition, bounded |
//! | [`keys`], [`spec`] | keys and genesis |
//! | [`thief`] | signatures that somebody with a stolen device store would try |

pub mod error;
pub mod keys;
pub mod network;
pub mod node;
mod ports;
mod process;
pub mod rpc;
pub mod spec;
pub mod thief;
pub mod wait;

pub use error::Error;
pub use network::{Builder, Network};
pub use node::Node;
pub use wait::wait_for;
