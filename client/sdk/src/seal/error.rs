//! Why nothing was sealed or opened.

use crate::{
	chain::ChainError, clock, device::DeviceError, device::NodeAnswer, entropy::EntropyError,
	sign::SignError, store::StoreError,
};
use std::{io, path::PathBuf};
use symbolon_crypto::{
	encryption::{HeaderError, OpenError},
	signature::{EpochKeyError, SignatureError},
	DecodeError, Epoch, Identity, KeyId, Serial,
};
use thiserror::Error;

/// Why nothing was sealed or opened. No output is left behind then.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SealError {
	/// The store.
	#[error(transparent)]
	Store(#[from] StoreError),
	/// The chain.
	#[error(transparent)]
	Chain(#[from] ChainError),
	/// The device's own permit.
	#[error(transparent)]
	Device(#[from] DeviceError),
	/// The sender's signature.
	#[error(transparent)]
	Sign(#[from] SignError),
	/// No randomness.
	#[error(transparent)]
	Entropy(#[from] EntropyError),
	/// Nobody of that name, proved.
	#[error("{identity} is not registered: block {block} proves it; check the name")]
	UnknownRecipient {
		/// The name.
		identity: Identity,
		/// The block of the proof.
		block: u32,
	},
	/// Revoked, proved.
	#[error(
		"{identity} (serial {serial}) is revoked: block {block} proves it; nothing was sealed"
	)]
	RevokedRecipient {
		/// The name.
		identity: Identity,
		/// Its serial.
		serial: Serial,
		/// The block of the proof.
		block: u32,
	},
	/// The recipient's permit, which says for which subtree to seal, is not to be had.
	#[error(
		"the node has no permit of epoch {} for {identity} (serial {serial}): {answer}; ask \
		 another node, or seal for a later epoch with --epoch", epoch.number
	)]
	NoRecipientPermit {
		/// The name.
		identity: Identity,
		/// Its serial.
		serial: Serial,
		/// The present epoch.
		epoch: Epoch,
		/// What the node said.
		answer: NodeAnswer,
	},
	/// An epoch that is over.
	#[error("epoch {asked} is over: the present one is {}; leave --epoch out for it", present.number)]
	PastEpoch {
		/// Its number.
		asked: u64,
		/// The present one.
		present: Epoch,
	},
	/// An epoch further ahead than the schedule is sure to hold.
	#[error(
		"epoch {asked} is too far ahead: the schedule of epochs may change until then; the last \
		 one to seal for is {last}"
	)]
	BeyondSchedule {
		/// Its number.
		asked: u64,
		/// The last one that is sure.
		last: u64,
	},
	/// Not a sealed message.
	#[error("not a sealed message: {0}")]
	Format(&'static str),
	/// Its header.
	#[error("not a sealed message of this version: {0}")]
	Header(HeaderError),
	/// Sealed for somebody else.
	#[error("the message is sealed for {found} (serial {found_serial}), this is {own} (serial {serial})")]
	OtherRecipient {
		/// Whose store this is.
		own: Identity,
		/// Its serial.
		serial: Serial,
		/// Whom it is for.
		found: Identity,
		/// That one's serial.
		found_serial: Serial,
	},
	/// Sealed under another master key.
	#[error(
		"the message is sealed under master key {found:?}, this store is of {own:?}: another chain"
	)]
	OtherKey {
		/// The store's.
		own: KeyId,
		/// The message's.
		found: KeyId,
	},
	/// The epoch's permits do not exist yet.
	#[error(
		"the message opens in epoch {}; its permits are not published yet (the clock says {})",
		clock::epoch_text(epoch), clock::text(*now)
	)]
	NotYet {
		/// The message's epoch.
		epoch: Epoch,
		/// The clock.
		now: u64,
	},
	/// The message names an interval that is not one of the chain's, proved.
	#[error(
		"the message is sealed for epoch {}, which this chain has not: its epoch of that number is \
		 {}; the message never opens", clock::epoch_text(found),
		scheduled.map_or("none".into(), |epoch| clock::epoch_text(&epoch))
	)]
	NoSuchEpoch {
		/// The message's.
		found: Epoch,
		/// The chain's of that number.
		scheduled: Option<Epoch>,
	},
	/// Registered under another master key, proved.
	#[error(
		"{identity} is registered under key number {found}, the anchor is of {expected}: use an \
		 anchor of the present key"
	)]
	OtherKeyNumber {
		/// The name.
		identity: Identity,
		/// The anchor's.
		expected: u32,
		/// The registration's.
		found: u32,
	},
	/// No permit of a past epoch, and nobody to ask.
	#[error(
		"no permit of epoch {} in the store, and no node to ask: name one with --rpc", epoch.number
	)]
	Offline {
		/// The message's epoch.
		epoch: Epoch,
	},
	/// No permit of a past epoch.
	#[error(
		"the node has no permit of epoch {} for this serial: {answer}. Either it keeps none that \
		 old (64 epochs), or the serial was revoked by then; if it withholds one, another node has it",
		clock::epoch_text(epoch)
	)]
	NoPermit {
		/// The message's epoch.
		epoch: Epoch,
		/// What the node said.
		answer: NodeAnswer,
	},
	/// Altered, cut off, or never sealed rightly.
	#[error("the message does not open: it was altered, cut off, or sealed wrongly; nothing was written")]
	Altered,
	/// The signature inside.
	#[error(
		"the message opens, but its sender's signature does not hold: {0}; nothing was written"
	)]
	Signature(SignatureError),
	/// The signature's epoch is after the message's.
	#[error("the message is of epoch {message}, its signature of epoch {signature}, a later one; nothing was written")]
	LaterSignature {
		/// Number of the message's epoch.
		message: u64,
		/// Number of the signature's epoch.
		signature: u64,
	},
	/// The signature's epoch is older than what was asked for.
	#[error(
		"the message is signed by {identity} with a key of epoch {}, which ended before {}: who was \
		 revoked since can have made it; if that is old enough to be true, say so with --signed-within",
		clock::epoch_text(epoch), clock::text(*not_before)
	)]
	OldSignature {
		/// Who signed.
		identity: Identity,
		/// The key's epoch.
		epoch: Epoch,
		/// It was to end after this Unix second.
		not_before: u64,
	},
	/// A signature was demanded.
	#[error("the message is not signed, expected a signature by {expected}; nothing was written")]
	Unsigned {
		/// By whom.
		expected: Identity,
	},
	/// Signed by somebody else.
	#[error("the message is signed by {found}, expected {expected}; nothing was written")]
	OtherSender {
		/// Who was expected.
		expected: Identity,
		/// Who signed.
		found: Identity,
	},
	/// Longer than 2^32 chunks.
	#[error("the content is longer than 2^32 chunks of 64 KiB: seal it in parts")]
	TooLong,
	/// Key and permit do not belong together.
	#[error("the store's key and the permit do not belong together: {0}")]
	Key(EpochKeyError),
	/// The anchor's key. Anchors are checked when they are read, so this cannot come of a file.
	#[error("the anchor's master public key is not valid: {0}")]
	Anchor(DecodeError),
	/// What is sealed or opened cannot be read.
	#[error("the input cannot be read: {0}")]
	Read(io::Error),
	/// The result cannot be written.
	#[error("the output cannot be written: {0}")]
	Write(io::Error),
	/// The place of the result is taken.
	#[error("{path} exists and was not changed: choose another with -o, or say --force")]
	Exists {
		/// Which file.
		path: PathBuf,
	},
}

