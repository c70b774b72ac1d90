//! Opening sealed messages with the key of one epoch.

use super::{context, exponent, Mask, MessageKey, SealedHeader};
use crate::{
	cover::Subtree,
	curve::{Prepared, G1, G2},
	extraction::{IdentityKey, Opening},
	identity::{Epoch, Identity, KeyId, Serial},
	permit::Permit,
	secret::Secret,
	signature::EpochKeyError,
};
use core::fmt;
use subtle::ConstantTimeEq;

/// The message does not open with this key. There is one such error: which check failed would help
/// only who alters messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpenError;

impl fmt::Display for OpenError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("the message does not open with this key: it was altered, or sealed wrongly")
	}
}

impl core::error::Error for OpenError {}

/// `D = d + permit`, `d` of purpose Decrypt: what opens messages of one epoch. As secret as `d`,
/// since the permit is public.
pub struct OpeningKey {
	key_id: KeyId,
	identity: Identity,
	serial: Serial,
	epoch: Epoch,
	subtree: Subtree,
	d: Secret<G1>,
}

impl OpeningKey {
	/// The key of `permit`'s epoch. Both parts were checked against `P`, so their sum is right.
	///
	/// # Errors
	///
	/// [`EpochKeyError`].
	pub fn new(key: &IdentityKey<Opening>, permit: &Permit) -> Result<Self, EpochKeyError> {
		if key.key_id() != permit.key_id() {
			return Err(EpochKeyError::KeyId);
		}
		if !permit.subtree().holds(key.serial()) {
			return Err(EpochKeyError::Subtree);
		}
		let mut d = *key.point.expose() + permit.point;
		Ok(Self {
			key_id: key.key_id(),
			identity: key.identity().clone(),
			serial: key.serial(),
			epoch: permit.epoch(),
			subtree: permit.subtree(),
			d: Secret::take(&mut d),
		})
	}

	/// The epoch whose messages it opens.
	pub fn epoch(&self) -> Epoch {
		self.epoch
	}

	fn is_addressed(&self, header: &SealedHeader) -> bool {
		header.key_id() == self.key_id
			&& *header.identity() == self.identity
			&& header.serial() == self.serial
			&& header.epoch() == self.epoch
	}

	/// The key that the header seals: `σ` from the level of this key's permit, then `U` again from
	/// `σ`, compared in constant time.
	///
	/// # Errors
	///
	/// [`OpenError`], whatever the reason.
	pub fn open(&self, header: &SealedHeader) -> Result<MessageKey, OpenError> {
		// All of this is public, and decided before the secret is touched.
		let level = self.subtree.level();
		let masked = header.masked_at(level).filter(|_| self.is_addressed(header));
		let (Some(masked), Ok(point)) = (masked, header.u.decode()) else { return Err(OpenError) };
		let context = context(&self.key_id, &self.identity, self.serial, &self.epoch);
		let b = Prepared::new(&point);
		let mask = Mask { a: self.d.expose(), b: &b, u: &header.u, level, context: &context };
		let seed = mask.apply(masked);
		let exponent = exponent(seed.expose(), &context);
		let u = G2::generator().mul(exponent.expose()).encode();
		let key = MessageKey::derive(seed.expose(), &context);
		if bool::from(u.0.ct_eq(&header.u.0)) {
			Ok(key)
		} else {
			Err(OpenError)
		}
	}
}
