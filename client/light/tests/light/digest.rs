//! The `SYMB` item of a header.

use crate::chain::*;
use codec::Encode;
use sp_core::H256;
use sp_runtime::{Digest, DigestItem};
use symbolon_crypto::{Epoch, KeyId};
use symbolon_light::{digest::extract, Base, DigestError, FinalizedHeader};
use symbolon_primitives::{
	digest::{HeaderDigest, ENGINE_ID},
	epochs::RevocationHead,
};

fn item(bytes: &[u8]) -> DigestItem {
	DigestItem::Consensus(ENGINE_ID, bytes.to_vec())
}

fn digest(logs: Vec<DigestItem>) -> Digest {
	Digest { logs }
}

/// The id in every kind of item that an author can write.
fn forged() -> Vec<DigestItem> {
	vec![
		DigestItem::PreRuntime(ENGINE_ID, vec![1]),
		DigestItem::Seal(ENGINE_ID, vec![2]),
		DigestItem::Other([&ENGINE_ID[..], &[3]].concat()),
		DigestItem::Consensus(*b"SYMC", vec![4]),
	]
}

#[test]
fn the_one_item_is_found_among_others() {
	let mut logs = forged();
	logs.insert(2, item(&[9]));
	logs.extend(forged());
	assert_eq!(extract(&digest(logs)), Ok(&[9][..]));
	let header = header(1, H256::zero(), vec![item(&[5])]);
	assert_eq!(extract(&header.digest), Ok(&[5][..]));
}

#[test]
fn none_and_two_are_refused() {
	assert_eq!(extract(&digest(Vec::new())), Err(DigestError::Missing));
	assert_eq!(extract(&digest(forged())), Err(DigestError::Missing));
	assert_eq!(extract(&digest(vec![item(&[1]), item(&[1])])), Err(DigestError::Several));
	let apart = vec![item(&[1]), DigestItem::RuntimeEnvironmentUpdated, item(&[2])];
	assert_eq!(extract(&digest(apart)), Err(DigestError::Several));
}

fn finalized(items: Vec<DigestItem>) -> FinalizedHeader {
	let block = header(3, H256::zero(), items);
	let base = Base { number: 3, hash: block.hash().0, set_id: 0, set: set(&keys(1, 1)) };
	FinalizedHeader::of_base(&base, &block.encode()).unwrap()
}

#[test]
fn a_finalized_header_says_what_the_runtime_deposited() {
	let deposited = HeaderDigest {
		key_id: Some(KeyId([4; 32])),
		epoch: Epoch { number: 9, start: 900, end: 1_000 },
		revocations: RevocationHead { count: 2, acc: [5; 32] },
		conflict: false,
	};
	let bytes = deposited.encode();
	let header = finalized(vec![item(&bytes)]);
	let digest = header.symbolon_digest().unwrap();
	assert_eq!(digest.get(), &deposited);
	assert_eq!((digest.block_number(), digest.block_hash()), (3, header.hash()));
	assert_eq!(digest.map(|digest| digest.epoch.number).into_inner(), 9);

	let encoding = |bytes: &[u8]| {
		let result = finalized(vec![item(bytes)]).symbolon_digest();
		assert_eq!(result, Err(DigestError::Encoding));
	};
	for length in 0..bytes.len() {
		encoding(&bytes[..length]);
	}
	encoding(&[&bytes[..], &[0]].concat());
	let none = finalized(vec![DigestItem::PreRuntime(ENGINE_ID, bytes)]).symbolon_digest();
	assert_eq!(none, Err(DigestError::Missing));
}
