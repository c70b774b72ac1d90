//! How many connections one address, or one peer, may hold.

use std::{
	collections::HashMap,
	hash::Hash,
	net::{IpAddr, Ipv6Addr},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Counts the connections of each key that has some.
#[derive(Debug)]
pub struct Limit<K: Eq + Hash + Clone> {
	max: Option<usize>,
	open: Mutex<HashMap<K, usize>>,
}

/// One counted connection; dropping it gives the place back.
#[derive(Debug)]
pub struct Place<K: Eq + Hash + Clone> {
	limit: Arc<Limit<K>>,
	key: K,
}

impl<K: Eq + Hash + Clone> Limit<K> {
	/// At most `max` connections a key; without one, any number.
	pub fn new(max: Option<usize>) -> Arc<Self> {
		Arc::new(Self { max, open: Mutex::new(HashMap::new()) })
	}

	fn open(&self) -> MutexGuard<'_, HashMap<K, usize>> {
		self.open.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// A place for `key`, unless it has as many as it may.
	pub fn enter(self: &Arc<Self>, key: K) -> Option<Place<K>> {
		let mut open = self.open();
		let count = open.entry(key.clone()).or_insert(0);
		if self.max.is_some_and(|max| *count >= max) {
			// A key at its limit has connections, unless the limit is zero.
			if *count == 0 {
				open.remove(&key);
			}
			return None;
		}
		*count += 1;
		Some(Place { limit: self.clone(), key })
	}
}

impl<K: Eq + Hash + Clone> Drop for Place<K> {
	fn drop(&mut self) {
		let mut open = self.limit.open();
		if let Some(count) = open.get_mut(&self.key) {
			*count -= 1;
			if *count == 0 {
				open.remove(&self.key);
			}
		}
	}
}

/// The part of an address that one customer holds: all of IPv4, the first half of IPv6.
pub fn network(address: IpAddr) -> IpAddr {
	match address.to_canonical() {
		IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
		v4 => v4,
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_key_gets_as_many_places_as_it_may_and_again_when_one_is_left() {
		let limit = Limit::new(Some(2));
		let (first, second) = (limit.enter("a"), limit.enter("a"));
		assert!(first.is_some() && second.is_some());
		assert!(limit.enter("a").is_none());
		let other = limit.enter("b");
		assert!(other.is_some(), "others are not concerned");
		drop(first);
		assert!(limit.enter("a").is_some());
		drop((second, other));
		assert!(limit.open().is_empty(), "nothing is kept of those who left");
	}

	#[test]
	fn no_limit_and_a_limit_of_zero_are_not_the_same() {
		let (none, zero) = (Limit::new(None), Limit::new(Some(0)));
		let places: Vec<_> = (0..1_000).map(|_| none.enter(7)).collect();
		assert!(places.iter().all(Option::is_some));
		assert!(zero.enter(7).is_none());
		assert!(zero.open().is_empty());
	}

	#[test]
	fn addresses_of_one_holder_are_one() {
		let of = |text: &str| network(text.parse().unwrap());
		assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
		assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
		assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
		assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
	}
}
