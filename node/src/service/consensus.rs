//! Authoring with Aura and voting with GRANDPA.

use super::{
	network::Votes,
	partial::{inherents, BlockImport, JUSTIFICATION_PERIOD},
	FullClient, FullPool, SelectChain,
};
use prometheus_endpoint::Registry;
use sc_consensus_aura::{SlotProportion, StartAuraParams};
use sc_consensus_grandpa::{
	GrandpaParams, LinkHalf, SharedVoterState, ThreeQuartersOfTheUnfinalizedChain,
	VotingRulesBuilder,
};
use sc_consensus_slots::BackoffAuthoringOnFinalizedHeadLagging;
use sc_network::{config::Role, service::traits::NetworkService};
use sc_network_sync::SyncingService;
use sc_service::{Configuration, Error, TaskManager};
use sc_telemetry::TelemetryHandle;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_consensus_aura::sr25519::AuthorityPair as AuraPair;
use sp_keystore::KeystorePtr;
use std::{sync::Arc, time::Duration};
use symbolon_runtime::opaque::Block;

/// How long a GRANDPA message is expected to travel to every voter. A round waits for two of these
/// before it prevotes and four before it precommits, unless all votes are in: at a third of a
/// second a round of distant voters still fits into a slot.
const GOSSIP_DURATION: Duration = Duration::from_millis(333);

/// The part of a slot in which a block is built. The rest is for carrying and importing it.
const PROPOSAL_PORTION: f32 = 2.0 / 3.0;

/// The running node, as its consensus and off-chain tasks see it.
pub struct Node {
	/// The chain.
	pub client: Arc<FullClient>,
	/// The session keys.
	pub keystore: KeystorePtr,
	/// Transactions waiting to be included.
	pub pool: Arc<FullPool>,
	/// The peers.
	pub network: Arc<dyn NetworkService>,
	/// Keeps the chain in step with the peers.
	pub sync: Arc<SyncingService<Block>>,
	/// Where metrics are registered.
	pub registry: Option<Registry>,
	/// Where telemetry goes.
	pub telemetry: Option<TelemetryHandle>,
}

/// What the configuration says about consensus.
pub struct Settings {
	role: Role,
	name: String,
	force_authoring: bool,
	grandpa: bool,
}

impl Settings {
	/// Read them from `config`.
	pub fn of(config: &Configuration) -> Self {
		Self {
			role: config.role,
			name: config.network.node_name.clone(),
			force_authoring: config.force_authoring,
			grandpa: !config.disable_grandpa,
		}
	}

	/// Whether this node authors blocks.
	pub fn authoring(&self) -> bool {
		self.role.is_authority()
	}

	/// Whether this node runs GRANDPA. One that is no authority follows the votes, which gives it
	/// the justifications that it serves to light clients.
	pub fn voting(&self) -> bool {
		self.grandpa
	}
}

/// Author a block whenever it is this node's turn.
pub fn start_authoring(
	node: &Node,
	settings: &Settings,
	select_chain: SelectChain,
	block_import: BlockImport,
	tasks: &TaskManager,
) -> Result<(), Error> {
	let slot_duration = sc_consensus_aura::slot_duration(&*node.client)?;
	let proposer_factory = sc_basic_authorship::ProposerFactory::new(
		tasks.spawn_handle(),
		node.client.clone(),
		node.pool.clone(),
		node.registry.as_ref(),
		node.telemetry.clone(),
	);
	let author =
		sc_consensus_aura::start_aura::<AuraPair, _, _, _, _, _, _, _, _, _, _>(StartAuraParams {
			slot_duration,
			client: node.client.clone(),
			select_chain,
			block_import,
			proposer_factory,
			create_inherent_data_providers: move |_, ()| async move { Ok(inherents(slot_duration)) },
			force_authoring: settings.force_authoring,
			// Without finality blocks only pile up in memory, and no authority acts on them: slow
			// down until it is back.
			backoff_authoring_blocks: Some(BackoffAuthoringOnFinalizedHeadLagging::default()),
			keystore: node.keystore.clone(),
			sync_oracle: node.sync.clone(),
			justification_sync_link: node.sync.clone(),
			block_proposal_slot_portion: SlotProportion::new(PROPOSAL_PORTION),
			max_block_proposal_slot_portion: None,
			telemetry: node.telemetry.clone(),
			compatibility_mode: Default::default(),
		})?;
	// A node that cannot author any more must stop, so that its operator notices.
	tasks.spawn_essential_handle().spawn_blocking("aura", Some("block-authoring"), author);
	Ok(())
}

/// Vote for finality, or follow the votes if this node is no authority.
pub fn start_voting(
	node: &Node,
	settings: Settings,
	link: LinkHalf<Block, FullClient, SelectChain>,
	votes: Votes,
	tasks: &TaskManager,
) -> Result<(), Error> {
	let keystore = settings.role.is_authority().then(|| node.keystore.clone());
	let config = sc_consensus_grandpa::Config {
		gossip_duration: GOSSIP_DURATION,
		justification_generation_period: JUSTIFICATION_PERIOD,
		observer_enabled: false,
		local_role: settings.role,
		name: Some(settings.name),
		keystore,
		telemetry: node.telemetry.clone(),
		protocol_name: votes.protocol,
	};
	// The SDK's default also stays two blocks behind the best one. With 2-second blocks that is
	// four seconds added to every step of a ceremony, and Aura with known authorities rarely forks.
	let voting_rule = VotingRulesBuilder::new().add(ThreeQuartersOfTheUnfinalizedChain).build();
	let voter = sc_consensus_grandpa::run_grandpa_voter(GrandpaParams {
		config,
		link,
		network: node.network.clone(),
		sync: node.sync.clone(),
		notification_service: votes.notifications,
		voting_rule,
		prometheus_registry: node.registry.clone(),
		shared_voter_state: SharedVoterState::empty(),
		telemetry: node.telemetry.clone(),
		offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(node.pool.clone()),
	})?;
	tasks.spawn_essential_handle().spawn_blocking("grandpa-voter", None, voter);
	Ok(())
}
