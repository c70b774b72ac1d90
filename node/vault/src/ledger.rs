//! The append-only ledger: what the vault has said, so that it never says anything else.
//!
//! A record is `len: u16 ‖ !len: u16 ‖ payload ‖ link`, little-endian, payload the SCALE form of
//! [`Record`], `link_i = SHA-256(link_{i-1} ‖ len ‖ payload)`. It is written and synced before
//! what it is about leaves the vault. A crash can leave an incomplete last record: it is cut off
//! when the vault is opened, since nothing that depended on it was released. Anything else that
//! does not fit the chain of links is corruption, and the vault does not serve.

mod book;
#[cfg(test)]
mod tests;

pub use book::{BlockRef, Contradiction};
pub(crate) use book::{Book, CeremonyEntry, Confirmed, MessageKind, Part, Record};

use crate::files::{self, At, FileError};
use codec::{DecodeAll, Encode};
use std::{
	fs::{File, OpenOptions},
	io::{Seek, SeekFrom, Write},
	path::{Path, PathBuf},
};
use symbolon_crypto::hash::sha256;

/// Bytes before a payload: its length, twice.
const HEAD: usize = 4;
/// Bytes after it: the link.
const LINK: usize = 32;
/// Longest ledger that is loaded: 4 GiB.
const MAX_LEDGER: u64 = 1 << 32;

/// Why the ledger cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
	/// The file cannot be read or written.
	#[error(transparent)]
	File(#[from] FileError),
	/// A record inside it does not fit.
	#[error(
		"the ledger is corrupt at byte {offset} ({what}): restore a sound copy that is not older; \
		 without it the vault could contradict itself"
	)]
	Corrupt {
		/// Offset of the record.
		offset: usize,
		/// What does not fit.
		what: &'static str,
	},
	/// A record contradicts an earlier one.
	#[error(transparent)]
	Contradiction(#[from] Contradiction),
	/// A write failed and could not be undone.
	#[error("the ledger could not be written before; restart the node once the disk is sound")]
	Broken,
}

/// A ledger's content as found in its file.
pub(crate) struct Loaded {
	pub book: Book,
	/// Complete records.
	pub records: u64,
	/// Bytes of complete records; an incomplete last one comes after them.
	pub length: u64,
	/// Bytes of an incomplete last record.
	pub torn: u64,
	link: [u8; 32],
}

/// Reads a ledger; `None` if there is none.
pub(crate) fn load(path: &Path) -> Result<Option<Loaded>, LedgerError> {
	let Some(bytes) = files::read(path, MAX_LEDGER)? else { return Ok(None) };
	let mut loaded =
		Loaded { book: Book::default(), records: 0, length: 0, torn: 0, link: first_link() };
	let mut rest = &bytes[..];
	while let Some((record, after, link)) = next(rest, &loaded)? {
		let first = loaded.length == 0;
		let opens = matches!(record, Record::Opened { version: book::VERSION, .. });
		if first != opens || loaded.book.check(&record) != Ok(true) {
			let what = "a record that does not fit the others, or a ledger of another version";
			return Err(LedgerError::Corrupt { offset: loaded.length as usize, what });
		}
		loaded.book.apply(record);
		loaded.link = link;
		loaded.records += 1;
		rest = after;
		loaded.length = (bytes.len() - rest.len()) as u64;
	}
	if loaded.records == 0 {
		return Err(LedgerError::Corrupt { offset: 0, what: "no complete record" });
	}
	loaded.torn = rest.len() as u64;
	Ok(Some(loaded))
}

fn first_link() -> [u8; 32] {
	sha256(b"symbolon-vault-ledger")
}

fn link(previous: &[u8; 32], head: &[u8], payload: &[u8]) -> [u8; 32] {
	sha256(&[&previous[..], head, payload].concat())
}

type Next<'a> = Option<(Record, &'a [u8], [u8; 32])>;

