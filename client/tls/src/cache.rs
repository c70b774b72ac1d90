//! Credentials that were verified before: bounded, successes only, the least recently used goes.

use std::collections::{BTreeMap, HashMap};
use symbolon_crypto::KeyId;

use crate::credential::Role;

/// What an entry stands for: `SHA-256(DER) ‖ role ‖ key_id`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Key {
	pub der: [u8; 32],
	pub role: Role,
	pub key_id: KeyId,
}

/// A set of keys. Everything that can change (window, policy, clock) is checked again by who asks,
/// so an entry needs no value.
#[derive(Debug)]
pub(crate) struct Cache {
	capacity: usize,
	tick: u64,
	used: HashMap<Key, u64>,
	by_use: BTreeMap<u64, Key>,
}

impl Cache {
	pub fn new(capacity: usize) -> Self {
		Self { capacity, tick: 0, used: HashMap::new(), by_use: BTreeMap::new() }
	}

	fn touch(&mut self, key: Key) {
		self.tick = self.tick.saturating_add(1);
		if let Some(before) = self.used.insert(key, self.tick) {
			self.by_use.remove(&before);
		}
		self.by_use.insert(self.tick, key);
	}

	/// Whether `key` is there; it is the most recently used one then.
	pub fn holds(&mut self, key: &Key) -> bool {
		let found = self.used.contains_key(key);
		if found {
			self.touch(*key);
		}
		found
	}

	/// Puts `key` in; the least recently used goes if there is no room.
	pub fn insert(&mut self, key: Key) {
		if self.capacity == 0 {
			return;
		}
		self.touch(key);
		while self.used.len() > self.capacity {
			let Some((_, oldest)) = self.by_use.pop_first() else { return };
			self.used.remove(&oldest);
		}
	}

	#[cfg(test)]
	pub fn len(&self) -> usize {
		assert_eq!(self.used.len(), self.by_use.len());
		self.used.len()
	}
}

#[cfg(test)]
mod tests;
