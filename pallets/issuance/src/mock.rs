//! A runtime of the queue alone, with the real transaction extensions; committee and registry are
//! played by thread-local values, with a key that a real ceremony of four made.

use crate as pallet_issuance;
use codec::Encode;
use frame_support::{
	derive_impl, parameter_types,
	traits::{ConstU32, Hooks},
	weights::{constants::RocksDbWeight, Weight},
};
use frame_system::offchain::{
	CreateAuthorizedTransaction, CreateTransaction, CreateTransactionBase,
};
use sp_core::Pair;
use sp_runtime::{
	generic::{self, Era},
	traits::{BlakeTwo256, IdentityLookup},
	AccountId32, BuildStorage, MultiSignature,
};
use std::{collections::BTreeMap, sync::OnceLock};
use symbolon_api::{
	authority::{AuthorityId, AuthorityPair, AuthoritySignature},
	Committee, Identities, KeyQueue, LocalMember,
};
use symbolon_crypto::{
	ceremony::{
		confirm::{Outcome, SecretShare},
		deal::{deal, Receiver, VerifiedDealing},
		register::{register, CeremonySecret},
		CeremonyId, CeremonyKind, CeremonyTerms,
	},
	cover::Subtree,
	extraction::{KeyRequest, PartialKey, TransportSecret},
	Entropy, G2Bytes, KeyId, MemberIndex, Purpose, Serial,
};
use symbolon_primitives::{
	dta::{Fault, MasterKey, ShareStatus, ShareVersion},
	epochs::RevocationHead,
	member::{signed_bytes, CallTag},
	registry::Registration,
	Account,
};

pub type Extension = (
	frame_system::AuthorizeCall<Test>,
	frame_system::CheckNonZeroSender<Test>,
	frame_system::CheckGenesis<Test>,
	frame_system::CheckEra<Test>,
	frame_system::CheckNonce<Test>,
	frame_system::CheckWeight<Test>,
);
pub type UncheckedExtrinsic =
	generic::UncheckedExtrinsic<AccountId32, RuntimeCall, MultiSignature, Extension>;
pub type Block = generic::Block<generic::Header<u32, BlakeTwo256>, UncheckedExtrinsic>;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(RuntimeCall, RuntimeEvent, RuntimeError, RuntimeOrigin, RuntimeTask)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system::Pallet<Test>;
	#[runtime::pallet_index(13)]
	pub type Issuance = pallet_issuance::Pallet<Test>;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountId = AccountId32;
	type Lookup = IdentityLookup<AccountId32>;
	type Block = Block;
	type BlockHashCount = ConstU32<10>;
	type DbWeight = RocksDbWeight;
}

impl pallet_issuance::Config for Test {
	type Committee = MockCommittee;
	type Identities = MockIdentities;
	type WeightInfo = pallet_issuance::weights::SubstrateWeight<Test>;
}

impl<C> CreateTransactionBase<C> for Test
where
	RuntimeCall: From<C>,
{
	type RuntimeCall = RuntimeCall;
	type Extrinsic = UncheckedExtrinsic;
}

impl<C> CreateTransaction<C> for Test
where
	RuntimeCall: From<C>,
{
	type Extension = Extension;

	fn create_transaction(call: RuntimeCall, extension: Extension) -> UncheckedExtrinsic {
		UncheckedExtrinsic::new_transaction(call, extension)
	}
}

impl<C> CreateAuthorizedTransaction<C> for Test
where
	RuntimeCall: From<C>,
{
	fn create_extension() -> Extension {
		(
			frame_system::AuthorizeCall::new(),
			frame_system::CheckNonZeroSender::new(),
			frame_system::CheckGenesis::new(),
			frame_system::CheckEra::from(Era::Immortal),
			frame_system::CheckNonce::from(0),
			frame_system::CheckWeight::new(),
		)
	}
}

/// Hash of the mock's genesis block, as frame-system sets it.
pub const GENESIS: [u8; 32] = [69; 32];
/// Shares needed of the four.
pub const THRESHOLD: u16 = 3;

parameter_types! {
	/// The current master key.
	pub static Key: Option<MasterKey> = Some(made().key.clone());
	/// Share versions by number.
	pub static ShareVersions: BTreeMap<u32, ShareVersion> = share_versions();
	/// Registrations by serial.
	pub static Registered: BTreeMap<Serial, Registration> = BTreeMap::new();
	/// Blames so far.
	pub static Blames: Vec<(Account, u32, Fault)> = Vec::new();
	/// The member that this node is.
	pub static Local: Option<MemberIndex> = None;
}

/// What the ceremony made.
pub struct Made {
	pub key: MasterKey,
	pub shares: Vec<SecretShare>,
	public: Vec<G2Bytes>,
}

