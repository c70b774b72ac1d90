//! Permits: from the node, in spite of the node, and proofs of why there is none.

use crate::kit::{Kit, NOW};
use symbolon_primitives::storage;
use symbolon_sdk::{
	device::{refresh, DeviceError, NodeAnswer, PermitSource},
	testing::{Lie, EPOCH},
	transport::TransportError,
	ChainError,
};

#[tokio::test]
async fn a_permit_is_checked_and_kept_and_the_next_one_too() {
	let kit = Kit::new();
	let (store, serial) = kit.enrolled("pump@demo").await;
	let mut client = kit.client_at(store.state_path());
	let done = refresh(&store, &mut client).await.unwrap();
	assert_eq!((done.serial, done.epoch), (serial, kit.world.epoch(100)));
	assert_eq!((done.source, done.next), (PermitSource::Node, None));

	kit.world.publish(101);
	let done = refresh(&store, &mut client).await.unwrap();
	assert_eq!(done.next, Some(kit.world.epoch(101)));
	assert_eq!(store.permits().unwrap().len(), 2);
}

#[tokio::test]
async fn a_permit_alone_needs_no_proof() {
	let kit = Kit::new();
	let (store, _) = kit.enrolled("pump@demo").await;
	let mut client = kit.client_at(store.state_path());
	refresh(&store, &mut client).await.unwrap();
	let proofs = kit.world.proofs();
	kit.world.set_now(NOW + EPOCH);
	kit.world.publish(101);
	let done = refresh(&store, &mut client).await.unwrap();
	assert_eq!(done.epoch, kit.world.epoch(101));
	assert_eq!(kit.world.proofs(), proofs, "48 bytes an epoch");
}

#[tokio::test]
async fn a_permit_that_the_node_withholds_or_alters_comes_from_the_proof() {
	for (lie, expected) in [
		(Lie::NoPermit, NodeAnswer::Nothing),
		(Lie::OtherSubtree, NodeAnswer::OtherSubtree),
		(Lie::Permit, NodeAnswer::Wrong(symbolon_crypto::permit::PermitError::Wrong)),
	] {
		let kit = Kit::new();
		let (store, _) = kit.enrolled("pump@demo").await;
		kit.world.lie(&[lie]);
		let done = refresh(&store, &mut kit.client_at(store.state_path())).await.unwrap();
		let PermitSource::Proof { answer, .. } = done.source else { panic!("{lie:?}") };
		assert_eq!(answer, expected);
		assert_eq!(store.permits().unwrap().len(), 1);
	}
}

#[tokio::test]
async fn a_node_that_fails_at_the_permit_is_asked_for_the_proof() {
	let kit = Kit::new();
	let (store, _) = kit.enrolled("pump@demo").await;
	kit.world.lie(&[Lie::NoPermitCall]);
	let done = refresh(&store, &mut kit.client_at(store.state_path())).await.unwrap();
	let PermitSource::Proof { answer: NodeAnswer::Refused(_), .. } = done.source else {
		panic!("{:?}", done.source)
	};
	assert_eq!(store.permits().unwrap().len(), 1);
}

#[tokio::test]
async fn neither_permit_nor_proof_proves_nothing() {
	for lie in [Lie::NoProof, Lie::Justification, Lie::Storage] {
		let kit = Kit::new();
		let (store, _) = kit.enrolled("pump@demo").await;
		refresh(&store, &mut kit.client_at(store.state_path())).await.unwrap();
		kit.world.lie(&[Lie::NoPermit, lie]);
		let error = refresh(&store, &mut kit.client_at(store.state_path())).await.unwrap_err();
		assert!(matches!(error, DeviceError::Withheld { .. }), "{lie:?}: {error}");
		assert!(error.to_string().contains("proves nothing about the device"), "{error}");
		assert_eq!(store.permits().unwrap().len(), 1, "what it had stays");
	}
}

