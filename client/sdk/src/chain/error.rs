//! Why what a node says about the chain is not believed.

use crate::{clock, hexed, memory::MemoryError, transport::TransportError};
use symbolon_crypto::{identity::EpochError, KeyId};
use symbolon_light::{ClockError, DigestError, FinalityError, StorageError};
use symbolon_primitives::BlockHash;
use thiserror::Error;

/// Why what a node says about the chain is not believed, or cannot be had.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ChainError {
	/// The node gave no answer.
	#[error(transparent)]
	Transport(#[from] TransportError),
	/// The state file.
	#[error(transparent)]
	Memory(#[from] MemoryError),
	/// The node is on another chain than the anchor.
	#[error(
		"the node at {endpoint} is on another chain: the anchor's genesis is {}, the node says {}; \
		 take a node of the anchor's chain",
		hexed::encode(expected),
		hexed::encode(found)
	)]
	OtherGenesis {
		/// Who was asked.
		endpoint: String,
		/// The anchor's.
		expected: BlockHash,
		/// The node's.
		found: BlockHash,
	},
	/// The finality proof is wrong.
	#[error("the node at {endpoint} showed a wrong proof of finality: {error}; ask another node")]
	Finality {
		/// Who was asked.
		endpoint: String,
		/// What is wrong.
		error: FinalityError,
	},
	/// The chain took a step that no proof can follow.
	#[error("the chain itself cannot be followed from this anchor: {0}; a new anchor is needed")]
	Halt(FinalityError),
	/// The node never came to an end.
	#[error("the node at {endpoint} gave {rounds} partial proofs and no end; ask another node")]
	Endless {
		/// Who was asked.
		endpoint: String,
		/// How often it was asked.
		rounds: u32,
	},
	/// The header's commitment is wrong.
	#[error("the finalized header is not one of this chain's runtime: {0}")]
	Digest(DigestError),
	/// The storage proof is wrong.
	#[error("the node showed a wrong proof of storage: {0}; ask another node")]
	Storage(StorageError),
	/// There is no storage proof.
	#[error("the node left out the proof of storage; ask another node")]
	StorageMissing,
	/// The chain has no key yet.
	#[error("the chain has no master key yet: its first ceremony has not ended; wait for it")]
	NoKey,
	/// A block from before the anchor's key, which the chain has: the anchor says so.
	#[error(
		"the node at {endpoint} shows block {block}, from before the chain had the anchor's key; \
		 it is not synced: wait, or ask another node"
	)]
	BeforeKey {
		/// Who was asked.
		endpoint: String,
		/// What it showed.
		block: u32,
	},
	/// The chain's key is not the anchor's.
	#[error(
		"the chain's master key is {found:?}, the anchor's {expected:?}; the key was changed or \
		 the anchor is of another chain: get a new anchor"
	)]
	OtherKey {
		/// The anchor's.
		expected: KeyId,
		/// The chain's.
		found: KeyId,
	},
	/// The chain holds a proof that its authorities contradicted themselves.
	#[error(
		"the chain carries a proof of conflicting statements under its master key; \
		 stop, and ask its operators"
	)]
	Conflict,
	/// Time or progress.
	#[error("{}", time_advice(.0))]
	Clock(ClockError),
	/// Something every such chain holds is not there.
	#[error("block {block} holds no {what}; this chain is not one that this client knows")]
	Absent {
		/// What is missing.
		what: &'static str,
		/// Where it was looked for.
		block: u32,
	},
	/// The clock is before the first epoch.
	#[error("the clock says {}, before the chain's first epoch; set the clock", clock::text(*now))]
	BeforeSchedule {
		/// The clock.
		now: u64,
	},
}

fn time_advice(error: &ClockError) -> String {
	let advice = match error {
		ClockError::SetBack => "set the clock right; nothing was changed",
		ClockError::Epoch(EpochError::NotYet) => {
			"the clock is behind the chain's: set it right and try again"
		}
		ClockError::Epoch(EpochError::Over) => {
			"the node shows nothing newer: it is not synced, finality stands still, or the clock \
			 is ahead; check the clock and ask another node"
		}
		ClockError::Epoch(EpochError::Length) => "the anchor's bound on epochs does not fit",
		ClockError::Rollback => "the node is behind; wait, or ask another node",
		ClockError::TrustExpired => "get one from somebody you trust and compare fingerprints",
	};
	format!("{error}; {advice}")
}

impl ChainError {
	/// A short name that scripts can compare.
	pub const fn kind(&self) -> &'static str {
		match self {
			Self::Transport(error) => error.kind(),
			Self::Memory(MemoryError::File { .. }) => "state-file",
			Self::Memory(MemoryError::Format { .. }) => "state-format",
			Self::Memory(MemoryError::Foreign { .. }) => "state-of-other-chain",
			Self::OtherGenesis { .. } => "other-genesis",
			Self::Finality { .. } => "wrong-finality-proof",
			Self::Halt(_) => "chain-cannot-be-followed",
			Self::Endless { .. } => "endless-finality-proof",
			Self::Digest(_) => "wrong-header-digest",
			Self::Storage(_) | Self::StorageMissing => "wrong-storage-proof",
			Self::NoKey => "no-key-yet",
			Self::BeforeKey { .. } => "block-before-key",
			Self::OtherKey { .. } => "other-key",
			Self::Conflict => "conflict-on-chain",
			Self::Clock(ClockError::SetBack) => "clock-set-back",
			Self::Clock(ClockError::Epoch(EpochError::NotYet)) => "clock-behind",
			Self::Clock(ClockError::Epoch(_)) => "stale-chain",
			Self::Clock(ClockError::Rollback) => "rollback",
			Self::Clock(ClockError::TrustExpired) => "trust-expired",
			Self::Absent { .. } => "missing-on-chain",
			Self::BeforeSchedule { .. } => "clock-before-schedule",
		}
	}
}
