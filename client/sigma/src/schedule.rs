//! The transcript hash and the keys that follow from it.
//!
//! ```text
//! H1 = SHA-256(PROTOCOL ‖ m1)         H3 = SHA-256(H2 ‖ c2)      c2, c3: the encrypted proofs
//! H2 = SHA-256(H1 ‖ Y ‖ n_r)          H4 = SHA-256(H3 ‖ c3)
//! prk = HKDF-Extract(salt = H2, Z)    key(label, H) = HKDF-Expand(prk, label ‖ H, 32)
//! ```
//!
//! Every key hashes a transcript, and by it both ephemeral keys and nonces, suite and `key_id`;
//! traffic keys also both proofs. Labels differ in length or bytes, the hash after them is of fixed
//! length, so no two derivations are one.

use crate::symmetric;
use sha2::{Digest, Sha256};
use symbolon_crypto::SecretBytes;
use x25519_dalek::SharedSecret;

/// Begins every transcript.
const PROTOCOL: &[u8] = b"SYMBOLON-V1-SIGMA-I-X25519-SHA256-CHACHA20POLY1305";

/// A side of the handshake; the byte goes into signatures and MACs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
	Initiator = 1,
	Responder = 2,
}

impl Role {
	pub fn other(self) -> Self {
		match self {
			Self::Initiator => Self::Responder,
			Self::Responder => Self::Initiator,
		}
	}
}

/// What a key is for.
#[derive(Clone, Copy)]
pub(crate) enum Use {
	/// Encrypts this side's proof.
	Proof(Role),
	/// Binds this side's name.
	Mac(Role),
	/// Encrypts what this side sends once the handshake is done.
	Traffic(Role),
	/// Names the session to what runs in it.
	Binding,
}

impl Use {
	fn label(self) -> &'static str {
		match self {
			Self::Proof(Role::Initiator) => "symbolon-sigma initiator proof",
			Self::Proof(Role::Responder) => "symbolon-sigma responder proof",
			Self::Mac(Role::Initiator) => "symbolon-sigma initiator mac",
			Self::Mac(Role::Responder) => "symbolon-sigma responder mac",
			Self::Traffic(Role::Initiator) => "symbolon-sigma initiator traffic",
			Self::Traffic(Role::Responder) => "symbolon-sigma responder traffic",
			Self::Binding => "symbolon-sigma binding",
		}
	}
}

/// The hash of all bytes that went over the link so far.
#[derive(Clone, Copy)]
pub(crate) struct Transcript(pub [u8; 32]);

impl Transcript {
	/// `H1`.
	pub fn begin(first: &[u8]) -> Self {
		Self(Sha256::new().chain_update(PROTOCOL).chain_update(first).finalize().into())
	}

	/// The hash with `bytes` after what it holds.
	pub fn then(&self, bytes: &[u8]) -> Self {
		Self(Sha256::new().chain_update(self.0).chain_update(bytes).finalize().into())
	}

	/// `H2`.
	pub fn then_response(&self, public: &[u8; 32], nonce: &[u8; 32]) -> Self {
		let hash = Sha256::new().chain_update(self.0).chain_update(public).chain_update(nonce);
		Self(hash.finalize().into())
	}
}

/// `prk`, from which all keys of a handshake come.
pub(crate) struct Schedule(SecretBytes<32>);

impl Schedule {
	/// Of the shared secret and `H2`.
	pub fn new(shared: &SharedSecret, transcript: &Transcript) -> Self {
		Self(symmetric::extract(&transcript.0, shared.as_bytes()))
	}

	/// The key of one use after `transcript`.
	pub fn key(&self, of: Use, transcript: &Transcript) -> SecretBytes<32> {
		symmetric::expand(&self.0, of.label(), &transcript.0)
	}
}
