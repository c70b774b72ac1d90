//! A made chain of one process that answers like a node, or lies. For tests of clients.
//!
//! Finality, storage proofs, keys and permits are real; consensus, blocks and the runtime are not:
//! state is a map, and each proof asked for is a new finalized block.

mod committee;
mod devices;
mod execute;
mod proofs;

use crate::{
	clock::Clock,
	hexed,
	transport::{Pending, PermitAnswer, ProofBundle, RuntimeVersion, Transport, TransportError},
};
use codec::{DecodeAll, Encode};
use committee::Committee;
use proofs::Finality;
use sp_core::{sr25519, Pair};
use std::{
	collections::BTreeMap,
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc, Mutex, MutexGuard,
	},
};
use symbolon_crypto::{
	cover::{cover, Subtree},
	identity::TREE_HEIGHT,
	Epoch, G1Bytes, KeyId, Serial,
};
use symbolon_light::{anchor::ANCHOR_VERSION, Anchor, Base, Header, UnverifiedAnchor};
use symbolon_primitives::{
	dta::{MasterKey, ShareStatus, ShareVersion},
	epochs::{RevocationHead, Schedule, ScheduleEntry, Snapshot},
	registry::NamespaceRecord,
	storage, Account, BlockHash,
};

/// Seed of the registrar of `demo`.
pub const REGISTRAR_SEED: [u8; 32] = [7; 32];
/// Length of the made chain's epochs, in seconds.
pub const EPOCH: u64 = 3_600;
/// Members of the committee, of whom [`THRESHOLD`] are needed.
pub const MEMBERS: u16 = 4;
/// Members needed.
pub const THRESHOLD: u16 = 3;
/// Serials of the namespace: `2^BLOCK_BITS`.
pub const BLOCK_BITS: u8 = 6;

/// Where the permit of a subtree lies.
pub fn permit_key(epoch: u64, subtree: &Subtree) -> Vec<u8> {
	storage::epochs::permit(epoch, subtree)
}

/// What a node does instead of answering rightly.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lie {
	/// Shows a header that was not finalized.
	Header,
	/// Shows a justification with an altered signature.
	Justification,
	/// Alters a byte of the storage proof.
	Storage,
	/// Proves the storage of another block.
	OtherStorage,
	/// Leaves the storage proof out.
	NoStorage,
	/// Gives a wrong permit.
	Permit,
	/// Gives the permit of a subtree that does not hold the serial.
	OtherSubtree,
	/// Says that there is no permit.
	NoPermit,
	/// Refuses to prove anything.
	NoProof,
	/// Says that its genesis is another one, and proves nothing.
	OtherGenesis,
	/// Shows a block that is older than others it showed.
	OldBlock,
	/// Shows headers without a key, as before the first ceremony.
	NoKey,
	/// Shows headers that carry a conflict.
	Conflict,
	/// Takes extrinsics and hangs instead of answering.
	HangOnSubmit,
	/// Is not there when it is asked for a permit.
	NoPermitCall,
	/// Takes extrinsics and drops them.
	Drop,
	/// Takes extrinsics that then fail when they are applied.
	Fail,
	/// Refuses extrinsics with the gate's code for a full queue.
	Gate,
}

/// The made chain's state and the node's honesty.
struct Inner {
	state: BTreeMap<Vec<u8>, Vec<u8>>,
	number: u32,
	hashes: BTreeMap<u32, BlockHash>,
	revoked: Vec<Subtree>,
	next_serial: u64,
	lies: Vec<Lie>,
	submitted: u32,
	proofs: u32,
}

/// A made chain and its one node.
pub struct World {
	clock: Arc<AtomicU64>,
	genesis_state: Vec<(Vec<u8>, Vec<u8>)>,
	genesis: Header,
	finality: Finality,
	committee: Committee,
	key_id: KeyId,
	schedule: Schedule,
	inner: Mutex<Inner>,
}

impl World {
	/// A chain at Unix second `now`, ten minutes into its epoch 100, whose permits are published.
	pub fn new(now: u64) -> Arc<Self> {
		Self::with_code(now, 0xc0)
	}

	/// Another chain than [`new`](Self::new) makes, with another genesis. The committee has the same
	/// secret, so that nothing but the chain's name in what is hashed tells the two apart.
	pub fn another(now: u64) -> Arc<Self> {
		Self::with_code(now, 0xc1)
	}

	fn with_code(now: u64, code: u8) -> Arc<Self> {
		let finality = Finality::new(4);
		let genesis_state = vec![
			(storage::grandpa::authorities(), finality.set().encode()),
			(b":code".to_vec(), vec![code; 100]),
		];
		let genesis = proofs::genesis(&genesis_state);
		let committee = Committee::new();
		let key_id = KeyId::derive(&genesis.hash().0, 1, &committee.master());
		let start = now.saturating_sub(600);
		let entry = ScheduleEntry { first_number: 100, start, length: EPOCH };
		let schedule = Schedule(vec![entry].try_into().expect("one entry fits"));
		let inner = Inner {
			state: genesis_state.iter().cloned().collect(),
			number: 10,
			hashes: BTreeMap::new(),
			revoked: Vec::new(),
			next_serial: 64,
			lies: Vec::new(),
			submitted: 0,
			proofs: 0,
		};
		let world = Self {
			clock: Arc::new(AtomicU64::new(now)),
			genesis_state,
			genesis,
			finality,
			committee,
			key_id,
			schedule,
			inner: Mutex::new(inner),
		};
		world.found();
		world.publish(100);
		Arc::new(world)
	}

