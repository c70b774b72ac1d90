use super::*;
use symbolon_crypto::{ceremony::CeremonyId, Epoch, G1Bytes, KeyId, MemberIndex, Serial};

const GENESIS: [u8; 32] = [9; 32];

fn part(ceremony: u32) -> Part {
	Part {
		ceremony,
		sid: CeremonyId([1; 32]),
		member: MemberIndex::new(2).unwrap(),
		share_version: ceremony,
		key: G1Bytes([3; 48]),
		message: [4; 32],
	}
}

fn block(number: u32) -> Record {
	Record::Finalized(BlockRef { number, hash: [number as u8; 32] })
}

fn permits(number: u64, end: u64, cover: u8) -> Record {
	let epoch = Epoch { number, start: 100, end };
	Record::Permits { key_id: KeyId([5; 32]), epoch, cover: [cover; 32] }
}

fn issued(serial: u64, identity: u8, transport: u8) -> Record {
	let serial = Serial::new(serial).unwrap();
	Record::Issued { serial, identity: [identity; 32], transport: G1Bytes([transport; 48]) }
}

/// A ledger of some records; gives the folder, the path and the file's length after each.
fn sample() -> (tempfile::TempDir, std::path::PathBuf, Vec<usize>) {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("ledger");
	Ledger::create(&path, GENESIS).unwrap();
	let mut ends = vec![std::fs::read(&path).unwrap().len()];
	let mut ledger = Ledger::open(&path).unwrap().unwrap();
	let records =
		[block(7), Record::Registered(part(1)), permits(3, 160, 1), issued(5, 1, 1), block(8)];
	for record in records {
		ledger.append(vec![record]).unwrap();
		ends.push(ledger.length as usize);
	}
	(dir, path, ends)
}

#[test]
fn says_the_same_after_opening_again() {
	let (_dir, path, _) = sample();
	let ledger = Ledger::open(&path).unwrap().unwrap();
	let book = ledger.book();
	assert_eq!(book.genesis_hash(), Some(GENESIS));
	assert_eq!(book.finalized().unwrap().number, 8);
	assert_eq!(book.ceremony(1).unwrap().part, part(1));
	assert_eq!(book.check(&permits(3, 160, 1)), Ok(false));
	assert_eq!(book.check(&issued(5, 1, 1)), Ok(false));
}

#[test]
fn nothing_is_said_a_second_time_in_another_way() {
	let (_dir, path, _) = sample();
	let mut ledger = Ledger::open(&path).unwrap().unwrap();
	let length = ledger.length;
	let mut other = part(1);
	other.key = G1Bytes([8; 48]);
	let wrong = [
		permits(3, 160, 2),
		permits(3, 161, 1),
		issued(5, 2, 1),
		issued(5, 1, 2),
		Record::Registered(other),
		Record::Dealt { ceremony: 2, message: [0; 32] },
		block(7),
		Record::Finalized(BlockRef { number: 8, hash: [0; 32] }),
		Record::Opened { version: 1, genesis_hash: GENESIS },
	];
	for record in wrong {
		// A new record before it must not stay behind.
		let result = ledger.append(vec![permits(4, 160, 1), record.clone()]);
		assert!(matches!(result, Err(LedgerError::Contradiction(_))), "{record:?}");
	}
	assert_eq!(ledger.length, length);
	assert_eq!(ledger.book().check(&permits(4, 160, 1)), Ok(true));
	ledger.append(vec![permits(3, 160, 1), issued(5, 1, 1)]).unwrap();
	assert_eq!(ledger.length, length, "a repetition is not written");
}

#[test]
fn an_incomplete_last_record_is_cut_off() {
	let (_dir, path, ends) = sample();
	let whole = std::fs::read(&path).unwrap();
	let last = ends[ends.len() - 2];
	for length in last + 1..whole.len() {
		std::fs::write(&path, &whole[..length]).unwrap();
		let loaded = load(&path).unwrap().unwrap();
		assert_eq!((loaded.length as usize, loaded.torn as usize), (last, length - last));
		let mut ledger = Ledger::open(&path).unwrap().unwrap();
		assert_eq!(std::fs::read(&path).unwrap(), whole[..last]);
		assert_eq!(ledger.book().finalized().unwrap().number, 7);
		ledger.append(vec![block(8)]).unwrap();
		assert_eq!(std::fs::read(&path).unwrap(), whole, "the same again");
	}
	let mut zeros = whole.clone();
	zeros.extend([0; 50]);
	std::fs::write(&path, &zeros).unwrap();
	Ledger::open(&path).unwrap().unwrap();
	assert_eq!(std::fs::read(&path).unwrap(), whole, "lengthened without data");
}

#[test]
fn corruption_anywhere_is_an_error() {
	let (_dir, path, ends) = sample();
	let whole = std::fs::read(&path).unwrap();
	for position in 0..whole.len() {
		let mut bytes = whole.clone();
		bytes[position] ^= 1 << (position % 8);
		std::fs::write(&path, &bytes).unwrap();
		let Err(LedgerError::Corrupt { offset, .. }) = load(&path) else {
			panic!("byte {position} can be changed");
		};
		let record = ends.iter().rev().copied().find(|end| *end <= position).unwrap_or(0);
		assert_eq!(offset, record);
	}
	// A record taken out of the middle, and two in the other order.
	let (a, b, c) = (ends[1], ends[2], ends[3]);
	let gone = [&whole[..a], &whole[b..]].concat();
	let swapped = [&whole[..a], &whole[b..c], &whole[a..b], &whole[c..]].concat();
	for bytes in [gone, swapped, whole[..10].to_vec(), Vec::new()] {
		std::fs::write(&path, &bytes).unwrap();
		assert!(matches!(load(&path), Err(LedgerError::Corrupt { .. })));
	}
}

#[test]
fn a_record_of_a_later_version_is_refused() {
	let (_dir, path, _) = sample();
	let ledger = Ledger::open(&path).unwrap().unwrap();
	let payload = [200u8, 1, 2, 3];
	let head = [4u16.to_le_bytes(), (!4u16).to_le_bytes()].concat();
	let link = link(&ledger.link, &head, &payload);
	let mut bytes = std::fs::read(&path).unwrap();
	bytes.extend([&head[..], &payload, &link].concat());
	std::fs::write(&path, &bytes).unwrap();
	assert!(matches!(load(&path), Err(LedgerError::Corrupt { .. })));
}

#[test]
fn a_failed_write_leaves_the_ledger_as_it_was() {
	let (_dir, path, _) = sample();
	let whole = std::fs::read(&path).unwrap();
	let mut ledger = Ledger::open(&path).unwrap().unwrap();
	// A handle that cannot write.
	ledger.file = File::open(&path).unwrap();
	assert!(matches!(ledger.append(vec![block(9)]), Err(LedgerError::File(_))));
	assert!(matches!(ledger.append(vec![block(9)]), Err(LedgerError::Broken)));
	assert_eq!(ledger.book().finalized().unwrap().number, 8);
	assert_eq!(std::fs::read(&path).unwrap(), whole);
}
