//! Clients against a node that lies, hangs or is away: each lie is refused with its own error,
//! and the truth afterwards is taken.

use crate::{
	liar::Liar,
	world::{World, LIMIT},
};
use serde_json::{json, Value};
use std::time::{Duration, Instant};
use symbolon_crypto::{permit::PermitError, MemberIndex};
use symbolon_light::{
	finality::{FinalityError, FragmentFault},
	StorageError,
};
use symbolon_primitives::{issuance::PartialPair, storage};
use symbolon_sdk::{
	device::{enroll, refresh, DeviceError, NodeAnswer, PermitSource},
	params::status,
	transport::TransportError,
	ChainError,
};
use symbolon_testnet::{wait_for, Error};

/// Where the state root of the first header of a warp proof surely is: behind the number of
/// headers (1 byte), the parent's hash (32) and the block's number (1 to 4).
const IN_STATE_ROOT: usize = 1 + 32 + 8;
/// Where, counted from the end, the last signature of a warp proof surely is: before the final flag
/// (1), no ancestry headers (1) and the signer (32).
const IN_LAST_SIGNATURE: usize = 1 + 1 + 32 + 8;

/// Flips a bit of `bytes` inside the first place that holds `part`.
fn flip_in(bytes: &mut [u8], part: &[u8]) -> bool {
	match bytes.windows(part.len()).position(|window| window == part) {
		Some(at) => {
			bytes[at + part.len() / 2] ^= 1;
			true
		}
		None => false,
	}
}

#[tokio::test]
async fn every_lie_of_a_node_is_refused_with_its_own_error() {
	let mut world = World::new().await;
	let liar = Liar::before(&world.url(0)).await;
	headers_and_justifications(&world, &liar).await;
	storage_values(&world, &liar).await;
	partial_keys(&world, &liar).await;
	permits(&world, &liar).await;
	hanging_and_absent_nodes(&mut world).await;
	world.network.shutdown().unwrap();
}

/// Proves the chain's status through the liar, who is found out; then through the truth.
async fn refused_then_taken(world: &World, liar: &Liar, name: &str) -> ChainError {
	let mut client = world.client_at(liar.url(), name);
	let error = status(&mut client).await.expect_err("the lie must be refused");
	liar.tell(|_, answer| answer);
	status(&mut client).await.expect("the truth must be taken, by the same client");
	error
}

fn fault(error: &ChainError) -> Option<FragmentFault> {
	match error {
		ChainError::Finality { error: FinalityError::Fragment { fault, .. }, .. } => Some(*fault),
		_ => None,
	}
}

async fn headers_and_justifications(world: &World, liar: &Liar) {
	let told = liar.tell_bytes("symbolon_prove", "warp", |warp| {
		warp[IN_STATE_ROOT] ^= 1;
		true
	});
	let error = refused_then_taken(world, liar, "header").await;
	assert_eq!(fault(&error), Some(FragmentFault::TargetMismatch), "{error}");
	assert!(*told.lock().unwrap() > 0);

	liar.tell_bytes("symbolon_prove", "warp", |warp| {
		let at = warp.len() - IN_LAST_SIGNATURE;
		warp[at] ^= 1;
		true
	});
	let error = refused_then_taken(world, liar, "justification").await;
	assert_eq!(fault(&error), Some(FragmentFault::Signature), "{error}");

	liar.tell_bytes("symbolon_prove", "warp", |warp| warp.pop().is_some());
	let error = refused_then_taken(world, liar, "cut short").await;
	assert_eq!(fault(&error), Some(FragmentFault::Encoding), "{error}");

	liar.tell(|method, answer| match method {
		"chain_getBlockHash" => json!(format!("0x{}", "11".repeat(32))),
		"symbolon_prove" => json!({ "warp": "0x", "storage": null }),
		_ => answer,
	});
	let error = refused_then_taken(world, liar, "another chain").await;
	assert!(matches!(&error, ChainError::OtherGenesis { .. }), "{error}");
}

