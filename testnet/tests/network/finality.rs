//! Consensus and the harness itself: nodes finalize, die, come back, hang and go on.

use std::{path::PathBuf, time::Duration};
use symbolon_testnet::{wait_for, Error, Network};

const LIMIT: Duration = Duration::from_secs(90);

async fn finalized(network: &Network, position: usize) -> u32 {
	network.node(position).unwrap().rpc().finalized_number().await.unwrap()
}

#[tokio::test]
async fn four_nodes_finalize_and_survive_a_kill_and_a_pause() {
	let mut network = Network::builder().authorities(4).launch().await.unwrap();
	network.wait_for_finalized(3, LIMIT).await.unwrap();
	let peers = network.node(3).unwrap().rpc().peers().await.unwrap();
	assert_eq!(peers, 3);

	// Three of four go on without the killed one, and it catches up after its restart.
	network.node_mut(0).unwrap().kill().unwrap();
	let killed_at = finalized(&network, 1).await;
	network.wait_for_finalized(killed_at + 5, LIMIT).await.unwrap();
	network.node_mut(0).unwrap().restart().unwrap();
	network.wait_for_finalized(killed_at + 8, LIMIT).await.unwrap();

	// Two of four are too few: with two paused, finality stands still until they resume.
	for position in [2, 3] {
		network.node_mut(position).unwrap().pause().unwrap();
	}
	let rpc = network.node(1).unwrap().rpc();
	let standing = wait_for("finality to stand still", LIMIT, async || {
		let before = rpc.finalized_number().await?;
		// Three slots: a network that can finalize does so.
		tokio::time::sleep(Duration::from_secs(6)).await;
		let after = rpc.finalized_number().await?;
		Ok((before == after).then_some(after))
	});
	let standing = standing.await.unwrap();
	for position in [2, 3] {
		network.node_mut(position).unwrap().resume().unwrap();
	}
	network.wait_for_finalized(standing + 3, LIMIT).await.unwrap();

	// All of them agree on what they finalized.
	let mut hashes = Vec::new();
	for node in network.nodes() {
		hashes.push(node.rpc().block_hash(standing).await.unwrap().unwrap());
	}
	hashes.dedup();
	assert_eq!(hashes.len(), 1, "{hashes:?}");
	network.shutdown().unwrap();
}

#[tokio::test]
async fn a_network_leaves_nothing_behind() {
	let parent = tempfile::tempdir().unwrap();
	let folder = parent.path().join("network");
	let mut network = Network::builder().authorities(1).dir(&folder).launch().await.unwrap();
	let node = network.node_mut(0).unwrap();
	let process = PathBuf::from(format!("/proc/{}", node.pid().unwrap()));
	assert!(process.exists());
	// What is asked for in the wrong state is refused and changes nothing.
	assert!(matches!(node.restart(), Err(Error::State { .. })));
	assert!(matches!(node.resume(), Err(Error::State { .. })));
	assert!(matches!(network.node(1), Err(Error::NoNode { position: 1, nodes: 1 })));
	drop(network);
	assert!(!process.exists());
	assert!(!folder.exists());
}
