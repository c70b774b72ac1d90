//! What the node's network is built from.

use super::{partial::Consensus, FullBackend, FullClient};
use sc_consensus_grandpa::warp_proof::NetworkProvider;
use sc_network::{
	config::FullNetworkConfiguration, service::NotificationMetrics, NetworkBackend,
	NotificationService, ProtocolName,
};
use sc_network_sync::strategy::warp::WarpSyncProvider;
use sc_service::Configuration;
use sp_blockchain::HeaderBackend;
use sp_runtime::traits::Block as BlockT;
use std::sync::Arc;
use symbolon_runtime::opaque::Block;

type Hash = <Block as BlockT>::Hash;

/// A network's configuration with this chain's protocols in it.
pub struct Prepared<Net: NetworkBackend<Block, Hash>> {
	/// The configuration.
	pub config: FullNetworkConfiguration<Block, Hash, Net>,
	/// Counts notifications of all protocols.
	pub metrics: NotificationMetrics,
	/// The protocol on which GRANDPA votes travel.
	pub votes: Votes,
	/// Proofs of finality: for peers that sync, and for light clients over RPC.
	pub warp: Arc<dyn WarpSyncProvider<Block>>,
}

/// The GRANDPA protocol of this chain.
pub struct Votes {
	/// Its name, which contains the genesis hash.
	pub protocol: ProtocolName,
	/// Its messages.
	pub notifications: Box<dyn NotificationService>,
}

/// Take the protocols that Symbolon uses beyond the SDK's own.
///
/// Must come before the voter starts, which consumes the rest of `consensus`.
pub fn prepare<Net: NetworkBackend<Block, Hash>>(
	config: &Configuration,
	client: &FullClient,
	backend: &Arc<FullBackend>,
	consensus: &Consensus,
) -> Prepared<Net> {
	let registry = config.prometheus_registry();
	let mut network =
		FullNetworkConfiguration::<_, _, Net>::new(&config.network, registry.cloned());
	let metrics = Net::register_notification_metrics(registry);

	let genesis = client.info().genesis_hash;
	let protocol = sc_consensus_grandpa::protocol_standard_name(&genesis, &config.chain_spec);
	let (votes_config, notifications) = sc_consensus_grandpa::grandpa_peers_set_config::<_, Net>(
		protocol.clone(),
		metrics.clone(),
		network.peer_store_handle(),
	);
	network.add_notification_protocol(votes_config);

	let warp = Arc::new(NetworkProvider::new(
		Arc::clone(backend),
		consensus.grandpa_link.shared_authority_set().clone(),
		Vec::new(),
	));
	Prepared { config: network, metrics, votes: Votes { protocol, notifications }, warp }
}
