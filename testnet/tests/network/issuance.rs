//! Registration and enrolment, over one node, with one authority dead.

use crate::world::World;
use symbolon_crypto::MemberIndex;
use symbolon_primitives::{issuance::PartialPair, storage};
use symbolon_sdk::{
	device::{enroll, refresh, DeviceError},
	registrar::{Registrar, RegistrarError, RegistrarKey},
	request::parse_identity,
};
use symbolon_testnet::keys::{hex_seed, write_private, KeyRing};

#[tokio::test]
async fn three_of_four_authorities_enrol_a_device() {
	let mut world = World::new().await;
	world.network.node_mut(3).unwrap().kill().unwrap();

	let store = world.device("pump-1");
	let registered = world.register(&[&store]).await;
	let done = enroll(&store, &mut world.client("pump-1")).await.unwrap();
	assert_eq!(done.serial, registered[0].serial);
	assert_eq!(done.wrong, []);
	let rpc = world.network.node(0).unwrap().rpc();
	for member in 1..=4 {
		let key = storage::issuance::partials(done.serial, MemberIndex::new(member).unwrap());
		let answer: Option<PartialPair> = rpc.read(&key).await.unwrap();
		assert_eq!(answer.is_some(), member != 4, "member {member}");
	}

	refresh(&store, &mut world.client("pump-1")).await.unwrap();
	world.sign_and_verify(&store, b"a reading");
	let again = enroll(&store, &mut world.client("pump-1")).await;
	assert!(matches!(again, Err(DeviceError::AlreadyEnrolled { .. })), "{again:?}");

	bad_registrations_are_refused(&world).await;
	a_swapped_transport_key_is_noticed(&world).await;
	world.network.shutdown().unwrap();
}

async fn bad_registrations_are_refused(world: &World) {
	let (good, taken) = (world.device("pump-2"), world.path("elsewhere"));
	let identity = parse_identity("pump-1@demo").unwrap();
	let taken = symbolon_sdk::store::Store::create(&taken, &world.anchor, &identity).unwrap();
	let rows = [World::request(&good), World::request(&taken)];
	let mut client = world.client("registrar");
	let key = world.registrar_key();
	let refused = Registrar::new(&mut client, &key).register(&rows).await;
	assert!(matches!(&refused, Err(RegistrarError::Rows(rows)) if rows.len() == 1), "{refused:?}");

	// A stranger's key: nothing is sent, the good request stays good.
	let foreign = world.path("foreign.key");
	write_private(&foreign, &hex_seed(&KeyRing::random().unwrap().registrar())).unwrap();
	let foreign = RegistrarKey::load(&foreign).unwrap();
	let rows = [World::request(&good)];
	let refused = Registrar::new(&mut client, &foreign).register(&rows).await;
	assert!(matches!(refused, Err(RegistrarError::NotRegistrar { .. })), "{refused:?}");
	Registrar::new(&mut client, &key).register(&rows).await.unwrap();
}

/// The registrar registers a key of its own under the device's name.
async fn a_swapped_transport_key_is_noticed(world: &World) {
	let device = world.device("pump-3");
	let identity = device.identity();
	let swapped =
		symbolon_sdk::store::Store::create(&world.path("swapped"), &world.anchor, identity)
			.unwrap();
	world.register(&[&swapped]).await;
	let refused = enroll(&device, &mut world.client("pump-3")).await;
	assert!(matches!(refused, Err(DeviceError::SwappedTransportKey { .. })), "{refused:?}");
	assert!(!device.is_enrolled());
}
