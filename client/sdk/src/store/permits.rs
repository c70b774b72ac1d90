//! The permits of a store: public values that nodes give again, each checked against `P` when read.

use super::{Store, StoreError, MAX_FILE, PAST_PERMITS, PERMITS};
use codec::{Decode, DecodeAll, Encode};
use symbolon_crypto::{cover::Subtree, permit::Permit, Epoch, G1Bytes};

/// Permits of past epochs that are kept: those of the newest epochs. Nodes forget them much earlier.
pub const MAX_PAST: usize = 4_096;
/// Longest file of past permits, in bytes: 81 each, and their count.
const MAX_PAST_FILE: usize = MAX_PAST * 81 + 8;

/// A permit at rest; checked against `P` again when read.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
struct StoredPermit {
	epoch: Epoch,
	subtree: Subtree,
	point: G1Bytes,
}

impl From<&Permit> for StoredPermit {
	fn from(permit: &Permit) -> Self {
		Self { epoch: permit.epoch(), subtree: permit.subtree(), point: permit.encode() }
	}
}

impl Store {
	/// The permits that are kept, each checked against `P`, by ascending epoch. A damaged one is
	/// none: nodes give it again.
	///
	/// # Errors
	///
	/// [`StoreError::File`].
	pub fn permits(&self) -> Result<Vec<Permit>, StoreError> {
		let Some(bytes) = self.cached(PERMITS, MAX_FILE)? else { return Ok(Vec::new()) };
		let stored = Vec::<StoredPermit>::decode_all(&mut &bytes[..]).unwrap_or_default();
		Ok(stored.iter().filter_map(|stored| self.check(stored)).collect())
	}

	fn check(&self, stored: &StoredPermit) -> Option<Permit> {
		let StoredPermit { epoch, subtree, point } = stored;
		let master = self.anchor().master_key().decode().ok()?;
		Permit::verify(&self.anchor().key_id(), epoch, subtree, point, &master).ok()
	}

	/// Replaces the permits that are kept. They are also kept as [past](Self::past_permit) ones, for
	/// the time when they are.
	///
	/// # Errors
	///
	/// [`StoreError::File`].
	pub fn save_permits(&self, permits: &[Permit]) -> Result<(), StoreError> {
		let stored: Vec<StoredPermit> = permits.iter().map(StoredPermit::from).collect();
		self.replace(PERMITS, &stored.encode())?;
		self.keep_past(permits)
	}

	/// The permit of a past epoch, checked against `P`, if it was kept.
	///
	/// # Errors
	///
	/// [`StoreError::File`].
	pub fn past_permit(&self, epoch: &Epoch) -> Result<Option<Permit>, StoreError> {
		let stored = self.past()?;
		Ok(stored.iter().find(|stored| stored.epoch == *epoch).and_then(|it| self.check(it)))
	}

	fn past(&self) -> Result<Vec<StoredPermit>, StoreError> {
		let Some(bytes) = self.cached(PAST_PERMITS, MAX_PAST_FILE)? else { return Ok(Vec::new()) };
		Ok(Vec::decode_all(&mut &bytes[..]).unwrap_or_default())
	}

	/// Keeps permits for messages that are opened after their epoch; the oldest go when there are
	/// more than [`MAX_PAST`].
	///
	/// # Errors
	///
	/// [`StoreError::File`].
	pub fn keep_past(&self, permits: &[Permit]) -> Result<(), StoreError> {
		let mut stored = self.past()?;
		let new: Vec<StoredPermit> = permits.iter().map(StoredPermit::from).collect();
		if new.iter().all(|new| stored.contains(new)) {
			return Ok(());
		}
		// What is checked takes the place of what may be damaged.
		stored.retain(|old| new.iter().all(|new| new.epoch != old.epoch));
		stored.extend(new);
		stored.sort_by_key(|it| it.epoch);
		let surplus = stored.len().saturating_sub(MAX_PAST);
		stored.drain(..surplus);
		self.replace(PAST_PERMITS, &stored.encode())
	}
}
