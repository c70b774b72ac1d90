//! Sealing a message key to a name and an epoch (Boneh and Franklin, "Identity-Based Encryption
//! from the Weil Pairing", CRYPTO 2001, with the transformation of Fujisaki and Okamoto, CRYPTO
//! 1999, as a key encapsulation).
//!
//! The recipient's public point depends on the subtree of its permit: `Q_l = H_id + H_permit(epoch,
//! l, serial >> l)`, and `D = s·Q_l` opens. For the present epoch the level `l` is known from the
//! permit; nobody knows it of a future one, so that a message is sealed for every level of the
//! recipient's path at once, with one exponent `u`:
//!
//! ```text
//! ctx   = SCALE(suite, key_id, purpose u8 = 2, identity, serial, epoch)
//! σ     = KDF[SEAL-SEED](32 random bytes, ctx ‖ counter u8), the first with u ≠ 0 from counter 0
//! u     = H2S[SEAL](σ ‖ ctx)                U = u·g2
//! V_l   = σ xor KDF[SEAL-MASK](e(u·Q_l, P), U ‖ l u8 ‖ ctx)
//! key   = KDF[SEAL-KEY](σ, ctx), 32 B       nonce prefix = KDF[SEAL-NONCE](σ, ctx), 7 B
//! ```
//!
//! `KDF[USE](secret, info)` is HKDF-SHA-256 under the use's salt. Opening: `e(D, U) = e(u·Q_l, P)`
//! gives `σ` from `V_l`; `u` and `U` are computed from it again, and the key is given out only if
//! this `U` is the header's. So a header opens to one key at most, and answers to made-up headers
//! tell nothing that the recipient's public values do not.
//!
//! Assumption: bilinear Diffie–Hellman in type 3 with random oracles. One `u` for several levels is
//! safe, since the masks are distinct oracle inputs and the problem embeds in each. Whoever seals
//! binds the whole header as associated data of the payload: this part alone does not notice when
//! the mask of a level that the recipient does not use was altered.
//!
//! Checked before the pairing with a secret: the header's form and bounds, that it is for this key,
//! name, serial and epoch, that `U` is canonical, in the subgroup and not the identity.

mod header;
mod opening;

pub use header::{HeaderError, SealedHeader, MAX_HEADER_LEN, MAX_LEVELS, SUITE};
pub use opening::{OpenError, OpeningKey};

use crate::{
	curve::{pairing_bytes, G2Bytes, Prepared, Scalar, G1, G2},
	hash::{KdfTag, ScalarTag},
	identity::{hash_identity, Epoch, Identity, KeyId, Purpose, Serial, TREE_HEIGHT},
	permit::{hash_permit, Permit},
	secret::{Entropy, Secret, SecretBytes},
	signature::EpochKeyError,
};
use alloc::vec::Vec;
use codec::Encode;
use core::ops::RangeInclusive;
use header::Masked;
use zeroize::Zeroizing;

/// Length of the seed `σ` in bytes.
const SEED_LEN: usize = 32;

/// What a payload is encrypted with: a key of 32 bytes, and the 7 bytes that its nonces begin with.
/// For one payload only. Secret.
pub struct MessageKey {
	key: SecretBytes<32>,
	nonce_prefix: SecretBytes<7>,
}

impl MessageKey {
	/// A key of any bytes, for tools and tests of payload formats.
	pub fn from_parts(key: SecretBytes<32>, nonce_prefix: SecretBytes<7>) -> Self {
		Self { key, nonce_prefix }
	}

	/// The key.
	pub fn key(&self) -> &[u8; 32] {
		self.key.expose()
	}

	/// What every nonce begins with.
	pub fn nonce_prefix(&self) -> &[u8; 7] {
		self.nonce_prefix.expose()
	}

	fn derive(seed: &[u8; SEED_LEN], context: &[u8]) -> Self {
		Self {
			key: SecretBytes::from(KdfTag::SealKey.derive(seed, &[context])),
			nonce_prefix: SecretBytes::from(KdfTag::SealNonce.derive(seed, &[context])),
		}
	}
}

/// For whom a message is sealed, for which epoch, and at which levels.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SealTarget {
	key_id: KeyId,
	identity: Identity,
	serial: Serial,
	epoch: Epoch,
	levels: RangeInclusive<u8>,
}

