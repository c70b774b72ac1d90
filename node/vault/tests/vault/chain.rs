//! A small chain: state as the runtime lays it out, and messages applied as it would.

use codec::{Decode, Encode};
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex},
};
use symbolon_crypto::{
	ceremony::{
		confirm::{Confirmation, Outcome},
		deal::{Dealing, VerifiedDealing},
		judge::{judged_digest, Judgement, Verdict},
		register::Registration,
	},
	hash::sha256,
	sharing::threshold,
	DealerIndex, G2Bytes, KeyId, MemberIndex,
};
use symbolon_primitives::{
	dta::{Ceremony, MasterKey, Phase, ShareStatus, ShareVersion, StoredOutcome},
	storage::{self, dta},
};
use symbolon_vault::{FinalizedState, StateError, StateSource};

pub const GENESIS: [u8; 32] = [0xab; 32];
/// Seconds between blocks.
pub const SLOT: u64 = 2;
/// Unix second of block 0.
pub const BEGIN: u64 = 1_800_000_000;

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

/// The finalized chain, shared with the vaults. Cloning the state is how a test rolls back.
#[derive(Clone)]
pub struct Chain(Arc<Mutex<State>>);

#[derive(Clone)]
pub struct State {
	pub map: Map,
	pub number: u32,
	/// Goes into block hashes: another value, another history.
	pub salt: u8,
}

struct View(State);

fn block_hash(number: u32, salt: u8) -> [u8; 32] {
	sha256(&(number, salt).encode())
}

impl FinalizedState for View {
	fn number(&self) -> u32 {
		self.0.number
	}

	fn hash(&self) -> [u8; 32] {
		block_hash(self.0.number, self.0.salt)
	}

	fn canonical_hash(&self, number: u32) -> Result<Option<[u8; 32]>, StateError> {
		Ok((number <= self.0.number).then(|| block_hash(number, self.0.salt)))
	}

	fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StateError> {
		Ok(self.0.map.get(key).cloned())
	}

	fn keys(&self, prefix: &[u8]) -> Result<Vec<Vec<u8>>, StateError> {
		let from = self.0.map.range(prefix.to_vec()..);
		Ok(from.map(|(key, _)| key.clone()).take_while(|key| key.starts_with(prefix)).collect())
	}
}

impl StateSource for Chain {
	fn genesis_hash(&self) -> [u8; 32] {
		GENESIS
	}

	fn finalized(&self) -> Result<Box<dyn FinalizedState>, StateError> {
		Ok(Box::new(View(self.state())))
	}
}

pub fn account(member: MemberIndex) -> [u8; 32] {
	sha256(&("account", member).encode())
}

impl Chain {
	pub fn new() -> Self {
		let chain = Self(Arc::new(Mutex::new(State { map: Map::new(), number: 0, salt: 0 })));
		chain.put(storage::timestamp::now(), &(BEGIN * 1000));
		chain
	}

	pub fn state(&self) -> State {
		self.0.lock().unwrap().clone()
	}

	pub fn set_state(&self, state: State) {
		*self.0.lock().unwrap() = state;
	}

	pub fn put<T: Encode>(&self, key: Vec<u8>, value: &T) {
		self.0.lock().unwrap().map.insert(key, value.encode());
	}

	pub fn remove(&self, key: &[u8]) {
		self.0.lock().unwrap().map.remove(key);
	}

	pub fn get<T: Decode>(&self, key: &[u8]) -> Option<T> {
		let bytes = self.0.lock().unwrap().map.get(key).cloned()?;
		Some(T::decode(&mut &bytes[..]).unwrap())
	}

	/// Finalizes a block.
	pub fn block(&self) {
		let State { number, salt, .. } = self.state();
		self.put(storage::system::block_hash(number), &block_hash(number, salt));
		self.0.lock().unwrap().number = number + 1;
		self.set_time(self.time() + SLOT);
	}

	pub fn time(&self) -> u64 {
		self.get::<u64>(&storage::timestamp::now()).unwrap() / 1000
	}

	pub fn set_time(&self, seconds: u64) {
		self.put(storage::timestamp::now(), &(seconds * 1000));
	}

	pub fn ceremony(&self) -> Ceremony {
		self.get(&dta::current_ceremony()).unwrap()
	}

	pub fn start(&self, members: u16, number: u32) {
		let accounts: Vec<_> =
			(1..=members).map(|j| account(MemberIndex::new(j).unwrap())).collect();
		let threshold = threshold(members);
		let terms = Ceremony::genesis_terms(GENESIS, 1, number, number, &accounts, threshold);
		let ceremony = Ceremony {
			number,
			sid: terms.id(),
			kind: terms.kind,
			key_no: 1,
			old_share_version: 0,
			new_share_version: number,
			members: accounts.try_into().unwrap(),
			threshold_old: 0,
			threshold,
			phase: Phase::Register,
			phase_began: 1,
			deadline: 1000,
		};
		self.put(dta::ceremony_count(), &number);
		self.put(dta::current_ceremony(), &ceremony);
		self.block();
	}

