//! A registrar's calls: done means finalized and proved, and mistakes are found before sending.

use crate::kit::{identity, write_key, Kit, NOW};
use symbolon_primitives::{registry::NamespaceRecord, storage};
use symbolon_sdk::{
	registrar::{Registrar, RegistrarError, RegistrarKey, RowFault},
	request::RequestError,
	testing::{Lie, EPOCH},
};

fn faults(error: RegistrarError) -> Vec<(String, &'static str)> {
	let RegistrarError::Rows(rows) = error else { panic!("{error}") };
	rows.into_iter().map(|row| (row.origin, row.fault.kind())).collect()
}

#[tokio::test]
async fn one_and_many_are_registered() {
	let kit = Kit::new();
	let (_, one) = kit.device("a@demo");
	assert_eq!(kit.register(&[one]).await.unwrap()[0].serial.get(), 64);
	let rows: Vec<_> = (0..35).map(|n| kit.device(&format!("d{n}@demo")).1).collect();
	let done = kit.register(&rows).await.unwrap();
	let serials: Vec<u64> = done.iter().map(|one| one.serial.get()).collect();
	assert_eq!(serials, (65..100).collect::<Vec<_>>());
	assert_eq!(done[34].identity, identity("d34@demo"));
	assert_eq!(kit.world.submitted(), 3, "35 take two batches");
}

#[tokio::test]
async fn all_bad_rows_are_named_and_nothing_is_sent() {
	let kit = Kit::new();
	let (_, good) = kit.device("a@demo");
	let (_, twice) = kit.device_in("again", "a@demo");
	let mut same_key = kit.device("b@demo").1;
	same_key.request.transport = good.request.transport;
	let mut foreign = kit.device("c@demo").1;
	foreign.request.key_id = Some(symbolon_sdk::KeyId([1; 32]));
	let error = kit.register(&[good, twice, same_key, foreign]).await.unwrap_err();
	assert_eq!(error.to_string().lines().count(), 5, "{error}");
	let expected = [
		("again", "duplicate-name"),
		// The proof is bound to the name.
		("b@demo", "malformed-request"),
		("b@demo", "duplicate-transport-key"),
		("c@demo", "foreign-request"),
	];
	let expected: Vec<_> = expected.iter().map(|(o, k)| (o.to_string(), *k)).collect();
	assert_eq!(faults(error), expected);
	assert_eq!(kit.world.submitted(), 0);
}

#[tokio::test]
async fn an_altered_request_is_refused() {
	let kit = Kit::new();
	let (_, mut row) = kit.device("a@demo");
	row.request.transport.proof.z.0[31] ^= 1;
	let RegistrarError::Rows(rows) = kit.register(&[row]).await.unwrap_err() else { panic!() };
	assert!(matches!(rows[0].fault, RowFault::Request(RequestError::Possession(_))));
}

#[tokio::test]
async fn taken_names_and_seen_keys_are_found_by_proof() {
	let kit = Kit::new();
	let (_, row) = kit.device("a@demo");
	let serial = kit.register(std::slice::from_ref(&row)).await.unwrap()[0].serial;
	let (_, other) = kit.device_in("other", "a@demo");
	kit.world.revoke(serial);
	let error = kit.register(&[row.clone(), other.clone()]).await.unwrap_err();
	assert_eq!(faults(error)[0].1, "duplicate-name");
	let error = kit.register(std::slice::from_ref(&row)).await.unwrap_err();
	assert!(error.to_string().contains("1 request is refused"), "{error}");
	assert_eq!(faults(error)[0].1, "name-taken");
	// A revoked name stays taken.
	assert_eq!(faults(kit.register(&[other]).await.unwrap_err())[0].1, "name-taken");

	kit.world.remove(&storage::registry::name(&identity("a@demo")));
	assert_eq!(faults(kit.register(&[row]).await.unwrap_err())[0].1, "transport-key-seen");
}

