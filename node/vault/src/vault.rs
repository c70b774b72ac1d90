//! Opening the vault, and the way of every request: finalized state, rollback check,
//! housekeeping, answer.

use crate::{
	clock::Clock,
	error::refused,
	files::{self, At},
	ledger::{BlockRef, Ledger, Record},
	permits::CachedCover,
	sealed::{Keyring, Passphrase},
	state::{Finalized, StateSource},
	store::{self, SecretKind, Slot, Store},
	VaultOpenError, LOG,
};
use nix::{
	errno::Errno,
	fcntl::{Flock, FlockArg},
};
use parking_lot::Mutex;
use std::{
	fs::{File, OpenOptions},
	os::unix::fs::OpenOptionsExt,
	path::{Path, PathBuf},
	sync::Arc,
};
use symbolon_host::{VaultBackend, VaultError, VaultRequest, VaultResponse};

/// Blocks after which the finalized block is recorded even if nothing new is released.
const RECORD_EVERY: u32 = 256;

/// One member's vault.
pub struct Vault(Mutex<Inner>);

/// What a request works with; one request at a time.
pub(crate) struct Inner {
	pub dir: PathBuf,
	pub source: Arc<dyn StateSource>,
	pub clock: Box<dyn Clock>,
	pub ledger: Ledger,
	pub store: Store,
	pub cover: Option<CachedCover>,
	/// Newest finalized block seen by this process.
	seen: Option<BlockRef>,
	/// Ceremonies with files but no record: a crash came before the first record.
	orphans: Vec<u32>,
	_lock: Flock<File>,
}

/// Takes the lock that keeps a second process out.
fn lock(dir: &Path) -> Result<Flock<File>, VaultOpenError> {
	let path = dir.join("lock");
	let file = OpenOptions::new()
		.write(true)
		.create(true)
		.truncate(false)
		.mode(0o600)
		.open(&path)
		.at(&path)?;
	match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
		Ok(lock) => Ok(lock),
		Err((_, Errno::EWOULDBLOCK)) => Err(VaultOpenError::InUse),
		Err((_, errno)) => Err(std::io::Error::from(errno)).at(&path).map_err(Into::into),
	}
}

impl Vault {
	/// Opens the vault in `dir`, or makes a new one if the folder is empty or absent.
	///
	/// `passphrase` protects the file keys of a new vault; an existing one needs the passphrase
	/// it was made with, and none if it was made without. An error changes no record or secret.
	pub fn open(
		dir: &Path,
		passphrase: Option<Passphrase>,
		source: Arc<dyn StateSource>,
		clock: Box<dyn Clock>,
	) -> Result<Self, VaultOpenError> {
		files::ensure_dir(dir)?;
		let lock = lock(dir)?;
		let genesis_hash = source.genesis_hash();
		let ledger_path = dir.join("ledger");
		let ledger = Ledger::open(&ledger_path)?;
		// The ledger is made last: without it a folder that holds anything of a ceremony is
		// not new, and must not be taken for new.
		let new = ledger.is_none();
		if new && files::exists(&dir.join("ceremonies"))? {
			return Err(VaultOpenError::Incomplete("ledger"));
		}
		let keyring = Keyring::load(&dir.join("protection"), passphrase, new)?;
		let ledger = match ledger {
			Some(ledger) => ledger,
			None => {
				Ledger::create(&ledger_path, genesis_hash)?;
				Ledger::open(&ledger_path)?.ok_or(VaultOpenError::Incomplete("ledger"))?
			}
		};
		match ledger.book().genesis_hash() {
			Some(vault) if vault != genesis_hash => {
				return Err(VaultOpenError::OtherChain { vault, node: genesis_hash });
			}
			_ => (),
		}
		let mut orphans = store::ceremonies(dir)?;
		orphans.retain(|number| ledger.book().ceremony(*number).is_none());
		Ok(Self(Mutex::new(Inner {
			dir: dir.to_path_buf(),
			source,
			clock,
			ledger,
			store: Store::new(dir.to_path_buf(), keyring),
			cover: None,
			seen: None,
			orphans,
			_lock: lock,
		})))
	}

	/// Answers a request from the finalized state, or says why not. One at a time: a second
	/// caller gets [`VaultError::Busy`].
	pub fn answer(&self, request: VaultRequest) -> Result<VaultResponse, VaultError> {
		let Some(mut inner) = self.0.try_lock() else { return Err(VaultError::Busy) };
		let answer = inner.answer(request);
		if let Err(error @ (VaultError::Refused(_) | VaultError::Storage(_))) = &answer {
			log::warn!(target: LOG, "request not answered: {error:?}");
		}
		answer
	}
}

/// A shared handle: what the node puts into the workers' externalities.
#[derive(Clone)]
pub struct VaultHandle(Arc<Vault>);

impl VaultHandle {
	/// A handle to `vault`; clones lead to the same vault.
	pub fn new(vault: Vault) -> Self {
		Self(Arc::new(vault))
	}
}

impl VaultBackend for VaultHandle {
	fn answer(&self, request: VaultRequest) -> Result<VaultResponse, VaultError> {
		self.0.answer(request)
	}
}