async fn storage_values(world: &World, liar: &Liar) {
	let master = world.anchor.master_key().0;
	let told = liar.tell_bytes("symbolon_prove", "storage", move |proof| flip_in(proof, &master));
	let error = refused_then_taken(world, liar, "value").await;
	assert!(matches!(&error, ChainError::Storage(StorageError::Root)), "{error}");
	assert!(*told.lock().unwrap() > 0, "the proof held no master key to lie about");

	liar.tell(|method, mut answer| {
		if method == "symbolon_prove" {
			answer["storage"] = Value::Null;
		}
		answer
	});
	let error = refused_then_taken(world, liar, "left out").await;
	assert!(matches!(&error, ChainError::StorageMissing), "{error}");
}

async fn partial_keys(world: &World, liar: &Liar) {
	let store = world.device("pump-1");
	let serial = world.register(&[&store]).await[0].serial;
	let rpc = world.network.node(0).unwrap().rpc();
	let mut shown = Vec::new();
	for member in 1..=4 {
		let key = storage::issuance::partials(serial, MemberIndex::new(member).unwrap());
		let pair: PartialPair =
			wait_for("every member's answer", LIMIT, async || rpc.read(&key).await).await.unwrap();
		shown.push(pair.sign.c3.0);
	}
	let told = liar.tell_bytes("symbolon_prove", "storage", move |proof| {
		shown.iter().any(|part| flip_in(proof, part))
	});
	let mut client = world.client_at(liar.url(), "pump-1");
	let error = enroll(&store, &mut client).await.expect_err("a changed partial key");
	let root = matches!(&error, DeviceError::Chain(ChainError::Storage(StorageError::Root)));
	assert!(root, "{error}");
	assert!(*told.lock().unwrap() > 0, "the proof held no partial key to lie about");
	assert!(!store.is_enrolled());

	liar.tell(|_, answer| answer);
	enroll(&store, &mut client).await.unwrap();
}

async fn permits(world: &World, liar: &Liar) {
	let (store, _) = world.enrolled("pump-2").await;
	let mut client = world.client_at(liar.url(), "pump-2");
	// A good point, and not this permit: another device's request key.
	let foreign = World::request(&world.device("other")).request.transport.point.0;
	let wrong = move |method: &str, mut answer: Value| {
		if method == "symbolon_permit" && answer.is_object() {
			answer["permit"] = json!(format!("0x{}", hex::encode(foreign)));
		}
		answer
	};
	// The permit is not believed; the proof of the state that holds it is.
	liar.tell(wrong);
	let done = refresh(&store, &mut client).await.unwrap();
	let PermitSource::Proof { answer, .. } = done.source else { panic!("{:?}", done.source) };
	assert_eq!(answer, NodeAnswer::Wrong(PermitError::Wrong));
	world.sign_and_verify(&store, b"a reading");

	// Neither permit nor proof: that shows nothing about the device, and says so.
	liar.tell(move |method, mut answer| {
		if method == "symbolon_prove" {
			answer["storage"] = Value::Null;
		}
		wrong(method, answer)
	});
	let error = refresh(&store, &mut client).await.expect_err("neither permit nor proof");
	let DeviceError::Withheld { answer, error, .. } = error else { panic!("{error}") };
	assert_eq!(answer, NodeAnswer::Wrong(PermitError::Wrong));
	assert!(matches!(*error, ChainError::StorageMissing), "{error}");
	liar.tell(|_, answer| answer);
	let done = refresh(&store, &mut client).await.unwrap();
	assert_eq!(done.source, PermitSource::Node);
}

async fn hanging_and_absent_nodes(world: &mut World) {
	let mut client = world.client_at(&world.url(2), "patient");
	status(&mut client).await.unwrap();
	world.network.node_mut(2).unwrap().pause().unwrap();
	let began = Instant::now();
	let error = status(&mut client).await.expect_err("nobody answers");
	assert!(matches!(&error, ChainError::Transport(TransportError::Hanging { .. })), "{error}");
	assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
	world.network.node_mut(2).unwrap().resume().unwrap();
	let resumed = wait_for("the resumed node", LIMIT, async || {
		status(&mut client).await.map(Some).map_err(|error| Error::Rpc {
			url: "the resumed node".into(),
			reason: error.to_string(),
		})
	});
	resumed.await.unwrap();

	world.network.node_mut(2).unwrap().kill().unwrap();
	let error = status(&mut client).await.expect_err("nobody is there");
	assert!(matches!(&error, ChainError::Transport(TransportError::Down { .. })), "{error}");
}
