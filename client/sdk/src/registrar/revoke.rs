//! Revoking an identity, and asking for keys again.

use super::{Registrar, RegistrarError};
use crate::chain::ChainError;
use symbolon_crypto::{Epoch, Identity, Serial};
use symbolon_primitives::{
	calls::RegistrarCall,
	dta::MasterKey,
	epochs::{Schedule, Snapshot},
	issuance::QueueEntry,
	registry::Registration,
	storage::{dta, epochs, issuance, registry},
	BlockNumber,
};

/// Epochs after the one in which a revocation was finalized that can be frozen already: the next
/// one. The one after it is always open.
const FROZEN_AHEAD: u64 = 2;
/// Most epochs to look at: finality lags by seconds, not by this much.
const MAX_LOOK: u64 = 32;

/// A revocation that took place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Revoked {
	/// The name.
	pub identity: Identity,
	/// Its serial.
	pub serial: Serial,
	/// Position in the revocation log.
	pub position: u64,
	/// The first epoch whose permits leave the serial out.
	pub effective: Epoch,
	/// The finalized block at which this was proved.
	pub block: BlockNumber,
}

impl Registrar<'_> {
	/// Revokes the newest serial of `identity`.
	///
	/// # Errors
	///
	/// [`RegistrarError`].
	pub async fn revoke(&mut self, identity: &Identity) -> Result<Revoked, RegistrarError> {
		let (serial, registration, proved) = self.find(identity).await?;
		let first = proved.digest().epoch.number;
		let namespace = identity.namespace();
		let record = self.namespace(&namespace).await?;
		if let Some(position) = registration.revoked {
			let effective = self.effective_since(position).await?;
			let identity = identity.clone();
			return Err(RegistrarError::AlreadyRevoked { identity, serial, position, effective });
		}
		let left = record.max_revoked.saturating_sub(record.revoked);
		if left == 0 {
			return Err(RegistrarError::Quota { namespace, what: "revoke", left, wanted: 1 });
		}
		let submission = self.submit(&RegistrarCall::Revoke(serial)).await?;
		let key = registry::registration(serial);
		let position = self
			.until(&submission, std::slice::from_ref(&key), |proved| {
				let registration: Option<Registration> = proved.value(&key)?;
				Ok(registration.and_then(|registration| registration.revoked))
			})
			.await?;
		let identity = identity.clone();
		match self.first_effective(first, position).await {
			Ok((effective, block)) => Ok(Revoked { identity, serial, position, effective, block }),
			Err(error) => {
				let error = Box::new(error);
				Err(RegistrarError::EffectUnknown { identity, serial, position, error })
			}
		}
	}

	/// The first epoch whose permits leave out the revocation at `position`, which came in epoch
	/// number `first` or later.
	async fn first_effective(
		&mut self,
		first: u64,
		position: u64,
	) -> Result<(Epoch, BlockNumber), ChainError> {
		let present = self.prove_patiently(&[]).await?.digest().epoch.number;
		let last = present.saturating_add(FROZEN_AHEAD).min(first.saturating_add(MAX_LOOK));
		let (schedule, without, block) = self.last_without(first, last, position).await?;
		// No snapshot was frozen before it: that of the epoch it came in holds it, or will.
		let number = without.map_or(first, |number| number.saturating_add(1));
		let absent = ChainError::Absent { what: "epoch of that number", block };
		Ok((schedule.epoch(number).ok_or(absent)?, block))
	}

	/// As [`first_effective`](Self::first_effective), for a revocation that may be long ago: `None`
	/// if the snapshots that would show it were pruned.
	async fn effective_since(&mut self, position: u64) -> Result<Option<Epoch>, ChainError> {
		let present = self.prove_patiently(&[]).await?.digest().epoch.number;
		let last = present.saturating_add(FROZEN_AHEAD);
		let (schedule, without, _) =
			self.last_without(last.saturating_sub(MAX_LOOK), last, position).await?;
		Ok(without.and_then(|number| schedule.epoch(number.saturating_add(1))))
	}

	/// The highest epoch number from `first` to `last` whose frozen snapshot does not hold the
	/// revocation at `position`. Epochs may have no snapshot, so the first that does is not looked
	/// for.
	async fn last_without(
		&mut self,
		first: u64,
		last: u64,
		position: u64,
	) -> Result<(Schedule, Option<u64>, BlockNumber), ChainError> {
		let schedule = epochs::schedule();
		let snapshots: Vec<(u64, Vec<u8>)> =
			(first..=last).map(|number| (number, epochs::snapshot(number))).collect();
		let keys: Vec<Vec<u8>> =
			snapshots.iter().map(|(_, key)| key.clone()).chain([schedule.clone()]).collect();
		let proved = self.prove_patiently(&keys).await?;
		let mut without = None;
		for (number, key) in &snapshots {
			let snapshot: Option<Snapshot> = proved.value(key)?;
			if snapshot.is_some_and(|snapshot| snapshot.revocations.count <= position) {
				without = Some(*number);
			}
		}
		let schedule = proved.require::<Schedule>(&schedule, "epoch schedule")?.into_inner();
		Ok((schedule, without, proved.number()))
	}

	/// Asks the authorities for the keys of `identity` again, after their answers were pruned.
	///
	/// # Errors
	///
	/// [`RegistrarError`].
	pub async fn request_again(&mut self, identity: &Identity) -> Result<Serial, RegistrarError> {
		let (serial, registration, _) = self.find(identity).await?;
		self.namespace(&identity.namespace()).await?;
		if let Some(position) = registration.revoked {
			let effective = self.effective_since(position).await?;
			let identity = identity.clone();
			return Err(RegistrarError::AlreadyRevoked { identity, serial, position, effective });
		}
		let (key, current) = (issuance::queue(serial), dta::current_key());
		let proved = self.client.prove(&[key.clone(), current.clone()]).await?;
		let current: MasterKey = proved.require(&current, "master key")?.into_inner();
		// A request that an older share version left unanswered may be put anew.
		let waits = proved.value::<QueueEntry>(&key)?.is_some_and(|entry| {
			entry.answered.is_some() || entry.share_version == current.share_version
		});
		if waits {
			return Err(RegistrarError::StillQueued { identity: identity.clone(), serial });
		}
		let submission = self.submit(&RegistrarCall::RequestAgain(serial)).await?;
		self.until(&submission, std::slice::from_ref(&key), |proved| {
			let entry: Option<QueueEntry> = proved.value(&key)?;
			Ok(entry.filter(|entry| entry.queued > submission.birth))
		})
		.await?;
		Ok(serial)
	}
}
