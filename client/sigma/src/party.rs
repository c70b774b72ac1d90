//! One's own side of a handshake, and the peer that it proved.

use crate::error::HandshakeError;
use symbolon_crypto::{
	identity::EpochError,
	signature::{Signature, SigningKey, Verifier},
	Epoch, Identity, KeyId, Namespace, Serial,
};

/// Which names are accepted. Asked before the name is proved and before any pairing.
#[derive(Clone, Copy)]
pub enum Accept<'a> {
	/// This name, byte for byte.
	Exactly(&'a Identity),
	/// Any name of this namespace.
	Namespace(&'a Namespace),
	/// Whatever the function accepts. It sees names that nobody need hold: it must not act on them.
	If(&'a (dyn Fn(&Identity) -> bool + Sync)),
}

impl Accept<'_> {
	fn accepts(&self, identity: &Identity) -> bool {
		match self {
			Self::Exactly(wanted) => *wanted == identity,
			Self::Namespace(namespace) => **namespace == identity.namespace(),
			Self::If(accepts) => accepts(identity),
		}
	}
}

/// One's own side of a handshake.
#[derive(Clone, Copy)]
pub struct Party<'a> {
	/// The key of the present epoch.
	pub key: &'a SigningKey,
	/// The master key and bounds on epochs, of one's anchor.
	pub verifier: &'a Verifier,
	/// Which peers are wanted.
	pub accept: Accept<'a>,
}

impl Party<'_> {
	/// Whether one can be verified oneself: key and verifier of `key_id`, own epoch present.
	pub(crate) fn check(&self, key_id: &KeyId, now: u64) -> Result<(), HandshakeError> {
		if self.verifier.key_id != *key_id || self.key.key_id() != *key_id {
			return Err(HandshakeError::OwnKey);
		}
		let present: Result<(), EpochError> = self.verifier.policy.check(&self.key.epoch(), now);
		present.map_err(HandshakeError::OwnEpoch)
	}

	/// Whether the name that a peer claims is wanted.
	pub(crate) fn check_name(&self, claimed: &Signature) -> Result<(), HandshakeError> {
		if claimed.identity == *self.key.identity() && claimed.serial == self.key.serial() {
			return Err(HandshakeError::Itself);
		}
		if !self.accept.accepts(&claimed.identity) {
			return Err(HandshakeError::NotAccepted(claimed.identity.clone()));
		}
		Ok(())
	}
}

/// A verified peer: exists only once its signature and MAC were checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Peer {
	identity: Identity,
	serial: Serial,
	epoch: Epoch,
}

impl Peer {
	/// Of a signature that was verified.
	pub(crate) fn of(verified: Signature) -> Self {
		let Signature { identity, serial, epoch, .. } = verified;
		Self { identity, serial, epoch }
	}

	/// Its name.
	pub fn identity(&self) -> &Identity {
		&self.identity
	}

	/// Its serial.
	pub fn serial(&self) -> Serial {
		self.serial
	}

	/// The epoch whose key it used.
	pub fn epoch(&self) -> Epoch {
		self.epoch
	}
}
