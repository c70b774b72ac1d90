//! A runtime of this pallet alone, and a committee that runs ceremonies in it with real keys.

use crate as pallet_dta;
use frame_support::{derive_impl, traits::Hooks};
use sp_core::{sr25519, Pair as _};
use sp_io::TestExternalities;
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::{
	generic,
	traits::{AccountIdLookup, BlakeTwo256, IdentifyAccount, Verify},
	AccountId32, BuildStorage, MultiSignature,
};
use std::sync::Arc;
use symbolon_api::authority::{AuthorityId, AuthorityPair};
use symbolon_crypto::{
	ceremony::{
		deal::{Dealing, Receiver},
		register::{CeremonySecret, Registration},
	},
	DealerIndex, Entropy, MemberIndex,
};
use symbolon_primitives::dta::{Ceremony, Phase};

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

	#[runtime::pallet_index(10)]
	pub type Dta = pallet_dta;
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountId = <<MultiSignature as Verify>::Signer as IdentifyAccount>::AccountId;
	type Lookup = AccountIdLookup<Self::AccountId, ()>;
}

impl pallet_dta::Config for Test {
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

/// Fresh randomness; tests want no fixed values from it.
pub fn entropy() -> Entropy {
	Entropy::take(&mut sr25519::Pair::generate().1)
}

/// A member: account, session key and its secrets of one ceremony.
pub struct Member {
	pub index: MemberIndex,
	pub account: AccountId32,
	pub pair: AuthorityPair,
}

impl Member {
	fn new(position: usize) -> Self {
		let pair = AuthorityPair::from_string(&format!("//Member//{position}"), None)
			.expect("a derivation path without password is always right; qed");
		let account = AccountId32::new([position as u8 + 1; 32]);
		let index = MemberIndex::from_position(position).expect("a small position has an index");
		Self { index, account, pair }
	}

	pub fn dealer(&self) -> DealerIndex {
		self.index.into()
	}
}

pub fn members(n: usize) -> Vec<Member> {
	(0..n).map(Member::new).collect()
}

/// Externalities at the beginning of block 1, ceremony 1 begun, with the session keys of `local`
/// members in the keystore.
pub fn new_test_ext(members: &[Member], local: &[usize]) -> TestExternalities {
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	pallet_dta::GenesisConfig::<Test> {
		members: members.iter().map(|member| member.account.clone()).collect(),
		phase_blocks: 20,
		marker: Default::default(),
	}
	.assimilate_storage(&mut storage)
	.unwrap();
	let mut ext = TestExternalities::new(storage);
	let keystore = MemoryKeystore::new();
	for position in local {
		use sp_keystore::Keystore;
		let seed = format!("//Member//{position}");
		let key_type = sp_core::crypto::KeyTypeId(symbolon_primitives::member::KEY_TYPE);
		keystore.sr25519_generate_new(key_type, Some(&seed)).unwrap();
	}
	ext.register_extension(KeystoreExt(Arc::new(keystore)));
	ext.execute_with(|| {
		use frame_support::traits::OneSessionHandler;
		let keys: Vec<(AccountId32, AuthorityId)> =
			members.iter().map(|member| (member.account.clone(), member.pair.public())).collect();
		Dta::on_genesis_session(keys.iter().map(|(account, key)| (account, key.clone())));
		System::initialize(&1, &[7u8; 32].into(), &Default::default());
		Dta::on_initialize(1);
	});
	ext
}

/// Runs `test` in a fresh committee of `n` and checks the invariants after it.
pub fn build_and_execute(n: usize, test: impl FnOnce(&[Member])) {
	let members = members(n);
	new_test_ext(&members, &[]).execute_with(|| {
		test(&members);
		Dta::do_try_state().unwrap();
	});
}

/// Goes to the next block and begins it.
pub fn next_block() {
	let number = System::block_number() + 1;
	System::initialize(&number, &[7u8; 32].into(), &Default::default());
	Dta::on_initialize(number);
}

/// Goes on until the phase's deadline has passed.
pub fn pass_deadline() {
	let deadline = ceremony().deadline;
	while System::block_number() < deadline {
		next_block();
	}
}

pub fn ceremony() -> Ceremony {
	pallet_dta::CurrentCeremony::<Test>::get().expect("a ceremony is under way")
}

pub fn phase() -> Option<Phase> {
	pallet_dta::CurrentCeremony::<Test>::get().map(|ceremony| ceremony.phase)
}

/// Registers all of `members`; gives their secrets and messages.
pub fn register_all(members: &[Member]) -> Vec<CeremonySecret> {
	members
		.iter()
		.map(|member| {
			let (secret, message) = registration(member);
			Dta::do_register(member.index, ceremony().number, message).unwrap();
			secret
		})
		.collect()
}

pub fn registration(member: &Member) -> (CeremonySecret, Registration) {
	let account: [u8; 32] = member.account.clone().into();
	symbolon_crypto::ceremony::register::register(
		&ceremony().sid,
		member.index,
		&account,
		entropy(),
	)
}

pub fn receivers() -> Vec<Receiver> {
	Dta::registered(&ceremony())
		.into_iter()
		.map(|index| {
			let number = ceremony().number;
			let registration = pallet_dta::Registrations::<Test>::get(number, index).unwrap();
			Receiver { index, key: registration.key.decode().unwrap() }
		})
		.collect()
}

pub fn dealing(member: &Member) -> Dealing {
	let ceremony = ceremony();
	symbolon_crypto::ceremony::deal::deal(
		&ceremony.sid,
		member.dealer(),
		ceremony.threshold,
		&receivers(),
		entropy(),
	)
}
