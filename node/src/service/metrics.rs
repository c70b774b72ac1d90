//! Prometheus metrics of what this node does and of where the chain stands.
//!
//! Chain metrics are read from the finalized state, once per finalized block.

use super::{
	consensus::Node,
	finalized::{FinalizedBlock, FinalizedSource},
};
use codec::{Decode, DecodeAll};
use futures::StreamExt;
use prometheus_endpoint::{register, CounterVec, Gauge, Opts, PrometheusError, Registry, U64};
use sc_client_api::BlockchainEvents;
use sc_service::{Error, TaskManager};
use symbolon_host::{VaultBackend, VaultError, VaultRequest, VaultResponse};
use symbolon_primitives::{
	dta::{Ceremony, MasterKey, ShareStatus, ShareVersion},
	epochs::{RevocationHead, Schedule, Snapshot},
	storage,
};
use symbolon_vault::{FinalizedState, VaultHandle};

/// A vault whose answers are counted by kind and result.
#[derive(Clone)]
pub struct CountedVault {
	vault: VaultHandle,
	answers: Option<CounterVec<U64>>,
}

impl CountedVault {
	/// Counts in `registry`, if the node has one.
	///
	/// # Errors
	///
	/// If the metric is registered already.
	pub fn new(vault: VaultHandle, registry: Option<&Registry>) -> Result<Self, PrometheusError> {
		let answers = registry
			.map(|registry| {
				let opts = Opts::new(
					"symbolon_vault_answers_total",
					"Requests of the off-chain workers to the vault, by kind and result",
				);
				register(CounterVec::new(opts, &["request", "result"])?, registry)
			})
			.transpose()?;
		Ok(Self { vault, answers })
	}
}

impl VaultBackend for CountedVault {
	fn answer(&self, request: VaultRequest) -> Result<VaultResponse, VaultError> {
		let kind = kind(&request);
		let answer = self.vault.answer(request);
		if let Some(answers) = &self.answers {
			answers.with_label_values(&[kind, result(&answer)]).inc();
		}
		answer
	}
}

fn kind(request: &VaultRequest) -> &'static str {
	match request {
		VaultRequest::Register { .. } => "register",
		VaultRequest::Deal { .. } => "deal",
		VaultRequest::Judge { .. } => "judge",
		VaultRequest::Confirm { .. } => "confirm",
		VaultRequest::PartialKeys { .. } => "partial_keys",
		VaultRequest::PermitShares { .. } => "permit_shares",
		VaultRequest::Permits { .. } => "permits",
		VaultRequest::CheckPartials { .. } => "check_partials",
	}
}

fn result(answer: &Result<VaultResponse, VaultError>) -> &'static str {
	match answer {
		Ok(_) => "ok",
		Err(VaultError::Unavailable) => "unavailable",
		Err(VaultError::Busy) => "busy",
		Err(VaultError::NotDue) => "not_due",
		Err(VaultError::Held) => "held",
		Err(VaultError::Refused(_)) => "refused",
		Err(VaultError::Storage(_)) => "storage",
	}
}

/// Where the chain stands.
struct ChainMetrics {
	ceremony: Gauge<U64>,
	phase: Gauge<U64>,
	key: Gauge<U64>,
	degraded: Gauge<U64>,
	blames: Gauge<U64>,
	epoch: Gauge<U64>,
	cover: Gauge<U64>,
	chunks: Gauge<U64>,
	published: Gauge<U64>,
	revocations: Gauge<U64>,
	queue: Gauge<U64>,
}

