//! Why a device gets no keys, or no permit.

use crate::{chain::ChainError, store::StoreError, transport::TransportError};
use std::fmt;
use symbolon_crypto::{
	extraction::ExtractionError, permit::PermitError, DecodeError, Epoch, G1Bytes, Identity,
	MemberIndex, Serial,
};
use symbolon_primitives::BlockNumber;
use thiserror::Error;

/// What a node said when it was asked for a permit, if it was not the right permit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NodeAnswer {
	/// It has none.
	Nothing,
	/// A subtree that does not hold the serial, or none at all.
	OtherSubtree,
	/// A permit that fails its check.
	Wrong(PermitError),
	/// It refused the call, its answer is none, or there was no answer.
	Refused(TransportError),
}

impl fmt::Display for NodeAnswer {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Nothing => f.write_str("it said that it has none"),
			Self::OtherSubtree => f.write_str("it gave one of another subtree"),
			Self::Wrong(error) => write!(f, "it gave a wrong one: {error}"),
			Self::Refused(error) => error.fmt(f),
		}
	}
}

/// Why a device gets no keys, or no permit.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DeviceError {
	/// The device's folder.
	#[error(transparent)]
	Store(#[from] StoreError),
	/// Proving what is on the chain.
	#[error(transparent)]
	Chain(#[from] ChainError),
	/// The device has its keys.
	#[error("{identity} is enrolled already, as serial {serial}; its keys stay as they are")]
	AlreadyEnrolled {
		/// The device's name.
		identity: Identity,
		/// Its serial.
		serial: Serial,
	},
	/// Nobody registered the name.
	#[error(
		"the chain has no identity {identity} (block {block}); have the registrar register the \
		 device's request.json"
	)]
	NotRegistered {
		/// The device's name.
		identity: Identity,
		/// Where it was looked for.
		block: BlockNumber,
	},
	/// The name is registered with a transport key that is not this device's.
	#[error(
		"{identity} (serial {serial}) is registered with another transport key: the chain has \
		 {recorded:?}, this device made {own:?}; the registrar swapped it, or registered another \
		 device under this name. This device gets no key; tell the namespace's owner"
	)]
	SwappedTransportKey {
		/// The device's name.
		identity: Identity,
		/// The serial.
		serial: Serial,
		/// What the chain has.
		recorded: Box<G1Bytes>,
		/// What the device made.
		own: Box<G1Bytes>,
	},
	/// Name and serial do not belong together on the chain.
	#[error("the chain's registration of serial {serial} is for {found}, expected {expected}")]
	OtherRegistration {
		/// The serial.
		serial: Serial,
		/// This device's name.
		expected: Identity,
		/// The registration's.
		found: Identity,
	},
	/// The registration is of another master key.
	#[error("serial {serial} was registered under key number {found}, the anchor has {expected}")]
	OtherKeyNumber {
		/// The serial.
		serial: Serial,
		/// The anchor's.
		expected: u32,
		/// The registration's.
		found: u32,
	},
	/// Revoked before it got its keys.
	#[error("{identity} (serial {serial}) was revoked before it was enrolled; make a new device")]
	RevokedBeforeEnrolment {
		/// The device's name.
		identity: Identity,
		/// The serial.
		serial: Serial,
	},
	/// The answers are gone.
	#[error(
		"the authorities' answers for {identity} (serial {serial}) were pruned; the registrar \
		 asks again: `symbolon registrar request-again`"
	)]
	AnswersPruned {
		/// The device's name.
		identity: Identity,
		/// The serial.
		serial: Serial,
	},
	/// Too few answers in time.
	#[error(
		"{have} of the {need} answers needed came within {seconds} s{}; nothing is lost, run \
		 enroll again",
		wrong_members(wrong)
	)]
	TooFewAnswers {
		/// Right answers.
		have: usize,
		/// Answers needed.
		need: u16,
		/// How long was waited.
		seconds: u64,
		/// Members whose answers are wrong.
		wrong: Vec<MemberIndex>,
	},
	/// Answers that all pass their check, and yet do not make a key.
	#[error("the answers pass their checks and do not combine to a key: {0}; this is a fault")]
	Combination(ExtractionError),
	/// Something on the chain that its runtime should never have accepted.
	#[error("the chain holds a point that is none: {0}")]
	Encoding(#[from] DecodeError),
	/// Revoked, proved.
	#[error(
		"{identity} (serial {serial}) is revoked: block {block} proves that the permits of epoch \
		 {} leave it out (revocation {position})", epoch.number
	)]
	Revoked {
		/// The device's name.
		identity: Identity,
		/// The serial.
		serial: Serial,
		/// Position of the revocation in the log, below the snapshot's count.
		position: u64,
		/// The present epoch.
		epoch: Epoch,
		/// The block of the proof.
		block: BlockNumber,
	},
	/// Not published yet, proved.
	#[error(
		"the permits of epoch {} are not published yet: block {block} proves that {}; \
		 wait a few seconds and try again", epoch.number, progress(*published)
	)]
	NotYetPublished {
		/// The present epoch.
		epoch: Epoch,
		/// Chunks that are published, of how many; `None` if nothing is frozen yet.
		published: Option<(u32, u32)>,
		/// The block of the proof.
		block: BlockNumber,
	},
	/// The snapshot leaves the serial out, and not because of its own revocation.
	#[error(
		"block {block} proves that all permits of epoch {} are published and none is for serial \
		 {serial}; this chain is not one that this client knows", epoch.number
	)]
	NotCovered {
		/// The serial.
		serial: Serial,
		/// The present epoch.
		epoch: Epoch,
		/// The block of the proof.
		block: BlockNumber,
	},
	/// A permit on the chain that fails its check.
	#[error("block {block} holds a permit that fails its check against the master key: {error}")]
	WrongPermitOnChain {
		/// The block of the proof.
		block: BlockNumber,
		/// What is wrong.
		error: PermitError,
	},
	/// Neither permit nor proof.
	#[error(
		"the node withholds: asked for the permit of epoch {}, {answer}; asked for a proof, \
		 {error}. This proves nothing about the device: ask another node", epoch.number
	)]
	Withheld {
		/// The present epoch.
		epoch: Epoch,
		/// What it said about the permit.
		answer: NodeAnswer,
		/// Why there is no proof.
		error: Box<ChainError>,
	},
}

