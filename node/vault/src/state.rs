//! What the vault reads of the chain: raw storage at the finalized block, never a runtime API.
//!
//! The node implements [`StateSource`] over its client; the readers below decode each item whole
//! (trailing bytes are an error) under the keys of [`symbolon_primitives::storage`].

use codec::{Decode, DecodeAll};
use symbolon_crypto::{
	ceremony::{deal::Dealing, register::Registration},
	cover::Subtree,
	DealerIndex, G2Bytes, MemberIndex, Serial,
};
use symbolon_primitives::{
	dta::{Ceremony, MasterKey, ShareVersion, StoredOutcome},
	epochs::{CoverChunk, PermitShares, Schedule, Snapshot},
	issuance::{PartialPair, QueueEntry},
	registry::{self, IndexKey},
	storage,
};

/// Why the finalized state cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StateError {
	/// The node cannot read it (pruned, or a failing database).
	#[error("the node cannot read its finalized state: {0}")]
	Unavailable(String),
	/// An item is not of the form that this vault knows.
	#[error(
		"{0} in the finalized state is not of the expected form: does this node fit the runtime?"
	)]
	Malformed(&'static str),
	/// An item that must be there is not.
	#[error("the finalized state lacks {0}, which this request needs")]
	Missing(&'static str),
}

/// Storage at one finalized block.
pub trait FinalizedState {
	/// Number of the block.
	fn number(&self) -> u32;
	/// Hash of the block.
	fn hash(&self) -> [u8; 32];
	/// Hash of the finalized chain's block of this number, however old; `None` if the node does
	/// not have it.
	fn canonical_hash(&self, number: u32) -> Result<Option<[u8; 32]>, StateError>;
	/// The value under a raw storage key.
	fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateError>;
	/// All raw storage keys that begin with `prefix`, ascending.
	fn keys(&self, prefix: &[u8]) -> Result<Vec<Vec<u8>>, StateError>;
}

/// Gives the state at the newest finalized block.
pub trait StateSource: Send + Sync + 'static {
	/// Hash of the chain's genesis block.
	fn genesis_hash(&self) -> [u8; 32];
	/// The state at the newest finalized block.
	fn finalized(&self) -> Result<Box<dyn FinalizedState>, StateError>;
}

/// Typed readers over one finalized state.
pub(crate) struct Finalized(pub Box<dyn FinalizedState>);

impl Finalized {
	fn read<T: Decode>(&self, item: &'static str, key: &[u8]) -> Result<Option<T>, StateError> {
		let Some(bytes) = self.0.get(key)? else { return Ok(None) };
		T::decode_all(&mut &bytes[..]).map(Some).map_err(|_| StateError::Malformed(item))
	}

	fn present(&self, key: &[u8]) -> Result<bool, StateError> {
		Ok(self.0.get(key)?.is_some())
	}

	pub fn number(&self) -> u32 {
		self.0.number()
	}

	pub fn hash(&self) -> [u8; 32] {
		self.0.hash()
	}

	/// Unix seconds of the block.
	pub fn time(&self) -> Result<u64, StateError> {
		let millis: u64 = self
			.read("Timestamp::Now", &storage::timestamp::now())?
			.ok_or(StateError::Missing("Timestamp::Now"))?;
		Ok(millis / 1000)
	}

	pub fn current_ceremony(&self) -> Result<Option<Ceremony>, StateError> {
		self.read("Dta::CurrentCeremony", &storage::dta::current_ceremony())
	}

	pub fn ceremony_count(&self) -> Result<u32, StateError> {
		Ok(self.read("Dta::CeremonyCount", &storage::dta::ceremony_count())?.unwrap_or(0))
	}

	pub fn current_key(&self) -> Result<Option<MasterKey>, StateError> {
		self.read("Dta::CurrentKey", &storage::dta::current_key())
	}

	pub fn registration(
		&self,
		ceremony: u32,
		member: MemberIndex,
	) -> Result<Option<Registration>, StateError> {
		self.read("Dta::Registrations", &storage::dta::registration(ceremony, member))
	}

	pub fn dealing(
		&self,
		ceremony: u32,
		dealer: DealerIndex,
	) -> Result<Option<Dealing>, StateError> {
		self.read("Dta::Dealings", &storage::dta::dealing(ceremony, dealer))
	}