pub fn entropy(seed: u8) -> Entropy {
	Entropy::take(&mut [seed; 32])
}

pub fn member(index: u16) -> MemberIndex {
	MemberIndex::new(index).unwrap()
}

pub fn account(index: u16) -> Account {
	[index as u8; 32]
}

/// A real genesis ceremony of four honest members, run once.
pub fn made() -> &'static Made {
	static MADE: OnceLock<Made> = OnceLock::new();
	MADE.get_or_init(ceremony)
}

fn ceremony_id() -> CeremonyId {
	let terms = CeremonyTerms {
		genesis_hash: GENESIS,
		key_no: 1,
		ceremony_no: 1,
		kind: CeremonyKind::Genesis,
		old_share_version: 0,
		new_share_version: 1,
		old: None,
		members: (1..=4).map(account).collect(),
		threshold_old: 0,
		threshold: THRESHOLD,
	};
	terms.id()
}

fn registered(sid: &CeremonyId, index: MemberIndex) -> (CeremonySecret, Receiver) {
	let who = account(index.get());
	let (secret, registration) = register(sid, index, &who, entropy(index.get() as u8));
	let key = registration.verify(sid, index, &who).unwrap();
	(secret, Receiver { index, key })
}

fn ceremony() -> Made {
	let sid = ceremony_id();
	let indices: Vec<_> = (1..=4).map(member).collect();
	let (secrets, receivers): (Vec<_>, Vec<_>) =
		indices.iter().map(|index| registered(&sid, *index)).unzip();
	let dealt = |index: &MemberIndex| {
		let dealer = (*index).into();
		deal(&sid, dealer, THRESHOLD, &receivers, entropy(10 + index.get() as u8))
			.verify(&sid, dealer, THRESHOLD, &indices)
			.unwrap()
	};
	let dealings: Vec<VerifiedDealing> = indices.iter().map(dealt).collect();
	let outcome = Outcome::genesis(&sid, &dealings).unwrap();
	let share = |(index, secret): (&MemberIndex, _)| {
		let open = |dealing: &VerifiedDealing| {
			let share = dealing.open_share(*index, secret, entropy(99)).unwrap();
			(dealing.dealer(), share.ok().unwrap())
		};
		let opened: Vec<_> = dealings.iter().map(open).collect();
		outcome.share(*index, &opened).unwrap()
	};
	let shares = indices.iter().zip(&secrets).map(share).collect();
	let public = outcome.master_public_key().encode();
	let key = MasterKey {
		key_no: 1,
		key_id: KeyId::derive(&GENESIS, 1, &public),
		public,
		share_version: 1,
		activated: 1,
	};
	let public = indices.iter().map(|j| outcome.verification_key(*j).encode()).collect();
	Made { key, shares, public }
}

fn share_versions() -> BTreeMap<u32, ShareVersion> {
	let version = ShareVersion {
		key_no: 1,
		ceremony_no: 1,
		members: (1..=4).map(account).collect::<Vec<_>>().try_into().unwrap(),
		threshold: THRESHOLD,
		activated: 1,
		status: ShareStatus::Active,
	};
	BTreeMap::from([(1, version)])
}

/// The session key of a member; in tests its seed is its index.
pub fn session_pair(index: u16) -> AuthorityPair {
	AuthorityPair::from_string(&session_uri(index), None).unwrap()
}

pub fn session_uri(index: u16) -> String {
	format!("//member-{index}")
}

pub struct MockCommittee;

impl Committee for MockCommittee {
	fn current_key() -> Option<MasterKey> {
		Key::get()
	}

	fn share_version(version: u32) -> Option<ShareVersion> {
		ShareVersions::get().get(&version).cloned()
	}

	fn verification_key(_: u32, member: MemberIndex) -> Option<G2Bytes> {
		made().public.get(member.position()).copied()
	}

	fn session_key(who: &Account) -> Option<AuthorityId> {
		(1..=4).find(|index| account(*index) == *who).map(|index| session_pair(index).public())
	}

	fn blame(account: &Account, share_version: u32, fault: Fault) {
		Blames::mutate(|blames| blames.push((*account, share_version, fault)));
	}

	fn local_member(_: u32) -> Option<LocalMember> {
		let index = Local::get()?;
		Some(LocalMember { index, key: session_pair(index.get()).public() })
	}
}

/// The registrar of every serial.
pub fn registrar() -> AccountId32 {
	AccountId32::new([0xaa; 32])
}

pub struct MockIdentities;

impl Identities for MockIdentities {
	fn registration(serial: Serial) -> Option<Registration> {
		Registered::get().get(&serial).cloned()
	}