fn progress(published: Option<(u32, u32)>) -> String {
	match published {
		None => "its snapshot is not frozen".into(),
		Some((done, all)) => format!("{done} of {all} chunks are"),
	}
}

fn wrong_members(wrong: &[MemberIndex]) -> String {
	if wrong.is_empty() {
		return String::new();
	}
	let members: Vec<String> = wrong.iter().map(ToString::to_string).collect();
	format!(" (wrong answers by member {})", members.join(", "))
}

impl DeviceError {
	/// A short name that scripts can compare.
	pub const fn kind(&self) -> &'static str {
		match self {
			Self::Store(error) => error.kind(),
			Self::Chain(error) => error.kind(),
			Self::AlreadyEnrolled { .. } => "already-enrolled",
			Self::NotRegistered { .. } => "not-registered",
			Self::SwappedTransportKey { .. } => "swapped-transport-key",
			Self::OtherRegistration { .. } => "other-registration",
			Self::OtherKeyNumber { .. } => "other-key-number",
			Self::RevokedBeforeEnrolment { .. } => "revoked-before-enrolment",
			Self::AnswersPruned { .. } => "answers-pruned",
			Self::TooFewAnswers { .. } => "too-few-answers",
			Self::Combination(_) => "answers-do-not-combine",
			Self::Encoding(_) => "wrong-point-on-chain",
			Self::Revoked { .. } => "revoked",
			Self::NotYetPublished { .. } => "not-yet-published",
			Self::NotCovered { .. } => "not-covered",
			Self::WrongPermitOnChain { .. } => "wrong-permit-on-chain",
			Self::Withheld { .. } => "withheld",
		}
	}
}
