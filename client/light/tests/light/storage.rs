//! Storage proofs, right and wrong.

use crate::chain::{keys, set, Random};
use codec::{Compact, Encode};
use sha2::{Digest as _, Sha256};
use sp_core::H256;
use sp_runtime::{traits::BlakeTwo256, Digest};
use sp_trie::{
	recorder::Recorder, LayoutV0, LayoutV1, MemoryDB, Trie, TrieDBBuilder, TrieDBMutBuilder,
	TrieLayout, TrieMut,
};
use symbolon_light::{
	storage::{MAX_PROOF_NODES, MAX_STORAGE_PROOF},
	Base, FinalizedHeader, Header, StorageError, StorageProof,
};

type V1 = LayoutV1<BlakeTwo256>;
type Entry = (Vec<u8>, Vec<u8>);

/// Sizes around the 33 B from which a value is a node of its own.
const SIZES: [usize; 8] = [0, 1, 8, 31, 32, 33, 64, 300];

fn hash(number: u32) -> Vec<u8> {
	Sha256::digest(number.encode())[..16].to_vec()
}

fn sized_key(size: usize) -> Vec<u8> {
	[&[0xaa; 16][..], &hash(size as u32)].concat()
}

fn record_key(number: u32) -> Vec<u8> {
	[&[0xbb; 16][..], &hash(number)].concat()
}

/// A state such as the chain's: some values, and a map of 60 records.
fn entries() -> Vec<Entry> {
	let mut entries: Vec<Entry> =
		SIZES.iter().map(|&size| (sized_key(size), vec![size as u8; size])).collect();
	entries.extend((0..60).map(|number| (record_key(number), vec![number as u8; 100])));
	entries
}

struct State {
	db: MemoryDB<BlakeTwo256>,
	root: H256,
}

impl State {
	fn of<L: TrieLayout<Hash = BlakeTwo256>>(entries: &[Entry]) -> Self {
		let (mut db, mut root) = (MemoryDB::default(), H256::default());
		let mut trie = TrieDBMutBuilder::<L>::new(&mut db, &mut root).build();
		for (key, value) in entries {
			trie.insert(key, value).unwrap();
		}
		drop(trie);
		Self { db, root }
	}

	fn proof(&self, keys: &[&Vec<u8>]) -> Vec<u8> {
		self.nodes(keys).encode()
	}

	fn nodes(&self, keys: &[&Vec<u8>]) -> Vec<Vec<u8>> {
		let recorder = Recorder::<BlakeTwo256>::default();
		{
			let mut trie_recorder = recorder.as_trie_recorder(self.root);
			let trie = TrieDBBuilder::<V1>::new(&self.db, &self.root)
				.with_recorder(&mut trie_recorder)
				.build();
			for key in keys {
				trie.get(key).unwrap();
			}
		}
		let proof = recorder.drain_storage_proof();
		proof.into_compact_proof::<BlakeTwo256>(self.root).unwrap().encoded_nodes
	}
}

fn header_of(root: H256) -> FinalizedHeader {
	let header = Header {
		parent_hash: H256::zero(),
		number: 42,
		state_root: root,
		extrinsics_root: H256::zero(),
		digest: Digest::default(),
	};
	let base = Base { number: 42, hash: header.hash().0, set_id: 0, set: set(&keys(1, 1)) };
	FinalizedHeader::of_base(&base, &header.encode()).unwrap()
}

fn read(root: H256, proof: &[u8], key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
	let proof = StorageProof::from_bytes(proof)?;
	Ok(header_of(root).read(&proof, key)?.into_inner())
}

#[test]
fn values_of_every_size_are_read() {
	let state = State::of::<V1>(&entries());
	for (key, value) in entries() {
		let proof = state.proof(&[&key]);
		assert_eq!(read(state.root, &proof, &key), Ok(Some(value)));
	}
}

#[test]
fn one_proof_serves_many_keys_and_names_its_block() {
	let state = State::of::<V1>(&entries());
	let entries = entries();
	let all: Vec<_> = entries.iter().map(|(key, _)| key).collect();
	let proof = StorageProof::from_bytes(&state.proof(&all)).unwrap();
	let header = header_of(state.root);
	let opened = header.open(&proof).unwrap();
	for (key, value) in &entries {
		let read = opened.read(key).unwrap();
		assert_eq!((read.block_number(), read.block_hash()), (42, header.hash()));
		assert_eq!(read.transpose().unwrap().get(), value);
	}
}

