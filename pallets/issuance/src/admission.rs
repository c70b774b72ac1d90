//! Which signed calls the transaction pool lets in.

use crate::{Call, Config, Error, Pallet};
use symbolon_primitives::refusal::Refusal;

impl<T: Config> Pallet<T> {
	/// Whether the runtime's transaction gate should let `call`, signed by `who`, into the pool:
	/// `request_again` of the registrar if it would succeed now. Reads storage only. The members'
	/// calls are authorised, never signed by an account.
	pub fn admits(who: &T::AccountId, call: &Call<T>) -> Result<(), Refusal> {
		let Call::request_again { serial } = call else { return Err(Refusal::NotAllowed) };
		Self::check_again(&who.clone().into(), *serial).map_err(|error| match error {
			Error::UnknownSerial => Refusal::UnknownSerial,
			Error::WrongRegistrar => Refusal::WrongRegistrar,
			Error::AlreadyRevoked => Refusal::AlreadyRevoked,
			Error::NoKey => Refusal::NoKey,
			Error::OtherKey => Refusal::OtherKey,
			Error::AlreadyQueued => Refusal::AlreadyQueued,
			Error::QueueFull => Refusal::QueueFull,
			_ => Refusal::NotAllowed,
		})
	}
}
