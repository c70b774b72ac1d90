//! Issuing an identity key in encrypted shares (the form of vetKD, Cerulli et al., ePrint
//! 2023/616).
//!
//! The device holds `τ` and publishes `T = τ·g1` with a proof of possession. Authority `j`, for
//! each purpose with a fresh `ρ`: `(c1, c2, c3) = (ρ·g1, ρ·g2, ρ·T + s_j·H_id)`. Anyone checks
//! `e(c1, g2) = e(g1, c2)` and `e(c3, g2) = e(T, c2)·e(H_id, P_j)`. Any `t` of one share version
//! combine while still encrypted; the device takes `d = c3 - τ·c1` and checks
//! `e(d, g2) = e(H_id, P)`.
//!
//! Assumption: co-CDH in the random oracle model. `ρ` must be fresh per purpose: shared, it
//! would give one key from the other. `T` must not be the identity: the key would travel in
//! clear.

use crate::{
	ceremony::confirm::SecretShare,
	curve::{pairing_product_is_one, DecodeError, G1Bytes, G2Bytes, Scalar, G1, G2},
	hash::{nonce, sha256, statement, weight, ScalarTag},
	identity::{hash_identity, Identity, KeyId, Purpose, Serial},
	proof::{prove, verify, Proof},
	secret::{Entropy, Secret, SecretBytes},
	sharing::{combining_coefficients, CombineError, MemberIndex},
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::{fmt, marker::PhantomData};
use scale_info::TypeInfo;
use zeroize::Zeroizing;

/// What is wrong with a transport key, a partial key or their combination.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExtractionError {
	/// A field does not decode.
	Encoding(DecodeError),
	/// The proof of possession does not hold for this key and identity.
	Possession,
	/// A partial key fails its public check.
	Partial,
	/// Partial keys that are not of one serial, purpose and share version.
	Mixed,
	/// The shares do not combine to a key that verifies.
	Combine(CombineError),
}

impl From<DecodeError> for ExtractionError {
	fn from(error: DecodeError) -> Self {
		Self::Encoding(error)
	}
}

impl From<CombineError> for ExtractionError {
	fn from(error: CombineError) -> Self {
		Self::Combine(error)
	}
}

impl fmt::Display for ExtractionError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Encoding(error) => error.fmt(f),
			Self::Possession => {
				f.write_str("the proof of possession does not hold for this key and identity")
			}
			Self::Partial => f.write_str("the partial key fails its public check"),
			Self::Mixed => {
				f.write_str("partial keys of different serials, purposes or share versions")
			}
			Self::Combine(error) => error.fmt(f),
		}
	}
}

impl core::error::Error for ExtractionError {}

/// A device's one-time secret `τ`, erased once its keys are opened.
pub struct TransportSecret(Secret<Scalar>);

/// What a device hands to its registrar: `T` and the proof of possession, 112 bytes.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct TransportKey {
	/// `T = τ·g1`.
	pub point: G1Bytes,
	/// `R = k·g1`, `e = H2S[TRANSPORT-POP](SCALE(key_id, identity, T, R))`.
	pub proof: Proof,
}

fn possession_statement(key_id: &KeyId, identity: &Identity, point: &G1Bytes) -> Vec<u8> {
	(key_id, identity, point).encode()
}

impl TransportSecret {
	/// A fresh secret.
	pub fn generate(entropy: Entropy) -> Self {
		Self(nonce(&[], entropy.expose(), &statement("TRANSPORT-KEY", &())))
	}

	/// The secret for storage at rest, 32 bytes big-endian.
	pub fn to_bytes(&self) -> SecretBytes<32> {
		SecretBytes::take(&mut self.0.expose().to_be_bytes())
	}

	/// The secret from storage; `None` if the bytes are no secret of this kind.
	pub fn from_bytes(bytes: &SecretBytes<32>) -> Option<Self> {
		let mut scalar = Scalar::from_be_bytes(bytes.expose()).filter(|s| !s.is_zero())?;
		Some(Self(Secret::take(&mut scalar)))
	}

	/// `T`.
	pub fn point(&self) -> G1Bytes {
		G1::generator().mul(self.0.expose()).encode()
	}

