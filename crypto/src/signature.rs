//! Signatures by name in one epoch (Cha and Cheon, "An Identity-Based Signature from Gap
//! Diffie-Hellman Groups", PKC 2003, ePrint 2002/018).
//!
//! Epoch key `D = d + permit = s·Q`, `Q = H_id + H_permit`. Signing: `U = k·Q`,
//! `h = H2S[SIGNATURE](M ‖ U)`, `V = (k + h)·D`. Verifying: `e(V, g2) = e(U + h·Q, P)`, and the
//! subtree holds the serial and the epoch is one that the verifier accepts.
//!
//! `M = SCALE{ key_id, purpose u8 = 1, domain, identity, serial, epoch, level u8, index u64,
//! SHA-512(message) }`. The nonce hashes `D`, 32 random bytes and all of `M`: with a frozen random
//! number generator two messages, or one message in two domains, still get two nonces. Unforgeable
//! under co-CDH with random oracles; encodings are canonical and `V` is determined by `(M, U)`, so
//! strongly so.

use crate::{
	cover::Subtree,
	curve::{pairing_product_is_one, DecodeError, G1Bytes, Scalar, G1, G2},
	extraction::{IdentityKey, Signing},
	hash::{batch_weight, nonce, sha256, sha512, ScalarTag},
	identity::{hash_identity, Epoch, EpochError, EpochPolicy, Identity, KeyId, Purpose, Serial},
	permit::{hash_permit, Permit},
	secret::{Entropy, Secret},
};
use alloc::vec::Vec;
use codec::{Decode, DecodeAll, Encode};
use core::fmt;
use zeroize::Zeroizing;

/// Version byte of the wire form.
pub const VERSION: u8 = 1;
/// Longest wire form: version, identity of 129 bytes, serial, epoch, subtree, two points.
pub const MAX_SIGNATURE_LEN: usize = 1 + 2 + 129 + 8 + 24 + 9 + 96;

/// What a signature is for, 1 to 32 bytes. A signature of one domain is none of another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Domain(&'static str);

impl Domain {
	/// Files, the only domain of the command line's `sign`.
	pub const FILE: Self = Self("file");
	/// TLS credentials.
	pub const TLS_CREDENTIAL: Self = Self("tls-credential");
	/// The SIGMA handshake.
	pub const SIGMA: Self = Self("sigma");
	/// Sealed messages.
	pub const SEALED: Self = Self("sealed");

	/// A domain of an application's own; `None` unless it has 1 to 32 bytes.
	pub const fn custom(name: &'static str) -> Option<Self> {
		if name.is_empty() || name.len() > 32 {
			None
		} else {
			Some(Self(name))
		}
	}
}

/// A signature as it travels: `SCALE{ 1u8, identity, serial, epoch, level, index, U, V }`.
/// Unverified until [`Signature::verify`].
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Signature {
	version: u8,
	/// Who claims to have signed.
	pub identity: Identity,
	/// Its serial.
	pub serial: Serial,
	/// The epoch whose key was used.
	pub epoch: Epoch,
	/// The subtree whose permit was used.
	pub subtree: Subtree,
	/// `U = k·Q`.
	pub u: G1Bytes,
	/// `V = (k + h)·D`.
	pub v: G1Bytes,
}

/// Why a signature is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SignatureError {
	/// Too long, truncated, trailing bytes, or a field outside its bounds.
	Format,
	/// A version this library does not know.
	Version(u8),
	/// The subtree does not hold the serial.
	Subtree,
	/// The epoch is not accepted now.
	Epoch(EpochError),
	/// A point does not decode.
	Encoding(DecodeError),
	/// The equation does not hold: another message, domain, name, key or epoch.
	Wrong,
}

impl From<EpochError> for SignatureError {
	fn from(error: EpochError) -> Self {
		Self::Epoch(error)
	}
}

impl From<DecodeError> for SignatureError {
	fn from(error: DecodeError) -> Self {
		Self::Encoding(error)
	}
}

impl fmt::Display for SignatureError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Format => f.write_str("not a signature: wrong length or a field out of bounds"),
			Self::Version(version) => write!(f, "signature version {version}, expected {VERSION}"),
			Self::Subtree => f.write_str("the subtree does not hold the serial"),
			Self::Epoch(error) => error.fmt(f),
			Self::Encoding(error) => error.fmt(f),
			Self::Wrong => f.write_str(
				"the signature does not hold for this file, domain, name, key and epoch",
			),
		}
	}
}

impl core::error::Error for SignatureError {}

/// Why an identity key and a permit make no epoch key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EpochKeyError {
	/// Key and permit are of different master keys.
	KeyId,
	/// The permit's subtree does not hold the key's serial.
	Subtree,
}

