//! Signing and verifying files, offline.

use crate::kit::{identity, Kit, NOW};
use symbolon_crypto::signature::SignatureError;
use symbolon_sdk::{
	device::refresh,
	sign::{sign_file, SignError},
	store::Store,
	testing::EPOCH,
	verify::{verify_file, Valid, VerifyError, When},
	Memory,
};

const FILE: &[u8] = b"a file to sign";

async fn signed(kit: &Kit) -> (Store, Vec<u8>) {
	let (store, _) = kit.enrolled("pump@demo").await;
	refresh(&store, &mut kit.client_at(store.state_path())).await.unwrap();
	let signature = sign_file(&store, &kit.world.clock(), FILE).unwrap().to_bytes();
	(store, signature)
}

fn verify_as(
	kit: &Kit,
	memory: &mut Memory,
	name: &str,
	given: (&[u8], &[u8]),
	when: When,
) -> Result<Valid, VerifyError> {
	let anchor = kit.world.anchor();
	verify_file(&anchor, memory, &kit.world.clock(), &identity(name), given, when)
}

fn memory(kit: &Kit) -> Memory {
	Memory::open(&kit.world.anchor(), &kit.path("verifier")).unwrap()
}

#[tokio::test]
async fn a_signature_holds_for_its_file_name_and_epoch_only() {
	let kit = Kit::new();
	let (_, signature) = signed(&kit).await;
	let mut memory = memory(&kit);
	let valid = verify_as(&kit, &mut memory, "pump@demo", (FILE, &signature), When::Now).unwrap();
	assert_eq!((valid.identity, valid.epoch), (identity("pump@demo"), kit.world.epoch(100)));

	let mut check = |name, file: &[u8], signature: &[u8]| {
		verify_as(&kit, &mut memory, name, (file, signature), When::Now).unwrap_err()
	};
	let error = check("pump@demo", b"another file", &signature);
	assert!(matches!(error, VerifyError::Signature(SignatureError::Wrong)), "{error}");
	let error = check("pump2@demo", FILE, &signature);
	assert!(matches!(error, VerifyError::OtherIdentity { .. }), "{error}");
	for at in 0..signature.len() {
		let mut altered = signature.clone();
		altered[at] ^= 1;
		check("pump@demo", FILE, &altered);
	}
	check("pump@demo", FILE, &signature[..signature.len() - 1]);
	check("pump@demo", FILE, &[&signature[..], &[0]].concat());
	check("pump@demo", FILE, &[]);
}

#[tokio::test]
async fn a_past_epoch_needs_to_be_asked_for() {
	let kit = Kit::new();
	let (_, signature) = signed(&kit).await;
	kit.world.set_now(NOW + 2 * EPOCH);
	let mut memory = Memory::open(&kit.world.anchor(), &kit.path("late")).unwrap();
	let mut check = |when| verify_as(&kit, &mut memory, "pump@demo", (FILE, &signature), when);
	let error = check(When::Now).unwrap_err();
	assert!(matches!(error, VerifyError::NotPresent { .. }), "{error}");
	assert!(error.to_string().contains("of epoch 100 (2027-01-15T"), "{error}");
	assert_eq!(check(When::At(NOW)).unwrap().epoch, kit.world.epoch(100));
	let error = check(When::At(NOW + EPOCH)).unwrap_err();
	assert!(matches!(error, VerifyError::OtherTime { .. }), "{error}");
	let error = check(When::At(NOW + 3 * EPOCH)).unwrap_err();
	assert!(matches!(error, VerifyError::Future { .. }), "{error}");
}

#[tokio::test]
async fn a_valid_signature_raises_the_floor() {
	let kit = Kit::new();
	let (store, _) = signed(&kit).await;
	kit.world.publish(101);
	kit.world.set_now(NOW + EPOCH);
	refresh(&store, &mut kit.client_at(store.state_path())).await.unwrap();
	let signature = sign_file(&store, &kit.world.clock(), FILE).unwrap().to_bytes();
	kit.world.set_now(NOW);
	let anchor = kit.world.anchor();
	kit.world.set_now(NOW + EPOCH);
	let mut memory = Memory::open(&anchor, &kit.path("verifier")).unwrap();
	let check = |memory: &mut Memory| {
		let given = (FILE, &signature[..]);
		verify_file(&anchor, memory, &kit.world.clock(), store.identity(), given, When::Now)
	};
	check(&mut memory).unwrap();
	memory.save().unwrap();
	// Back to before that epoch began, in a new process.
	kit.world.set_now(NOW + 60);
	let mut memory = Memory::open(&anchor, &kit.path("verifier")).unwrap();
	assert_eq!(check(&mut memory).unwrap_err().kind(), "clock-set-back");
}

#[tokio::test]
async fn without_a_present_permit_nothing_is_signed() {
	let kit = Kit::new();
	let (store, _) = kit.enrolled("pump@demo").await;
	let error = sign_file(&store, &kit.world.clock(), FILE).unwrap_err();
	assert!(matches!(error, SignError::NoPermit { newest: None, .. }), "{error}");
	refresh(&store, &mut kit.client_at(store.state_path())).await.unwrap();
	// Grace: a tenth of the epoch, at most a minute.
	let end = kit.world.epoch(100).end;
	kit.world.set_now(end + 59);
	sign_file(&store, &kit.world.clock(), FILE).unwrap();
	kit.world.set_now(end + 60);
	let error = sign_file(&store, &kit.world.clock(), FILE).unwrap_err();
	assert!(matches!(error, SignError::NoPermit { newest: Some(_), .. }), "{error}");
	kit.world.set_now(NOW - 2 * EPOCH);
	let error = sign_file(&store, &kit.world.clock(), FILE).unwrap_err();
	assert_eq!(error.kind(), "clock-set-back");
}

#[tokio::test]
async fn at_a_boundary_the_next_permit_takes_over() {
	let kit = Kit::new();
	let (store, _) = kit.enrolled("pump@demo").await;
	kit.world.publish(101);
	refresh(&store, &mut kit.client_at(store.state_path())).await.unwrap();
	let boundary = kit.world.epoch(101).start;
	for (time, number) in [(boundary - 1, 100), (boundary, 101), (boundary + EPOCH - 1, 101)] {
		kit.world.set_now(time);
		let signature = sign_file(&store, &kit.world.clock(), FILE).unwrap();
		assert_eq!(signature.epoch.number, number);
	}
}

#[tokio::test]
async fn a_device_without_keys_cannot_sign() {
	let kit = Kit::new();
	let (store, _) = kit.device("pump@demo");
	let error = sign_file(&store, &kit.world.clock(), FILE).unwrap_err();
	assert_eq!(error.kind(), "not-enrolled");
}