	/// `T` with the proof that its owner asked for `identity` under `key_id`.
	pub fn request(&self, key_id: &KeyId, identity: &Identity, entropy: Entropy) -> TransportKey {
		let point = self.point();
		let proof = prove(
			ScalarTag::TransportPop,
			self.0.expose(),
			entropy.expose(),
			&possession_statement(key_id, identity, &point),
			|k| G1::generator().mul(k).encode().encode(),
		);
		TransportKey { point, proof }
	}
}

impl TransportKey {
	/// Checks `T` and the proof of possession for `identity` under `key_id`.
	pub fn verify(&self, key_id: &KeyId, identity: &Identity) -> Result<G1, ExtractionError> {
		let point = self.point.decode()?;
		let statement = possession_statement(key_id, identity, &self.point);
		let holds = verify(ScalarTag::TransportPop, &self.proof, &statement, |e, z| {
			(G1::generator().mul(z) - point.mul(e)).encode().encode()
		})?;
		holds.then_some(point).ok_or(ExtractionError::Possession)
	}
}

/// Whose key of what purpose, under which master key: the statement of `H_id`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyRequest {
	/// The master key.
	pub key_id: KeyId,
	/// The serial.
	pub serial: Serial,
	/// The name.
	pub identity: Identity,
	/// The purpose.
	pub purpose: Purpose,
}

impl KeyRequest {
	fn hash(&self) -> G1 {
		hash_identity(&self.key_id, self.purpose, self.serial, &self.identity)
	}
}

/// One authority's encrypted share of an identity key, 207 bytes.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct PartialKey {
	/// Whose key.
	pub serial: Serial,
	/// For what.
	pub purpose: Purpose,
	/// The sharing that `member` used.
	pub share_version: u32,
	/// Who made it.
	pub member: MemberIndex,
	/// `ρ·g1`.
	pub c1: G1Bytes,
	/// `ρ·g2`.
	pub c2: G2Bytes,
	/// `ρ·T + s_j·H_id`.
	pub c3: G1Bytes,
}

impl SecretShare {
	/// Encrypts this member's share of the requested key to transport key `transport`, which the
	/// caller took from a finalized registration and whose proof of possession it checked.
	pub fn extract(
		&self,
		request: &KeyRequest,
		share_version: u32,
		transport: &G1,
		entropy: Entropy,
	) -> PartialKey {
		let KeyRequest { key_id, serial, identity, purpose } = request;
		let hedge = statement(
			"PARTIAL-KEY",
			&(key_id, serial, identity, purpose, share_version, self.member(), transport.encode()),
		);
		let rho = nonce(self.to_bytes().expose(), entropy.expose(), &hedge);
		let share = Zeroizing::new(request.hash().mul(self.scalar.expose()));
		PartialKey {
			serial: *serial,
			purpose: *purpose,
			share_version,
			member: self.member(),
			c1: G1::generator().mul(rho.expose()).encode(),
			c2: G2::generator().mul(rho.expose()).encode(),
			c3: (transport.mul(rho.expose()) + *share).encode(),
		}
	}
}

impl PartialKey {
	/// Checks both public equations for `request`, transport key `transport` and the maker's
	/// `P_j`, which the caller looks up by this partial's own `share_version` and `member` (the
	/// equations know neither), in one product of three pairings: the first equation enters with a 128-bit weight
	/// hashed over the whole statement, so that the two cannot make up for one another.
	pub fn verify(
		&self,
		request: &KeyRequest,
		transport: &G1,
		verification_key: &G2,
	) -> Result<(), ExtractionError> {
		if self.serial != request.serial || self.purpose != request.purpose {
			return Err(ExtractionError::Mixed);
		}
		let (c1, c2, c3) = (self.c1.decode()?, self.c2.decode()?, self.c3.decode()?);
		let statement = (
			"symbolon-partial",
			&request.key_id,
			&request.identity,
			self,
			transport.encode(),
			verification_key.encode(),
		);
		let weight = weight(&sha256(&statement.encode()));
		let holds = pairing_product_is_one(&[
			(c1.mul_vartime(weight) + c3, G2::generator()),
			(-(G1::generator().mul_vartime(weight) + *transport), c2),
			(-request.hash(), *verification_key),
		]);
		holds.then_some(()).ok_or(ExtractionError::Partial)
	}
}

