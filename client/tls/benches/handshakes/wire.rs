//! A full TLS handshake between two ends in one thread, with what went over the wire.

use rustls::{
	pki_types::ServerName, ClientConfig, ClientConnection, ServerConfig, ServerConnection,
};
use std::{error::Error, sync::Arc, time::Duration};

use crate::cpu::cpu_time;

/// Both ends of a connection that is to be made.
pub struct Ends {
	pub client: Arc<ClientConfig>,
	pub server: Arc<ServerConfig>,
	pub name: ServerName<'static>,
}

/// What one handshake took.
#[derive(Clone, Copy)]
pub struct Handshake {
	/// CPU time of the client's side.
	pub client: Duration,
	/// CPU time of the server's side.
	pub server: Duration,
	/// Bytes that the client sent, TLS records whole.
	pub sent: usize,
	/// Bytes that the server sent.
	pub received: usize,
}

/// Moves what one end wants to send into the other; gives how many bytes that was.
macro_rules! deliver {
	($from:expr, $to:expr) => {{
		let mut bytes = Vec::new();
		while $from.wants_write() {
			$from.write_tls(&mut bytes)?;
		}
		let mut rest = bytes.as_slice();
		while !rest.is_empty() {
			$to.read_tls(&mut rest)?;
			$to.process_new_packets()?;
		}
		bytes.len()
	}};
}

impl Ends {
	/// Makes the connection. Reading counts for the end that reads, as does what it computes then.
	pub fn handshake(&self) -> Result<Handshake, Box<dyn Error>> {
		let mut done =
			Handshake { client: Duration::ZERO, server: Duration::ZERO, sent: 0, received: 0 };
		let began = cpu_time();
		let mut client = ClientConnection::new(self.client.clone(), self.name.clone())?;
		done.client += cpu_time() - began;
		let began = cpu_time();
		let mut server = ServerConnection::new(self.server.clone())?;
		done.server += cpu_time() - began;
		while client.is_handshaking() || server.is_handshaking() || client.wants_write() {
			let began = cpu_time();
			done.sent += deliver!(client, server);
			done.server += cpu_time() - began;
			let began = cpu_time();
			done.received += deliver!(server, client);
			done.client += cpu_time() - began;
		}
		Ok(done)
	}
}
