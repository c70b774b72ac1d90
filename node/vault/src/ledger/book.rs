//! What the ledger says, and what may never be said a second time.

use codec::{Decode, Encode};
use std::collections::{BTreeMap, HashMap};
use symbolon_crypto::{
	ceremony::CeremonyId, hash::sha256, Epoch, G1Bytes, G2Bytes, KeyId, MemberIndex, Serial,
};

/// Form of the ledger that this version writes.
pub(crate) const VERSION: u8 = 1;

/// A finalized block.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct BlockRef {
	/// Its number.
	pub number: u32,
	/// Its hash.
	pub hash: [u8; 32],
}

/// Own part in a ceremony.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub(crate) struct Part {
	pub ceremony: u32,
	pub sid: CeremonyId,
	pub member: MemberIndex,
	pub share_version: u32,
	/// Own `E_j`.
	pub key: G1Bytes,
	/// SHA-256 of the registration.
	pub message: [u8; 32],
}

/// Own new share, by its public half.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub(crate) struct Confirmed {
	pub ceremony: u32,
	/// SHA-256 of the confirmation.
	pub message: [u8; 32],
	/// `P`.
	pub master: G2Bytes,
	/// `P_j`.
	pub own: G2Bytes,
}

/// One entry of the ledger. Indices are for ever: a later version appends kinds (the last
/// checkpoint, rising, is to be the next), and an older one refuses a kind that it does not know.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub(crate) enum Record {
	/// The first entry.
	#[codec(index = 0)]
	Opened { version: u8, genesis_hash: [u8; 32] },
	/// The newest finalized block that the vault acted on.
	#[codec(index = 1)]
	Finalized(BlockRef),
	/// Own registration in a ceremony is stored.
	#[codec(index = 2)]
	Registered(Part),
	/// Own dealing is stored: its SHA-256.
	#[codec(index = 3)]
	Dealt { ceremony: u32, message: [u8; 32] },
	/// Own judgement is stored: its SHA-256.
	#[codec(index = 4)]
	Judged { ceremony: u32, message: [u8; 32] },
	/// Own share and confirmation are stored.
	#[codec(index = 5)]
	Confirmed(Confirmed),
	/// The cover that the permits of an epoch are signed for: `SHA-256(SCALE(epoch, cover))`.
	#[codec(index = 6)]
	Permits { key_id: KeyId, epoch: Epoch, cover: [u8; 32] },
	/// A partial key was made: `SHA-256(identity)` and `T`.
	#[codec(index = 7)]
	Issued { serial: Serial, identity: [u8; 32], transport: G1Bytes },
	/// The share version that a ceremony made is active.
	#[codec(index = 8)]
	Activated { ceremony: u32 },
	/// `x_j` of a ceremony is erased.
	#[codec(index = 9)]
	CeremonyKeyErased { ceremony: u32 },
	/// The share that a ceremony made is erased.
	#[codec(index = 10)]
	ShareErased { ceremony: u32 },
}

/// Which record would contradict an earlier one.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Contradiction {
	/// A message of a ceremony, other than the one recorded.
	#[error("ceremony {ceremony}: the ledger holds another {what}; a vault sends one only")]
	Message {
		/// Number of the ceremony.
		ceremony: u32,
		/// Which message.
		what: &'static str,
	},
	/// A record about a ceremony that the vault has no part in.
	#[error("ceremony {0} is not in the ledger")]
	NoPart(u32),
	/// A second cover for one epoch.
	#[error(
		"epoch {number}: the ledger holds another interval or cover for it; permits for two covers \
		 of one epoch would let revoked devices back in, so the vault signs the first one only"
	)]
	Cover {
		/// Number of the epoch.
		number: u64,
	},
	/// A second (identity, transport key) for one serial.
	#[error(
		"serial {0}: the ledger holds another identity or transport key for it; a serial binds one \
		 pair for ever"
	)]
	Serial(Serial),
	/// A finalized block below the recorded one, or another of its number.
	#[error("finalized block {came}: the ledger holds block {known}, finalized and acted on")]
	Finalized {
		/// Number recorded.
		known: u32,
		/// Number that came.
		came: u32,
	},
	/// A second beginning.
	#[error("the ledger begins twice")]
	Opened,
}

