//! Which signed calls the transaction pool lets in.

use crate::{Call, Config, Error, Pallet};
use symbolon_primitives::{refusal::Refusal, registry::RegistrationRequest, Account};

impl<T> From<Error<T>> for Refusal {
	fn from(error: Error<T>) -> Self {
		match error {
			Error::NoKey => Self::NoKey,
			Error::UnknownNamespace => Self::UnknownNamespace,
			Error::WrongRegistrar => Self::WrongRegistrar,
			Error::RegistrationQuota => Self::RegistrationQuota,
			Error::NameTaken => Self::NameTaken,
			Error::TransportKeySeen => Self::TransportKeySeen,
			Error::BadTransportKey => Self::BadTransportKey,
			Error::BadPossession => Self::BadPossession,
			Error::BlocksExhausted => Self::BlocksExhausted,
			Error::QueueFull => Self::QueueFull,
			Error::EmptyBatch => Self::EmptyBatch,
			Error::UnknownSerial => Self::UnknownSerial,
			Error::AlreadyRevoked => Self::AlreadyRevoked,
			Error::RevocationQuota => Self::RevocationQuota,
			Error::TooManyRevocations => Self::TooManyRevocations,
			Error::__Ignore(_, never) => match never {},
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Whether the runtime's transaction gate should let `call`, signed by `who`, into the pool:
	/// everything that the call checks is checked, so that a call that would fail takes no place
	/// in a block: it would be free, and no quota would bound it.
	pub fn admits(who: &T::AccountId, call: &Call<T>) -> Result<(), Refusal> {
		let who = who.clone().into();
		match call {
			Call::register { request } => {
				Self::admit_registrations(&who, core::slice::from_ref(request))?
			}
			Call::register_many { requests } => Self::admit_registrations(&who, requests)?,
			Call::revoke { serial } => Self::revocable(&who, *serial).map(drop)?,
			_ => return Err(Refusal::NotAllowed),
		}
		Ok(())
	}
	fn admit_registrations(
		who: &Account,
		requests: &[RegistrationRequest],
	) -> Result<(), Error<T>> {
		let plan = Self::plan(who, requests)?;
		requests.iter().try_for_each(|request| Self::check_possession(&plan.key.key_id, request))
	}
}
