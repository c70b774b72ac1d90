//! Enrolment: the device's own checks, and members that answer wrongly.

use crate::kit::{identity, Kit};
use symbolon_primitives::{
	registry::{Registration, RegistrationRequest},
	storage,
};
use symbolon_sdk::{
	device::{enroll, DeviceError},
	store::StoreError,
	testing::Lie,
	ChainError,
};

#[tokio::test]
async fn any_threshold_of_answers_makes_both_keys() {
	for members in [[1, 2, 3], [1, 2, 4], [2, 3, 4]] {
		let kit = Kit::new();
		let (store, row) = kit.device("pump@demo");
		let serial = kit.register(&[row]).await.unwrap()[0].serial;
		kit.world.answer(serial, &members, &[]);
		let done = enroll(&store, &mut kit.client()).await.unwrap();
		assert_eq!((done.serial, done.wrong), (serial, vec![]));
		let keys = store.keys().unwrap();
		assert_eq!(keys.serial, serial);
		assert_eq!(keys.sign.identity(), store.identity());
		assert!(!kit.path("pump@demo/transport-secret").exists(), "the secret is erased");
		let again = enroll(&store, &mut kit.client()).await;
		assert!(matches!(again, Err(DeviceError::AlreadyEnrolled { .. })));
	}
}

#[tokio::test]
async fn too_few_answers_lose_nothing() {
	let kit = Kit::new();
	let (store, row) = kit.device("pump@demo");
	let serial = kit.register(&[row]).await.unwrap()[0].serial;
	kit.world.answer(serial, &[1, 3], &[]);
	let error = enroll(&store, &mut kit.client()).await.unwrap_err();
	assert!(matches!(error, DeviceError::TooFewAnswers { have: 2, need: 3, .. }), "{error}");
	kit.world.answer(serial, &[4], &[]);
	enroll(&store, &mut kit.client()).await.unwrap();
}

#[tokio::test]
async fn a_wrong_answer_is_found_and_done_without() {
	let kit = Kit::new();
	let (store, row) = kit.device("pump@demo");
	let serial = kit.register(&[row]).await.unwrap()[0].serial;
	kit.world.answer(serial, &[1, 2, 3], &[2]);
	let error = enroll(&store, &mut kit.client()).await.unwrap_err();
	let DeviceError::TooFewAnswers { have: 2, wrong, .. } = &error else { panic!("{error}") };
	assert_eq!(wrong.iter().map(|member| member.get()).collect::<Vec<_>>(), [2]);
	assert!(error.to_string().contains("wrong answers by member 2"), "{error}");

	kit.world.answer(serial, &[4], &[]);
	let done = enroll(&store, &mut kit.client()).await.unwrap();
	assert_eq!(done.wrong.iter().map(|member| member.get()).collect::<Vec<_>>(), [2]);
	assert!(store.is_enrolled());
}

#[tokio::test]
async fn a_member_without_a_confirmed_share_is_done_without() {
	for undecodable in [false, true] {
		let kit = Kit::new();
		let (store, row) = kit.device("pump@demo");
		let serial = kit.register(&[row]).await.unwrap()[0].serial;
		kit.world.answer(serial, &[1, 2, 3, 4], &[2]);
		let key = storage::dta::verification_key(1, symbolon_crypto::MemberIndex::new(2).unwrap());
		if undecodable {
			kit.world.put(key, &7u8);
		} else {
			kit.world.remove(&key);
		}
		let done = enroll(&store, &mut kit.client()).await.unwrap();
		assert_eq!(done.wrong.iter().map(|member| member.get()).collect::<Vec<_>>(), [2]);
	}
}

#[tokio::test]
async fn a_damaged_keys_file_costs_nothing_while_the_secret_is_there() {
	for damage in [&b""[..], b"junk"] {
		let kit = Kit::new();
		let (store, row) = kit.device("pump@demo");
		let serial = kit.register(&[row]).await.unwrap()[0].serial;
		kit.world.answer(serial, &[1, 2, 3], &[]);
		symbolon_sdk::files::create(&store.dir().join("keys"), damage, 0o600).unwrap();
		let store = symbolon_sdk::store::Store::open(store.dir()).unwrap();
		assert!(!store.is_enrolled());
		let error = store.keys().err().unwrap();
		assert!(error.to_string().contains("device enroll"), "{error}");
		assert!(store.secret().is_ok(), "opening erases nothing");
		enroll(&store, &mut kit.client()).await.unwrap();
		assert!(store.is_enrolled() && store.secret().is_err());
	}
}

