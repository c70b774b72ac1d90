//! A runtime of this pallet and the timestamp, a committee with real shares, settable revocations.

use crate as pallet_epochs;
use codec::Encode;
use frame_support::{
	derive_impl,
	traits::{Hooks, PostInherents},
};
use sp_core::{sr25519, Pair as _};
use sp_io::TestExternalities;
use sp_runtime::{
	generic,
	traits::{AccountIdLookup, BlakeTwo256},
	AccountId32, BuildStorage, MultiSignature,
};
use std::cell::RefCell;
use symbolon_api::{
	authority::{AuthorityId, AuthorityPair, AuthoritySignature},
	Committee, Identities, LocalMember,
};
use symbolon_crypto::{
	ceremony::{
		confirm::{Outcome, SecretShare},
		deal::{deal, Receiver},
		register::register,
		CeremonyId,
	},
	cover::Subtree,
	sharing::threshold,
	DealerIndex, Entropy, G2Bytes, KeyId, MemberIndex, Serial,
};
use symbolon_primitives::{
	dta::{Fault, MasterKey, Members, ShareStatus, ShareVersion},
	epochs::RevocationHead,
	member::{signed_bytes, CallTag},
	registry::{IndexKey, Registration},
	Account,
};

pub type Extension = (frame_system::AuthorizeCall<Test>,);
pub type UncheckedExtrinsic = generic::UncheckedExtrinsic<
	sp_runtime::MultiAddress<AccountId32, ()>,
	RuntimeCall,
	MultiSignature,
	Extension,
>;
pub type Block = generic::Block<generic::Header<u32, BlakeTwo256>, UncheckedExtrinsic>;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;

	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp;

	#[runtime::pallet_index(12)]
	pub type Epochs = pallet_epochs;
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountId = AccountId32;
	type Lookup = AccountIdLookup<Self::AccountId, ()>;
}

impl pallet_timestamp::Config for Test {
	type Moment = u64;
	type OnTimestampSet = ();
	type MinimumPeriod = frame_support::traits::ConstU64<1>;
	type WeightInfo = ();
}

impl pallet_epochs::Config for Test {
	type Time = Timestamp;
	type Committee = World;
	type Identities = World;
	type WeightInfo = ();
}

impl<C> frame_system::offchain::CreateTransactionBase<C> for Test
where
	RuntimeCall: From<C>,
{
	type RuntimeCall = RuntimeCall;
	type Extrinsic = UncheckedExtrinsic;
}

impl<C> frame_system::offchain::CreateTransaction<C> for Test
where
	RuntimeCall: From<C>,
{
	type Extension = Extension;

	fn create_transaction(call: RuntimeCall, extension: Extension) -> UncheckedExtrinsic {
		UncheckedExtrinsic::new_transaction(call, extension)
	}
}

impl<C> frame_system::offchain::CreateAuthorizedTransaction<C> for Test
where
	RuntimeCall: From<C>,
{
	fn create_extension() -> Extension {
		(frame_system::AuthorizeCall::new(),)
	}
}

/// What lies outside this pallet.
#[derive(Default)]
pub struct World {
	pub key: Option<MasterKey>,
	pub accounts: Vec<Account>,
	pub revoked: Vec<Subtree>,
	pub blames: Vec<(Account, Fault)>,
	pub local: Option<MemberIndex>,
	pub unconfirmed: Vec<MemberIndex>,
}

thread_local! {
	pub static WORLD: RefCell<World> = RefCell::default();
}

pub fn with_world<R>(f: impl FnOnce(&mut World) -> R) -> R {
	WORLD.with(|world| f(&mut world.borrow_mut()))
}

pub fn pair(member: MemberIndex) -> AuthorityPair {
	AuthorityPair::from_string(&format!("//Member//{member}"), None).unwrap()
}

impl Committee for World {
	fn current_key() -> Option<MasterKey> {
		with_world(|world| world.key.clone())
	}

	fn share_version(version: u32) -> Option<ShareVersion> {
		let accounts = with_world(|world| world.accounts.clone());
		(version == 1).then(|| ShareVersion {
			key_no: 1,
			ceremony_no: 1,
			threshold: threshold(accounts.len() as u16),
			members: Members::try_from(accounts).unwrap(),
			activated: 1,
			status: ShareStatus::Active,
		})
	}

	fn verification_key(_: u32, member: MemberIndex) -> Option<G2Bytes> {
		let holds = with_world(|world| {
			member.position() < world.accounts.len() && !world.unconfirmed.contains(&member)
		});
		holds.then(|| symbolon_crypto::curve::G2::generator().encode())
	}

