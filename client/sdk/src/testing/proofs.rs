//! Headers, justifications and storage proofs of the made chain.

use super::{Lie, World};
use crate::transport::ProofBundle;
use codec::Encode;
use finality_grandpa::{Message, Precommit, SignedPrecommit};
use sp_consensus_grandpa::{localized_payload, Commit, GrandpaJustification};
use sp_core::{ed25519, Pair, H256};
use sp_runtime::{traits::BlakeTwo256, Digest, DigestItem};
use sp_trie::{
	recorder::Recorder, LayoutV1, MemoryDB, Trie, TrieDBBuilder, TrieDBMutBuilder, TrieMut,
};
use std::collections::BTreeMap;
use symbolon_light::{finality::Voter, Header};
use symbolon_primitives::{
	digest::{HeaderDigest, ENGINE_ID},
	epochs::RevocationHead,
	storage, BlockHash,
};

type Layout = LayoutV1<BlakeTwo256>;
const ROUND: u64 = 3;

/// The GRANDPA set of the made chain; it never changes.
pub(super) struct Finality(Vec<ed25519::Pair>);

impl Finality {
	pub fn new(members: u8) -> Self {
		Self((1..=members).map(|seed| ed25519::Pair::from_seed(&[seed; 32])).collect())
	}

	pub fn set(&self) -> Vec<Voter> {
		self.0.iter().map(|pair| (pair.public().0, 1)).collect()
	}

	fn justify(&self, header: &Header) -> GrandpaJustification<Header> {
		let (target_hash, target_number) = (header.hash(), header.number);
		let precommit = Precommit { target_hash, target_number };
		let payload = localized_payload(ROUND, 0, &Message::Precommit(precommit.clone()));
		let vote = |pair: &ed25519::Pair| SignedPrecommit {
			precommit: precommit.clone(),
			signature: pair.sign(&payload).into(),
			id: pair.public().into(),
		};
		let precommits = self.0.iter().map(vote).collect();
		let commit = Commit::<Header> { target_hash, target_number, precommits };
		GrandpaJustification { round: ROUND, commit, votes_ancestries: Vec::new() }
	}
}

/// A state as a trie.
struct StateTrie {
	db: MemoryDB<BlakeTwo256>,
	root: H256,
}

impl StateTrie {
	fn new<'a>(state: impl IntoIterator<Item = (&'a Vec<u8>, &'a Vec<u8>)>) -> Self {
		let (mut db, mut root) = (MemoryDB::default(), H256::default());
		let mut trie = TrieDBMutBuilder::<Layout>::new(&mut db, &mut root).build();
		for (key, value) in state {
			trie.insert(key, value).expect("a map makes a trie");
		}
		drop(trie);
		Self { db, root }
	}

	fn prove(&self, keys: &[Vec<u8>]) -> Vec<u8> {
		if keys.is_empty() {
			return Vec::new();
		}
		let recorder = Recorder::<BlakeTwo256>::default();
		{
			let mut recording = recorder.as_trie_recorder(self.root);
			let trie = TrieDBBuilder::<Layout>::new(&self.db, &self.root)
				.with_recorder(&mut recording)
				.build();
			for key in keys {
				trie.get(key).expect("the trie is whole");
			}
		}
		let proof = recorder.drain_storage_proof();
		proof.into_compact_proof::<BlakeTwo256>(self.root).expect("the proof is whole").encode()
	}
}

/// The header of block 0, as nodes make it.
pub(super) fn genesis(state: &[(Vec<u8>, Vec<u8>)]) -> Header {
	let empty = StateTrie::new(&BTreeMap::new()).root;
	Header {
		parent_hash: H256::zero(),
		number: 0,
		state_root: StateTrie::new(state.iter().map(|(key, value)| (key, value))).root,
		extrinsics_root: empty,
		digest: Digest::default(),
	}
}

impl World {
	fn next_header(&self, root: H256) -> Header {
		let (old, conflict) = (self.lies(Lie::OldBlock), self.lies(Lie::Conflict));
		let key_id = (!self.lies(Lie::NoKey)).then_some(self.key_id);
		let now = self.now();
		let mut inner = self.inner();
		inner.number += 1;
		let number = if old { 2 } else { inner.number };
		let digest = HeaderDigest {
			key_id,
			epoch: self.schedule.epoch_at(now).expect("the schedule has begun"),
			revocations: inner
				.revoked
				.iter()
				.fold(RevocationHead::default(), |head, next| head.append(next)),
			conflict,
		};
		Header {
			parent_hash: H256::repeat_byte(number as u8),
			number,
			state_root: root,
			extrinsics_root: H256::zero(),
			digest: Digest {
				logs: vec![
					DigestItem::PreRuntime(*b"aura", u64::from(number).encode()),
					DigestItem::Consensus(ENGINE_ID, digest.encode()),
				],
			},
		}
	}

	/// A new finalized block and the proof of `keys` in it, as truly as the node is honest.
	pub(super) fn make_proof(&self, begin: BlockHash, keys: &[Vec<u8>]) -> ProofBundle {
		assert_eq!(begin, self.genesis.hash().0, "the set never changes, so nor does the base");
		self.put(storage::timestamp::now(), &(self.now() * 1_000));
		let mut state = self.inner().state.clone();
		let trie = StateTrie::new(&state);
		let mut header = self.next_header(trie.root);
		{
			let mut inner = self.inner();
			inner.proofs += 1;
			inner.hashes.insert(header.number, header.hash().0);
		}
		let mut justification = self.finality.justify(&header);
		if self.lies(Lie::Justification) {
			let signature = &mut justification.commit.precommits[0].signature;
			let mut bytes: [u8; 64] = <[u8; 64]>::try_from(&signature[..]).expect("64 bytes");
			bytes[5] ^= 1;
			*signature = ed25519::Signature::from_raw(bytes).into();
		}
		if self.lies(Lie::Header) {
			header.state_root = H256::repeat_byte(0xbd);
		}
		let mut storage = trie.prove(keys);
		if self.lies(Lie::Storage) {
			let middle = storage.len() / 2;
			storage.get_mut(middle..).into_iter().flatten().take(1).for_each(|byte| *byte ^= 1);
		}
		if self.lies(Lie::OtherStorage) {
			state.insert(b"other".to_vec(), vec![1]);
			storage = StateTrie::new(&state).prove(keys);
		}
		let absent = keys.is_empty() || self.lies(Lie::NoStorage);
		ProofBundle {
			warp: (vec![(header, justification)], true).encode(),
			storage: (!absent).then_some(storage),
		}
	}
}
