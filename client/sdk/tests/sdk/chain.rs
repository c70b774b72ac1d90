//! Proved reads, and every way in which a node can lie about them.

use crate::kit::{Kit, NOW};
use symbolon_light::{ClockError, FinalityError, StorageError};
use symbolon_primitives::storage;
use symbolon_sdk::{
	params,
	testing::{Lie, EPOCH},
	transport::TransportError,
	ChainError, Client,
};

async fn refused(lie: Lie) -> ChainError {
	let kit = Kit::new();
	let mut client = kit.client();
	client.sync().await.unwrap();
	let before = *client.memory().floor().progress();
	kit.world.lie(&[lie]);
	let error = client.prove(&[storage::dta::current_key()]).await.err().expect("a lie is refused");
	assert_eq!(*client.memory().floor().progress(), before, "a lie is not remembered");
	error
}

#[tokio::test]
async fn parameters_and_status_are_proved() {
	let kit = Kit::new();
	let mut client = kit.client();
	let status = params::status(&mut client).await.unwrap();
	assert_eq!(status.params.key.get().public, *client.anchor().master_key());
	assert_eq!(status.params.committee.get().threshold, 3);
	assert_eq!(status.params.present, kit.world.epoch(100));
	assert_eq!(*status.params.slot_millis.get(), 2_000);
	assert_eq!(status.snapshot.get().as_ref().unwrap().published, 1);
	assert_eq!(*status.next.get(), None);
	assert_eq!(status.time.get() / 1_000, NOW);
	assert_eq!(status.block, status.time.block_number());
}

#[tokio::test]
async fn an_altered_header_is_refused() {
	assert!(matches!(
		refused(Lie::Header).await,
		ChainError::Finality { error: FinalityError::Fragment { .. }, .. }
	));
}

#[tokio::test]
async fn an_altered_justification_is_refused() {
	let error = refused(Lie::Justification).await;
	assert!(matches!(error, ChainError::Finality { .. }), "{error}");
	assert!(error.to_string().contains("wrong signature"), "{error}");
	assert_eq!(error.kind(), "wrong-finality-proof");
}

#[tokio::test]
async fn altered_storage_is_refused() {
	for lie in [Lie::Storage, Lie::OtherStorage] {
		let error = refused(lie).await;
		assert!(
			matches!(error, ChainError::Storage(StorageError::Root | StorageError::Encoding)),
			"{lie:?}: {error}"
		);
		assert_eq!(error.kind(), "wrong-storage-proof");
	}
	assert!(matches!(refused(Lie::NoStorage).await, ChainError::StorageMissing));
}

#[tokio::test]
async fn a_key_that_was_not_asked_for_is_no_absence() {
	let kit = Kit::new();
	let proved = kit.client().prove(&[storage::dta::current_key()]).await.unwrap();
	let other = proved.raw(&storage::epochs::snapshot(100));
	assert!(matches!(other, Err(ChainError::Storage(StorageError::NotCovered))));
}

#[tokio::test]
async fn a_node_of_another_chain_is_named_as_such() {
	let error = refused(Lie::OtherGenesis).await;
	assert!(matches!(error, ChainError::OtherGenesis { .. }), "{error}");
	assert_eq!(error.kind(), "other-genesis");
}

#[tokio::test]
async fn a_refusal_keeps_the_nodes_words() {
	let error = refused(Lie::NoProof).await;
	let ChainError::Transport(TransportError::Rejected { code: 9006, ref message, .. }) = error
	else {
		panic!("{error}")
	};
	assert!(message.contains("justifications"));
}

#[tokio::test]
async fn an_older_block_is_refused_also_after_a_restart() {
	let kit = Kit::new();
	kit.client().sync().await.unwrap();
	kit.world.lie(&[Lie::OldBlock]);
	let error = kit.client().sync().await.err().unwrap();
	assert!(matches!(error, ChainError::Clock(ClockError::Rollback)), "{error}");
	// Once the node has caught up, all is well.
	kit.world.lie(&[]);
	kit.client().sync().await.unwrap();
}