/// An identity key, combined and still encrypted to the transport key.
pub struct EncryptedKey {
	c1: G1,
	c3: G1,
}

/// Combines the first `threshold` of `partials`, which answer one request under one share
/// version, while they are still encrypted. Nothing is verified: the device's own check decides.
pub fn combine(partials: &[PartialKey], threshold: u16) -> Result<EncryptedKey, ExtractionError> {
	let first = partials.first().ok_or(CombineError::TooFew)?;
	let alike = |partial: &PartialKey| {
		partial.serial == first.serial
			&& partial.purpose == first.purpose
			&& partial.share_version == first.share_version
	};
	if !partials.iter().all(alike) {
		return Err(ExtractionError::Mixed);
	}
	let members = partials.iter().map(|partial| partial.member);
	let lambdas = combining_coefficients(members, threshold)?;
	let (mut c1, mut c3) = (G1::identity(), G1::identity());
	for (partial, lambda) in partials.iter().zip(&lambdas) {
		c1 += partial.c1.decode()?.mul(lambda);
		c3 += partial.c3.decode()?.mul(lambda);
	}
	Ok(EncryptedKey { c1, c3 })
}

/// Marks keys that sign.
pub enum Signing {}
/// Marks keys that open sealed messages.
pub enum Opening {}

/// A purpose as a type, so that a key of one purpose cannot be used for the other.
pub trait KeyUse {
	/// The purpose.
	const PURPOSE: Purpose;
}

impl KeyUse for Signing {
	const PURPOSE: Purpose = Purpose::Sign;
}

impl KeyUse for Opening {
	const PURPOSE: Purpose = Purpose::Decrypt;
}

/// An identity key `d = s·H_id`, verified against `P`. Secret.
pub struct IdentityKey<U: KeyUse> {
	key_id: KeyId,
	serial: Serial,
	identity: Identity,
	pub(crate) point: Secret<G1>,
	marker: PhantomData<U>,
}

impl EncryptedKey {
	/// Opens the key with `τ` and checks `e(d, g2) = e(H_id, P)` for the device's own idea of
	/// name and serial.
	pub fn open<U: KeyUse>(
		&self,
		key_id: &KeyId,
		serial: Serial,
		identity: &Identity,
		secret: &TransportSecret,
		master: &G2,
	) -> Result<IdentityKey<U>, ExtractionError> {
		let mut point = self.c3 - self.c1.mul(secret.0.expose());
		IdentityKey::check(key_id, serial, identity, Secret::take(&mut point), master)
			.ok_or(ExtractionError::Combine(CombineError::Wrong))
	}
}

impl<U: KeyUse> IdentityKey<U> {
	fn check(
		key_id: &KeyId,
		serial: Serial,
		identity: &Identity,
		point: Secret<G1>,
		master: &G2,
	) -> Option<Self> {
		let hash = hash_identity(key_id, U::PURPOSE, serial, identity);
		let terms = Zeroizing::new([(*point.expose(), G2::generator()), (-hash, *master)]);
		let holds = !point.expose().is_identity() && pairing_product_is_one(&terms[..]);
		holds.then(|| Self {
			key_id: *key_id,
			serial,
			identity: identity.clone(),
			point,
			marker: PhantomData,
		})
	}

	/// The master key it belongs to.
	pub fn key_id(&self) -> KeyId {
		self.key_id
	}

	/// The serial.
	pub fn serial(&self) -> Serial {
		self.serial
	}

	/// The name.
	pub fn identity(&self) -> &Identity {
		&self.identity
	}

	/// The key for storage at rest, 48 bytes compressed.
	pub fn to_bytes(&self) -> SecretBytes<48> {
		SecretBytes::take(&mut self.point.expose().encode().0)
	}

	/// The key from storage, checked against `P` again; `None` if it is not this key.
	pub fn from_bytes(
		key_id: &KeyId,
		serial: Serial,
		identity: &Identity,
		bytes: &SecretBytes<48>,
		master: &G2,
	) -> Option<Self> {
		let point = Secret::take(&mut G1::from_compressed(bytes.expose())?);
		Self::check(key_id, serial, identity, point, master)
	}
}