/// One of a ceremony's stored messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum MessageKind {
	Registration,
	Dealing,
	Judgement,
	Confirmation,
}

impl MessageKind {
	/// Its name, and that of its file.
	pub fn as_str(self) -> &'static str {
		match self {
			Self::Registration => "registration",
			Self::Dealing => "dealing",
			Self::Judgement => "judgement",
			Self::Confirmation => "confirmation",
		}
	}
}

/// What the ledger holds about a ceremony.
pub(crate) struct CeremonyEntry {
	pub part: Part,
	pub dealing: Option<[u8; 32]>,
	pub judgement: Option<[u8; 32]>,
	pub confirmed: Option<Confirmed>,
	pub activated: bool,
	pub key_erased: bool,
	pub share_erased: bool,
}

impl CeremonyEntry {
	fn new(part: Part) -> Self {
		Self {
			part,
			dealing: None,
			judgement: None,
			confirmed: None,
			activated: false,
			key_erased: false,
			share_erased: false,
		}
	}

	/// SHA-256 of a stored message.
	pub fn message(&self, kind: MessageKind) -> Option<[u8; 32]> {
		match kind {
			MessageKind::Registration => Some(self.part.message),
			MessageKind::Dealing => self.dealing,
			MessageKind::Judgement => self.judgement,
			MessageKind::Confirmation => self.confirmed.as_ref().map(|record| record.message),
		}
	}
}

/// The ledger's content, indexed.
#[derive(Default)]
pub(crate) struct Book {
	opened: Option<[u8; 32]>,
	finalized: Option<BlockRef>,
	ceremonies: BTreeMap<u32, CeremonyEntry>,
	/// By (key number's identifier, epoch number): SHA-256 of (start, end, cover digest).
	permits: BTreeMap<([u8; 32], u64), [u8; 32]>,
	issued: HashMap<u64, [u8; 32]>,
}

impl Book {
	pub fn genesis_hash(&self) -> Option<[u8; 32]> {
		self.opened
	}

	pub fn finalized(&self) -> Option<BlockRef> {
		self.finalized
	}

	pub fn ceremony(&self, number: u32) -> Option<&CeremonyEntry> {
		self.ceremonies.get(&number)
	}

	pub fn ceremonies(&self) -> impl Iterator<Item = &CeremonyEntry> {
		self.ceremonies.values()
	}

	/// Whether permits of the epoch were signed, for whatever cover.
	pub fn has_permits(&self, key_id: &KeyId, epoch: u64) -> bool {
		self.permits.contains_key(&(key_id.0, epoch))
	}

	/// Greatest epoch number whose permits were signed.
	pub fn last_epoch(&self) -> Option<u64> {
		self.permits.keys().map(|(_, number)| *number).max()
	}

	/// Serials that were answered.
	pub fn issued(&self) -> usize {
		self.issued.len()
	}

	fn known_ceremony(&self, number: u32) -> Result<&CeremonyEntry, Contradiction> {
		self.ceremony(number).ok_or(Contradiction::NoPart(number))
	}

