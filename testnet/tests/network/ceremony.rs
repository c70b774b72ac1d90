//! The genesis ceremony among real nodes.

use codec::{Decode, DecodeAll, Encode};
use std::{fs, path::PathBuf, time::Duration};
use symbolon_crypto::{
	ceremony::{deal::Dealing, register::Registration},
	DealerIndex, G2Bytes, MemberIndex,
};
use symbolon_primitives::{
	dta::{Ceremony, MasterKey, ShareStatus, ShareVersion, StoredOutcome},
	storage,
};
use symbolon_testnet::{wait_for, Network, Node};

const LIMIT: Duration = Duration::from_secs(300);

/// Waits until every member has confirmed its share, and gives the share version.
async fn wait_for_all_shares(network: &Network, key: &MasterKey) -> ShareVersion {
	let rpc = network.any_running().unwrap().rpc();
	let version = storage::dta::share_version(key.share_version);
	wait_for("every member's confirmation", LIMIT, async || {
		let version = rpc.read::<ShareVersion>(&version).await?;
		Ok(version.filter(|version| version.status == ShareStatus::Active))
	})
	.await
	.unwrap()
}

/// Waits for what the first ceremony's dealers made; the chain drops it once all have confirmed.
async fn wait_for_outcome(network: &Network) -> StoredOutcome {
	finalized(network, "the outcome of the dealing", &storage::dta::outcome(1)).await
}

/// What every good end of a ceremony shows: all members dealt well, hold a share and are blamed for
/// nothing.
async fn check(
	network: &Network,
	outcome: &StoredOutcome,
	key: &MasterKey,
	version: &ShareVersion,
) {
	let rpc = network.any_running().unwrap().rpc();
	let dealers: Vec<u16> = outcome.qualified.iter().map(|dealer| dealer.get()).collect();
	let members: Vec<u16> = version.indices().map(|member| member.get()).collect();
	assert_eq!(dealers, members);
	assert_eq!(outcome.sums.len(), usize::from(version.threshold));
	assert_eq!(outcome.sums[0], key.public);
	let blames: Option<u32> = rpc.read(&storage::dta::blame_count()).await.unwrap();
	assert_eq!(blames.unwrap_or(0), 0);
	let mut keys: Vec<G2Bytes> = Vec::new();
	for member in version.indices() {
		let own = storage::dta::verification_key(key.share_version, member);
		keys.push(rpc.read(&own).await.unwrap().unwrap());
	}
	keys.push(key.public);
	assert!(keys.iter().all(|key| key.decode().is_ok()));
	let all = keys.len();
	keys.sort_by_key(Encode::encode);
	keys.dedup();
	assert_eq!(keys.len(), all, "every member's share is its own, and none is the key");
}

async fn makes_a_key(authorities: usize, threshold: u16) {
	let network = Network::builder().authorities(authorities).launch().await.unwrap();
	let outcome = wait_for_outcome(&network).await;
	let key = network.wait_for_key(LIMIT).await.unwrap();
	let version = wait_for_all_shares(&network, &key).await;
	assert_eq!(version.members.len(), authorities);
	assert_eq!(version.threshold, threshold);
	check(&network, &outcome, &key, &version).await;
	network.shutdown().unwrap();
}

#[tokio::test]
async fn a_committee_of_four_makes_a_key() {
	makes_a_key(4, 3).await;
}

#[tokio::test]
async fn a_committee_of_seven_makes_a_key() {
	makes_a_key(7, 5).await;
}

/// What the vault of `node` stored of the first ceremony, before it went out.
fn stored(node: &Node, message: &str) -> PathBuf {
	node.vault_folder().join("ceremonies/1").join(message)
}

/// Waits for the vault of the node at `position` to store `message`, kills the node at that moment
/// and starts it again. Gives what was stored.
async fn kill_once_stored(network: &mut Network, position: usize, message: &str) -> Vec<u8> {
	let file = stored(network.node(position).unwrap(), message);
	wait_for(format!("the stored {message}"), LIMIT, async || Ok(file.exists().then_some(())))
		.await
		.unwrap();
	network.node_mut(position).unwrap().kill().unwrap();
	let bytes = fs::read(&file).unwrap();
	network.node_mut(position).unwrap().restart().unwrap();
	bytes
}

