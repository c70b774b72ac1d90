//! A runtime of the registry alone; its neighbours are played by thread-local values.

use crate as pallet_registry;
use frame_support::{
	derive_impl, ensure, parameter_types, traits::ConstU32, weights::constants::RocksDbWeight,
};
use sp_runtime::{
	traits::IdentityLookup, AccountId32, BuildStorage, DispatchError, DispatchResult,
};
use std::collections::BTreeSet;
use symbolon_api::{authority::AuthorityId, Committee, EpochClock, KeyQueue, LocalMember};
use symbolon_crypto::{
	extraction::TransportSecret, Entropy, Epoch, G2Bytes, Identity, KeyId, MemberIndex, Namespace,
	Serial,
};
use symbolon_primitives::{
	dta::{Fault, MasterKey, ShareVersion},
	registry::{NamespaceRecord, RegistrationRequest},
	Account,
};

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(RuntimeCall, RuntimeEvent, RuntimeError, RuntimeOrigin, RuntimeTask)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system::Pallet<Test>;
	#[runtime::pallet_index(11)]
	pub type Registry = pallet_registry::Pallet<Test>;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountId = AccountId32;
	type Lookup = IdentityLookup<AccountId32>;
	type Block = frame_system::mocking::MockBlockU32<Test>;
	type BlockHashCount = ConstU32<10>;
	type DbWeight = RocksDbWeight;
}

impl pallet_registry::Config for Test {
	type Committee = MockCommittee;
	type Queue = MockQueue;
	type Epochs = MockEpochs;
	type WeightInfo = pallet_registry::weights::SubstrateWeight<Test>;
}

parameter_types! {
	/// The current master key.
	pub static Key: Option<MasterKey> = Some(key(1));
	/// Serials that were enqueued and not withdrawn.
	pub static Queued: BTreeSet<u64> = BTreeSet::new();
	/// Room in the queue, in all.
	pub static Room: u32 = 1_000;
	/// What the epochs answer.
	pub static Unfrozen: Option<Epoch> = Some(NEXT_EPOCH);
}

/// The first epoch that is not frozen.
pub const NEXT_EPOCH: Epoch = Epoch { number: 8, start: 800, end: 900 };

/// A master key of number `key_no`; the registry never looks at `P`.
pub fn key(key_no: u32) -> MasterKey {
	let public = G2Bytes([3; 96]);
	let key_id = KeyId::derive(&[7; 32], key_no, &public);
	MasterKey { key_no, key_id, public, share_version: 1, activated: 1 }
}

pub struct MockCommittee;

impl Committee for MockCommittee {
	fn current_key() -> Option<MasterKey> {
		Key::get()
	}

	fn share_version(_: u32) -> Option<ShareVersion> {
		None
	}

	fn verification_key(_: u32, _: MemberIndex) -> Option<G2Bytes> {
		None
	}

	fn session_key(_: &Account) -> Option<AuthorityId> {
		None
	}

	fn blame(_: &Account, _: u32, _: Fault) {}

	fn local_member(_: u32) -> Option<LocalMember> {
		None
	}
}

pub struct MockQueue;

impl KeyQueue for MockQueue {
	fn has_room(more: u32) -> bool {
		Queued::get().len() as u32 + more <= Room::get()
	}

	fn enqueue(serial: Serial) -> DispatchResult {
		ensure!(Self::has_room(1), "queue full");
		Queued::mutate(|queued| queued.insert(serial.get()));
		Ok(())
	}

	fn withdraw(serial: Serial) {
		Queued::mutate(|queued| queued.remove(&serial.get()));
	}
}

pub struct MockEpochs;

impl EpochClock for MockEpochs {
	fn current() -> Result<Epoch, DispatchError> {
		Err("not asked".into())
	}

	fn first_unfrozen() -> Result<Epoch, DispatchError> {
		Unfrozen::get().ok_or("no epoch".into())
	}
}

/// The registrar of `acme` and of `tiny`.
pub fn alice() -> AccountId32 {
	AccountId32::new([1; 32])
}

/// The registrar of `beta`.
pub fn bob() -> AccountId32 {
	AccountId32::new([2; 32])
}

/// Nobody's registrar.
pub fn mallory() -> AccountId32 {
	AccountId32::new([9; 32])
}

pub fn name(text: &str) -> Identity {
	text.parse().unwrap()
}

pub fn serial(number: u64) -> Serial {
	Serial::new(number).unwrap()
}

pub fn namespace(text: &str) -> NamespaceRecord {
	pallet_registry::Namespaces::<Test>::get(text.parse::<Namespace>().unwrap()).unwrap()
}

/// A request of a device with secret `seed` for `identity` under key number 1.
pub fn request(identity: &str, seed: u8) -> RegistrationRequest {
	request_under(&key(1).key_id, identity, seed)
}

pub fn request_under(key_id: &KeyId, identity: &str, seed: u8) -> RegistrationRequest {
	let secret = TransportSecret::generate(Entropy::take(&mut [seed; 32]));
	let identity = name(identity);
	let transport = secret.request(key_id, &identity, Entropy::take(&mut [seed ^ 0xff; 32]));
	RegistrationRequest { identity, transport }
}

/// A namespace of the chain specification.
pub fn granted(
	name: &str,
	registrar: AccountId32,
	block_bits: u8,
	max_registered: u32,
	max_revoked: u32,
) -> pallet_registry::GenesisNamespace<AccountId32> {
	let name = name.into();
	pallet_registry::GenesisNamespace { name, registrar, block_bits, max_registered, max_revoked }
}

/// Builds externalities from genesis namespaces and checks the invariants after each test.
pub struct ExtBuilder {
	namespaces: Vec<pallet_registry::GenesisNamespace<AccountId32>>,
}

impl Default for ExtBuilder {
	/// `tiny` in serials 0..2, `acme` in 8..16 and `beta` in 16..20.
	fn default() -> Self {
		Self {
			namespaces: vec![
				granted("tiny", alice(), 1, 3, 1),
				granted("acme", alice(), 3, 100, 10),
				granted("beta", bob(), 2, 100, 10),
			],
		}
	}
}

impl ExtBuilder {
	pub fn namespaces(
		mut self,
		namespaces: Vec<pallet_registry::GenesisNamespace<AccountId32>>,
	) -> Self {
		self.namespaces = namespaces;
		self
	}

	pub fn build(self) -> sp_io::TestExternalities {
		let config = RuntimeGenesisConfig {
			registry: pallet_registry::GenesisConfig { namespaces: self.namespaces },
			..Default::default()
		};
		let mut ext = sp_io::TestExternalities::new(config.build_storage().unwrap());
		ext.execute_with(|| System::set_block_number(1));
		ext
	}

	pub fn build_and_execute(self, test: impl FnOnce()) {
		Key::set(Some(key(1)));
		Queued::set(BTreeSet::new());
		Room::set(1_000);
		Unfrozen::set(Some(NEXT_EPOCH));
		self.build().execute_with(|| {
			test();
			Registry::do_try_state().unwrap();
		});
	}
}
