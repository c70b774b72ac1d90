//! What an operator may see of a vault: no secrets, no passphrase needed, also while a node has
//! it open.

use crate::{
	files::FileError,
	hold, ledger,
	ledger::BlockRef,
	sealed,
	store::{self, SecretKind},
	Vault, VaultOpenError,
};
use std::{fmt, path::Path};

/// A vault, without its secrets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VaultStatus {
	/// Genesis hash of its chain.
	pub genesis_hash: [u8; 32],
	/// Whether its file keys are under a passphrase.
	pub passphrase: bool,
	/// Whether the operator holds it.
	pub held: bool,
	/// Newest finalized block on record; the vault may have seen newer ones.
	pub finalized: Option<BlockRef>,
	/// Ceremonies it took part in, by number.
	pub ceremonies: Vec<CeremonyStatus>,
	/// Greatest number of an epoch whose permits it signed.
	pub last_epoch: Option<u64>,
	/// Serials it answered.
	pub serials: u64,
	/// Complete records in its ledger.
	pub ledger_records: u64,
	/// Bytes of them.
	pub ledger_bytes: u64,
	/// Bytes of an incomplete last record: being written, or left by a crash.
	pub ledger_torn: u64,
}

/// One ceremony of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CeremonyStatus {
	/// Number of the ceremony.
	pub number: u32,
	/// Own index in it.
	pub member: u16,
	/// Share version that it makes.
	pub share_version: u32,
	/// Whether the own dealing was made.
	pub dealt: bool,
	/// Whether the own judgement was made.
	pub judged: bool,
	/// Whether the own confirmation was made.
	pub confirmed: bool,
	/// Whether its share version was seen active.
	pub active: bool,
	/// Whether the ceremony key `x_j` is still there.
	pub holds_ceremony_key: bool,
	/// Whether the share is there.
	pub holds_share: bool,
}

impl Vault {
	/// The status of the vault in `dir`; changes nothing.
	pub fn status(dir: &Path) -> Result<VaultStatus, VaultOpenError> {
		let loaded =
			ledger::load(&dir.join("ledger"))?.ok_or(VaultOpenError::Incomplete("ledger"))?;
		let book = &loaded.book;
		let ceremonies =
			book.ceremonies().map(|entry| ceremony(dir, entry)).collect::<Result<_, _>>()?;
		Ok(VaultStatus {
			genesis_hash: book.genesis_hash().ok_or(VaultOpenError::Format("ledger"))?,
			passphrase: sealed::is_protected(&dir.join("protection"))?,
			held: hold::is_held(dir)?,
			finalized: book.finalized(),
			ceremonies,
			last_epoch: book.last_epoch(),
			serials: book.issued() as u64,
			ledger_records: loaded.records,
			ledger_bytes: loaded.length,
			ledger_torn: loaded.torn,
		})
	}
}

fn ceremony(dir: &Path, entry: &ledger::CeremonyEntry) -> Result<CeremonyStatus, FileError> {
	let number = entry.part.ceremony;
	Ok(CeremonyStatus {
		number,
		member: entry.part.member.get(),
		share_version: entry.part.share_version,
		dealt: entry.dealing.is_some(),
		judged: entry.judgement.is_some(),
		confirmed: entry.confirmed.is_some(),
		active: entry.activated,
		holds_ceremony_key: store::holds_secret(dir, number, SecretKind::CeremonyKey)?,
		holds_share: store::holds_secret(dir, number, SecretKind::Share)?,
	})
}

fn yes(flag: bool) -> &'static str {
	if flag {
		"yes"
	} else {
		"no"
	}
}

impl fmt::Display for VaultStatus {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		writeln!(f, "chain        0x{}", hex::encode(self.genesis_hash))?;
		writeln!(f, "passphrase   {}", yes(self.passphrase))?;
		writeln!(f, "held         {}", yes(self.held))?;
		match &self.finalized {
			Some(block) => {
				writeln!(f, "finalized    {} 0x{}", block.number, hex::encode(block.hash))?;
			}
			None => writeln!(f, "finalized    none recorded")?,
		}
		match self.last_epoch {
			Some(number) => writeln!(f, "last epoch   {number}")?,
			None => writeln!(f, "last epoch   none signed")?,
		}
		writeln!(f, "serials      {}", self.serials)?;
		writeln!(f, "ledger       {} records, {} bytes", self.ledger_records, self.ledger_bytes)?;
		self.ceremonies.iter().try_for_each(|ceremony| write!(f, "{ceremony}"))
	}
}

impl fmt::Display for CeremonyStatus {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		writeln!(
			f,
			"ceremony {}   member {}, share version {} (active: {}); dealt: {}, judged: {}, \
			 confirmed: {}; holds ceremony key: {}, share: {}",
			self.number,
			self.member,
			self.share_version,
			yes(self.active),
			yes(self.dealt),
			yes(self.judged),
			yes(self.confirmed),
			yes(self.holds_ceremony_key),
			yes(self.holds_share)
		)
	}
}
