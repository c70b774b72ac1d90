//! Free ports on loopback.

use crate::Error;
use std::net::{Ipv4Addr, TcpListener};

/// The ports of one node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ports {
	/// JSON-RPC.
	pub rpc: u16,
	/// The peers' protocol.
	pub p2p: u16,
	/// Metrics.
	pub prometheus: u16,
}

/// Ports for `nodes` nodes that nobody listens on at this moment, no two the same. They are held
/// until all are chosen; somebody else may take one before its node does, so starting must be
/// ready to choose again.
pub fn choose(nodes: usize) -> Result<Vec<Ports>, Error> {
	let failed = || Error::io("choosing free ports on 127.0.0.1");
	let mut held = Vec::with_capacity(3 * nodes);
	let mut next = || -> Result<u16, Error> {
		let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed())?;
		let port = listener.local_addr().map_err(failed())?.port();
		held.push(listener);
		Ok(port)
	};
	(0..nodes).map(|_| Ok(Ports { rpc: next()?, p2p: next()?, prometheus: next()? })).collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::collections::BTreeSet;

	#[test]
	fn all_ports_differ_and_are_free_afterwards() {
		let ports = choose(16).unwrap();
		let all: BTreeSet<u16> =
			ports.iter().flat_map(|ports| [ports.rpc, ports.p2p, ports.prometheus]).collect();
		assert_eq!(all.len(), 48);
		for port in all {
			TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
		}
	}
}