#[tokio::test]
async fn namespaces_quotas_and_keys_are_checked_by_proof() {
	let kit = Kit::new();
	let rows = [kit.device("a@demo").1, kit.device("b@demo").1];
	let set = |record: NamespaceRecord| {
		kit.world.put(storage::registry::namespace(&"demo".parse().unwrap()), &record);
	};
	let record = kit.world.record();
	set(NamespaceRecord { registered: 39, ..record.clone() });
	let error = kit.register(&rows).await.unwrap_err();
	assert!(matches!(error, RegistrarError::Quota { left: 1, wanted: 2, .. }), "{error}");
	let full: Vec<u64> = (1..=64).map(|block| block * 64).collect();
	let full = full.try_into().unwrap();
	set(NamespaceRecord { used_in_last: 63, blocks: full, ..record.clone() });
	let error = kit.register(&rows).await.unwrap_err();
	assert!(matches!(error, RegistrarError::NoSerials { left: 1, wanted: 2, .. }), "{error}");
	set(record);
	let error = kit.register(&[kit.device("a@nowhere").1]).await.unwrap_err();
	assert!(matches!(error, RegistrarError::UnknownNamespace(_)), "{error}");
	let stranger = kit.key_of(&[9; 32]);
	let error = Registrar::new(&mut kit.client(), &stranger).register(&rows).await.unwrap_err();
	assert!(matches!(error, RegistrarError::NotRegistrar { .. }), "{error}");
	assert_eq!(kit.world.submitted(), 0);
}