#[tokio::test]
async fn a_block_from_before_the_key_is_the_nodes_fault() {
	let kit = Kit::new();
	kit.world.lie(&[Lie::NoKey]);
	let error = kit.client().sync().await.err().unwrap();
	assert!(matches!(error, ChainError::BeforeKey { .. }), "{error}");
	// What an old block says about the key does not matter.
	kit.world.lie(&[]);
	kit.client().sync().await.unwrap();
	kit.world.lie(&[Lie::NoKey, Lie::Conflict, Lie::OldBlock]);
	let error = kit.client().sync().await.err().unwrap();
	assert!(matches!(error, ChainError::Clock(ClockError::Rollback)), "{error}");
}

#[tokio::test]
async fn a_newer_anchor_begins_anew_but_for_the_floor() {
	let kit = Kit::new();
	let old = kit.world.anchor();
	kit.client().sync().await.unwrap();
	kit.world.set_now(NOW + EPOCH);
	let mut client = Client::open(kit.world.clone(), old.clone(), &kit.path("state")).unwrap();
	client = client.with_clock(kit.world.clock());
	client.sync().await.unwrap();
	let before = *client.memory().floor().progress();
	assert!(before.block > 0);
	kit.world.set_now(NOW + 1);
	let newer = kit.client();
	let after = *newer.memory().floor().progress();
	assert_eq!((after.block, after.epoch_number), (0, 0));
	assert_eq!(after.floor, before.floor);
	assert_eq!(after.last_contact, NOW + 1);
	// The older anchor goes on where the file is.
	let older = Client::open(kit.world.clone(), old, &kit.path("state")).unwrap();
	assert_eq!(*older.memory().floor().progress(), before);
}

#[tokio::test]
async fn a_clock_that_was_set_back_is_refused() {
	let kit = Kit::new();
	kit.world.set_now(NOW + EPOCH);
	let mut client = kit.client();
	client.sync().await.unwrap();
	kit.world.set_now(NOW - EPOCH);
	for client in [&mut client, &mut kit.client()] {
		let asked = kit.world.proofs();
		let error = client.sync().await.err().unwrap();
		assert!(matches!(error, ChainError::Clock(ClockError::SetBack)), "{error}");
		assert_eq!(kit.world.proofs(), asked, "nobody is asked at a wrong time");
	}
}

#[tokio::test]
async fn an_anchor_of_another_key_or_chain_is_refused() {
	let kit = Kit::new();
	kit.client().sync().await.unwrap();
	let other = kit.world.other_anchor();
	let open = |state: &str| Client::open(kit.world.clone(), other.clone(), &kit.path(state));
	let error = ChainError::from(open("state").err().expect("the state is of another key"));
	assert_eq!(error.kind(), "state-of-other-chain");
	let mut client = open("fresh").unwrap().with_clock(kit.world.clock());
	let error = client.sync().await.err().unwrap();
	assert!(matches!(error, ChainError::OtherKey { .. }), "{error}");
}

#[tokio::test]
async fn a_damaged_state_file_is_told_and_kept() {
	let kit = Kit::new();
	std::fs::write(kit.path("state"), b"junk").unwrap();
	let error = Client::open(kit.world.clone(), kit.world.anchor(), &kit.path("state"));
	assert_eq!(ChainError::from(error.err().unwrap()).kind(), "state-format");
	assert_eq!(std::fs::read(kit.path("state")).unwrap(), b"junk");
}

#[tokio::test]
async fn two_clients_of_one_state_file_lose_nothing() {
	let kit = Kit::new();
	let (mut first, mut second) = (kit.client(), kit.client());
	first.sync().await.unwrap();
	let newest = second.sync().await.unwrap().number();
	// The first saves again, on top of what the second saw.
	first.sync().await.unwrap();
	assert!(kit.client().memory().floor().progress().block >= newest);
}
