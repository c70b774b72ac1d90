//! Registering identities: a plan is made and checked in full before anything is written.

use crate::{Config, Error, Event, Names, Namespaces, NextBlock, Pallet, Registrations};
use crate::{TransportKeys, LOG_TARGET};
use alloc::{
	collections::{btree_map::Entry, BTreeMap, BTreeSet},
	vec::Vec,
};
use frame_support::{ensure, pallet_prelude::DispatchResult};
use sp_runtime::traits::UniqueSaturatedInto;
use symbolon_api::{Committee, KeyQueue};
use symbolon_crypto::{extraction::ExtractionError, KeyId, Namespace, Serial};
use symbolon_primitives::{
	dta::MasterKey,
	registry::{transport_key_hash, NamespaceRecord, Registration, RegistrationRequest},
	Account,
};

fn block_size(record: &NamespaceRecord) -> Option<u64> {
	1u64.checked_shl(record.block_bits.into())
}

/// Gives a namespace its next block: the first aligned one at or after `next`. The serials that
/// alignment leaves out belong to nobody. `None` if there is no room, with nothing changed.
pub(crate) fn take_block(next: &mut u64, record: &mut NamespaceRecord) -> Option<()> {
	let size = block_size(record)?;
	let first = next.checked_next_multiple_of(size)?;
	let end = first.checked_add(size).filter(|end| *end <= Serial::END)?;
	record.blocks.try_push(first).ok()?;
	record.used_in_last = 0;
	*next = end;
	Some(())
}

/// Gives out the namespace's next serial, from a new block if the last one is full.
fn take_serial(next: &mut u64, record: &mut NamespaceRecord) -> Option<Serial> {
	if record.blocks.is_empty() || record.used_in_last >= block_size(record)? {
		take_block(next, record)?;
	}
	let serial = Serial::new(record.blocks.last()?.checked_add(record.used_in_last)?)?;
	record.used_in_last = record.used_in_last.checked_add(1)?;
	record.registered = record.registered.checked_add(1)?;
	Some(serial)
}

/// What registering some requests will change; all of it is allowed, except that the proofs of
/// possession are not checked yet.
pub(crate) struct Plan {
	pub(crate) key: MasterKey,
	/// One for each request, in their order.
	serials: Vec<Serial>,
	records: BTreeMap<Namespace, NamespaceRecord>,
	next_block: u64,
}

impl<T: Config> Pallet<T> {
	/// Plans the registration of `requests` for `who`; reads storage only.
	pub(crate) fn plan(who: &Account, requests: &[RegistrationRequest]) -> Result<Plan, Error<T>> {
		ensure!(!requests.is_empty(), Error::EmptyBatch);
		let key = T::Committee::current_key().ok_or(Error::NoKey)?;
		let more = u32::try_from(requests.len()).unwrap_or(u32::MAX);
		ensure!(T::Queue::has_room(more), Error::QueueFull);
		let mut plan = Plan {
			key,
			serials: Vec::new(),
			records: BTreeMap::new(),
			next_block: NextBlock::<T>::get(),
		};
		let mut names = BTreeSet::new();
		let mut transport_keys = BTreeSet::new();
		for RegistrationRequest { identity, transport } in requests {
			let record = match plan.records.entry(identity.namespace()) {
				Entry::Occupied(entry) => entry.into_mut(),
				Entry::Vacant(entry) => {
					let record = Namespaces::<T>::get(entry.key());
					entry.insert(record.ok_or(Error::UnknownNamespace)?)
				}
			};
			ensure!(record.registrar == *who, Error::WrongRegistrar);
			ensure!(record.registered < record.max_registered, Error::RegistrationQuota);
			let fresh = names.insert(identity) && !Names::<T>::contains_key(identity);
			ensure!(fresh, Error::NameTaken);
			let hash = transport_key_hash(&transport.point);
			let unseen = transport_keys.insert(hash) && !TransportKeys::<T>::contains_key(hash);
			ensure!(unseen, Error::TransportKeySeen);
			let serial = take_serial(&mut plan.next_block, record);
			plan.serials.push(serial.ok_or(Error::BlocksExhausted)?);
		}
		Ok(plan)
	}

	pub(crate) fn do_register(
		who: &T::AccountId,
		requests: &[RegistrationRequest],
	) -> DispatchResult {
		let plan = Self::plan(&who.clone().into(), requests)?;
		for request in requests {
			Self::check_possession(&plan.key.key_id, request)?;
		}
		let Plan { key, serials, records, next_block } = plan;
		NextBlock::<T>::put(next_block);
		for (name, record) in records {
			Namespaces::<T>::insert(name, record);
		}
		for (serial, request) in serials.into_iter().zip(requests) {
			Self::record(serial, key.key_no, request)?;
		}
		Ok(())
	}

	pub(crate) fn check_possession(
		key_id: &KeyId,
		request: &RegistrationRequest,
	) -> Result<(), Error<T>> {
		let RegistrationRequest { identity, transport } = request;
		match transport.verify(key_id, identity) {
			Ok(_) => Ok(()),
			Err(ExtractionError::Encoding(_)) => Err(Error::BadTransportKey),
			Err(_) => Err(Error::BadPossession),
		}
	}

	fn record(serial: Serial, key_no: u32, request: &RegistrationRequest) -> DispatchResult {
		let RegistrationRequest { identity, transport } = request.clone();
		let registered = frame_system::Pallet::<T>::block_number().unique_saturated_into();
		Names::<T>::insert(&identity, serial);
		TransportKeys::<T>::insert(transport_key_hash(&transport.point), serial);
		Registrations::<T>::insert(
			serial,
			Registration {
				identity: identity.clone(),
				transport,
				key_no,
				registered,
				revoked: None,
			},
		);
		T::Queue::enqueue(serial)?;
		log::debug!(target: LOG_TARGET, "registered {identity} as serial {serial}");
		Self::deposit_event(Event::Registered { serial, identity, key_no });
		Ok(())
	}
}