impl fmt::Display for EpochKeyError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::KeyId => "the key and the permit are of different master keys",
			Self::Subtree => "the permit's subtree does not hold the key's serial",
		})
	}
}

impl core::error::Error for EpochKeyError {}

/// `D = d + permit`: what a device signs with during one epoch. As secret as `d`, since the
/// permit is public.
pub struct SigningKey {
	key_id: KeyId,
	identity: Identity,
	serial: Serial,
	epoch: Epoch,
	subtree: Subtree,
	q: G1,
	d: Secret<G1>,
}

impl SigningKey {
	/// The key of `permit`'s epoch. Both parts were checked against `P`, so their sum is right.
	pub fn new(key: &IdentityKey<Signing>, permit: &Permit) -> Result<Self, EpochKeyError> {
		if key.key_id() != permit.key_id() {
			return Err(EpochKeyError::KeyId);
		}
		let (key_id, serial, epoch, subtree) =
			(key.key_id(), key.serial(), permit.epoch(), permit.subtree());
		if !subtree.holds(serial) {
			return Err(EpochKeyError::Subtree);
		}
		let mut d = *key.point.expose() + permit.point;
		Ok(Self {
			key_id,
			identity: key.identity().clone(),
			serial,
			epoch,
			subtree,
			q: public_point(&key_id, key.identity(), serial, &epoch, &subtree),
			d: Secret::take(&mut d),
		})
	}

	/// The master key it belongs to.
	pub fn key_id(&self) -> KeyId {
		self.key_id
	}

	/// Who signs with it.
	pub fn identity(&self) -> &Identity {
		&self.identity
	}

	/// The identity's serial.
	pub fn serial(&self) -> Serial {
		self.serial
	}

	/// The epoch it signs in.
	pub fn epoch(&self) -> Epoch {
		self.epoch
	}

	/// The subtree whose permit is in it.
	pub fn subtree(&self) -> Subtree {
		self.subtree
	}

	/// Signs `message` in `domain`: two multiplications in G1.
	pub fn sign(&self, domain: Domain, message: &[u8], entropy: Entropy) -> Signature {
		self.sign_digest(domain, &sha512(message), entropy)
	}

	/// Signs a message of which the caller hashed all bytes with SHA-512 (streaming).
	pub fn sign_digest(&self, domain: Domain, digest: &[u8; 64], entropy: Entropy) -> Signature {
		let Self { key_id, identity, serial, epoch, subtree, .. } = self;
		let message = signed_message(key_id, domain, identity, *serial, epoch, subtree, digest);
		let witness = Zeroizing::new(self.d.expose().encode().0);
		let k = nonce(&witness[..], entropy.expose(), &message);
		let u = self.q.mul(k.expose()).encode();
		let h = challenge(&message, &u);
		let response = Zeroizing::new(*k.expose() + h);
		let v = self.d.expose().mul(&response).encode();
		Signature {
			version: VERSION,
			identity: identity.clone(),
			serial: *serial,
			epoch: *epoch,
			subtree: *subtree,
			u,
			v,
		}
	}
}

/// `Q = H_id(Sign, serial, identity) + H_permit(epoch, level, index)`.
fn public_point(
	key_id: &KeyId,
	identity: &Identity,
	serial: Serial,
	epoch: &Epoch,
	subtree: &Subtree,
) -> G1 {
	hash_identity(key_id, Purpose::Sign, serial, identity) + hash_permit(key_id, epoch, subtree)
}

/// `M`.
fn signed_message(
	key_id: &KeyId,
	domain: Domain,
	identity: &Identity,
	serial: Serial,
	epoch: &Epoch,
	subtree: &Subtree,
	digest: &[u8; 64],
) -> Vec<u8> {
	(key_id, Purpose::Sign, domain.0.as_bytes(), identity, serial, epoch, subtree, digest).encode()
}

fn challenge(message: &[u8], u: &G1Bytes) -> Scalar {
	ScalarTag::Signature.hash(&[message, &u.0[..]].concat())
}

/// What a verifier holds: the key and how it bounds epochs, both from its anchor.
#[derive(Clone, Copy)]
pub struct Verifier {
	/// The master key's identifier.
	pub key_id: KeyId,
	/// `P`.
	pub master: G2,
	/// Bounds on epochs.
	pub policy: EpochPolicy,
}

/// The pairing arguments of one signature: it holds iff `e(V, g2) = e(U + h·Q, P)`.
struct Equation {
	v: G1,
	right: G1,
}

