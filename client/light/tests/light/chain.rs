//! A chain with GRANDPA sets of real keys, and proofs of it: right ones, and whatever a test
//! makes of them.

use codec::Encode;
use finality_grandpa::{Message, Precommit, SignedPrecommit};
use sp_consensus_grandpa::{
	localized_payload, AuthorityId, AuthorityList, AuthoritySignature, Commit, ConsensusLog,
	GrandpaJustification, ScheduledChange, GRANDPA_ENGINE_ID,
};
use sp_core::{ed25519, Pair as _, H256};
use sp_runtime::{Digest, DigestItem};
use symbolon_light::{finality::Voter, Base, Header};

pub type Pair = ed25519::Pair;
pub type Justification = GrandpaJustification<Header>;
pub type Vote = SignedPrecommit<H256, u32, AuthoritySignature, AuthorityId>;
pub type Fragment = (Header, Justification);

pub const ROUND: u64 = 7;

/// Key pairs number `from..from + count`.
pub fn keys(from: u8, count: u8) -> Vec<Pair> {
	(from..from + count).map(|seed| Pair::from_seed(&[seed; 32])).collect()
}

pub fn id(pair: &Pair) -> AuthorityId {
	pair.public().into()
}

pub fn set(pairs: &[Pair]) -> Vec<Voter> {
	pairs.iter().map(|pair| (pair.public().0, 1)).collect()
}

pub fn authorities(pairs: &[Pair]) -> AuthorityList {
	pairs.iter().map(|pair| (id(pair), 1)).collect()
}

pub fn grandpa_item(log: ConsensusLog<u32>) -> DigestItem {
	DigestItem::Consensus(GRANDPA_ENGINE_ID, log.encode())
}

pub fn change(pairs: &[Pair]) -> DigestItem {
	let next_authorities = authorities(pairs);
	grandpa_item(ConsensusLog::ScheduledChange(ScheduledChange { next_authorities, delay: 0 }))
}

/// A header that looks like one of the chain's: an author's item first, then `items`.
pub fn header(number: u32, parent: H256, items: Vec<DigestItem>) -> Header {
	let mut logs = vec![DigestItem::PreRuntime(*b"aura", u64::from(number).encode())];
	logs.extend(items);
	Header {
		parent_hash: parent,
		number,
		state_root: H256::repeat_byte(0x51),
		extrinsics_root: H256::repeat_byte(0x52),
		digest: Digest { logs },
	}
}

/// `count` plain headers on top of `parent`, lowest first.
pub fn extend(parent: &Header, count: u32) -> Vec<Header> {
	let mut tip = parent.clone();
	(0..count)
		.map(|_| {
			tip = header(tip.number + 1, tip.hash(), Vec::new());
			tip.clone()
		})
		.collect()
}

/// A vote for exactly what is said, true or not.
pub fn vote_at(pair: &Pair, set_id: u64, target_hash: H256, target_number: u32) -> Vote {
	let precommit = Precommit { target_hash, target_number };
	let payload = localized_payload(ROUND, set_id, &Message::Precommit(precommit.clone()));
	SignedPrecommit { precommit, signature: pair.sign(&payload).into(), id: id(pair) }
}

pub fn vote(pair: &Pair, set_id: u64, target: &Header) -> Vote {
	vote_at(pair, set_id, target.hash(), target.number)
}

pub fn justification(
	target: &Header,
	precommits: Vec<Vote>,
	votes_ancestries: Vec<Header>,
) -> Justification {
	let commit =
		Commit::<Header> { target_hash: target.hash(), target_number: target.number, precommits };
	Justification { round: ROUND, commit, votes_ancestries }
}

/// `header`, finalized by votes of all `pairs` for exactly it.
pub fn fragment(header: &Header, pairs: &[Pair], set_id: u64) -> Fragment {
	let votes = pairs.iter().map(|pair| vote(pair, set_id, header)).collect();
	(header.clone(), justification(header, votes, Vec::new()))
}

pub fn proof(fragments: &[Fragment], finished: bool) -> Vec<u8> {
	(fragments, finished).encode()
}

/// Genesis, handed over at #10 from `sets[0]` (4 members) to `sets[1]` (7), at #20 to `sets[2]`
/// (2), and #25, the newest.
pub struct World {
	pub sets: [Vec<Pair>; 3],
	pub genesis: Header,
	pub base: Base,
	pub first: Header,
	pub second: Header,
	pub newest: Header,
}

impl World {
	pub fn new() -> Self {
		let sets = [keys(1, 4), keys(11, 7), keys(31, 2)];
		let genesis = Header {
			parent_hash: H256::zero(),
			number: 0,
			state_root: H256::repeat_byte(0x50),
			extrinsics_root: H256::zero(),
			digest: Digest::default(),
		};
		let parent = |number| H256::repeat_byte(number);
		let first = header(10, parent(9), vec![change(&sets[1])]);
		let second = header(20, parent(19), vec![change(&sets[2])]);
		let newest = header(25, parent(24), Vec::new());
		let base = Base { number: 0, hash: genesis.hash().0, set_id: 0, set: set(&sets[0]) };
		Self { sets, genesis, base, first, second, newest }
	}

	/// The three fragments of a right proof from genesis.
	pub fn fragments(&self) -> Vec<Fragment> {
		vec![
			fragment(&self.first, &self.sets[0], 0),
			fragment(&self.second, &self.sets[1], 1),
			fragment(&self.newest, &self.sets[2], 2),
		]
	}

	pub fn base_at_first(&self) -> Base {
		let set = set(&self.sets[1]);
		Base { number: 10, hash: self.first.hash().0, set_id: 1, set }
	}

	pub fn base_at_second(&self) -> Base {
		let set = set(&self.sets[2]);
		Base { number: 20, hash: self.second.hash().0, set_id: 2, set }
	}
}

/// Repeatable choices (xorshift), to mangle proofs with.
pub struct Random(pub u64);

impl Random {
	pub fn below(&mut self, bound: usize) -> usize {
		self.0 ^= self.0 << 13;
		self.0 ^= self.0 >> 7;
		self.0 ^= self.0 << 17;
		(self.0 % bound as u64) as usize
	}
}