	pub fn enter(&self, phase: Phase) {
		let mut ceremony = self.ceremony();
		ceremony.phase = phase;
		self.put(dta::current_ceremony(), &ceremony);
		self.block();
	}

	pub fn register(&self, member: MemberIndex, registration: &Registration) {
		let ceremony = self.ceremony();
		registration.verify(&ceremony.sid, member, &account(member)).unwrap();
		self.put(dta::registration(ceremony.number, member), registration);
		self.block();
	}

	pub fn registered(&self) -> Vec<MemberIndex> {
		let ceremony = self.ceremony();
		let key = |member: &MemberIndex| dta::registration(ceremony.number, *member);
		ceremony.indices().filter(|j| self.get::<Registration>(&key(j)).is_some()).collect()
	}

	pub fn deal(&self, dealer: DealerIndex, dealing: &Dealing) {
		let ceremony = self.ceremony();
		dealing.verify(&ceremony.sid, dealer, ceremony.threshold, &self.registered()).unwrap();
		self.put(dta::dealing(ceremony.number, dealer), dealing);
		self.block();
	}

	pub fn dealings(&self) -> Vec<VerifiedDealing> {
		let ceremony = self.ceremony();
		let registered = self.registered();
		let dealing = |member: &MemberIndex| {
			let dealer = DealerIndex::from(*member);
			let dealing: Dealing = self.get(&dta::dealing(ceremony.number, dealer))?;
			dealing.open(&ceremony.sid, dealer, ceremony.threshold, &registered).ok()
		};
		registered.iter().filter_map(dealing).collect()
	}

	/// Gives the complainer's verdicts.
	pub fn judge(&self, member: MemberIndex, judgement: &Judgement) -> Vec<Verdict> {
		let ceremony = self.ceremony();
		let dealings = self.dealings();
		let set: Vec<_> = dealings.iter().map(|d| (d.dealer(), d.digest())).collect();
		assert_eq!(judgement.judged, judged_digest(&ceremony.sid, &set));
		let own: Registration = self.get(&dta::registration(ceremony.number, member)).unwrap();
		let key = own.key.decode().unwrap();
		let mut verdicts = Vec::new();
		for complaint in &judgement.complaints {
			let dealing = dealings.iter().find(|d| d.dealer() == complaint.dealer).unwrap();
			let verdict = dealing.judge(member, &key, complaint);
			if verdict == Verdict::Dealer {
				self.put(dta::disqualified(ceremony.number, complaint.dealer), &());
			}
			verdicts.push(verdict);
		}
		self.put(dta::judgement(ceremony.number, member), &judgement.judged);
		self.block();
		verdicts
	}

	pub fn outcome(&self) -> Outcome {
		let ceremony = self.ceremony();
		let out = |d: &VerifiedDealing| {
			self.get::<()>(&dta::disqualified(ceremony.number, d.dealer())).is_some()
		};
		let qualified: Vec<_> = self.dealings().into_iter().filter(|d| !out(d)).collect();
		Outcome::genesis(&ceremony.sid, &qualified).unwrap()
	}

	pub fn end_judging(&self) {
		let outcome = self.outcome();
		let stored = StoredOutcome {
			qualified: outcome.qualified().to_vec().try_into().unwrap(),
			sums: outcome.sums().try_into().unwrap(),
		};
		self.put(dta::outcome(self.ceremony().number), &stored);
		self.enter(Phase::Confirm);
	}

	pub fn confirm(&self, member: MemberIndex, confirmation: &Confirmation) {
		let ceremony = self.ceremony();
		let public = self.outcome().verify_confirmation(member, confirmation).unwrap();
		self.put(dta::confirmation(ceremony.number, member), &());
		self.put(dta::verification_key(ceremony.new_share_version, member), &public);
		self.block();
	}

	/// Makes the key active; the ceremony goes on as Late.
	pub fn activate(&self, status: ShareStatus) {
		let ceremony = self.ceremony();
		let public: G2Bytes = self.outcome().master_public_key().encode();
		let version = ShareVersion {
			key_no: 1,
			ceremony_no: ceremony.number,
			members: ceremony.members.clone(),
			threshold: ceremony.threshold,
			activated: 1,
			status,
		};
		let key = MasterKey {
			key_no: 1,
			key_id: KeyId::derive(&GENESIS, 1, &public),
			public,
			share_version: ceremony.new_share_version,
			activated: 1,
		};
		self.put(dta::share_version(ceremony.new_share_version), &version);
		self.put(dta::current_key(), &key);
		self.enter(Phase::Late);
	}

	/// Ends the ceremony under way, as failed unless its key is active.
	pub fn close(&self) {
		self.remove(&dta::current_ceremony());
		self.block();
	}

	pub fn key(&self) -> MasterKey {
		self.get(&dta::current_key()).unwrap()
	}
}
