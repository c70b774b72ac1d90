//! What other pallets ask the registry.

use crate::{Config, Namespaces, Pallet, Registrations, Revocations, RevokedIndex};
use alloc::vec::Vec;
use symbolon_api::Identities;
use symbolon_crypto::{cover::Subtree, Serial};
use symbolon_primitives::{epochs::RevocationHead, registry::Registration, Account};

impl<T: Config> Identities for Pallet<T> {
	fn registration(serial: Serial) -> Option<Registration> {
		Registrations::<T>::get(serial)
	}

	fn is_registrar_of(account: &Account, serial: Serial) -> bool {
		Registrations::<T>::get(serial)
			.and_then(|registration| Namespaces::<T>::get(registration.identity.namespace()))
			.is_some_and(|record| record.registrar == *account)
	}

	fn revocations() -> RevocationHead {
		Revocations::<T>::get()
	}

	fn revoked_sorted(count: u64) -> Vec<Subtree> {
		// The keys are hashed by Identity, so that iteration is in their own order.
		RevokedIndex::<T>::iter()
			.filter(|(_, position)| *position < count)
			.filter_map(|(key, _)| key.subtree())
			.collect()
	}
}
