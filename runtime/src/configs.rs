//! What each pallet is given.

mod no_currency;

use crate::{
	AccountId, Aura, Block, BlockNumber, Dta, Epochs, Hash, Issuance, Nonce, PalletInfo, Registry,
	Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin, RuntimeTask, SessionKeys, VERSION,
};
use frame_support::{
	derive_impl,
	dispatch::DispatchClass,
	parameter_types,
	traits::{ConstBool, ConstU32, ConstU64, Get},
	weights::{
		constants::{ParityDbWeight, WEIGHT_REF_TIME_PER_MILLIS},
		Weight,
	},
};
use frame_system::limits::{BlockLength, BlockWeights};
use no_currency::NoCurrency;
use pallet_session::PeriodicSessions;
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_runtime::{
	traits::{ConvertInto, OpaqueKeys},
	Perbill,
};
use sp_version::RuntimeVersion;
use symbolon_primitives::limits::MAX_MEMBERS;

/// Length of a slot unless genesis says otherwise.
const DEFAULT_SLOT_MILLIS: u64 = 2_000;

/// Blocks of a session: 20 minutes of 2-second slots.
const SESSION_BLOCKS: BlockNumber = 600;

/// Compute time of a block. Authors stop at two thirds of the slot; importing takes no longer than
/// authoring did, so a block of this weight still arrives before the next one is due.
const MAX_BLOCK_MILLIS: u64 = 1_500;

/// Bytes of a block.
const MAX_BLOCK_BYTES: u32 = 5 * 1024 * 1024;

/// What signed calls may use of a block. The rest is for the committee's own transactions
/// (`Operational`), so that a registrar's bulk work cannot delay a ceremony or an epoch.
const NORMAL_SHARE: Perbill = Perbill::from_percent(75);

/// The largest set of validators, which is the largest committee.
pub type MaxAuthorities = ConstU32<MAX_MEMBERS>;

parameter_types! {
	/// How many block hashes `System::BlockHash` keeps. Checkpoints name a block by its hash and
	/// are compared with a finalized state of up to this many blocks later.
	pub const BlockHashCount: BlockNumber = 4_096;

	/// Version of this runtime.
	pub const Version: RuntimeVersion = VERSION;

	/// The prefix of addresses in SS58 text: the generic one, there is no token to tell apart.
	pub const SS58Prefix: u8 = 42;

	/// Weight limits of a block.
	pub RuntimeBlockWeights: BlockWeights = BlockWeights::with_sensible_defaults(
		Weight::from_parts(MAX_BLOCK_MILLIS * WEIGHT_REF_TIME_PER_MILLIS, u64::MAX),
		NORMAL_SHARE,
	);

	/// Length limits of a block.
	pub RuntimeBlockLength: BlockLength = BlockLength::builder()
		.max_length(MAX_BLOCK_BYTES)
		.modify_max_length_for_class(DispatchClass::Normal, |max| *max = NORMAL_SHARE * *max)
		.build();
}

/// Length of a slot in milliseconds. Genesis chooses it; it never changes afterwards, because nodes
/// read it once.
pub struct SlotMillis;

impl Get<u64> for SlotMillis {
	fn get() -> u64 {
		match pallet_epochs::SlotMillis::<Runtime>::get() {
			// Only where there is no genesis, as in the pallets' integrity tests.
			0 => DEFAULT_SLOT_MILLIS,
			chosen => chosen,
		}
	}
}

/// Least time between two blocks: half a slot, as Aura wants it.
pub struct MinimumPeriod;

impl Get<u64> for MinimumPeriod {
	fn get() -> u64 {
		SlotMillis::get() / 2
	}
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
	type AccountId = AccountId;
	type Nonce = Nonce;
	type Hash = Hash;
	type Block = Block;
	type BlockHashCount = BlockHashCount;
	type BlockWeights = RuntimeBlockWeights;
	type BlockLength = RuntimeBlockLength;
	type DbWeight = ParityDbWeight;
	type Version = Version;
	type SS58Prefix = SS58Prefix;
	// No currency: an account is its nonce and its references.
	type AccountData = ();
	type MaxConsumers = ConstU32<16>;
	// Snapshots are frozen as soon as the block's time is known.
	type PostInherents = Epochs;
}

impl pallet_timestamp::Config for Runtime {
	type Moment = u64;
	type OnTimestampSet = Aura;
	type MinimumPeriod = MinimumPeriod;
	type WeightInfo = ();
}

impl pallet_aura::Config for Runtime {
	type AuthorityId = AuraId;
	type MaxAuthorities = MaxAuthorities;
	type DisabledValidators = ();
	type AllowMultipleBlocksPerSlot = ConstBool<false>;
	type SlotDuration = SlotMillis;
}

impl pallet_grandpa::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
	type MaxAuthorities = MaxAuthorities;
	type MaxNominators = ConstU32<0>;
	// Nobody has a stake that an equivocation report could take; removing a member is a vote.
	type MaxSetIdSessionEntries = ConstU64<0>;
	type KeyOwnerProof = sp_core::Void;
	type EquivocationReportSystem = ();
}

parameter_types! {
	/// Blocks of a session.
	pub const SessionPeriod: BlockNumber = SESSION_BLOCKS;
	/// First block that begins a session.
	pub const SessionOffset: BlockNumber = 0;
}

impl pallet_session::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type ValidatorId = AccountId;
	// Every account is its own validator; the gate decides who may set keys.
	type ValidatorIdOf = ConvertInto;
	type ShouldEndSession = PeriodicSessions<SessionPeriod, SessionOffset>;
	type NextSessionRotation = PeriodicSessions<SessionPeriod, SessionOffset>;
	// Never names a new set, so the genesis validators stay, and the GRANDPA set id rises only when
	// one of them replaces its keys. A light client pays for every rise.
	type SessionManager = ();
	type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
	type Keys = SessionKeys;
	type DisablingStrategy = ();
	type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
	type Currency = NoCurrency;
	type KeyDeposit = ();
}

impl pallet_dta::Config for Runtime {
	type WeightInfo = pallet_dta::weights::CurveWeights;
}

impl pallet_registry::Config for Runtime {
	type Committee = Dta;
	type Queue = Issuance;
	type Epochs = Epochs;
	type WeightInfo = pallet_registry::weights::SubstrateWeight<Runtime>;
}

impl pallet_epochs::Config for Runtime {
	type Time = crate::Timestamp;
	type Committee = Dta;
	type Identities = Registry;
	type WeightInfo = pallet_epochs::weights::CurveWeights;
}

impl pallet_issuance::Config for Runtime {
	type Committee = Dta;
	type Identities = Registry;
	type WeightInfo = pallet_issuance::weights::SubstrateWeight<Runtime>;
}
