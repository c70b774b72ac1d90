//! A revocation holds from an epoch on, whatever the revoked device's key is put together with.

use crate::world::{World, LIMIT};
use std::time::{SystemTime, UNIX_EPOCH};
use symbolon_sdk::{
	device::{refresh, DeviceError},
	registrar::{Registrar, RegistrarError},
	sign::{sign_file, SignError},
	Clock,
};
use symbolon_testnet::{
	thief::{forge, published, StolenKey},
	wait_for,
};

const MESSAGE: &[u8] = b"a reading";

#[tokio::test]
async fn a_revoked_device_is_out_from_the_first_epoch_without_it() {
	let world = World::new().await;
	let (revoked, enrolled) = world.enrolled("pump-1").await;
	let (other, _) = world.enrolled("pump-2").await;
	for store in [&revoked, &other] {
		let name = store.identity().to_string();
		refresh(store, &mut world.client(&name)).await.unwrap();
		world.sign_and_verify(store, MESSAGE);
	}

	let (key, mut client) = (world.registrar_key(), world.client("registrar"));
	let mut registrar = Registrar::new(&mut client, &key);
	let done = registrar.revoke(revoked.identity()).await.unwrap();
	assert_eq!(done.serial, enrolled.serial);
	let twice = registrar.revoke(revoked.identity()).await;
	assert!(matches!(twice, Err(RegistrarError::AlreadyRevoked { .. })), "{twice:?}");

	// Past the grace that verifiers give to the epoch before: a tenth of its 30 s.
	let from = done.effective.start + 4;
	wait_for("the first epoch without it", LIMIT, async || {
		let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
		Ok((now >= from).then_some(()))
	})
	.await
	.unwrap();
	let mut client = world.client("pump-1@demo");
	match refresh(&revoked, &mut client).await {
		Err(DeviceError::Revoked { serial, epoch, .. }) => {
			assert_eq!(serial, enrolled.serial);
			assert!(epoch.number >= done.effective.number);
		}
		other => panic!("expected the proof of a revocation, got {other:?}"),
	}
	let unsigned = sign_file(&revoked, &Clock::system(), MESSAGE);
	assert!(matches!(unsigned, Err(SignError::NoPermit { .. })));

	refresh(&other, &mut world.client("pump-2@demo")).await.unwrap();
	world.sign_and_verify(&other, MESSAGE);

	let stolen = |store: &symbolon_sdk::store::Store| {
		let keys = store.keys().unwrap();
		StolenKey {
			key_id: world.anchor.key_id(),
			identity: store.identity().clone(),
			serial: keys.serial,
			point: keys.sign.to_bytes(),
		}
	};
	let permits = published(world.network.node(0).unwrap().rpc()).await.unwrap();
	let without = permits.iter().filter(|it| it.epoch.number >= done.effective.number);
	assert!(without.clone().count() > 0);
	assert!(without.clone().all(|permit| !permit.subtree.holds(enrolled.serial)));
	let valid = |store| {
		let key = stolen(store);
		let forged = permits.iter().flat_map(|permit| forge(&key, permit, MESSAGE).unwrap());
		forged.filter(|signature| world.verify(store, MESSAGE, signature).is_ok()).count()
	};
	assert_eq!(valid(&revoked), 0);
	assert!(valid(&other) > 0, "the same attempts with a good key must be good");
	world.network.shutdown().unwrap();
}
