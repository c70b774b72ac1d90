//! Which signed calls the transaction pool lets in.

use crate::{Call, Config, Error, Pallet};
use symbolon_primitives::refusal::Refusal;

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
	/// everything that the call checks is checked but the proofs of possession, which cost too
	/// much for a gate. Reads storage only, at most four items a request.
	pub fn admits(who: &T::AccountId, call: &Call<T>) -> Result<(), Refusal> {
		let who = who.clone().into();
		match call {
			Call::register { request } => {
				Self::plan(&who, core::slice::from_ref(request)).map(drop)?
			}
			Call::register_many { requests } => Self::plan(&who, requests).map(drop)?,
			Call::revoke { serial } => Self::revocable(&who, *serial).map(drop)?,
			_ => return Err(Refusal::NotAllowed),
		}
		Ok(())
	}
}
