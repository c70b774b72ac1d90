//! Revoking serials.

use crate::{
	Config, Error, Event, Namespaces, Pallet, Registrations, RevocationLog, Revocations,
	RevokedIndex, LOG_TARGET,
};
use frame_support::{ensure, pallet_prelude::DispatchResult};
use symbolon_api::{EpochClock, KeyQueue};
use symbolon_crypto::{cover::Subtree, Namespace, Serial};
use symbolon_primitives::{
	epochs::RevocationHead,
	limits::MAX_REVOCATIONS,
	registry::{IndexKey, NamespaceRecord, Registration},
	Account,
};

/// A revocation that is allowed: what it changes, as it was before.
pub(crate) struct Revocable {
	registration: Registration,
	namespace: Namespace,
	record: NamespaceRecord,
	head: RevocationHead,
}

impl<T: Config> Pallet<T> {
	/// Checks that `who` may revoke `serial` now; reads storage only.
	pub(crate) fn revocable(who: &Account, serial: Serial) -> Result<Revocable, Error<T>> {
		let registration = Registrations::<T>::get(serial).ok_or(Error::UnknownSerial)?;
		let namespace = registration.identity.namespace();
		let record = Namespaces::<T>::get(&namespace).ok_or(Error::UnknownNamespace)?;
		ensure!(record.registrar == *who, Error::WrongRegistrar);
		ensure!(registration.revoked.is_none(), Error::AlreadyRevoked);
		ensure!(record.revoked < record.max_revoked, Error::RevocationQuota);
		let head = Revocations::<T>::get();
		ensure!(head.count < u64::from(MAX_REVOCATIONS), Error::TooManyRevocations);
		Ok(Revocable { registration, namespace, record, head })
	}

	pub(crate) fn do_revoke(who: &T::AccountId, serial: Serial) -> DispatchResult {
		let revocable = Self::revocable(&who.clone().into(), serial)?;
		let effective = T::Epochs::first_unfrozen()?;
		let Revocable { mut registration, namespace, mut record, head } = revocable;
		let subtree = Subtree::leaf(serial);
		let position = head.count;
		RevocationLog::<T>::insert(position, subtree);
		RevokedIndex::<T>::insert(IndexKey::new(&subtree), position);
		Revocations::<T>::put(head.append(&subtree));
		registration.revoked = Some(position);
		Registrations::<T>::insert(serial, registration);
		record.revoked = record.revoked.saturating_add(1);
		Namespaces::<T>::insert(namespace, record);
		T::Queue::withdraw(serial);
		log::debug!(target: LOG_TARGET, "revoked serial {serial} from epoch {}", effective.number);
		Self::deposit_event(Event::Revoked { serial, position, effective });
		Ok(())
	}
}
