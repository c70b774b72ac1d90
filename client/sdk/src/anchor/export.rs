//! `anchor export`: genesis from the chain specification, the master key by finality.

use super::{AnchorFileError, Genesis, SpecError};
use crate::{
	chain::{follow, ChainError, Followed, Limits},
	clock::Clock,
	files, hexed,
	transport::Transport,
};
use std::{path::Path, time::Instant};
use symbolon_crypto::{
	identity::{EpochError, EpochPolicy},
	KeyId,
};
use symbolon_light::{
	anchor::{ANCHOR_VERSION, MAX_SKEW},
	Anchor, ClockError, UnverifiedAnchor,
};
use symbolon_primitives::{dta::MasterKey, storage};

/// Longest chain specification, in bytes. One with the runtime's code takes about a megabyte.
const MAX_SPEC: usize = 64 << 20;

/// Bounds that an anchor puts on epochs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExportOptions {
	/// Longest epoch to believe, in seconds.
	pub max_epoch: u64,
	/// Clock difference to forgive, in seconds.
	pub skew: u64,
	/// How long the node may show an epoch that is over: just after a boundary finality lags.
	pub limits: Limits,
}

impl Default for ExportOptions {
	/// Seven days, 30 s, [`Limits::default`].
	fn default() -> Self {
		Self { max_epoch: 7 * 24 * 60 * 60, skew: MAX_SKEW, limits: Limits::default() }
	}
}

/// Makes the anchor of the chain that `spec` describes. The node is asked for proofs only: its
/// genesis must be the computed one, and the master key is read from finalized storage.
///
/// # Errors
///
/// [`AnchorFileError`].
pub async fn export(
	transport: &dyn Transport,
	spec: &Path,
	clock: &Clock,
	options: ExportOptions,
) -> Result<Anchor, AnchorFileError> {
	let refused = |error| AnchorFileError::Spec { path: spec.into(), error };
	let text =
		files::read(spec, MAX_SPEC).map_err(|error| refused(SpecError::File(error.to_string())))?;
	let genesis = Genesis::from_spec(&text).map_err(refused)?;
	let (computed, node) =
		(genesis.base.hash, transport.genesis_hash().await.map_err(ChainError::from)?);
	if computed != node {
		return Err(AnchorFileError::OtherGenesis { computed, node });
	}
	let began = Instant::now();
	loop {
		match prove(transport, &genesis, clock, options).await {
			Err(AnchorFileError::Chain(ChainError::Clock(ClockError::Epoch(EpochError::Over))))
				if began.elapsed() < options.limits.patience.min(options.limits.wait) =>
			{
				tokio::time::sleep(options.limits.pace).await;
			}
			result => return result,
		}
	}
}

/// The anchor at the newest finalized head that the node shows.
async fn prove(
	transport: &dyn Transport,
	genesis: &Genesis,
	clock: &Clock,
	options: ExportOptions,
) -> Result<Anchor, AnchorFileError> {
	let genesis_hash = genesis.base.hash;
	let key = storage::dta::current_key();
	let Followed { header, base, state } =
		follow(transport, &genesis.base, std::slice::from_ref(&key)).await?;
	let state = state.ok_or(ChainError::StorageMissing)?;
	let master: MasterKey = state
		.read_typed(&key)
		.map_err(ChainError::Storage)?
		.into_inner()
		.ok_or(ChainError::NoKey)?;
	let derived = KeyId::derive(&genesis_hash, master.key_no, &master.public);
	let digest = header.symbolon_digest().map_err(ChainError::Digest)?.into_inner();
	for stored in [Some(master.key_id), digest.key_id] {
		if stored != Some(derived) {
			let name = |key_id: KeyId| hexed::encode(&key_id.0);
			let (stored, derived) = (stored.map_or("nothing".into(), name), name(derived));
			return Err(AnchorFileError::KeyId { stored, derived });
		}
	}
	if digest.conflict {
		return Err(ChainError::Conflict.into());
	}
	let ExportOptions { max_epoch, skew, .. } = options;
	let exported_at = clock.now();
	// An anchor says that the chain was seen at this time: an old head shows nothing of the kind.
	EpochPolicy { max_epoch, skew }
		.check(&digest.epoch, exported_at)
		.map_err(|error| ChainError::Clock(ClockError::Epoch(error)))?;
	UnverifiedAnchor {
		version: ANCHOR_VERSION,
		genesis_hash,
		key_no: master.key_no,
		master_key: master.public,
		checkpoint_key: master.public,
		base,
		exported_at,
		max_epoch,
		skew,
	}
	.check()
	.map_err(AnchorFileError::Unusable)
}