impl From<OpenError> for SealError {
	fn from(_: OpenError) -> Self {
		Self::Altered
	}
}

impl SealError {
	/// A short name that scripts can compare.
	pub const fn kind(&self) -> &'static str {
		match self {
			Self::Store(error) => error.kind(),
			Self::Chain(error) => error.kind(),
			Self::Device(error) => error.kind(),
			Self::Sign(error) => error.kind(),
			Self::Entropy(_) => "no-randomness",
			Self::UnknownRecipient { .. } => "unknown-recipient",
			Self::RevokedRecipient { .. } => "revoked-recipient",
			Self::NoRecipientPermit { .. } => "no-recipient-permit",
			Self::PastEpoch { .. } => "past-epoch",
			Self::BeyondSchedule { .. } => "beyond-schedule",
			Self::Format(_) | Self::Header(_) => "not-sealed",
			Self::OtherRecipient { .. } => "other-recipient",
			Self::OtherKey { .. } => "other-chain",
			Self::NotYet { .. } => "not-yet-published",
			Self::NoSuchEpoch { .. } => "no-such-epoch",
			Self::OtherKeyNumber { .. } => "other-key-number",
			Self::Offline { .. } | Self::NoPermit { .. } => "no-permit",
			Self::Altered => "altered",
			Self::Signature(_) | Self::LaterSignature { .. } => "signature-wrong",
			Self::OldSignature { .. } => "old-signature",
			Self::Unsigned { .. } => "unsigned",
			Self::OtherSender { .. } => "other-identity",
			Self::TooLong => "too-long",
			Self::Key(_) => "permit-not-for-key",
			Self::Anchor(_) => "bad-anchor",
			Self::Read(_) => "unreadable-file",
			Self::Write(_) => "file",
			Self::Exists { .. } => "not-overwritten",
		}
	}
}
