//! Sealing to a name and an epoch: who opens, and who does not.

use crate::{
	by_hand_sealed::Sealing,
	common::{entropy, identity, serial, subtree, Committee, EPOCH},
};
use symbolon_crypto::{
	cover::Subtree,
	encryption::{
		MessageKey, OpenError, OpeningKey, SealTarget, SealedHeader, MAX_HEADER_LEN, MAX_LEVELS,
	},
	extraction::{IdentityKey, Opening},
	hash::sha256,
	signature::EpochKeyError,
	Epoch, Identity, Serial,
};

pub fn recipient() -> (Identity, Serial) {
	(identity("pump-7@demo"), serial(0x1234_5678))
}

/// A message to [`recipient`] for every level.
pub fn to_all_levels(committee: &Committee) -> (SealedHeader, MessageKey) {
	let (name, number) = recipient();
	let target = SealTarget::at_all_levels(&committee.key_id, &name, number, &EPOCH).unwrap();
	target.seal(&committee.master, entropy("to all levels"))
}

/// A message to [`recipient`] for its permit of one level.
pub fn to_level(committee: &Committee, level: u8) -> (SealedHeader, MessageKey) {
	let (name, number) = recipient();
	let permit = committee.permit(&EPOCH, number.ancestor(level));
	let target = SealTarget::with_permit(&name, number, &permit).unwrap();
	target.seal(&committee.master, entropy("to one level"))
}

/// The recipient's key with its permit of `level`.
pub fn key_at(committee: &Committee, level: u8) -> OpeningKey {
	let (name, number) = recipient();
	committee.opening_key(number, &name, &committee.permit(&EPOCH, number.ancestor(level)))
}

pub fn same(a: &MessageKey, b: &MessageKey) -> bool {
	a.key() == b.key() && a.nonce_prefix() == b.nonce_prefix()
}

#[test]
fn the_recipient_opens_at_the_level_of_its_permit() {
	let committee = Committee::four();
	for level in [0, 3, 40] {
		let (header, key) = to_level(committee, level);
		assert_eq!(header.levels().collect::<Vec<_>>(), [level]);
		assert_eq!((header.identity().clone(), header.serial()), recipient());
		assert_eq!((header.key_id(), header.epoch()), (committee.key_id, EPOCH));
		let read = SealedHeader::from_bytes(&header.to_bytes()).unwrap();
		assert_eq!(read, header);
		assert!(same(&key_at(committee, level).open(&read).ok().unwrap(), &key));
	}
}

#[test]
fn one_exponent_opens_at_every_level() {
	let committee = Committee::four();
	let (header, key) = to_all_levels(committee);
	assert_eq!(header.levels().collect::<Vec<_>>(), (0..=40).collect::<Vec<_>>());
	for level in [0, 1, 3, 17, 39, 40] {
		assert!(same(&key_at(committee, level).open(&header).ok().unwrap(), &key), "{level}");
	}
}

#[test]
fn a_stranger_that_reads_the_specification_seals_the_same() {
	let committee = Committee::four();
	let (name, number) = recipient();
	let sealing = |label: &str| Sealing {
		key_id: committee.key_id,
		master: committee.master,
		identity: &name,
		serial: number,
		epoch: EPOCH,
		entropy: sha256(label.as_bytes()),
	};
	let all: Vec<u8> = (0..=40).collect();
	for ((header, key), by_hand, levels) in [
		(to_all_levels(committee), sealing("to all levels"), &all[..]),
		(to_level(committee, 3), sealing("to one level"), &[3]),
	] {
		assert_eq!(hex::encode(header.to_bytes()), hex::encode(by_hand.header(levels)));
		assert_eq!((*key.key(), *key.nonce_prefix()), by_hand.key());
	}
	// Any choice of levels is as good.
	let by_hand = sealing("three levels");
	let header = SealedHeader::from_bytes(&by_hand.header(&[0, 3, 40])).unwrap();
	for level in [0, 3, 40] {
		let key = key_at(committee, level).open(&header).ok().unwrap();
		assert_eq!((*key.key(), *key.nonce_prefix()), by_hand.key());
	}
	for level in [1, 39] {
		assert_eq!(key_at(committee, level).open(&header).err(), Some(OpenError));
	}
}

#[test]
fn headers_are_as_long_as_they_say() {
	let committee = Committee::four();
	let (name, _) = recipient();
	// Suite, key identifier, name with its length, serial, epoch, U, count.
	let fixed = 1 + 32 + 1 + name.as_bytes().len() + 8 + 24 + 96 + 1;
	assert_eq!(to_level(committee, 7).0.to_bytes().len(), fixed + 33);
	assert_eq!(to_all_levels(committee).0.to_bytes().len(), fixed + 41 * 33);
	let longest = identity(&format!("{0}@{0}", "n".repeat(64)));
	let number = serial(Serial::END - 1);
	let target = SealTarget::at_all_levels(&committee.key_id, &longest, number, &EPOCH).unwrap();
	let (header, key) = target.seal(&committee.master, entropy("longest"));
	let bytes = header.to_bytes();
	assert_eq!((bytes.len(), MAX_LEVELS), (MAX_HEADER_LEN, 41));
	let read = SealedHeader::from_bytes(&bytes).unwrap();
	let permit = committee.permit(&EPOCH, Subtree::ROOT);
	let opened = committee.opening_key(number, &longest, &permit).open(&read);
	assert!(same(&opened.ok().unwrap(), &key));
}

