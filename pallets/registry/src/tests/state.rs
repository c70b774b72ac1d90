use crate::{
	mock::*, Names, Namespaces, NextBlock, Registrations, RevocationLog, Revocations, RevokedIndex,
	TransportKeys,
};
use codec::Encode;
use frame_support::assert_ok;
use symbolon_crypto::{cover::Subtree, Namespace};
use symbolon_primitives::{
	calls::RegistrarCall,
	registry::{transport_key_hash, IndexKey},
	storage,
};

#[test]
fn storage_keys_are_those_that_clients_use() {
	let space: Namespace = "acme".parse().unwrap();
	let identity = name("pump-7@acme");
	let subtree = Subtree::new(3, 5).unwrap();
	let keys = storage::registry::namespace(&space);
	assert_eq!(Namespaces::<Test>::hashed_key_for(&space), keys);
	assert_eq!(Names::<Test>::hashed_key_for(&identity), storage::registry::name(&identity));
	assert_eq!(
		Registrations::<Test>::hashed_key_for(serial(300)),
		storage::registry::registration(serial(300))
	);
	assert_eq!(
		TransportKeys::<Test>::hashed_key_for([5; 32]),
		storage::registry::transport_key(&[5; 32])
	);
	assert_eq!(Revocations::<Test>::hashed_key().to_vec(), storage::registry::revocations());
	assert_eq!(RevocationLog::<Test>::hashed_key_for(3), storage::registry::revocation_log(3));
	let key = IndexKey::new(&subtree);
	assert_eq!(RevokedIndex::<Test>::hashed_key_for(key), storage::registry::revoked(&key));
	assert!(storage::registry::revoked(&key).starts_with(&storage::registry::revoked_index()));
}

#[test]
fn calls_are_encoded_as_clients_encode_them() {
	let asked = request("pump-7@acme", 1);
	let call = |call: crate::Call<Test>| RuntimeCall::Registry(call).encode();
	assert_eq!(
		call(crate::Call::register { request: asked.clone() }),
		RegistrarCall::Register(asked.clone()).encode()
	);
	let requests = vec![asked.clone(), asked];
	assert_eq!(
		call(crate::Call::register_many { requests: requests.clone().try_into().unwrap() }),
		RegistrarCall::RegisterMany(requests).encode()
	);
	assert_eq!(
		call(crate::Call::revoke { serial: serial(77) }),
		RegistrarCall::Revoke(serial(77)).encode()
	);
}

/// The invariants are worth something: each damage is seen.
#[test]
fn try_state_sees_damage() {
	let damages: [(&str, fn()); 9] = [
		("the count of a namespace", || {
			Namespaces::<Test>::mutate("acme".parse::<Namespace>().unwrap(), |record| {
				record.as_mut().unwrap().registered += 1;
			})
		}),
		("a lost registration", || Registrations::<Test>::remove(serial(8))),
		("a lost name", || Names::<Test>::remove(name("a@acme"))),
		("a stray name", || Names::<Test>::insert(name("x@acme"), serial(8))),
		("a lost transport key", || {
			TransportKeys::<Test>::remove(transport_key_hash(&request("a@acme", 1).transport.point))
		}),
		("a lost entry of the log", || RevocationLog::<Test>::remove(0)),
		("an entry of the index too many", || {
			RevokedIndex::<Test>::insert(IndexKey::new(&Subtree::leaf(serial(9))), 1)
		}),
		("another accumulator", || Revocations::<Test>::mutate(|head| head.acc[0] ^= 1)),
		("a lower next block", || NextBlock::<Test>::put(8)),
	];
	for (what, damage) in damages {
		ExtBuilder::default().build().execute_with(|| {
			let origin = RuntimeOrigin::signed(alice());
			assert_ok!(Registry::register(origin.clone(), request("a@acme", 1)));
			assert_ok!(Registry::register(origin.clone(), request("b@acme", 2)));
			assert_ok!(Registry::revoke(origin, serial(8)));
			assert_ok!(Registry::do_try_state());
			damage();
			assert!(Registry::do_try_state().is_err(), "{what} was not seen");
		});
	}
}