#[test]
fn absence_is_proved() {
	let state = State::of::<V1>(&entries());
	let near = [sized_key(7), record_key(1_000), vec![0xaa; 16], vec![], vec![0xcc; 40]];
	for key in near {
		let proof = state.proof(&[&key]);
		assert_eq!(read(state.root, &proof, &key), Ok(None));
	}
}

#[test]
fn a_key_that_is_not_covered_is_neither_present_nor_absent() {
	let state = State::of::<V1>(&entries());
	let proof = state.proof(&[&sized_key(8)]);
	for size in [300, 64, 33] {
		assert_eq!(read(state.root, &proof, &sized_key(size)), Err(StorageError::NotCovered));
	}
	for number in 0..60 {
		let result = read(state.root, &proof, &record_key(number));
		assert_eq!(result, Err(StorageError::NotCovered));
	}
}

#[test]
fn an_absent_key_cannot_be_claimed_present_nor_a_present_one_absent() {
	let state = State::of::<V1>(&entries());
	let absent = sized_key(7);
	let mut more = entries();
	more.push((absent.clone(), vec![1; 50]));
	let other = State::of::<V1>(&more);
	let forged = other.proof(&[&absent]);
	assert_eq!(read(state.root, &forged, &absent), Err(StorageError::Root));
	// The other way round.
	let forged = state.proof(&[&absent]);
	assert_eq!(read(other.root, &forged, &absent), Err(StorageError::Root));
	// With the way to the value left out.
	let nodes = other.nodes(&[&absent]);
	for missing in 0..nodes.len() {
		let mut fewer = nodes.clone();
		fewer.remove(missing);
		let result = read(other.root, &fewer.encode(), &absent);
		assert!(matches!(result, Err(StorageError::Root | StorageError::NotCovered)));
	}
}

#[test]
fn another_value_is_another_root() {
	let state = State::of::<V1>(&entries());
	for index in 0..entries().len() {
		let mut changed = entries();
		changed[index].1.push(1);
		let forged = State::of::<V1>(&changed).proof(&[&changed[index].0]);
		assert_eq!(read(state.root, &forged, &changed[index].0), Err(StorageError::Root));
	}
}

/// A value of 33 B and more is a node of its own, referred to by its hash.
#[test]
fn value_nodes_cannot_be_exchanged() {
	let state = State::of::<V1>(&entries());
	for size in [33, 64, 300] {
		let key = sized_key(size);
		let mut nodes = state.nodes(&[&key]);
		let value = nodes.iter().position(|node| *node == vec![size as u8; size]).unwrap();
		for other in [vec![1; size], vec![], vec![size as u8; size - 1]] {
			nodes[value] = other;
			assert_eq!(read(state.root, &nodes.encode(), &key), Err(StorageError::Root));
		}
		nodes.remove(value);
		assert!(read(state.root, &nodes.encode(), &key).is_err());
	}
	for size in [31, 32] {
		let nodes = state.nodes(&[&sized_key(size)]);
		assert!(!nodes.contains(&vec![size as u8; size]), "{size} B lie in the node");
	}
}

/// A state written before layout 1 holds long values in their nodes; it reads the same.
#[test]
fn the_older_layout_reads_the_same() {
	let state = State::of::<LayoutV0<BlakeTwo256>>(&entries());
	assert_ne!(state.root, State::of::<V1>(&entries()).root);
	for (key, value) in entries() {
		assert_eq!(read(state.root, &state.proof(&[&key]), &key), Ok(Some(value)));
	}
}

#[test]
fn nodes_that_no_one_needs_are_refused() {
	let state = State::of::<V1>(&entries());
	let key = record_key(3);
	let nodes = state.nodes(&[&key]);
	let alone = State::of::<V1>(&[(vec![1; 32], vec![2; 64])]).nodes(&[&vec![1; 32]]);
	let extras = [vec![nodes[0].clone()], vec![vec![0]], vec![vec![]], vec![vec![7; 40]], alone];
	for extra in extras.into_iter().chain([nodes.clone()]) {
		let after = [&nodes[..], &extra].concat();
		assert_eq!(read(state.root, &after.encode(), &key), Err(StorageError::Root));
		let before = [&extra[..], &nodes].concat();
		assert_eq!(read(state.root, &before.encode(), &key), Err(StorageError::Root));
	}
	assert_eq!(read(H256::zero(), &nodes.encode(), &key), Err(StorageError::Root));
	assert_eq!(read(state.root, &Vec::<Vec<u8>>::new().encode(), &key), Err(StorageError::Root));
}