	fn session_key(account: &Account) -> Option<AuthorityId> {
		let member = MemberIndex::new(u16::from(account[0]))?;
		Some(pair(member).public())
	}

	fn blame(account: &Account, _: u32, fault: Fault) {
		with_world(|world| world.blames.push((*account, fault)));
	}

	fn local_member(_: u32) -> Option<LocalMember> {
		let index = with_world(|world| world.local)?;
		Some(LocalMember { index, key: pair(index).public() })
	}
}

impl Identities for World {
	fn registration(_: Serial) -> Option<Registration> {
		None
	}

	fn is_registrar_of(_: &Account, _: Serial) -> bool {
		false
	}

	fn revocations() -> RevocationHead {
		with_world(|world| {
			let start = RevocationHead::default();
			world.revoked.iter().fold(start, |head, subtree| head.append(subtree))
		})
	}

	fn revoked_sorted(count: u64) -> Vec<Subtree> {
		let mut revoked = with_world(|world| world.revoked[..count as usize].to_vec());
		revoked.sort_by_key(IndexKey::new);
		revoked
	}
}

pub fn entropy() -> Entropy {
	Entropy::take(&mut sr25519::Pair::generate().1)
}

/// Shares of a real key for `n` members, and the key.
pub fn genesis(n: u16) -> (Vec<SecretShare>, G2Bytes) {
	let sid = CeremonyId([9; 32]);
	let indices: Vec<MemberIndex> = (1..=n).map(|i| MemberIndex::new(i).unwrap()).collect();
	let secrets: Vec<_> = indices
		.iter()
		.map(|member| register(&sid, *member, &[member.get() as u8; 32], entropy()).0)
		.collect();
	let receivers: Vec<Receiver> = indices
		.iter()
		.zip(&secrets)
		.map(|(index, secret)| Receiver { index: *index, key: secret.public() })
		.collect();
	let dealings: Vec<_> = indices
		.iter()
		.map(|dealer| {
			let dealer = DealerIndex::from(*dealer);
			let dealing = deal(&sid, dealer, threshold(n), &receivers, entropy());
			dealing.verify(&sid, dealer, threshold(n), &indices).unwrap()
		})
		.collect();
	let outcome = Outcome::genesis(&sid, &dealings).unwrap();
	let shares = indices
		.iter()
		.zip(&secrets)
		.map(|(member, secret)| {
			let opened: Vec<_> = dealings
				.iter()
				.map(|dealing| {
					let share = dealing.open_share(*member, secret, entropy()).unwrap();
					(dealing.dealer(), share.ok().unwrap())
				})
				.collect();
			outcome.share(*member, &opened).unwrap()
		})
		.collect();
	(shares, outcome.master_public_key().encode())
}

/// Seconds per epoch in tests.
pub const EPOCH: u64 = 60;
/// Start of epoch 0.
pub const START: u64 = 1_000_000;

/// Externalities with a committee of `n`, key not active yet.
pub fn new_test_ext(n: u16) -> TestExternalities {
	let accounts = (1..=n).map(|i| [i as u8; 32]).collect();
	with_world(|world| *world = World { accounts, ..World::default() });
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let config = pallet_epochs::GenesisConfig::<Test> {
		epoch_length: EPOCH,
		first_start: START,
		slot_millis: 2000,
		marker: Default::default(),
	};
	config.assimilate_storage(&mut storage).unwrap();
	TestExternalities::new(storage)
}

/// Runs `test` with a committee of four whose key is active, at the start of epoch 0.
pub fn build_and_execute(test: impl FnOnce(&[SecretShare])) {
	let (shares, public) = genesis(4);
	new_test_ext(4).execute_with(|| {
		activate(public);
		block_at(START);
		test(&shares);
		Epochs::do_try_state().unwrap();
	});
}

pub fn activate(public: G2Bytes) {
	let key_id = KeyId::derive(&[0; 32], 1, &public);
	let key = MasterKey { key_no: 1, key_id, public, share_version: 1, activated: 1 };
	with_world(|world| world.key = Some(key));
}

/// Makes the next block, whose timestamp is Unix second `time`.
pub fn block_at(time: u64) {
	let number = System::block_number() + 1;
	System::initialize(&number, &Default::default(), &Default::default());
	Epochs::on_initialize(number);
	pallet_timestamp::Now::<Test>::put(time * 1000);
	Epochs::post_inherents();
}

pub fn member(index: u16) -> MemberIndex {
	MemberIndex::new(index).unwrap()
}

pub fn sign<P: Encode>(index: MemberIndex, tag: CallTag, payload: &P) -> AuthoritySignature {
	pair(index).sign(&signed_bytes(&Epochs::genesis_hash(), tag, index, payload))
}
