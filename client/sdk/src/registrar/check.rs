//! What the chain would refuse, found before anything is sent.

use super::{Registered, Registrar, RegistrarError, Row, RowError, RowFault};
use crate::chain::Proved;
use std::collections::{BTreeMap, HashMap, HashSet};
use symbolon_crypto::{Identity, Namespace, Serial};
use symbolon_primitives::{
	limits::{MAX_BLOCKS_PER_NAMESPACE, MAX_REGISTER_BATCH},
	registry::{transport_key_hash, NamespaceRecord, Registration},
	storage::registry,
};

impl Registrar<'_> {
	/// Everything that can be checked without the chain.
	pub(super) fn check_rows(&self, rows: &[Row]) -> Result<(), RegistrarError> {
		let key_id = self.client.anchor().key_id();
		let (mut names, mut points) = (HashMap::new(), HashMap::new());
		let mut faults = Vec::new();
		for Row { origin, request } in rows {
			let mut refuse = |fault: RowFault| {
				faults.push(RowError { origin: origin.clone(), fault });
			};
			if let Err(error) = request.verify(&key_id) {
				refuse(error.into());
			}
			if let Some(first) = names.get(&request.identity).cloned() {
				let identity = request.identity.clone();
				refuse(RowFault::DuplicateName { identity, first });
			} else if let Some(first) = points.get(&request.transport.point.0).cloned() {
				refuse(RowFault::DuplicateTransportKey { first });
			}
			names.entry(request.identity.clone()).or_insert_with(|| origin.clone());
			points.entry(request.transport.point.0).or_insert_with(|| origin.clone());
		}
		if faults.is_empty() {
			Ok(())
		} else {
			Err(RegistrarError::Rows(faults))
		}
	}

	/// Everything that the proved state shows: names, transport keys, namespaces, quotas. Gives
	/// what is registered already.
	pub(super) async fn check_chain(
		&mut self,
		rows: &[Row],
	) -> Result<Vec<Registered>, RegistrarError> {
		let (mut done, mut faults) = (Vec::new(), Vec::new());
		for batch in rows.chunks(MAX_REGISTER_BATCH as usize) {
			self.check_batch(batch, &mut done, &mut faults).await?;
		}
		if !faults.is_empty() {
			return Err(RegistrarError::Rows(faults));
		}
		let mut wanted = BTreeMap::<Namespace, u32>::new();
		for Row { request, .. } in left_of(rows, &done) {
			let count = wanted.entry(request.identity.namespace()).or_default();
			*count = count.saturating_add(1);
		}
		for (namespace, wanted) in wanted {
			self.check_namespace(&namespace, wanted).await?;
		}
		Ok(done)
	}

	async fn check_namespace(
		&mut self,
		namespace: &Namespace,
		wanted: u32,
	) -> Result<(), RegistrarError> {
		let record = self.namespace(namespace).await?;
		let namespace = || namespace.clone();
		let left = record.max_registered.saturating_sub(record.registered);
		if wanted > left {
			let what = "register";
			return Err(RegistrarError::Quota { namespace: namespace(), what, left, wanted });
		}
		let size = 1u64.checked_shl(record.block_bits.into()).unwrap_or(u64::MAX);
		let in_last =
			if record.blocks.is_empty() { 0 } else { size - record.used_in_last.min(size) };
		// The chain takes further blocks by itself.
		let blocks = u64::try_from(record.blocks.len()).unwrap_or(u64::MAX);
		let more = u64::from(MAX_BLOCKS_PER_NAMESPACE).saturating_sub(blocks);
		let left = in_last.saturating_add(more.saturating_mul(size));
		if u64::from(wanted) > left {
			return Err(RegistrarError::NoSerials { namespace: namespace(), left, wanted });
		}
		Ok(())
	}

	/// The proved record of a namespace of this registrar.
	pub(super) async fn namespace(
		&mut self,
		namespace: &Namespace,
	) -> Result<NamespaceRecord, RegistrarError> {
		let key = registry::namespace(namespace);
		let proved = self.client.prove(std::slice::from_ref(&key)).await?;
		let record: NamespaceRecord = proved
			.value(&key)?
			.ok_or_else(|| RegistrarError::UnknownNamespace(namespace.clone()))?;
		let (registrar, account) = (record.registrar, self.key.account());
		if registrar != account {
			let namespace = namespace.clone();
			return Err(RegistrarError::NotRegistrar { namespace, registrar, account });
		}
		Ok(record)
	}

	async fn check_batch(
		&mut self,
		rows: &[Row],
		done: &mut Vec<Registered>,
		faults: &mut Vec<RowError>,
	) -> Result<(), RegistrarError> {
		let keys: Vec<[Vec<u8>; 2]> = rows.iter().map(row_keys).collect();
		let proved = self.client.prove(&keys.concat()).await?;
		let mut same = Vec::new();
		for (row, [name, transport]) in rows.iter().zip(&keys) {
			let seen: Option<Serial> = proved.value(transport)?;
			let holder: Option<Serial> = proved.value(name)?;
			let identity = row.request.identity.clone();
			let fault = match (holder, seen) {
				(None, None) => continue,
				(Some(serial), Some(seen)) if seen == serial => {
					same.push((row, serial, registry::registration(serial)));
					continue;
				}
				(Some(serial), _) => RowFault::NameTaken { identity, serial },
				(None, Some(serial)) => RowFault::TransportKeySeen { serial },
			};
			faults.push(RowError { origin: row.origin.clone(), fault });
		}
		if same.is_empty() {
			return Ok(());
		}
		// This very request: done, unless it was revoked since.
		let keys: Vec<Vec<u8>> = same.iter().map(|(_, _, key)| key.clone()).collect();
		let proved = self.client.prove(&keys).await?;
		for (row, serial, key) in same {
			let registration = proved.require::<Registration>(&key, "registration")?;
			let identity = row.request.identity.clone();
			if registration.get().revoked.is_some() {
				let fault = RowFault::NameTaken { identity, serial };
				faults.push(RowError { origin: row.origin.clone(), fault });
			} else {
				done.push(Registered { identity, serial, block: proved.number(), already: true });
			}
		}
		Ok(())
	}

	/// The proved serial and registration of a name.
	pub(super) async fn find(
		&mut self,
		identity: &Identity,
	) -> Result<(Serial, Registration, Proved), RegistrarError> {
		let unknown = || RegistrarError::UnknownIdentity(identity.clone());
		let name = registry::name(identity);
		let proved = self.client.prove(std::slice::from_ref(&name)).await?;
		let serial: Serial = proved.value(&name)?.ok_or_else(unknown)?;
		let key = registry::registration(serial);
		let proved = self.client.prove(std::slice::from_ref(&key)).await?;
		let registration = proved.require(&key, "registration")?;
		Ok((serial, registration.into_inner(), proved))
	}
}

/// The rows that are not among `done`.
pub(super) fn left_of<'a>(rows: &'a [Row], done: &[Registered]) -> Vec<&'a Row> {
	let done: HashSet<&Identity> = done.iter().map(|one| &one.identity).collect();
	rows.iter().filter(|row| !done.contains(&row.request.identity)).collect()
}

/// Where a request's name and transport key would be.
pub(super) fn row_keys(row: &Row) -> [Vec<u8>; 2] {
	let hash = transport_key_hash(&row.request.transport.point);
	[registry::name(&row.request.identity), registry::transport_key(&hash)]
}