	fn inner(&self) -> MutexGuard<'_, Inner> {
		self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
	}

	/// What the chain holds once its key is active.
	fn found(&self) {
		let key = MasterKey {
			key_no: 1,
			key_id: self.key_id,
			public: self.committee.master(),
			share_version: 1,
			activated: 5,
		};
		let members: Vec<Account> = (1..=MEMBERS).map(|member| [member as u8; 32]).collect();
		let version = ShareVersion {
			key_no: 1,
			ceremony_no: 1,
			members: members.try_into().expect("the members fit"),
			threshold: THRESHOLD,
			activated: 5,
			status: ShareStatus::Active,
		};
		self.put(storage::dta::current_key(), &key);
		self.put(storage::dta::share_version(1), &version);
		for member in self.committee.members() {
			let public = self.committee.verification_key(member);
			self.put(storage::dta::verification_key(1, member), &public);
		}
		self.put(storage::epochs::schedule(), &self.schedule);
		self.put(storage::epochs::slot_millis(), &2_000u64);
		self.put(storage::system::account(&self.registrar()), &(0u32, 0u32, 1u32, 0u32));
		self.put(storage::registry::namespace(&"demo".parse().expect("a name")), &self.record());
	}

	/// The record of namespace `demo` at the start.
	pub fn record(&self) -> NamespaceRecord {
		NamespaceRecord {
			registrar: self.registrar(),
			block_bits: BLOCK_BITS,
			blocks: vec![64].try_into().expect("one block fits"),
			used_in_last: 0,
			registered: 0,
			max_registered: 40,
			revoked: 0,
			max_revoked: 2,
		}
	}

	/// Writes a value into the state.
	pub fn put(&self, key: Vec<u8>, value: &impl Encode) {
		self.inner().state.insert(key, value.encode());
	}

	/// Removes a value from the state.
	pub fn remove(&self, key: &[u8]) {
		self.inner().state.remove(key);
	}

	/// Reads a value from the state.
	pub fn read<T: DecodeAll>(&self, key: &[u8]) -> Option<T> {
		let inner = self.inner();
		let bytes = inner.state.get(key)?;
		T::decode_all(&mut &bytes[..]).ok()
	}

	/// The registrar of `demo`.
	pub fn registrar(&self) -> Account {
		sr25519::Pair::from_seed(&REGISTRAR_SEED).public().0
	}

	/// The anchor of this chain, exported now.
	pub fn anchor(&self) -> Anchor {
		let base =
			Base { number: 0, hash: self.genesis.hash().0, set_id: 0, set: self.finality.set() };
		UnverifiedAnchor {
			version: ANCHOR_VERSION,
			genesis_hash: base.hash,
			key_no: 1,
			master_key: self.committee.master(),
			checkpoint_key: self.committee.master(),
			base,
			exported_at: self.now(),
			max_epoch: 7 * 24 * 60 * 60,
			skew: 30,
		}
		.check()
		.expect("the fields are right")
	}

	/// An anchor of another key of this chain, which is none.
	pub fn other_anchor(&self) -> Anchor {
		let anchor = self.anchor();
		UnverifiedAnchor {
			version: ANCHOR_VERSION,
			genesis_hash: *anchor.genesis_hash(),
			key_no: 2,
			master_key: *anchor.master_key(),
			checkpoint_key: *anchor.checkpoint_key(),
			base: anchor.base().clone(),
			exported_at: anchor.exported_at(),
			max_epoch: anchor.max_epoch(),
			skew: anchor.skew(),
		}
		.check()
		.expect("the fields are right")
	}

	/// The chain's raw specification.
	pub fn spec(&self) -> String {
		let top: BTreeMap<String, String> = self
			.genesis_state
			.iter()
			.map(|(key, value)| (hexed::encode(key), hexed::encode(value)))
			.collect();
		let raw = serde_json::json!({ "top": top, "childrenDefault": {} });
		serde_json::json!({ "name": "made", "genesis": { "raw": raw } }).to_string()
	}

	/// Unix second of chain and clients.
	pub fn now(&self) -> u64 {
		self.clock.load(Ordering::SeqCst)
	}

	/// Moves time.
	pub fn set_now(&self, now: u64) {
		self.clock.store(now, Ordering::SeqCst);
	}

	/// A clock that shows this chain's time.
	pub fn clock(&self) -> Clock {
		let clock = self.clock.clone();
		Clock::new(move || clock.load(Ordering::SeqCst))
	}

	/// The epoch of a number.
	pub fn epoch(&self, number: u64) -> Epoch {
		self.schedule.epoch(number).expect("the schedule has begun")
	}

	/// Freezes the snapshot of an epoch as things stand, without publishing permits.
	pub fn freeze(&self, number: u64) {
		let mut inner = self.inner();
		let mut revoked = inner.revoked.clone();
		let head = revoked.iter().fold(RevocationHead::default(), |head, next| head.append(next));
		revoked.sort_by_key(Subtree::first);
		let snapshot = Snapshot {
			epoch: self.epoch(number),
			key_no: 1,
			revocations: head,
			cover_len: cover(revoked).count() as u32,
			frozen: inner.number,
			published: 0,
		};
		inner.state.insert(storage::epochs::snapshot(number), snapshot.encode());
	}

	/// Freezes the snapshot of an epoch as things stand and publishes its permits.
	pub fn publish(&self, number: u64) {
		self.freeze(number);
		let key = storage::epochs::snapshot(number);
		let mut snapshot: Snapshot = self.read(&key).expect("just frozen");
		let epoch = self.epoch(number);
		let mut revoked = self.inner().revoked.clone();
		revoked.sort_by_key(Subtree::first);
		for subtree in cover(revoked) {
			let permit = self.committee.permit(&self.key_id, &epoch, &subtree);
			self.put(storage::epochs::permit(number, &subtree), &permit);
		}
		snapshot.published = snapshot.chunks();
		self.put(key, &snapshot);
	}

	/// Members `members` answer the key request of `serial`; those in `wrong` wrongly.
	pub fn answer(&self, serial: Serial, members: &[u16], wrong: &[u16]) {
		for pair in self.committee.answers(self, serial, members, wrong) {
			self.put(storage::issuance::partials(serial, pair.sign.member), &pair);
		}
	}

	/// Makes the node lie in these ways, and in no other.
	pub fn lie(&self, lies: &[Lie]) {
		self.inner().lies = lies.to_vec();
	}

	/// How many extrinsics the node took.
	pub fn submitted(&self) -> u32 {
		self.inner().submitted
	}

	/// How many proofs the node gave.
	pub fn proofs(&self) -> u32 {
		self.inner().proofs
	}

	fn lies(&self, lie: Lie) -> bool {
		self.inner().lies.contains(&lie)
	}

	fn rejected(&self, code: i32, message: &str) -> TransportError {
		let endpoint = self.endpoint().into();
		TransportError::Rejected { endpoint, code, message: message.into() }
	}

	fn find_permit(&self, serial: Serial, number: u64) -> Option<PermitAnswer> {
		if self.lies(Lie::NoPermit) {
			return None;
		}
		(0..=TREE_HEIGHT).find_map(|level| {
			let subtree = serial.ancestor(level);
			let permit: G1Bytes = self.read(&storage::epochs::permit(number, &subtree))?;
			let mut answer = PermitAnswer { level, index: subtree.index(), permit };
			if self.lies(Lie::Permit) {
				let other = self.epoch(number.wrapping_add(1));
				answer.permit = self.committee.permit(&self.key_id, &other, &subtree);
			}
			if self.lies(Lie::OtherSubtree) {
				(answer.level, answer.index) = (0, serial.get() ^ 1);
			}
			Some(answer)
		})
	}
}

