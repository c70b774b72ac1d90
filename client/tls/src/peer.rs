//! A verified peer, and how a TLS server name says an identity.

use rustls::pki_types::{DnsName, ServerName};
use sha2::{Digest, Sha256};
use symbolon_crypto::{Epoch, Identity, Serial};

/// What ends every server name that says an identity. `.alt` is never resolved (RFC 9476).
pub const SUFFIX: &str = ".symbolon.alt";

/// The other side of a connection, verified: only this crate makes one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Peer {
	pub(crate) identity: Identity,
	pub(crate) serial: Serial,
	pub(crate) epoch: Epoch,
}

impl Peer {
	/// Its name.
	pub const fn identity(&self) -> &Identity {
		&self.identity
	}

	/// Its serial: changes when the name is enrolled again.
	pub const fn serial(&self) -> Serial {
		self.serial
	}

	/// The epoch of the credential that it showed.
	pub const fn epoch(&self) -> Epoch {
		self.epoch
	}
}

/// The host name that stands for an identity: lowercase hex of the first 16 bytes of
/// `SHA-256(identity)`, and [`SUFFIX`]. `@` is not legal in a server name, a constant one confuses
/// caches, and a name in clear would show who talks to whom.
pub fn host_name(identity: &Identity) -> String {
	let digest = Sha256::digest(identity.as_bytes());
	let mut name: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
	name.push_str(SUFFIX);
	name
}

/// [`host_name`] as `rustls` wants it.
pub fn server_name(identity: &Identity) -> ServerName<'static> {
	#[allow(clippy::expect_used)]
	let name = DnsName::try_from(host_name(identity))
		.expect("32 hex digits and a constant suffix are a DNS name");
	ServerName::DnsName(name)
}

/// Whether `name` asks for an identity, and which answer it is to `identity`.
pub(crate) fn name_fits(name: &str, identity: &Identity) -> bool {
	name.eq_ignore_ascii_case(&host_name(identity))
}