impl ChainMetrics {
	fn register(registry: &Registry) -> Result<Self, PrometheusError> {
		let gauge = |name: &str, help: &str| register(Gauge::new(name, help)?, registry);
		Ok(Self {
			ceremony: gauge("symbolon_ceremony_number", "Number of the newest ceremony")?,
			phase: gauge(
				"symbolon_ceremony_phase",
				"Phase of the ceremony: 0 none, 1 register, 2 deal, 3 judge, 4 confirm, 5 late",
			)?,
			key: gauge("symbolon_key_number", "Number of the current master key, 0 if none")?,
			degraded: gauge(
				"symbolon_share_version_degraded",
				"1 while not all members confirmed their shares of the current key",
			)?,
			blames: gauge("symbolon_blames", "Provable faults on record ever")?,
			epoch: gauge("symbolon_epoch_number", "Number of the epoch of the finalized time")?,
			cover: gauge("symbolon_epoch_cover", "Subtrees in the cover of that epoch")?,
			chunks: gauge("symbolon_epoch_chunks", "Chunks of permits that the epoch needs")?,
			published: gauge("symbolon_epoch_chunks_published", "Chunks that are published")?,
			revocations: gauge("symbolon_revocations", "Revoked subtrees")?,
			queue: gauge("symbolon_issuance_queue", "Key requests that wait or can be fetched")?,
		})
	}

	fn update(&self, block: &FinalizedBlock) {
		let count = read::<u32>(block, &storage::dta::ceremony_count()).unwrap_or(0);
		self.ceremony.set(count.into());
		let ceremony = read::<Ceremony>(block, &storage::dta::current_ceremony());
		self.phase.set(ceremony.map_or(0, |ceremony| ceremony.phase as u64 + 1));
		self.update_key(block);
		self.update_epoch(block);
		let revocations = read::<RevocationHead>(block, &storage::registry::revocations());
		self.revocations.set(revocations.map_or(0, |head| head.count));
		let queue = read::<u32>(block, &storage::issuance::queue_count()).unwrap_or(0);
		self.queue.set(queue.into());
	}

	fn update_key(&self, block: &FinalizedBlock) {
		let key = read::<MasterKey>(block, &storage::dta::current_key());
		let version = key.as_ref().and_then(|key| {
			read::<ShareVersion>(block, &storage::dta::share_version(key.share_version))
		});
		self.key.set(key.map_or(0, |key| key.key_no.into()));
		let degraded = version.is_some_and(|version| version.status == ShareStatus::Degraded);
		self.degraded.set(degraded.into());
		let blames = read::<u32>(block, &storage::dta::blame_count()).unwrap_or(0);
		self.blames.set(blames.into());
	}

	fn update_epoch(&self, block: &FinalizedBlock) {
		let Some(millis) = read::<u64>(block, &storage::timestamp::now()) else { return };
		let schedule = read::<Schedule>(block, &storage::epochs::schedule());
		let Some(epoch) = schedule.and_then(|schedule| schedule.epoch_at(millis / 1000)) else {
			return;
		};
		self.epoch.set(epoch.number);
		let snapshot = read::<Snapshot>(block, &storage::epochs::snapshot(epoch.number));
		let (cover, chunks, published) = snapshot.map_or((0, 0, 0), |snapshot| {
			(snapshot.cover_len, snapshot.chunks(), snapshot.published)
		});
		self.cover.set(cover.into());
		self.chunks.set(chunks.into());
		self.published.set(published.into());
	}
}

fn read<T: Decode>(block: &FinalizedBlock, key: &[u8]) -> Option<T> {
	let bytes = block.get(key).ok()??;
	T::decode_all(&mut &bytes[..]).ok()
}

/// Keep the chain's metrics up to date, if the node has a registry.
///
/// # Errors
///
/// If a metric is registered already.
pub fn start(node: &Node, tasks: &TaskManager) -> Result<(), Error> {
	let Some(registry) = &node.registry else { return Ok(()) };
	let metrics =
		ChainMetrics::register(registry).map_err(|error| Error::Application(error.into()))?;
	let source = FinalizedSource::new(node.client.clone());
	let mut finalized = node.client.finality_notification_stream();
	tasks.spawn_handle().spawn("symbolon-metrics", None, async move {
		while finalized.next().await.is_some() {
			metrics.update(&source.newest());
		}
	});
	Ok(())
}