/// The next record of `rest` with what follows it and its link; `None` at the end or before an
/// incomplete last record.
fn next<'a>(rest: &'a [u8], loaded: &Loaded) -> Result<Next<'a>, LedgerError> {
	let corrupt = |what| LedgerError::Corrupt { offset: loaded.length as usize, what };
	let Some((head, body)) = rest.split_at_checked(HEAD) else { return Ok(None) };
	// A file system may have lengthened the file without its data.
	if rest.iter().all(|byte| *byte == 0) {
		return Ok(None);
	}
	let [a, b, c, d] = *head else { return Err(corrupt("length")) };
	let length = u16::from_le_bytes([a, b]);
	// The length is there twice: a flipped one must not pass for an incomplete record.
	if u16::from_le_bytes([c, d]) != !length {
		return Err(corrupt("length"));
	}
	let Some((payload, body)) = body.split_at_checked(usize::from(length)) else {
		return Ok(None);
	};
	let Some((stored, after)) = body.split_at_checked(LINK) else { return Ok(None) };
	let link = link(&loaded.link, head, payload);
	if stored != link {
		return Err(corrupt("hash"));
	}
	let record = Record::decode_all(&mut &payload[..])
		.map_err(|_| corrupt("a kind of record that this version does not know"))?;
	Ok(Some((record, after, link)))
}

/// The bytes of a record and its link.
fn frame(record: &Record, previous: &[u8; 32]) -> (Vec<u8>, [u8; 32]) {
	let payload = record.encode();
	// Records are of fixed size, all under 300 bytes.
	let length = payload.len() as u16;
	let head = [length.to_le_bytes(), (!length).to_le_bytes()].concat();
	let link = link(previous, &head, &payload);
	([&head[..], &payload, &link].concat(), link)
}

/// The open ledger.
pub(crate) struct Ledger {
	path: PathBuf,
	file: File,
	book: Book,
	length: u64,
	link: [u8; 32],
	broken: bool,
}

impl Ledger {
	/// Begins the ledger of a new vault, synced with its folder.
	pub fn create(path: &Path, genesis_hash: [u8; 32]) -> Result<(), LedgerError> {
		let record = Record::Opened { version: book::VERSION, genesis_hash };
		Ok(files::write(path, &frame(&record, &first_link()).0)?)
	}

	/// Opens the ledger for appending; `None` if there is none. An incomplete last record is
	/// cut off.
	pub fn open(path: &Path) -> Result<Option<Self>, LedgerError> {
		let Some(Loaded { book, length, torn, link, .. }) = load(path)? else { return Ok(None) };
		let file = OpenOptions::new().write(true).open(path).at(path)?;
		let path = path.to_path_buf();
		let mut ledger = Self { path, file, book, length, link, broken: false };
		if torn > 0 {
			log::warn!(
				target: crate::LOG,
				"the ledger's last record is incomplete ({torn} bytes, a crash): cut off"
			);
			ledger.cut()?;
		}
		Ok(Some(ledger))
	}

	/// What it says.
	pub fn book(&self) -> &Book {
		&self.book
	}

	/// Appends what is new among `records`, synced when this returns; all or nothing. The
	/// records must not contradict one another.
	pub fn append(&mut self, records: Vec<Record>) -> Result<(), LedgerError> {
		if self.broken {
			return Err(LedgerError::Broken);
		}
		let (mut bytes, mut link, mut new) = (Vec::new(), self.link, Vec::new());
		for record in records {
			if self.book.check(&record)? {
				let (framed, next) = frame(&record, &link);
				bytes.extend_from_slice(&framed);
				link = next;
				new.push(record);
			}
		}
		if new.is_empty() {
			return Ok(());
		}
		if let Err(error) = self.write(&bytes) {
			// What was written of them must not stay, or the next append would not fit.
			self.broken = self.cut().is_err();
			return Err(error);
		}
		self.length += bytes.len() as u64;
		self.link = link;
		new.into_iter().for_each(|record| self.book.apply(record));
		Ok(())
	}

	fn write(&mut self, bytes: &[u8]) -> Result<(), LedgerError> {
		let written = self
			.file
			.seek(SeekFrom::Start(self.length))
			.and_then(|_| self.file.write_all(bytes))
			.and_then(|()| self.file.sync_data());
		Ok(written.at(&self.path)?)
	}

	/// Cuts the file to its complete records.
	fn cut(&mut self) -> Result<(), LedgerError> {
		let cut = self.file.set_len(self.length).and_then(|()| self.file.sync_all());
		Ok(cut.at(&self.path)?)
	}
}
