//! Who comes in: the listener, with its bounds before any handshake.

use super::{refused, Shared};
use crate::{
	accept::Source,
	handshakes::{Handshakes, Ticket},
	limit::{network, Place},
};
use std::{
	io,
	net::{IpAddr, SocketAddr},
	sync::Arc,
};
use tokio::net::{TcpListener, TcpStream};

/// A connection whose handshake is to come.
pub struct Entrant {
	/// The connection.
	pub stream: TcpStream,
	/// Where it comes from.
	pub address: SocketAddr,
	/// Its place among those of its address, to its end.
	pub place: Place<IpAddr>,
	/// Its place among the handshakes, until that is done.
	pub ticket: Ticket,
}

/// Lets connections in.
pub struct Door {
	listener: TcpListener,
	handshakes: Arc<Handshakes>,
	shared: Arc<Shared>,
}

impl Door {
	/// What `listener` takes, within the bounds of `shared`.
	pub fn new(listener: TcpListener, shared: Arc<Shared>) -> Self {
		let handshakes = Handshakes::new(shared.options.max_handshakes);
		Self { listener, handshakes, shared }
	}
}

impl Source for Door {
	type Item = Entrant;

	async fn next(&mut self) -> io::Result<Entrant> {
		loop {
			let (stream, address) = self.listener.accept().await?;
			// First: an address that has its share displaces nobody.
			let Some(place) = self.shared.addresses.enter(network(address.ip())) else {
				refused(&self.shared, address, "too-many-of-address");
				continue;
			};
			let ticket = self.handshakes.enter().await;
			return Ok(Entrant { stream, address, place, ticket });
		}
	}
}