impl Inner {
	fn answer(&mut self, request: VaultRequest) -> Result<VaultResponse, VaultError> {
		let state = Finalized(self.source.finalized()?);
		self.check_not_rolled_back(&state)?;
		self.housekeeping(&state)?;
		match request {
			VaultRequest::Register { ceremony, member } => {
				self.register(&state, ceremony, member).map(VaultResponse::Registration)
			}
			VaultRequest::Deal { ceremony, member } => {
				self.deal(&state, ceremony, member).map(VaultResponse::Dealing)
			}
			VaultRequest::Judge { ceremony, member } => {
				self.judge(&state, ceremony, member).map(VaultResponse::Judgement)
			}
			VaultRequest::Confirm { ceremony, member } => {
				self.confirm(&state, ceremony, member).map(VaultResponse::Confirmation)
			}
			VaultRequest::PartialKeys { share_version, serials } => {
				self.partial_keys(&state, share_version, serials).map(VaultResponse::PartialKeys)
			}
			VaultRequest::PermitShares { epoch, chunk } => self
				.permit_shares(&state, epoch, chunk)
				.map(|(version, shares)| VaultResponse::PermitShares(version, shares)),
			VaultRequest::Permits { epoch, chunk } => {
				self.permits(&state, epoch, chunk).map(VaultResponse::Permits)
			}
			VaultRequest::CheckPartials { serial } => {
				self.check_partials(&state, serial).map(VaultResponse::WrongPartials)
			}
		}
	}

	/// Finality only rises. A finalized state below or beside the one that the vault acted on
	/// means that the node's database was rolled back or that finality broke.
	fn check_not_rolled_back(&mut self, state: &Finalized) -> Result<(), VaultError> {
		let now = BlockRef { number: state.number(), hash: state.hash() };
		if let Some(known) = self.seen.or(self.ledger.book().finalized()) {
			if now.number < known.number {
				return Err(refused(format!(
					"the finalized state was rolled back: this vault has acted on finalized block \
					 {}, the node is at {}; let the node sync up to it again",
					known.number, now.number
				)));
			}
			let same_height = now.number == known.number;
			let there =
				if same_height { Some(now.hash) } else { state.0.canonical_hash(known.number)? };
			// Unknown counts as other: a warp-synced node has the headers once it is done.
			if there != Some(known.hash) {
				return Err(refused(format!(
					"the node follows another history: this vault has acted on finalized block {} \
					 (0x{}), which is not in this chain; do not serve from this database",
					known.number,
					hex::encode(known.hash)
				)));
			}
		}
		self.seen = Some(now);
		Ok(())
	}

	/// Records the finalized block and `records`, synced, before what they are about leaves.
	/// The block alone is recorded only now and then.
	pub fn commit(&mut self, state: &Finalized, records: Vec<Record>) -> Result<(), VaultError> {
		let book = self.ledger.book();
		let mut news = false;
		for record in &records {
			news |= book.check(record).map_err(crate::LedgerError::from)?;
		}
		let recorded = book.finalized().map_or(0, |block| block.number);
		if !news && state.number() < recorded.saturating_add(RECORD_EVERY) {
			return Ok(());
		}
		let block = BlockRef { number: state.number(), hash: state.hash() };
		let all = std::iter::once(Record::Finalized(block)).chain(records).collect();
		Ok(self.ledger.append(all)?)
	}

	/// Erases what the finalized state says is over, and records new share versions.
	fn housekeeping(&mut self, state: &Finalized) -> Result<(), VaultError> {
		let open: Vec<_> = self
			.ledger
			.book()
			.ceremonies()
			.filter(|entry| !entry.key_erased || (!entry.activated && !entry.share_erased))
			.map(|entry| (Slot::from(&entry.part), entry.part.share_version))
			.collect();
		for (slot, version) in open {
			let records = self.tidy(state, &slot, version)?;
			self.commit(state, records)?;
		}
		self.sweep_orphans(state)?;
		self.commit(state, Vec::new())
	}

	/// Erases the secrets of ceremonies that are over and were never recorded.
	fn sweep_orphans(&mut self, state: &Finalized) -> Result<(), VaultError> {
		if self.orphans.is_empty() {
			return Ok(());
		}
		let count = state.ceremony_count()?;
		let current = state.current_ceremony()?.map(|ceremony| ceremony.number);
		for number in std::mem::take(&mut self.orphans) {
			if self.ledger.book().ceremony(number).is_some() {
				continue;
			}
			if number <= count && current != Some(number) {
				self.store.erase_secret(number, SecretKind::CeremonyKey)?;
			} else {
				self.orphans.push(number);
			}
		}
		Ok(())
	}

	/// Erases what is over of one ceremony; gives the records of it.
	fn tidy(
		&self,
		state: &Finalized,
		slot: &Slot,
		version: u32,
	) -> Result<Vec<Record>, VaultError> {
		let ceremony = slot.ceremony;
		let current = state.current_ceremony()?.is_some_and(|current| current.number == ceremony);
		let made = state.share_version(version)?.is_some_and(|made| made.ceremony_no == ceremony);
		let mut records = Vec::new();
		if made {
			records.push(Record::Activated { ceremony });
		}
		// Over: it failed, or it succeeded and takes no more confirmations.
		let over = !current && state.ceremony_count()? >= ceremony;
		if over || (made && state.confirmed(ceremony, slot.member)?) {
			self.store.erase_secret(ceremony, SecretKind::CeremonyKey)?;
			records.push(Record::CeremonyKeyErased { ceremony });
		}
		if over && !made {
			self.store.erase_secret(ceremony, SecretKind::Share)?;
			records.push(Record::ShareErased { ceremony });
			log::info!(target: LOG, "ceremony {ceremony} failed: its secrets are erased");
		}
		Ok(records)
	}
}