impl Signature {
	/// Decodes the wire form: length first, then every field's bounds.
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, SignatureError> {
		if bytes.len() > MAX_SIGNATURE_LEN {
			return Err(SignatureError::Format);
		}
		match bytes.first() {
			None => return Err(SignatureError::Format),
			Some(&VERSION) => {}
			Some(&version) => return Err(SignatureError::Version(version)),
		}
		let signature = Self::decode_all(&mut &bytes[..]).map_err(|_| SignatureError::Format)?;
		if !signature.subtree.holds(signature.serial) {
			return Err(SignatureError::Subtree);
		}
		Ok(signature)
	}

	/// The wire form.
	pub fn to_bytes(&self) -> Vec<u8> {
		self.encode()
	}

	/// Checks the signature over `message` in `domain` at Unix second `now`. On success the
	/// holder of the name [`Signature::identity`] could sign in the present epoch; comparing the
	/// name with the wanted one is the caller's policy.
	pub fn verify(
		&self,
		verifier: &Verifier,
		domain: Domain,
		message: &[u8],
		now: u64,
	) -> Result<(), SignatureError> {
		self.verify_digest(verifier, domain, &sha512(message), now)
	}

	/// As [`Self::verify`], for a message whose SHA-512 the caller computed.
	pub fn verify_digest(
		&self,
		verifier: &Verifier,
		domain: Domain,
		digest: &[u8; 64],
		now: u64,
	) -> Result<(), SignatureError> {
		let Equation { v, right } = self.equation(verifier, domain, digest, now)?;
		let holds = pairing_product_is_one(&[(v, G2::generator()), (-right, verifier.master)]);
		holds.then_some(()).ok_or(SignatureError::Wrong)
	}

	/// All checks that need no pairing, cheapest first.
	fn equation(
		&self,
		verifier: &Verifier,
		domain: Domain,
		digest: &[u8; 64],
		now: u64,
	) -> Result<Equation, SignatureError> {
		let Self { version, identity, serial, epoch, subtree, u, v } = self;
		if *version != VERSION {
			return Err(SignatureError::Version(*version));
		}
		if !subtree.holds(*serial) {
			return Err(SignatureError::Subtree);
		}
		verifier.policy.check(epoch, now)?;
		let (u_point, v) = (u.decode()?, v.decode()?);
		let key_id = &verifier.key_id;
		let message = signed_message(key_id, domain, identity, *serial, epoch, subtree, digest);
		let h = challenge(&message, u);
		let q = public_point(key_id, identity, *serial, epoch, subtree);
		let right = u_point + q.mul(&h);
		if right.is_identity() {
			return Err(SignatureError::Wrong);
		}
		Ok(Equation { v, right })
	}
}

/// One entry of a batch: a signature and the SHA-512 of its message.
pub type BatchEntry<'a> = (&'a Signature, &'a [u8; 64]);

/// Checks many signatures under one key with two pairings:
/// `e(Σ w_i·V_i, g2) = e(Σ w_i·(U_i + h_i·Q_i), P)`, weights of 128 bits hashed from `entropy`
/// (drawn by the caller after all inputs were fixed) and all inputs. On failure each is checked
/// singly; the result has one entry per signature, in order.
pub fn verify_batch(
	verifier: &Verifier,
	domain: Domain,
	entries: &[BatchEntry<'_>],
	now: u64,
	entropy: Entropy,
) -> Vec<Result<(), SignatureError>> {
	let equations: Vec<Result<Equation, SignatureError>> = entries
		.iter()
		.map(|(signature, digest)| signature.equation(verifier, domain, digest, now))
		.collect();
	let seed = batch_seed(entries, &entropy);
	let (mut left, mut right) = (G1::identity(), G1::identity());
	for (i, equation) in equations.iter().enumerate() {
		if let Ok(equation) = equation {
			let weight = batch_weight(&seed, i as u64);
			left += equation.v.mul_vartime(weight);
			right += equation.right.mul_vartime(weight);
		}
	}
	let all_hold = pairing_product_is_one(&[(left, G2::generator()), (-right, verifier.master)]);
	let single = |equation: Equation| {
		let terms = [(equation.v, G2::generator()), (-equation.right, verifier.master)];
		(all_hold || pairing_product_is_one(&terms)).then_some(()).ok_or(SignatureError::Wrong)
	};
	equations.into_iter().map(|equation| equation.and_then(single)).collect()
}

fn batch_seed(entries: &[BatchEntry<'_>], entropy: &Entropy) -> [u8; 32] {
	let mut message = Zeroizing::new(entropy.expose().to_vec());
	for (signature, digest) in entries {
		message.extend_from_slice(&signature.encode());
		message.extend_from_slice(&digest[..]);
	}
	sha256(&message)
}
