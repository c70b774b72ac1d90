//! Permits: one public point per subtree of an epoch's cover.
//!
//! `permit = s·H_permit`, `H_permit` over `SCALE(key_id, epoch, level, index)`; authority `j`'s
//! share is `s_j·H_permit`. A permit is checked against `P` alone: `e(permit, g2) =
//! e(H_permit, P)`. It is public and useless without the identity key of a serial in its subtree.
//!
//! A batch is checked with two pairings, `e(Σ w_i·permit_i, g2) = e(Σ w_i·H_permit_i, P)`, with
//! 128-bit weights hashed over the whole batch; an unweighted sum is forgeable (`+X`, `-X`). Each
//! point is decoded with its own subgroup check: batched subgroup checks are unsound, since the
//! cofactor has small factors.

use crate::{
	ceremony::confirm::SecretShare,
	cover::Subtree,
	curve::{pairing_product_is_one, DecodeError, G1Bytes, G1, G2},
	hash::{batch_weight, sha256, CurveTag},
	identity::{Epoch, KeyId},
	sharing::{combining_coefficients, CombineError, MemberIndex},
};
use alloc::{vec, vec::Vec};
use codec::Encode;
use core::fmt;

/// What is wrong with a permit or a batch of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PermitError {
	/// A point does not decode.
	Encoding(DecodeError),
	/// Not one permit for each subtree.
	Count,
	/// The check against the key fails.
	Wrong,
}

impl From<DecodeError> for PermitError {
	fn from(error: DecodeError) -> Self {
		Self::Encoding(error)
	}
}

impl fmt::Display for PermitError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Encoding(error) => error.fmt(f),
			Self::Count => f.write_str("not one permit for each subtree of the chunk"),
			Self::Wrong => f.write_str("the permit fails its check against the key"),
		}
	}
}

impl core::error::Error for PermitError {}

/// `H_permit(epoch, level, index)`.
pub fn hash_permit(key_id: &KeyId, epoch: &Epoch, subtree: &Subtree) -> G1 {
	CurveTag::Permit.hash(&(key_id, epoch, subtree).encode())
}

/// A permit that was checked against `P`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Permit {
	key_id: KeyId,
	epoch: Epoch,
	subtree: Subtree,
	pub(crate) point: G1,
}

impl Permit {
	/// Checks `e(permit, g2) = e(H_permit, P)`.
	pub fn verify(
		key_id: &KeyId,
		epoch: &Epoch,
		subtree: &Subtree,
		permit: &G1Bytes,
		master: &G2,
	) -> Result<Self, PermitError> {
		let point = permit.decode()?;
		let hash = hash_permit(key_id, epoch, subtree);
		if !pairing_product_is_one(&[(point, G2::generator()), (-hash, *master)]) {
			return Err(PermitError::Wrong);
		}
		Ok(Self { key_id: *key_id, epoch: *epoch, subtree: *subtree, point })
	}

	/// The master key it belongs to.
	pub fn key_id(&self) -> KeyId {
		self.key_id
	}

	/// The epoch.
	pub fn epoch(&self) -> Epoch {
		self.epoch
	}

	/// The subtree.
	pub fn subtree(&self) -> Subtree {
		self.subtree
	}

	/// The encoding, 48 bytes.
	pub fn encode(&self) -> G1Bytes {
		self.point.encode()
	}
}

/// A run of consecutive subtrees of one epoch's cover, by their position in it.
#[derive(Clone, Copy)]
pub struct Chunk<'a> {
	/// The master key.
	pub key_id: &'a KeyId,
	/// The epoch.
	pub epoch: &'a Epoch,
	/// Position in the cover of the first subtree.
	pub first: u32,
	/// The subtrees.
	pub subtrees: &'a [Subtree],
}

impl SecretShare {
	/// This member's shares of the permits of a chunk, in its order.
	pub fn permit_shares(&self, chunk: &Chunk<'_>) -> Vec<G1Bytes> {
		chunk
			.subtrees
			.iter()
			.map(|subtree| {
				let hash = hash_permit(chunk.key_id, chunk.epoch, subtree);
				hash.mul(self.scalar.expose()).encode()
			})
			.collect()
	}
}

impl Chunk<'_> {
	/// Checks permits of the chunk against `key`, which is `P` (combined permits) or `P_j` (one
	/// member's shares), in two pairings. Weight `w_i` is the first 16 bytes, little-endian, of
	/// `SHA-256("symbolon-batch" ‖ SHA-256(SCALE(key_id, epoch, first, permits)) ‖ le64(i))`.
	pub fn verify(&self, permits: &[G1Bytes], key: &G2) -> Result<(), PermitError> {
		if permits.len() != self.subtrees.len() || permits.is_empty() {
			return Err(PermitError::Count);
		}
		let seed = sha256(&(self.key_id, self.epoch, self.first, permits).encode());
		let (mut points, mut hashes) = (G1::identity(), G1::identity());
		for ((i, permit), subtree) in permits.iter().enumerate().zip(self.subtrees) {
			let weight = batch_weight(&seed, i as u64);
			points += permit.decode()?.mul_vartime(weight);
			hashes += hash_permit(self.key_id, self.epoch, subtree).mul_vartime(weight);
		}
		let holds = pairing_product_is_one(&[(points, G2::generator()), (-hashes, *key)]);
		holds.then_some(()).ok_or(PermitError::Wrong)
	}

	/// Combines members' shares of the chunk (each in its order) to permits. The first
	/// `threshold` members are taken; nothing is verified, call [`Self::verify`] on the result.
	/// A member's shares that do not decode, or are more or fewer than the subtrees, are
	/// [`CombineError::Wrong`]: check each member's with [`Self::verify`] against its `P_j`.
	pub fn combine(
		&self,
		shares: &[(MemberIndex, Vec<G1Bytes>)],
		threshold: u16,
	) -> Result<Vec<G1Bytes>, CombineError> {
		let members = shares.iter().map(|(member, _)| *member);
		let lambdas = combining_coefficients(members, threshold)?;
		let mut sums = vec![G1::identity(); self.subtrees.len()];
		for ((_, points), lambda) in shares.iter().zip(&lambdas) {
			if points.len() != sums.len() {
				return Err(CombineError::Wrong);
			}
			for (sum, point) in sums.iter_mut().zip(points) {
				*sum += point.decode().map_err(|_| CombineError::Wrong)?.mul(lambda);
			}
		}
		Ok(sums.iter().map(G1::encode).collect())
	}
}