#[test]
fn every_truncation_and_extension_is_refused() {
	let state = State::of::<V1>(&entries());
	let key = sized_key(64);
	let bytes = state.proof(&[&key]);
	for length in 0..bytes.len() {
		assert_eq!(read(state.root, &bytes[..length], &key), Err(StorageError::Encoding));
	}
	for byte in [0, 1, 0xff] {
		let long = [&bytes[..], &[byte]].concat();
		assert_eq!(read(state.root, &long, &key), Err(StorageError::Encoding));
	}
}

#[test]
fn every_flipped_bit_is_refused() {
	let state = State::of::<V1>(&entries());
	for key in [sized_key(8), sized_key(64), record_key(3), sized_key(7)] {
		let bytes = state.proof(&[&key]);
		assert!(read(state.root, &bytes, &key).is_ok());
		for index in 0..bytes.len() {
			for bit in 0..8 {
				let mut wrong = bytes.clone();
				wrong[index] ^= 1 << bit;
				let result = read(state.root, &wrong, &key);
				assert!(result.is_err(), "bit {bit} of byte {index}: {result:?}");
			}
		}
	}
}

/// Nodes exchanged, cut, lengthened and overwritten at random: refused or the same value, and no
/// panic on the way.
#[test]
fn mangled_proofs_do_no_harm() {
	let state = State::of::<V1>(&entries());
	let key = record_key(3);
	let value = Some(vec![3u8; 100]);
	let nodes = state.nodes(&[&key]);
	let mut random = Random(1);
	let mut accepted = 0;
	for _ in 0..50_000 {
		let mut mangled = nodes.clone();
		for _ in 0..=random.below(3) {
			let index = random.below(mangled.len());
			let node = &mut mangled[index];
			match random.below(4) {
				0 => node.truncate(random.below(node.len() + 1)),
				1 => node.push(random.below(256) as u8),
				2 if !node.is_empty() => {
					let at = random.below(node.len().min(8));
					node[at] = random.below(256) as u8;
				}
				_ => {
					let other = random.below(nodes.len());
					mangled.swap(index, other);
				}
			}
		}
		if let Ok(read) = read(state.root, &mangled.encode(), &key) {
			assert_eq!(read, value);
			accepted += usize::from(mangled != nodes);
		}
	}
	// Bytes after the end of a node are dropped when the tree is rebuilt; they prove nothing.
	assert!(accepted > 0);
}

#[test]
fn typed_values_are_decoded_whole() {
	let key = b"typed".to_vec();
	let pair = |value: Vec<u8>| State::of::<V1>(&[(key.clone(), value)]);
	let read = |state: &State| {
		let proof = StorageProof::from_bytes(&state.proof(&[&key])).unwrap();
		header_of(state.root).read_typed::<(u32, Vec<u8>)>(&proof, &key)
	};
	let value = (5u32, vec![1u8; 50]);
	assert_eq!(read(&pair(value.encode())).unwrap().into_inner(), Some(value.clone()));
	let short = &value.encode()[..53];
	assert_eq!(read(&pair(short.to_vec())), Err(StorageError::Value));
	let long = [&value.encode()[..], &[0]].concat();
	assert_eq!(read(&pair(long)), Err(StorageError::Value));

	let state = State::of::<V1>(&[(b"other".to_vec(), vec![1])]);
	assert_eq!(read(&state).unwrap().into_inner(), None);
}

#[test]
fn proofs_are_bounded() {
	let refused = |bytes: &[u8], error| {
		assert_eq!(StorageProof::from_bytes(bytes), Err(error));
	};
	refused(&vec![0; MAX_STORAGE_PROOF + 1], StorageError::TooLarge);
	refused(&vec![Vec::<u8>::new(); MAX_PROOF_NODES + 1].encode(), StorageError::TooLarge);
	refused(&[Compact(u32::MAX).encode(), vec![0; 100]].concat(), StorageError::Encoding);
	// As many empty nodes as fit would take 48 MiB in memory.
	let count = (MAX_STORAGE_PROOF - 5) as u32;
	let empty = [Compact(count).encode(), vec![0; count as usize]].concat();
	refused(&empty, StorageError::Encoding);

	// Branches nested as deep as nodes are allowed, each with one child left out.
	let branch = vec![0x80u8, 1, 0, 0];
	let deep = vec![branch; MAX_PROOF_NODES].encode();
	assert_eq!(read(H256::zero(), &deep, b"key"), Err(StorageError::Root));
}