impl Transport for World {
	fn endpoint(&self) -> &str {
		"made-chain"
	}

	fn prove<'a>(&'a self, begin: BlockHash, keys: &'a [Vec<u8>]) -> Pending<'a, ProofBundle> {
		Box::pin(async move {
			if self.lies(Lie::OtherGenesis) {
				return Err(self.rejected(9003, "expected a block of this chain"));
			}
			if self.lies(Lie::NoProof) {
				return Err(self.rejected(9006, "this node does not have the justifications"));
			}
			Ok(self.make_proof(begin, keys))
		})
	}

	fn permit(&self, serial: Serial, epoch: u64) -> Pending<'_, Option<PermitAnswer>> {
		Box::pin(async move {
			if self.lies(Lie::NoPermitCall) {
				let (endpoint, reason) = (self.endpoint().into(), "it went away".into());
				return Err(TransportError::Down { endpoint, reason });
			}
			Ok(self.find_permit(serial, epoch))
		})
	}

	fn genesis_hash(&self) -> Pending<'_, BlockHash> {
		let other = self.lies(Lie::OtherGenesis);
		let hash = if other { [0xee; 32] } else { self.genesis.hash().0 };
		Box::pin(async move { Ok(hash) })
	}

	fn runtime_version(&self) -> Pending<'_, RuntimeVersion> {
		Box::pin(async { Ok(execute::VERSION) })
	}

	fn next_nonce<'a>(&'a self, account: &'a Account) -> Pending<'a, u32> {
		let nonce = self.nonce(account);
		Box::pin(async move { Ok(nonce) })
	}

	fn submit<'a>(&'a self, extrinsic: &'a [u8]) -> Pending<'a, BlockHash> {
		Box::pin(async move {
			let taken = self.take(extrinsic);
			if self.lies(Lie::HangOnSubmit) {
				let endpoint = self.endpoint().into();
				return Err(TransportError::Hanging { endpoint, seconds: 1 });
			}
			taken
		})
	}
}