#[tokio::test]
async fn a_revoked_device_is_refused_with_a_proof_from_the_epoch_of_the_snapshot_on() {
	let kit = Kit::new();
	let (store, serial) = kit.enrolled("pump@demo").await;
	let (other, _) = kit.enrolled("valve@demo").await;
	kit.world.revoke(serial);
	// The running epoch's snapshot does not hold it.
	refresh(&store, &mut kit.client_at(store.state_path())).await.unwrap();
	kit.world.set_now(NOW + EPOCH);
	kit.world.publish(101);
	let error = refresh(&store, &mut kit.client_at(store.state_path())).await.unwrap_err();
	let DeviceError::Revoked { position: 0, epoch, .. } = error else { panic!("{error}") };
	assert_eq!(epoch, kit.world.epoch(101));
	let done = refresh(&other, &mut kit.client_at(other.state_path())).await.unwrap();
	assert_eq!(done.epoch, kit.world.epoch(101));
}

#[tokio::test]
async fn not_yet_published_is_told_from_revoked() {
	let kit = Kit::new();
	let (store, serial) = kit.enrolled("pump@demo").await;
	kit.world.set_now(NOW + EPOCH);
	let mut client = kit.client_at(store.state_path());
	let error = refresh(&store, &mut client).await.unwrap_err();
	assert!(matches!(error, DeviceError::NotYetPublished { published: None, .. }), "{error}");
	kit.world.freeze(101);
	let error = refresh(&store, &mut client).await.unwrap_err();
	let DeviceError::NotYetPublished { published, .. } = error else { panic!("{error}") };
	assert_eq!(published, Some((0, 1)));
	// Revoked too late for this snapshot: still not published, and not revoked in it.
	kit.world.revoke(serial);
	let error = refresh(&store, &mut client).await.unwrap_err();
	assert_eq!(error.kind(), "not-yet-published", "{error}");
}

#[tokio::test]
async fn a_schedule_that_changed_is_proved_anew() {
	let kit = Kit::new();
	let (store, _) = kit.enrolled("pump@demo").await;
	let mut client = kit.client_at(store.state_path());
	refresh(&store, &mut client).await.unwrap();
	// The store remembers another schedule than the chain's.
	let mut schedule = store.schedule().unwrap().unwrap();
	schedule.0[0].length = EPOCH / 2;
	store.save_schedule(&schedule).unwrap();
	let done = refresh(&store, &mut client).await.unwrap();
	assert_eq!((done.epoch, done.source), (kit.world.epoch(100), PermitSource::Node));
	assert_eq!(store.schedule().unwrap().unwrap().0[0].length, EPOCH);
}

#[tokio::test]
async fn a_wrong_permit_on_the_chain_is_not_taken() {
	let kit = Kit::new();
	let (store, serial) = kit.enrolled("pump@demo").await;
	kit.world.publish(101);
	let of = |number| storage::epochs::permit(number, &serial.ancestor(40));
	let next: symbolon_crypto::G1Bytes = kit.world.read(&of(101)).unwrap();
	kit.world.put(of(100), &next);
	let error = refresh(&store, &mut kit.client_at(store.state_path())).await.unwrap_err();
	assert!(matches!(error, DeviceError::WrongPermitOnChain { .. }), "{error}");
}

#[tokio::test]
async fn a_device_refuses_a_clock_that_was_set_back() {
	let kit = Kit::new();
	let (store, _) = kit.enrolled("pump@demo").await;
	kit.world.set_now(NOW + EPOCH);
	kit.world.publish(101);
	refresh(&store, &mut kit.client_at(store.state_path())).await.unwrap();
	kit.world.set_now(NOW);
	let error = refresh(&store, &mut kit.client_at(store.state_path())).await.unwrap_err();
	assert_eq!(error.kind(), "clock-set-back", "{error}");
}

#[tokio::test]
async fn a_node_that_is_down_says_nothing_about_the_device() {
	let kit = Kit::new();
	let (store, _) = kit.enrolled("pump@demo").await;
	refresh(&store, &mut kit.client_at(store.state_path())).await.unwrap();
	let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
	let address = format!("http://{}", socket.local_addr().unwrap());
	drop(socket);
	let transport = symbolon_sdk::transport::HttpTransport::new(&address).unwrap();
	let mut client = symbolon_sdk::Client::open(
		std::sync::Arc::new(transport),
		kit.world.anchor(),
		&store.state_path(),
	)
	.unwrap()
	.with_clock(kit.world.clock());
	let error = refresh(&store, &mut client).await.unwrap_err();
	let DeviceError::Chain(ChainError::Transport(TransportError::Down { .. })) = &error else {
		panic!("{error}")
	};
	assert!(error.to_string().contains("no node answers"), "{error}");
}