	/// Whether `record` says something new (`Ok(true)`), repeats an earlier one (`Ok(false)`) or
	/// contradicts one.
	pub fn check(&self, record: &Record) -> Result<bool, Contradiction> {
		match record {
			Record::Opened { .. } if self.opened.is_some() => Err(Contradiction::Opened),
			Record::Opened { .. } => Ok(true),
			Record::Finalized(block) => self.check_finalized(block),
			Record::Registered(part) => match self.ceremony(part.ceremony) {
				None => Ok(true),
				Some(entry) if entry.part == *part => Ok(false),
				Some(_) => Err(Contradiction::Message {
					ceremony: part.ceremony,
					what: MessageKind::Registration.as_str(),
				}),
			},
			Record::Dealt { ceremony, message } => {
				self.check_message(*ceremony, MessageKind::Dealing, message)
			}
			Record::Judged { ceremony, message } => {
				self.check_message(*ceremony, MessageKind::Judgement, message)
			}
			Record::Confirmed(confirmed) => {
				let kind = MessageKind::Confirmation;
				self.check_message(confirmed.ceremony, kind, &confirmed.message)
			}
			Record::Permits { key_id, epoch, cover } => {
				match self.permits.get(&(key_id.0, epoch.number)) {
					None => Ok(true),
					Some(known) if *known == permit_digest(epoch, cover) => Ok(false),
					Some(_) => Err(Contradiction::Cover { number: epoch.number }),
				}
			}
			Record::Issued { serial, identity, transport } => {
				match self.issued.get(&serial.get()) {
					None => Ok(true),
					Some(known) if *known == issued_digest(identity, transport) => Ok(false),
					Some(_) => Err(Contradiction::Serial(*serial)),
				}
			}
			Record::Activated { ceremony } => Ok(!self.known_ceremony(*ceremony)?.activated),
			Record::CeremonyKeyErased { ceremony } => {
				Ok(!self.known_ceremony(*ceremony)?.key_erased)
			}
			Record::ShareErased { ceremony } => Ok(!self.known_ceremony(*ceremony)?.share_erased),
		}
	}

	fn check_finalized(&self, block: &BlockRef) -> Result<bool, Contradiction> {
		match self.finalized {
			Some(known) if known == *block => Ok(false),
			Some(known) if known.number >= block.number => {
				Err(Contradiction::Finalized { known: known.number, came: block.number })
			}
			_ => Ok(true),
		}
	}

	fn check_message(
		&self,
		ceremony: u32,
		kind: MessageKind,
		message: &[u8; 32],
	) -> Result<bool, Contradiction> {
		match self.known_ceremony(ceremony)?.message(kind) {
			None => Ok(true),
			Some(known) if known == *message => Ok(false),
			Some(_) => Err(Contradiction::Message { ceremony, what: kind.as_str() }),
		}
	}

	/// Takes in a record that [`Self::check`] let pass.
	pub fn apply(&mut self, record: Record) {
		match record {
			Record::Opened { genesis_hash, .. } => self.opened = Some(genesis_hash),
			Record::Finalized(block) => self.finalized = Some(block),
			Record::Registered(part) => {
				self.ceremonies.insert(part.ceremony, CeremonyEntry::new(part));
			}
			Record::Dealt { ceremony, message } => {
				self.update(ceremony, |entry| entry.dealing = Some(message));
			}
			Record::Judged { ceremony, message } => {
				self.update(ceremony, |entry| entry.judgement = Some(message));
			}
			Record::Confirmed(confirmed) => {
				self.update(confirmed.ceremony, |entry| entry.confirmed = Some(confirmed));
			}
			Record::Permits { key_id, epoch, cover } => {
				let digest = permit_digest(&epoch, &cover);
				self.permits.insert((key_id.0, epoch.number), digest);
			}
			Record::Issued { serial, identity, transport } => {
				self.issued.insert(serial.get(), issued_digest(&identity, &transport));
			}
			Record::Activated { ceremony } => self.update(ceremony, |entry| entry.activated = true),
			Record::CeremonyKeyErased { ceremony } => {
				self.update(ceremony, |entry| entry.key_erased = true);
			}
			Record::ShareErased { ceremony } => {
				self.update(ceremony, |entry| entry.share_erased = true);
			}
		}
	}

	fn update(&mut self, ceremony: u32, change: impl FnOnce(&mut CeremonyEntry)) {
		if let Some(entry) = self.ceremonies.get_mut(&ceremony) {
			change(entry);
		}
	}
}

fn permit_digest(epoch: &Epoch, cover: &[u8; 32]) -> [u8; 32] {
	sha256(&(epoch, cover).encode())
}

fn issued_digest(identity: &[u8; 32], transport: &G1Bytes) -> [u8; 32] {
	sha256(&(identity, transport).encode())
}
