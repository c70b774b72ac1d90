use crate::mock::*;
use frame_support::assert_ok;
use symbolon_api::Identities;
use symbolon_crypto::cover::Subtree;

#[test]
fn revoked_serials_come_sorted_and_by_snapshot() {
	ExtBuilder::default().build_and_execute(|| {
		// Over 256, so that an order by little-endian bytes would differ.
		let wide = (0..25u8).map(|seed| request(&format!("d{seed}@beta"), seed));
		for asked in wide {
			assert_ok!(Registry::register(RuntimeOrigin::signed(bob()), asked));
		}
		let order = [18, 16, 35, 19, 17];
		for number in order {
			assert_ok!(Registry::revoke(RuntimeOrigin::signed(bob()), serial(number)));
		}
		for count in 0..=order.len() {
			let mut expected = order[..count].to_vec();
			expected.sort_unstable();
			let leaves: Vec<_> = expected.iter().map(|n| Subtree::leaf(serial(*n))).collect();
			assert_eq!(Registry::revoked_sorted(count as u64), leaves);
		}
		assert_eq!(Registry::revocations().count, 5);
	});
}

#[test]
fn registrations_and_registrars_are_told() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(Registry::register(RuntimeOrigin::signed(alice()), request("a@acme", 1)));
		let told = Registry::registration(serial(8)).unwrap();
		assert_eq!(told.identity, name("a@acme"));
		assert_eq!(Registry::registration(serial(9)), None);
		assert!(Registry::is_registrar_of(&alice().into(), serial(8)));
		assert!(!Registry::is_registrar_of(&bob().into(), serial(8)));
		assert!(!Registry::is_registrar_of(&alice().into(), serial(9)));
	});
}
