use crate::{mock::*, GenesisNamespace, NextBlock};
use sp_runtime::AccountId32;

#[test]
fn namespaces_get_aligned_blocks_and_registrars_an_account() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(namespace("tiny").blocks.to_vec(), [0]);
		assert_eq!(namespace("acme").blocks.to_vec(), [8]);
		assert_eq!(namespace("beta").blocks.to_vec(), [16]);
		assert_eq!(NextBlock::<Test>::get(), 20);
		// One reference for each namespace.
		assert_eq!(System::providers(&alice()), 2);
		assert_eq!(System::providers(&bob()), 1);
		assert_eq!(System::providers(&mallory()), 0);
	});
}

fn build(namespaces: Vec<GenesisNamespace<AccountId32>>) {
	ExtBuilder::default().namespaces(namespaces).build();
}

#[test]
#[should_panic(expected = "namespace \"Acme\": a name holds only a-z")]
fn a_bad_name_is_refused() {
	build(vec![granted("Acme", alice(), 3, 1, 1)]);
}

#[test]
#[should_panic(expected = "namespace \"acme\" is listed twice")]
fn a_name_is_granted_once() {
	build(vec![granted("acme", alice(), 3, 1, 1), granted("acme", bob(), 4, 1, 1)]);
}

#[test]
#[should_panic(expected = "blockBits is 25, at most 24")]
fn a_block_too_large_is_refused() {
	build(vec![granted("acme", alice(), 25, 1, 1)]);
}

#[test]
fn the_largest_block_is_granted() {
	ExtBuilder::default()
		.namespaces(vec![granted("one", bob(), 0, 1, 1), granted("acme", alice(), 24, 1, 1)])
		.build_and_execute(|| {
			assert_eq!(namespace("acme").blocks.to_vec(), [1 << 24]);
			assert_eq!(NextBlock::<Test>::get(), 2 << 24);
		});
}

#[test]
fn the_chain_specification_is_read_strictly() {
	let account = serde_json::to_string(&alice()).unwrap();
	let good = format!(
		r#"{{"name":"acme","registrar":{account},"blockBits":3,"maxRegistered":9,"maxRevoked":2}}"#
	);
	let read: GenesisNamespace<AccountId32> = serde_json::from_str(&good).unwrap();
	assert_eq!(read, granted("acme", alice(), 3, 9, 2));
	let unknown = good.replacen("{", r#"{"typo":1,"#, 1);
	assert!(serde_json::from_str::<GenesisNamespace<AccountId32>>(&unknown).is_err());
}