#[tokio::test]
async fn serials_of_blocks_that_the_chain_may_still_take_count() {
	let kit = Kit::new();
	let record = NamespaceRecord { used_in_last: 63, ..kit.world.record() };
	kit.world.put(storage::registry::namespace(&"demo".parse().unwrap()), &record);
	let rows = [kit.device("a@demo").1, kit.device("b@demo").1];
	assert_eq!(kit.register(&rows).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_run_that_came_half_through_can_be_repeated() {
	let kit = Kit::new();
	let rows = ["a@demo", "b@demo", "c@demo"].map(|name| kit.device(name).1);
	kit.register(&rows[1..2]).await.unwrap();
	let done = kit.register(&rows).await.unwrap();
	let names: Vec<&str> = done.iter().map(|one| one.identity.as_str()).collect();
	assert_eq!(names, ["a@demo", "b@demo", "c@demo"]);
	assert_eq!(done.iter().map(|one| one.already).collect::<Vec<_>>(), [false, true, false]);
	assert_eq!(done[1].serial.get(), 64);
	let submitted = kit.world.submitted();
	assert!(kit.register(&rows).await.unwrap().iter().all(|one| one.already));
	assert_eq!(kit.world.submitted(), submitted, "nothing is sent for what is done");
}

#[tokio::test]
async fn a_call_whose_answer_does_not_come_is_looked_for() {
	let kit = Kit::new();
	kit.world.lie(&[Lie::HangOnSubmit]);
	assert_eq!(kit.register(&[kit.device("a@demo").1]).await.unwrap().len(), 1);
	kit.world.lie(&[Lie::HangOnSubmit, Lie::Drop]);
	let error = kit.register(&[kit.device("b@demo").1]).await.unwrap_err();
	let ended = matches!(error, RegistrarError::Expired { .. } | RegistrarError::InDoubt { .. });
	assert!(ended, "{error}");
}

#[tokio::test]
async fn a_revocation_skips_epochs_without_a_snapshot() {
	let kit = Kit::new();
	kit.enrolled("a@demo").await;
	// 101 was not frozen, 102 was: what is revoked now is first left out in 103.
	kit.world.freeze(102);
	let (mut client, key) = (kit.client(), kit.key());
	let mut registrar = Registrar::new(&mut client, &key);
	let done = registrar.revoke(&identity("a@demo")).await.unwrap();
	assert_eq!(done.effective, kit.world.epoch(103));
	for number in [100, 102] {
		kit.world.remove(&storage::epochs::snapshot(number));
	}
	let error = registrar.revoke(&identity("a@demo")).await.unwrap_err();
	assert!(matches!(error, RegistrarError::AlreadyRevoked { effective: None, .. }), "{error}");
}

#[test]
fn a_key_that_others_may_read_is_refused() {
	let kit = Kit::new();
	std::fs::write(kit.path("open.key"), "00".repeat(32)).unwrap();
	let mode = std::os::unix::fs::PermissionsExt::from_mode(0o640);
	std::fs::set_permissions(kit.path("open.key"), mode).unwrap();
	let error = RegistrarKey::load(&kit.path("open.key")).err().unwrap();
	assert_eq!(error.kind(), "key-too-open");
	assert!(error.to_string().contains("chmod 600"), "{error}");
}

#[tokio::test]
async fn a_revocation_names_its_first_effective_epoch() {
	for frozen_ahead in [false, true] {
		let kit = Kit::new();
		let (_, serial) = kit.enrolled("a@demo").await;
		if frozen_ahead {
			kit.world.freeze(101);
		}
		let (mut client, key) = (kit.client(), kit.key());
		let mut registrar = Registrar::new(&mut client, &key);
		let done = registrar.revoke(&identity("a@demo")).await.unwrap();
		assert_eq!((done.serial, done.position), (serial, 0));
		let first = if frozen_ahead { 102 } else { 101 };
		assert_eq!(done.effective, kit.world.epoch(first));
		let error = registrar.revoke(&identity("a@demo")).await.unwrap_err();
		let RegistrarError::AlreadyRevoked { position: 0, effective, .. } = error else {
			panic!("{error}")
		};
		assert_eq!(effective, Some(kit.world.epoch(first)));
	}
}

#[tokio::test]
async fn unknown_names_and_revocation_quotas_are_refused() {
	let kit = Kit::new();
	let (mut client, key) = (kit.client(), kit.key());
	let mut registrar = Registrar::new(&mut client, &key);
	let error = registrar.revoke(&identity("nobody@demo")).await.unwrap_err();
	assert!(matches!(error, RegistrarError::UnknownIdentity(_)), "{error}");
	let row = kit.device("a@demo").1;
	registrar.register(&[row]).await.unwrap();
	let record = NamespaceRecord { revoked: 2, ..kit.world.record() };
	kit.world.put(storage::registry::namespace(&"demo".parse().unwrap()), &record);
	let error = registrar.revoke(&identity("a@demo")).await.unwrap_err();
	assert!(matches!(error, RegistrarError::Quota { what: "revoke", left: 0, .. }), "{error}");
}

#[tokio::test]
async fn keys_are_asked_for_again_only_after_pruning() {
	let kit = Kit::new();
	let row = kit.device("a@demo").1;
	let serial = kit.register(&[row]).await.unwrap()[0].serial;
	let (mut client, key) = (kit.client(), kit.key());
	let mut registrar = Registrar::new(&mut client, &key);
	let error = registrar.request_again(&identity("a@demo")).await.unwrap_err();
	assert!(matches!(error, RegistrarError::StillQueued { .. }), "{error}");
	kit.world.remove(&storage::issuance::queue(serial));
	assert_eq!(registrar.request_again(&identity("a@demo")).await.unwrap(), serial);
}

#[tokio::test]
async fn calls_that_come_to_nothing_are_told_apart() {
	let outcome = |lie| async move {
		let kit = Kit::new();
		let row = kit.device("a@demo").1;
		kit.world.lie(&[lie]);
		kit.register(&[row]).await.unwrap_err()
	};
	assert!(matches!(outcome(Lie::Fail).await, RegistrarError::Refused));
	let error = outcome(Lie::Gate).await;
	assert!(matches!(error, RegistrarError::Gate(_)), "{error}");
	assert!(error.to_string().contains("queue of key requests is full"), "{error}");
	// Each look at the made chain is a block, so the call's 64 blocks pass within the wait or the
	// wait ends first: both say that nothing is known to have happened.
	let error = outcome(Lie::Drop).await;
	let ended = matches!(error, RegistrarError::Expired { .. } | RegistrarError::TimedOut { .. });
	assert!(ended, "{error}");
}

#[tokio::test]
async fn later_batches_that_fail_are_told_with_what_was_done() {
	let kit = Kit::new();
	let rows: Vec<_> = (0..33).map(|n| kit.device(&format!("d{n}@demo")).1).collect();
	let world = kit.world.clone();
	// The node goes bad once the first batch is in.
	let notify = std::sync::Arc::new(move |line: &str| {
		if line.starts_with("registered 32") {
			world.lie(&[Lie::Gate]);
		}
	});
	let mut client = kit.client().with_notify(notify);
	let error = Registrar::new(&mut client, &kit.key()).register(&rows).await.unwrap_err();
	let RegistrarError::Partly { done, left: 1, .. } = error else { panic!("{error}") };
	assert_eq!(done.len(), 32);
}

#[tokio::test]
async fn no_requests_and_bad_key_files_are_refused() {
	let kit = Kit::new();
	assert!(matches!(kit.register(&[]).await, Err(RegistrarError::NoRequests)));
	for text in ["", "zz", "0x00", &"ab".repeat(33), &"\u{e9}".repeat(32)] {
		write_key(&kit.path("bad.key"), text);
		let error = RegistrarKey::load(&kit.path("bad.key")).err().unwrap();
		assert_eq!(error.kind(), "bad-key-file", "{text:?}");
	}
	let error = RegistrarKey::load(&kit.path("none.key")).err().unwrap();
	assert!(error.to_string().contains("none.key"), "{error}");
	// Later times change none of this.
	kit.world.set_now(NOW + EPOCH);
	assert!(matches!(kit.register(&[]).await, Err(RegistrarError::NoRequests)));
}