/// Waits for a message of the first ceremony to be finalized.
async fn finalized<T: DecodeAll>(network: &Network, what: &str, key: &[u8]) -> T {
	let rpc = network.node(0).unwrap().rpc();
	wait_for(what, LIMIT, async || rpc.read(key).await).await.unwrap()
}

/// A stored message: the ceremony it belongs to comes before it.
fn message_in<T: Decode + Encode>(stored: &[u8], on_chain: &T) -> bool {
	stored.ends_with(&on_chain.encode())
}

#[tokio::test]
async fn an_authority_killed_in_every_phase_repeats_itself_and_finishes() {
	// Long phases, so that a restart fits in: they end early once all members have acted.
	let mut network = Network::builder().phase_blocks(60).launch().await.unwrap();
	const VICTIM: usize = 1;
	let (member, dealer) = (MemberIndex::new(2).unwrap(), DealerIndex::new(2).unwrap());

	let registration = kill_once_stored(&mut network, VICTIM, "registration").await;
	let key = storage::dta::registration(1, member);
	let on_chain: Registration = finalized(&network, "its registration", &key).await;
	assert!(message_in(&registration, &on_chain), "it registered another key than it stored");

	let dealing = kill_once_stored(&mut network, VICTIM, "dealing").await;
	let key = storage::dta::dealing(1, dealer);
	let on_chain: Dealing = finalized(&network, "its dealing", &key).await;
	assert!(message_in(&dealing, &on_chain), "it dealt otherwise than it stored");

	let judgement = kill_once_stored(&mut network, VICTIM, "judgement").await;
	let outcome = wait_for_outcome(&network).await;
	let confirmation = kill_once_stored(&mut network, VICTIM, "confirmation").await;

	let key = network.wait_for_key(LIMIT).await.unwrap();
	let version = wait_for_all_shares(&network, &key).await;
	check(&network, &outcome, &key, &version).await;
	let count: u32 = network
		.node(0)
		.unwrap()
		.rpc()
		.read(&storage::dta::ceremony_count())
		.await
		.unwrap()
		.unwrap();
	assert_eq!(count, 1, "one ceremony sufficed");
	// What was stored first is what is stored last.
	let node = network.node(VICTIM).unwrap();
	for (message, first) in [
		("registration", registration),
		("dealing", dealing),
		("judgement", judgement),
		("confirmation", confirmation),
	] {
		assert_eq!(fs::read(stored(node, message)).unwrap(), first, "{message}");
	}
	network.shutdown().unwrap();
}

#[tokio::test]
async fn an_absent_authority_does_not_stop_the_ceremony_and_confirms_late() {
	let mut network = Network::builder().launch().await.unwrap();
	// It registers and deals, and is gone when shares are to be confirmed.
	let file = stored(network.node(3).unwrap(), "dealing");
	wait_for("its dealing", LIMIT, async || Ok(file.exists().then_some(()))).await.unwrap();
	let key = storage::dta::dealing(1, DealerIndex::new(4).unwrap());
	let _: Dealing = finalized(&network, "its dealing", &key).await;
	network.node_mut(3).unwrap().kill().unwrap();

	let key = network.wait_for_key(LIMIT).await.unwrap();
	let rpc = network.node(0).unwrap().rpc();
	let outcome = wait_for_outcome(&network).await;
	let version: ShareVersion =
		rpc.read(&storage::dta::share_version(key.share_version)).await.unwrap().unwrap();
	assert_eq!(version.status, ShareStatus::Degraded);
	let ceremony: Option<Ceremony> = rpc.read(&storage::dta::current_ceremony()).await.unwrap();
	assert!(ceremony.is_some(), "confirmations stay open");

	network.node_mut(3).unwrap().restart().unwrap();
	let version = wait_for_all_shares(&network, &key).await;
	check(&network, &outcome, &key, &version).await;
	network.shutdown().unwrap();
}
