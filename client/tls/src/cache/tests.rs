use super::*;

fn key(der: u8, role: Role, key_id: u8) -> Key {
	Key { der: [der; 32], role, key_id: KeyId([key_id; 32]) }
}

#[test]
fn an_entry_is_of_one_certificate_role_and_master_key() {
	let mut cache = Cache::new(8);
	cache.insert(key(1, Role::Client, 1));
	assert!(cache.holds(&key(1, Role::Client, 1)));
	assert!(!cache.holds(&key(2, Role::Client, 1)));
	assert!(!cache.holds(&key(1, Role::Server, 1)));
	assert!(!cache.holds(&key(1, Role::Client, 2)));
}

#[test]
fn it_is_bounded_and_the_least_recently_used_goes() {
	let mut cache = Cache::new(3);
	let of = |der| key(der, Role::Client, 1);
	for der in [1, 2, 3] {
		cache.insert(of(der));
	}
	assert!(cache.holds(&of(1)));
	cache.insert(of(3));
	cache.insert(of(4));
	assert!(!cache.holds(&of(2)));
	assert!(cache.holds(&of(1)) && cache.holds(&of(3)) && cache.holds(&of(4)));
	for der in 0..=255 {
		cache.insert(of(der));
		assert!(cache.len() <= 3 && cache.holds(&of(der)));
	}
	let mut none = Cache::new(0);
	none.insert(of(1));
	assert!(!none.holds(&of(1)) && none.len() == 0);
}
