//! Fresh values of one handshake: an X25519 key, a nonce, entropy for the signature.

use crate::error::HandshakeError;
use symbolon_crypto::{Entropy, SecretBytes};
use x25519_dalek::{PublicKey, SharedSecret, StaticSecret};
use zeroize::Zeroize;

/// Bytes of randomness that one handshake takes.
pub const RANDOMNESS_LEN: usize = 96;

/// What one side's handshake draws from: ephemeral X25519 secret, nonce, entropy of the signature,
/// 32 bytes each.
///
/// From a cryptographic random number generator, fresh for every handshake. The signature survives
/// a repeated value (it is hedged); forward secrecy of the session does not, and if both sides
/// repeat theirs the session's keys repeat.
pub struct Randomness {
	pub(crate) ephemeral: Ephemeral,
	pub(crate) entropy: Entropy,
}

impl Randomness {
	/// Takes over `bytes` and wipes the caller's copy.
	pub fn take(bytes: &mut [u8; RANDOMNESS_LEN]) -> Self {
		let mut parts = [[0; 32]; RANDOMNESS_LEN / 32];
		for (part, chunk) in parts.iter_mut().zip(bytes.chunks_exact(32)) {
			part.copy_from_slice(chunk);
		}
		bytes.zeroize();
		let [secret, nonce, entropy] = &mut parts;
		let ephemeral = Ephemeral::new(SecretBytes::take(secret), *nonce);
		Self { ephemeral, entropy: Entropy::take(entropy) }
	}
}

/// An ephemeral key with its nonce.
pub(crate) struct Ephemeral {
	secret: SecretBytes<32>,
	pub public: [u8; 32],
	pub nonce: [u8; 32],
}

impl Ephemeral {
	fn new(secret: SecretBytes<32>, nonce: [u8; 32]) -> Self {
		let public = PublicKey::from(&StaticSecret::from(*secret.expose())).to_bytes();
		Self { secret, public, nonce }
	}

	/// `Z`, unless it is zero. Uses the secret up.
	pub fn agree(self, peer: [u8; 32]) -> Result<SharedSecret, HandshakeError> {
		let secret = StaticSecret::from(*self.secret.expose());
		let shared = secret.diffie_hellman(&PublicKey::from(peer));
		if shared.was_contributory() {
			Ok(shared)
		} else {
			Err(HandshakeError::LowOrder)
		}
	}
}
