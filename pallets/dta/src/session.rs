//! The members' session key, handed over by `pallet-session`.

use crate::*;
use alloc::vec::Vec;
use frame_support::traits::OneSessionHandler;
use sp_runtime::BoundToRuntimeAppPublic;
use symbolon_api::authority::AuthorityId;
use symbolon_primitives::Account;

impl<T: Config> BoundToRuntimeAppPublic for Pallet<T> {
	type Public = AuthorityId;
}

impl<T: Config> OneSessionHandler<T::AccountId> for Pallet<T> {
	type Key = AuthorityId;

	fn on_genesis_session<'a, I>(validators: I)
	where
		I: Iterator<Item = (&'a T::AccountId, AuthorityId)> + 'a,
	{
		Self::set_session_keys(validators);
	}

	fn on_new_session<'a, I>(changed: bool, validators: I, _queued: I)
	where
		I: Iterator<Item = (&'a T::AccountId, AuthorityId)> + 'a,
	{
		if changed {
			Self::set_session_keys(validators);
		}
	}

	fn on_disabled(_: u32) {}
}

impl<T: Config> Pallet<T> {
	fn set_session_keys<'a, I>(validators: I)
	where
		I: Iterator<Item = (&'a T::AccountId, AuthorityId)>,
	{
		let keys: Vec<(Account, AuthorityId)> =
			validators.map(|(account, key)| (account.clone().into(), key)).collect();
		let gone: Vec<Account> = SessionKeys::<T>::iter_keys()
			.filter(|account| !keys.iter().any(|(present, _)| present == account))
			.collect();
		gone.iter().for_each(SessionKeys::<T>::remove);
		keys.into_iter().for_each(|(account, key)| SessionKeys::<T>::insert(account, key));
	}
}
