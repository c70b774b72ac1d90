//! Sealed headers written a second time, straight from the specification: pairings by blst, HKDF by
//! hand (RFC 5869), every byte in its place. What a stranger's implementation would send, and what
//! a liar's would.

use crate::by_hand::{g1, g2, h2c, h2s};
use bls12_381::{G1Projective, G2Projective, Scalar};
use blst::{blst_fp12, blst_p1_affine, blst_p2_affine, min_pk, min_sig};
use codec::Encode;
use sha2::{Digest, Sha256};
use symbolon_crypto::{curve::G2, Epoch, G1Bytes, G2Bytes, Identity, KeyId, Serial};

/// `e(a, b)` in 576 bytes.
fn pairing(a: &G1Bytes, b: &G2Bytes) -> [u8; 576] {
	let a = min_pk::PublicKey::from_bytes(&a.0).unwrap();
	let b = min_sig::PublicKey::from_bytes(&b.0).unwrap();
	let (a, b): (&blst_p1_affine, &blst_p2_affine) = ((&a).into(), (&b).into());
	blst_fp12::miller_loop(b, a).final_exp().to_bendian()
}

/// `e(g1, g2)`.
pub fn pairing_of_generators() -> [u8; 576] {
	pairing(&g1(G1Projective::generator()), &g2(G2Projective::generator()))
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
	let mut block = [0; 64];
	block[..key.len()].copy_from_slice(key);
	let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(message);
	let outer = Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c));
	outer.chain_update(inner.finalize()).finalize().into()
}

/// `KDF[usage](secret, info)` for up to 32 bytes: one block of HKDF's expansion.
fn kdf(usage: &str, secret: &[u8], info: &[u8]) -> [u8; 32] {
	let salt = format!("SYMBOLON-V1-{usage}-with-HKDF-SHA-256");
	let key = hmac(salt.as_bytes(), secret);
	hmac(&key, &[info, &[1]].concat())
}

/// A message's public side.
pub struct Sealing<'a> {
	pub key_id: KeyId,
	pub master: G2,
	pub identity: &'a Identity,
	pub serial: Serial,
	pub epoch: Epoch,
	/// What its maker's randomness was.
	pub entropy: [u8; 32],
}

impl Sealing<'_> {
	fn context(&self) -> Vec<u8> {
		let mut context = vec![1];
		context.extend_from_slice(&self.key_id.0);
		context.push(2);
		self.identity.as_bytes().encode_to(&mut context);
		for number in [self.serial.get(), self.epoch.number, self.epoch.start, self.epoch.end] {
			context.extend_from_slice(&number.to_le_bytes());
		}
		context
	}

	fn seed(&self) -> [u8; 32] {
		kdf("SEAL-SEED", &self.entropy, &[&self.context()[..], &[0]].concat())
	}

	pub fn exponent(&self) -> Scalar {
		h2s("SEAL", &[&self.seed()[..], &self.context()].concat())
	}

	pub fn key(&self) -> ([u8; 32], [u8; 7]) {
		let nonce = kdf("SEAL-NONCE", &self.seed(), &self.context());
		(kdf("SEAL-KEY", &self.seed(), &self.context()), nonce[..7].try_into().unwrap())
	}

	/// `V_l`, with `u` as the exponent, right or wrong, and `purpose` in the point.
	pub fn masked(&self, level: u8, u: &Scalar, purpose: &str) -> (u8, [u8; 32]) {
		let id = (self.key_id.0, self.serial.get(), self.identity.as_bytes()).encode();
		let epoch = (self.epoch.number, self.epoch.start, self.epoch.end);
		let permit = (self.key_id.0, epoch, level, self.serial.get() >> level).encode();
		let q = h2c(&format!("IDENTITY-{purpose}"), &id) + h2c("PERMIT", &permit);
		let shared = pairing(&g1(q * u), &self.master.encode());
		let u = g2(G2Projective::generator() * u);
		let info = [&u.0[..], &[level], &self.context()].concat();
		let mut seed = self.seed();
		let mask = kdf("SEAL-MASK", &shared, &info);
		seed.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
		(level, seed)
	}

	/// The header of these levels as an honest sender makes it.
	pub fn header(&self, levels: &[u8]) -> Vec<u8> {
		let u = self.exponent();
		let masked: Vec<_> =
			levels.iter().map(|level| self.masked(*level, &u, "DECRYPT")).collect();
		self.wire(&g2(G2Projective::generator() * u), &masked)
	}

	/// The wire form of any values.
	pub fn wire(&self, u: &G2Bytes, masked: &[(u8, [u8; 32])]) -> Vec<u8> {
		let epoch = (self.epoch.number, self.epoch.start, self.epoch.end);
		let name = self.identity.as_bytes();
		(1u8, self.key_id.0, name, self.serial.get(), epoch, u.0, masked).encode()
	}
}