	fn is_registrar_of(account: &Account, serial: Serial) -> bool {
		*account == <Account>::from(registrar()) && Registered::get().contains_key(&serial)
	}

	fn revocations() -> RevocationHead {
		RevocationHead::default()
	}

	fn revoked_sorted(_: u64) -> Vec<Subtree> {
		Vec::new()
	}
}

pub fn serial(number: u64) -> Serial {
	Serial::new(number).unwrap()
}

/// The device's secret behind a registered serial.
pub fn transport(serial: Serial) -> TransportSecret {
	TransportSecret::generate(entropy(serial.get() as u8))
}

/// Registers a serial with the mock registry, without queueing it.
pub fn register_only(number: u64) {
	let serial = serial(number);
	let identity = format!("device-{number}@acme").parse().unwrap();
	let transport = transport(serial).request(&made().key.key_id, &identity, entropy(200));
	let registration =
		Registration { identity, transport, key_no: 1, registered: 1, revoked: None };
	Registered::mutate(|registered| registered.insert(serial, registration));
}

/// Registers and queues a serial.
pub fn request(number: u64) {
	register_only(number);
	Issuance::enqueue(serial(number)).unwrap();
}

pub fn set_revoked(number: u64) {
	Registered::mutate(|registered| {
		registered.get_mut(&serial(number)).unwrap().revoked = Some(0);
	});
}

pub fn key_request(serial: Serial, purpose: Purpose) -> KeyRequest {
	let identity = MockIdentities::registration(serial).unwrap().identity;
	KeyRequest { key_id: made().key.key_id, serial, identity, purpose }
}

/// A member's right answer.
pub fn pair_of(index: u16, serial: Serial) -> (PartialKey, PartialKey) {
	let point = MockIdentities::registration(serial).unwrap().transport.point.decode().unwrap();
	let share = &made().shares[index as usize - 1];
	let make = |purpose: Purpose| {
		let seed = 50 + purpose as u8;
		share.extract(&key_request(serial, purpose), 1, &point, entropy(seed))
	};
	(make(Purpose::Sign), make(Purpose::Decrypt))
}

/// An answer whose named half is another serial's.
pub fn wrong_pair_of(index: u16, serial: Serial, wrong: Purpose) -> (PartialKey, PartialKey) {
	let (mut sign, mut decrypt) = pair_of(index, serial);
	match wrong {
		Purpose::Sign => sign.c3 = decrypt.c3,
		Purpose::Decrypt => decrypt.c3 = sign.c3,
	}
	(sign, decrypt)
}

pub fn answers(pairs: Vec<(PartialKey, PartialKey)>) -> pallet_issuance::Answers {
	pairs.try_into().unwrap()
}

/// Signs a payload as a member.
pub fn sign<P: Encode>(index: u16, tag: CallTag, payload: &P) -> AuthoritySignature {
	session_pair(index).sign(&signed_bytes(&GENESIS, tag, member(index), payload))
}

/// The signed call with a member's answers.
pub fn submit_call(index: u16, pairs: Vec<(PartialKey, PartialKey)>) -> RuntimeCall {
	let answers = answers(pairs);
	let signature = sign(index, CallTag::Partials, &(1u32, &answers));
	pallet_issuance::Call::submit_partials {
		member: member(index),
		share_version: 1,
		answers,
		signature,
	}
	.into()
}

/// The signed call with a member's report.
pub fn report_call(reporter: u16, number: u64, accused: u16, purpose: Purpose) -> RuntimeCall {
	let (serial, accused) = (serial(number), member(accused));
	let signature = sign(reporter, CallTag::Report, &(1u32, serial, accused, purpose));
	pallet_issuance::Call::report_partial {
		reporter: member(reporter),
		share_version: 1,
		serial,
		accused,
		purpose,
		signature,
	}
	.into()
}

pub fn run_to(block: u32) {
	System::set_block_number(block);
	Issuance::on_idle(block, Weight::MAX);
}

/// Fresh externalities at block 1.
pub fn new_ext() -> sp_io::TestExternalities {
	Key::set(Some(made().key.clone()));
	ShareVersions::set(share_versions());
	Registered::set(BTreeMap::new());
	Blames::set(Vec::new());
	Local::set(None);
	let storage = RuntimeGenesisConfig::default().build_storage().unwrap();
	let mut ext = sp_io::TestExternalities::new(storage);
	ext.execute_with(|| System::set_block_number(1));
	ext
}

/// Runs a test and checks the invariants after it.
pub fn build_and_execute(test: impl FnOnce()) {
	new_ext().execute_with(|| {
		test();
		Issuance::do_try_state().unwrap();
	});
}
