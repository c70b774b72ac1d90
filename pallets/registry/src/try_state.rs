//! Invariants of the state, checked after every test and by try-runtime.

use crate::{
	Config, Names, Namespaces, NextBlock, Pallet, Registrations, RevocationLog, Revocations,
	RevokedIndex, TransportKeys,
};
use alloc::collections::BTreeMap;
use frame_support::ensure;
use sp_runtime::DispatchError;
use symbolon_crypto::{cover::Subtree, Namespace, Serial};
use symbolon_primitives::{
	epochs::RevocationHead,
	registry::{transport_key_hash, IndexKey, NamespaceRecord},
};

/// Identities of a namespace, as counted: registered, revoked.
type Counts = BTreeMap<Namespace, (u32, u32)>;

impl<T: Config> Pallet<T> {
	/// Checks all invariants:
	///
	/// - a namespace's counts are those of its registrations, and within its quotas;
	/// - blocks are aligned, lie below `NextBlock` and do not overlap; serials are exactly those
	///   that the blocks gave out;
	/// - every registration has its name and its transport key pointing at it, and these point at
	///   nothing else;
	/// - the revocation log, its index and the registrations agree, and the head is the hash chain
	///   over the log.
	pub fn do_try_state() -> Result<(), DispatchError> {
		Self::check_blocks()?;
		let counts = Self::check_registrations()?;
		Self::check_namespaces(&counts)?;
		Self::check_revocations(&counts)
	}

	fn check_blocks() -> Result<(), DispatchError> {
		let mut blocks = BTreeMap::new();
		for record in Namespaces::<T>::iter_values() {
			let size = 1u64 << record.block_bits;
			ensure!(record.used_in_last <= size, "more serials used than the last block has");
			for first in &record.blocks {
				ensure!(first % size == 0, "a block is not aligned");
				ensure!(blocks.insert(*first, first + size).is_none(), "a block is given twice");
			}
		}
		let mut position = 0;
		for (first, end) in blocks {
			ensure!(first >= position, "blocks overlap");
			position = end;
		}
		ensure!(NextBlock::<T>::get() == position, "NextBlock is not the end of the last block");
		Ok(())
	}

	fn given(record: &NamespaceRecord, serial: Serial) -> bool {
		let size = 1u64 << record.block_bits;
		let last = record.blocks.len().saturating_sub(1);
		record.blocks.iter().enumerate().any(|(position, first)| {
			let used = if position == last { record.used_in_last } else { size };
			(*first..first + used).contains(&serial.get())
		})
	}

	fn check_registrations() -> Result<Counts, DispatchError> {
		let mut counts = Counts::new();
		let mut total = 0;
		for (serial, registration) in Registrations::<T>::iter() {
			let namespace = registration.identity.namespace();
			let record =
				Namespaces::<T>::get(&namespace).ok_or("a registration of no namespace")?;
			ensure!(Self::given(&record, serial), "a serial that its namespace did not give");
			let named = Names::<T>::get(&registration.identity);
			ensure!(named == Some(serial), "a name does not point to its registration");
			let hash = transport_key_hash(&registration.transport.point);
			let used = TransportKeys::<T>::get(hash);
			ensure!(used == Some(serial), "a transport key does not point to its registration");
			if let Some(position) = registration.revoked {
				let logged = RevocationLog::<T>::get(position);
				ensure!(
					logged == Some(Subtree::leaf(serial)),
					"a revoked registration is not in the log"
				);
			}
			let (registered, revoked) = counts.entry(namespace).or_default();
			*registered += 1;
			*revoked += u32::from(registration.revoked.is_some());
			total += 1;
		}
		ensure!(Names::<T>::iter().count() == total, "a name without a registration");
		ensure!(
			TransportKeys::<T>::iter().count() == total,
			"a transport key without a registration"
		);
		Ok(counts)
	}

	fn check_namespaces(counts: &Counts) -> Result<(), DispatchError> {
		for (name, record) in Namespaces::<T>::iter() {
			let (registered, revoked) = counts.get(&name).copied().unwrap_or_default();
			ensure!(record.registered == registered, "a namespace's count of registrations");
			ensure!(record.revoked == revoked, "a namespace's count of revocations");
			ensure!(registered <= record.max_registered, "registrations over the quota");
			ensure!(revoked <= record.max_revoked, "revocations over the quota");
			let size = 1u64 << record.block_bits;
			let full = (record.blocks.len() as u64).saturating_sub(1) * size;
			ensure!(u64::from(registered) == full + record.used_in_last, "serials were lost");
		}
		Ok(())
	}

	fn check_revocations(counts: &Counts) -> Result<(), DispatchError> {
		let head = Revocations::<T>::get();
		let mut replayed = RevocationHead::default();
		for position in 0..head.count {
			let subtree = RevocationLog::<T>::get(position).ok_or("a gap in the log")?;
			let indexed = RevokedIndex::<T>::get(IndexKey::new(&subtree));
			ensure!(indexed == Some(position), "the index does not point into the log");
			replayed = replayed.append(&subtree);
		}
		ensure!(replayed == head, "the head is not the hash chain over the log");
		let logged = RevocationLog::<T>::iter().count() as u64;
		ensure!(logged == head.count, "entries of the log beyond its head");
		let indexed = RevokedIndex::<T>::iter().count() as u64;
		ensure!(indexed == head.count, "entries of the index beyond the log");
		let revoked: u32 = counts.values().map(|(_, revoked)| revoked).sum();
		ensure!(u64::from(revoked) == head.count, "revocations of no registration");
		Ok(())
	}
}