	pub fn judged(&self, ceremony: u32, member: MemberIndex) -> Result<bool, StateError> {
		self.present(&storage::dta::judgement(ceremony, member))
	}

	pub fn disqualified(&self, ceremony: u32, dealer: DealerIndex) -> Result<bool, StateError> {
		self.present(&storage::dta::disqualified(ceremony, dealer))
	}

	pub fn outcome(&self, ceremony: u32) -> Result<Option<StoredOutcome>, StateError> {
		self.read("Dta::Outcomes", &storage::dta::outcome(ceremony))
	}

	pub fn confirmed(&self, ceremony: u32, member: MemberIndex) -> Result<bool, StateError> {
		self.present(&storage::dta::confirmation(ceremony, member))
	}

	pub fn share_version(&self, version: u32) -> Result<Option<ShareVersion>, StateError> {
		self.read("Dta::ShareVersions", &storage::dta::share_version(version))
	}

	pub fn verification_key(
		&self,
		version: u32,
		member: MemberIndex,
	) -> Result<Option<G2Bytes>, StateError> {
		self.read("Dta::VerificationKeys", &storage::dta::verification_key(version, member))
	}

	pub fn identity(&self, serial: Serial) -> Result<Option<registry::Registration>, StateError> {
		self.read("Registry::Registrations", &storage::registry::registration(serial))
	}

	/// The revoked subtree at a position of the log.
	pub fn revocation(&self, position: u64) -> Result<Option<Subtree>, StateError> {
		self.read("Registry::RevocationLog", &storage::registry::revocation_log(position))
	}

	/// Whether a subtree is revoked as such.
	pub fn revoked(&self, subtree: &Subtree) -> Result<bool, StateError> {
		self.present(&storage::registry::revoked(&IndexKey::new(subtree)))
	}

	/// All revoked subtrees with their positions in the log, by ascending index key.
	pub fn revoked_index(&self) -> Result<Vec<(IndexKey, u64)>, StateError> {
		const ITEM: &str = "Registry::RevokedIndex";
		let prefix = storage::registry::revoked_index();
		let mut index = Vec::new();
		for key in self.0.keys(&prefix)? {
			let suffix = key.strip_prefix(&prefix[..]).ok_or(StateError::Malformed(ITEM))?;
			let bytes = suffix.try_into().map_err(|_| StateError::Malformed(ITEM))?;
			let position = self.read(ITEM, &key)?.ok_or(StateError::Malformed(ITEM))?;
			index.push((IndexKey(bytes), position));
		}
		index.sort_unstable();
		Ok(index)
	}

	pub fn schedule(&self) -> Result<Schedule, StateError> {
		self.read("Epochs::Schedule", &storage::epochs::schedule())?
			.ok_or(StateError::Missing("Epochs::Schedule"))
	}

	pub fn slot_millis(&self) -> Result<u64, StateError> {
		self.read("Epochs::SlotMillis", &storage::epochs::slot_millis())?
			.ok_or(StateError::Missing("Epochs::SlotMillis"))
	}

	pub fn snapshot(&self, epoch: u64) -> Result<Option<Snapshot>, StateError> {
		self.read("Epochs::Snapshots", &storage::epochs::snapshot(epoch))
	}

	pub fn cover_chunk(&self, epoch: u64, chunk: u32) -> Result<Option<CoverChunk>, StateError> {
		self.read("Epochs::CoverChunks", &storage::epochs::cover_chunk(epoch, chunk))
	}

	pub fn permit_shares(
		&self,
		epoch: u64,
		chunk: u32,
		member: MemberIndex,
	) -> Result<Option<PermitShares>, StateError> {
		self.read("Epochs::Shares", &storage::epochs::permit_shares(epoch, chunk, member))
	}

	pub fn queue(&self, serial: Serial) -> Result<Option<QueueEntry>, StateError> {
		self.read("Issuance::Queue", &storage::issuance::queue(serial))
	}

	pub fn partials(
		&self,
		serial: Serial,
		member: MemberIndex,
	) -> Result<Option<PartialPair>, StateError> {
		self.read("Issuance::Partials", &storage::issuance::partials(serial, member))
	}
}