impl SealTarget {
	/// The holder of `identity` and `serial` in the epoch of a permit that was checked: at the one
	/// level of that permit.
	///
	/// # Errors
	///
	/// [`EpochKeyError::Subtree`] if the permit is not for the serial.
	pub fn with_permit(
		identity: &Identity,
		serial: Serial,
		permit: &Permit,
	) -> Result<Self, EpochKeyError> {
		if !permit.subtree().holds(serial) {
			return Err(EpochKeyError::Subtree);
		}
		let level = permit.subtree().level();
		Ok(Self {
			key_id: permit.key_id(),
			identity: identity.clone(),
			serial,
			epoch: permit.epoch(),
			levels: level..=level,
		})
	}

	/// The holder of `identity` and `serial` in an epoch whose permits nobody knows yet: at all
	/// levels, whatever will be revoked until then. `None` if the epoch is empty.
	pub fn at_all_levels(
		key_id: &KeyId,
		identity: &Identity,
		serial: Serial,
		epoch: &Epoch,
	) -> Option<Self> {
		(epoch.length() > 0).then(|| Self {
			key_id: *key_id,
			identity: identity.clone(),
			serial,
			epoch: *epoch,
			levels: 0..=TREE_HEIGHT,
		})
	}

	/// The recipient.
	pub fn identity(&self) -> &Identity {
		&self.identity
	}

	/// Its serial.
	pub fn serial(&self) -> Serial {
		self.serial
	}

	/// The epoch whose key opens.
	pub fn epoch(&self) -> Epoch {
		self.epoch
	}

	/// Seals a fresh message key under master public key `master`, which is that of the target's
	/// key identifier. `entropy` is the only secret it is made from: used twice for one target, it
	/// gives the same key twice.
	pub fn seal(&self, master: &G2, entropy: Entropy) -> (SealedHeader, MessageKey) {
		let Self { key_id, identity, serial, epoch, levels } = self;
		let context = context(key_id, identity, *serial, epoch);
		let (seed, exponent) = fresh_seed(&entropy, &context);
		let u = G2::generator().mul(exponent.expose()).encode();
		let recipient = hash_identity(key_id, Purpose::Decrypt, *serial, identity);
		let master = Prepared::new(master);
		let masked = |level: u8| {
			let q = recipient + hash_permit(key_id, epoch, &serial.ancestor(level));
			let shared = Zeroizing::new(q.mul(exponent.expose()));
			let mask = Mask { a: &shared, b: &master, u: &u, level, context: &context };
			Masked { level, seed: *mask.apply(seed.expose()).expose() }
		};
		let header = SealedHeader::new(self, u, levels.clone().map(masked).collect());
		(header, MessageKey::derive(seed.expose(), &context))
	}
}

/// The first seed from `entropy` whose exponent is not zero.
fn fresh_seed(entropy: &Entropy, context: &[u8]) -> (Secret<[u8; SEED_LEN]>, Secret<Scalar>) {
	let mut counter = 0u8;
	loop {
		let seed = KdfTag::SealSeed.derive(entropy.expose(), &[context, &[counter]]);
		let exponent = exponent(seed.expose(), context);
		if !exponent.expose().is_zero() {
			return (seed, exponent);
		}
		counter = counter.wrapping_add(1);
	}
}

/// `ctx`.
fn context(key_id: &KeyId, identity: &Identity, serial: Serial, epoch: &Epoch) -> Vec<u8> {
	(SUITE, key_id, Purpose::Decrypt, identity, serial, epoch).encode()
}

/// `u = H2S[SEAL](σ ‖ ctx)`.
fn exponent(seed: &[u8; SEED_LEN], context: &[u8]) -> Secret<Scalar> {
	let mut message = Zeroizing::new(Vec::with_capacity(SEED_LEN + context.len()));
	message.extend_from_slice(seed);
	message.extend_from_slice(context);
	Secret::take(&mut ScalarTag::Seal.hash(&message))
}

/// What the mask of one level is derived from: `e(a, b)` and public values.
struct Mask<'a> {
	a: &'a G1,
	b: &'a Prepared,
	u: &'a G2Bytes,
	level: u8,
	context: &'a [u8],
}

impl Mask<'_> {
	/// The seed from its masked form, and back.
	fn apply(&self, seed: &[u8; SEED_LEN]) -> Secret<[u8; SEED_LEN]> {
		let shared = pairing_bytes(self.a, self.b);
		let info = [&self.u.0[..], &[self.level], self.context];
		let mask = KdfTag::SealMask.derive::<SEED_LEN>(shared.expose(), &info);
		let mut out = *seed;
		out.iter_mut().zip(mask.expose()).for_each(|(byte, mask)| *byte ^= mask);
		Secret::take(&mut out)
	}
}