#[tokio::test]
async fn a_swapped_transport_key_is_its_own_error() {
	let kit = Kit::new();
	let (store, _) = kit.device("pump@demo");
	// The registrar makes a device of its own under the same name, and registers that.
	let (_, swapped) = kit.device_in("thief", "pump@demo");
	let serial = kit.register(&[swapped]).await.unwrap()[0].serial;
	kit.world.answer(serial, &[1, 2, 3], &[]);
	let error = enroll(&store, &mut kit.client()).await.unwrap_err();
	assert!(matches!(error, DeviceError::SwappedTransportKey { .. }), "{error}");
	assert_eq!(error.kind(), "swapped-transport-key");
	assert!(store.secret().is_ok(), "the secret is kept");
}

#[tokio::test]
async fn names_that_are_not_registered_or_revoked_are_told() {
	let kit = Kit::new();
	let (store, row) = kit.device("pump@demo");
	let error = enroll(&store, &mut kit.client()).await.unwrap_err();
	assert!(matches!(error, DeviceError::NotRegistered { .. }), "{error}");

	let serial = kit.register(&[row]).await.unwrap()[0].serial;
	kit.world.revoke(serial);
	let error = enroll(&store, &mut kit.client()).await.unwrap_err();
	assert!(matches!(error, DeviceError::RevokedBeforeEnrolment { .. }), "{error}");
}

#[tokio::test]
async fn pruned_answers_are_told() {
	let kit = Kit::new();
	let (store, row) = kit.device("pump@demo");
	let serial = kit.register(&[row]).await.unwrap()[0].serial;
	kit.world.remove(&storage::issuance::queue(serial));
	let error = enroll(&store, &mut kit.client()).await.unwrap_err();
	assert!(matches!(error, DeviceError::AnswersPruned { .. }), "{error}");
}

#[tokio::test]
async fn a_registration_of_another_name_is_refused() {
	let kit = Kit::new();
	let (store, row) = kit.device("pump@demo");
	let serial = kit.register(&[row]).await.unwrap()[0].serial;
	let key = storage::registry::registration(serial);
	let registration: Registration = kit.world.read(&key).unwrap();
	kit.world.put(key, &Registration { identity: identity("other@demo"), ..registration });
	let error = enroll(&store, &mut kit.client()).await.unwrap_err();
	assert!(matches!(error, DeviceError::OtherRegistration { .. }), "{error}");
}

#[tokio::test]
async fn an_answer_that_the_node_alters_is_refused() {
	let kit = Kit::new();
	let (store, row) = kit.device("pump@demo");
	let serial = kit.register(&[row]).await.unwrap()[0].serial;
	kit.world.answer(serial, &[1, 2, 3], &[]);
	kit.world.lie(&[Lie::Storage]);
	let error = enroll(&store, &mut kit.client()).await.unwrap_err();
	assert!(matches!(error, DeviceError::Chain(ChainError::Storage(_))), "{error}");
	assert!(!store.is_enrolled());
}

#[tokio::test]
async fn a_run_killed_before_the_secret_was_erased_is_finished_by_the_next() {
	let kit = Kit::new();
	let (store, row) = kit.device("pump@demo");
	let secret = std::fs::read(kit.path("pump@demo/transport-secret")).unwrap();
	let request =
		RegistrationRequest { identity: identity("pump@demo"), transport: row.request.transport };
	kit.world.register(request);
	let key = storage::registry::name(store.identity());
	kit.world.answer(kit.world.read(&key).unwrap(), &[1, 2, 3], &[]);
	enroll(&store, &mut kit.client()).await.unwrap();
	symbolon_sdk::files::create(&kit.path("pump@demo/transport-secret"), &secret, 0o600).unwrap();
	let store = symbolon_sdk::store::Store::open(&kit.path("pump@demo")).unwrap();
	assert!(store.secret().is_ok(), "opening erases nothing");
	let again = enroll(&store, &mut kit.client()).await;
	assert!(matches!(again, Err(DeviceError::AlreadyEnrolled { .. })));
	assert!(matches!(store.secret(), Err(StoreError::Damaged { .. })));
	assert!(store.keys().is_ok());
}