#[test]
fn randomness_decides_the_key() {
	let committee = Committee::four();
	let (name, number) = recipient();
	let target = SealTarget::at_all_levels(&committee.key_id, &name, number, &EPOCH).unwrap();
	let (header, key) = target.seal(&committee.master, entropy("to all levels"));
	let (again, _) = to_all_levels(committee);
	assert_eq!(header, again);
	let (other, other_key) = target.seal(&committee.master, entropy("another"));
	assert_ne!(header, other);
	assert!(key.key() != other_key.key() && key.nonce_prefix() != other_key.nonce_prefix());
	// Also for two targets with one randomness: a frozen generator repeats keys for one only.
	let target = SealTarget::at_all_levels(&committee.key_id, &name, serial(1), &EPOCH).unwrap();
	assert!(key.key() != target.seal(&committee.master, entropy("to all levels")).1.key());
}

#[test]
fn targets_that_cannot_be_are_refused() {
	let committee = Committee::four();
	let (name, number) = recipient();
	let permit = committee.permit(&EPOCH, subtree(3, 9));
	let refused = SealTarget::with_permit(&name, number, &permit).err();
	assert_eq!(refused, Some(EpochKeyError::Subtree));
	for (start, end) in [(5, 5), (6, 5)] {
		let epoch = Epoch { number: 1, start, end };
		assert!(SealTarget::at_all_levels(&committee.key_id, &name, number, &epoch).is_none());
	}
}

#[test]
fn keys_and_permits_of_others_make_no_opening_key() {
	let (committee, other) = (Committee::four(), Committee::other());
	let (name, number) = recipient();
	let key: IdentityKey<Opening> = committee.issue(number, &name);
	let foreign = other.permit(&EPOCH, Subtree::ROOT);
	assert_eq!(OpeningKey::new(&key, &foreign).err(), Some(EpochKeyError::KeyId));
	let beside = committee.permit(&EPOCH, subtree(3, 9));
	assert_eq!(OpeningKey::new(&key, &beside).err(), Some(EpochKeyError::Subtree));
	let right = committee.permit(&EPOCH, Subtree::ROOT);
	assert_eq!(OpeningKey::new(&key, &right).ok().unwrap().epoch(), EPOCH);
}

/// Everybody but the recipient in that epoch: another name, serial, epoch, interval, chain, and a
/// level that the header leaves out.
#[test]
fn nobody_else_opens() {
	let (committee, other) = (Committee::four(), Committee::other());
	let (header, _) = to_all_levels(committee);
	let (name, number) = recipient();
	let root = committee.permit(&EPOCH, Subtree::ROOT);
	let with = |serial, name: &str| committee.opening_key(serial, &identity(name), &root);
	for key in [with(number, "pump-8@demo"), with(serial(number.get() + 1), "pump-7@demo")] {
		assert_eq!(key.open(&header).err(), Some(OpenError));
	}
	for epoch in [
		Epoch { number: EPOCH.number + 1, ..EPOCH },
		Epoch { start: EPOCH.start + 1, ..EPOCH },
		Epoch { end: EPOCH.end + 1, ..EPOCH },
	] {
		let permit = committee.permit(&epoch, Subtree::ROOT);
		let key = committee.opening_key(number, &name, &permit);
		assert_eq!(key.open(&header).err(), Some(OpenError), "{epoch:?}");
	}
	let foreign = other.opening_key(number, &name, &other.permit(&EPOCH, Subtree::ROOT));
	assert_eq!(foreign.open(&header).err(), Some(OpenError));
	let (header, _) = to_level(committee, 3);
	for level in [0, 2, 4, 40] {
		assert_eq!(key_at(committee, level).open(&header).err(), Some(OpenError), "{level}");
	}
}

/// The recipient's name revoked: its leaf is under no permit, so that no key of the epoch can be
/// made, and the key of the epoch before does not open.
#[test]
fn revoked_until_then_nobody_opens() {
	let committee = Committee::four();
	let (name, number) = recipient();
	let later = Epoch { number: EPOCH.number + 2, start: EPOCH.end, end: EPOCH.end + 3_600 };
	let target = SealTarget::at_all_levels(&committee.key_id, &name, number, &later).unwrap();
	let (header, key) = target.seal(&committee.master, entropy("later"));
	let cover = |revoked| symbolon_crypto::cover::cover([Subtree::leaf(revoked)]);
	assert!(cover(number).all(|subtree| !subtree.holds(number)));
	assert_eq!(key_at(committee, 40).open(&header).err(), Some(OpenError));
	// Another one revoked: the recipient has a permit, of a level that nobody knew before.
	let permit = cover(serial(number.get() ^ 0x40)).find(|subtree| subtree.holds(number)).unwrap();
	assert_eq!(permit.level(), 6);
	let opening = committee.opening_key(number, &name, &committee.permit(&later, permit));
	assert!(same(&opening.open(&header).ok().unwrap(), &key));
}
