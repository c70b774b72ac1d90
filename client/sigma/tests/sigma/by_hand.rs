//! The handshake computed again from docs/protocol.md, sharing only X25519, SHA-256 and the AEAD
//! with the library: to check it, and to play peers that hold the right secrets and say the wrong
//! thing. Shared with the fuzz targets.

use chacha20poly1305::{
	aead::{Aead, Payload},
	ChaCha20Poly1305, KeyInit,
};
use symbolon_crypto::{hash::sha256, KeyId};
use x25519_dalek::{x25519, X25519_BASEPOINT_BYTES};

pub const PROTOCOL: &[u8] = b"SYMBOLON-V1-SIGMA-I-X25519-SHA256-CHACHA20POLY1305";
pub const INITIATOR: u8 = 1;
pub const RESPONDER: u8 = 2;

/// HMAC-SHA-256 (RFC 2104) of a key of at most 64 bytes.
pub fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
	assert!(key.len() <= 64);
	let pad = |byte: u8| -> Vec<u8> {
		(0..64).map(|i| key.get(i).copied().unwrap_or(0) ^ byte).collect()
	};
	let inner = sha256(&[&pad(0x36), message].concat());
	sha256(&[&pad(0x5c), &inner[..]].concat())
}

/// One block of HKDF-Expand (RFC 5869).
fn expand(prk: &[u8; 32], label: &str, hash: &[u8; 32]) -> [u8; 32] {
	hmac(prk, &[label.as_bytes(), hash, &[1]].concat())
}

pub fn public(secret: &[u8; 32]) -> [u8; 32] {
	x25519(*secret, X25519_BASEPOINT_BYTES)
}

pub fn cipher(key: &[u8; 32], count: u64, aad: &[u8], message: &[u8]) -> Vec<u8> {
	let nonce = [&[0; 4], &count.to_le_bytes()[..]].concat();
	let payload = Payload { msg: message, aad };
	ChaCha20Poly1305::new(key.into()).encrypt(nonce[..].into(), payload).unwrap()
}

pub fn decipher(key: &[u8; 32], count: u64, aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
	let nonce = [&[0; 4], &count.to_le_bytes()[..]].concat();
	let payload = Payload { msg: sealed, aad };
	ChaCha20Poly1305::new(key.into()).decrypt(nonce[..].into(), payload).ok()
}

fn side(role: u8) -> &'static str {
	match role {
		INITIATOR => "initiator",
		RESPONDER => "responder",
		_ => panic!("no role {role}"),
	}
}

/// What a side knows after the fresh parts of the first two messages, and the hashes as they grow.
#[derive(Clone)]
pub struct Hand {
	pub prk: [u8; 32],
	/// `H2`, then `H3`, then `H4`.
	pub hash: [u8; 32],
}

/// The first message.
pub fn first(key_id: &KeyId, secret: &[u8; 32], nonce: &[u8; 32]) -> Vec<u8> {
	[&[1], &key_id.0[..], &public(secret), nonce].concat()
}

impl Hand {
	/// From one side's secret, the other's public key, and what went over the link.
	pub fn new(
		secret: &[u8; 32],
		peer: &[u8; 32],
		first: &[u8],
		responder_public: &[u8; 32],
		responder_nonce: &[u8; 32],
	) -> Self {
		let h1 = sha256(&[PROTOCOL, first].concat());
		let h2 = sha256(&[h1, *responder_public, *responder_nonce].concat());
		Self { prk: hmac(&h2, &x25519(*secret, *peer)), hash: h2 }
	}

	/// The responder's side of `first`, and the fresh part of its second message.
	pub fn answer(first: &[u8], secret: &[u8; 32], nonce: &[u8; 32]) -> (Self, Vec<u8>) {
		let peer = first[33..65].try_into().unwrap();
		let own = public(secret);
		(Self::new(secret, &peer, first, &own, nonce), [own, *nonce].concat())
	}

	/// The initiator's side, from its own `first` and a second message.
	pub fn read(first: &[u8], secret: &[u8; 32], second: &[u8]) -> Self {
		let (peer, nonce) = (second[..32].try_into().unwrap(), second[32..64].try_into().unwrap());
		Self::new(secret, &peer, first, &peer, &nonce)
	}

	pub fn key(&self, label: &str) -> [u8; 32] {
		expand(&self.prk, label, &self.hash)
	}

	/// What `role` signs and authenticates with `block`.
	pub fn statement(&self, role: u8, block: &[u8]) -> Vec<u8> {
		[&[role], &self.hash[..], block].concat()
	}

	pub fn mac(&self, role: u8, statement: &[u8]) -> [u8; 32] {
		hmac(&self.key(&format!("symbolon-sigma {} mac", side(role))), statement)
	}

	/// Encrypts anything as the proof of `role`.
	pub fn seal(&self, role: u8, proof: &[u8]) -> Vec<u8> {
		let key = self.key(&format!("symbolon-sigma {} proof", side(role)));
		cipher(&key, 0, &self.hash, proof)
	}

	/// Decrypts the proof of `role`.
	pub fn open(&self, role: u8, sealed: &[u8]) -> Option<Vec<u8>> {
		let key = self.key(&format!("symbolon-sigma {} proof", side(role)));
		decipher(&key, 0, &self.hash, sealed)
	}

	/// Goes on to the next hash.
	pub fn then(&mut self, sealed: &[u8]) {
		self.hash = sha256(&[&self.hash, sealed].concat());
	}

	/// The key under which `role` sends, once the hash is `H4`.
	pub fn traffic(&self, role: u8) -> [u8; 32] {
		self.key(&format!("symbolon-sigma {} traffic", side(role)))
	}
}
