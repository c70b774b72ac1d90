//! The Symbolon runtime: Aura, GRANDPA, sessions and the four pallets, no currency.
//!
//! Accounts hold nothing. An account exists because the chain gave it a role (a provider reference),
//! and what it may send is decided by [`gate::Gate`], which refuses everything it does not know.
//!
//! | module | holds |
//! |---|---|
//! | [`configs`] | what each pallet is given |
//! | [`apis`] | the runtime APIs the node calls |
//! | [`gate`] | who may send which signed call |
//! | [`transaction`] | the transaction extensions, in order, and how workers build transactions |
//! | [`genesis_config_presets`] | the genesis of development and local networks |

#![cfg_attr(not(feature = "std"), no_std)]
// FRAME's macros make public items without documentation. Every item written here has its own.
#![allow(missing_docs)]

extern crate alloc;

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

pub mod apis;
pub mod configs;
pub mod gate;
pub mod genesis_config_presets;
#[cfg(test)]
mod tests;
pub mod transaction;

use alloc::{borrow::Cow, vec::Vec};
use sp_runtime::{
	generic, impl_opaque_keys,
	traits::{BlakeTwo256, IdentifyAccount, Verify},
	MultiAddress, MultiSignature,
};
use sp_version::RuntimeVersion;

pub use transaction::TxExtension;

/// Number of a block.
pub type BlockNumber = u32;

/// Count of transactions an account has sent.
pub type Nonce = u32;

/// The chain's hash.
pub type Hash = sp_core::H256;

/// Signature of an account: sr25519, ed25519 or ecdsa.
pub type Signature = MultiSignature;

/// An account: the 32 bytes that identify a public key.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;

/// How a transaction names an account.
pub type Address = MultiAddress<AccountId, ()>;

/// Header of a block.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;

/// A transaction as it is sent.
pub type UncheckedExtrinsic =
	generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;

/// A block as the runtime sees it.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;

/// Carries blocks and transactions through all pallets.
pub type Executive = frame_executive::Executive<
	Runtime,
	Block,
	frame_system::ChainContext<Runtime>,
	Runtime,
	AllPalletsWithSystem,
>;

/// The same types with transactions left as bytes: what the node handles, so that it follows a
/// runtime upgrade without being rebuilt.
pub mod opaque {
	use super::{generic, Header};

	pub use sp_runtime::OpaqueExtrinsic as UncheckedExtrinsic;

	/// A block with opaque transactions.
	pub type Block = generic::Block<Header, UncheckedExtrinsic>;
}

impl_opaque_keys! {
	/// The keys a validator's node signs with, replaced together by `Session::set_keys`.
	pub struct SessionKeys {
		/// Authors blocks.
		pub aura: Aura,
		/// Votes for finality.
		pub grandpa: Grandpa,
		/// Signs a committee member's own transactions.
		pub symb: Dta,
	}
}

/// Version of this runtime.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
	spec_name: Cow::Borrowed("symbolon"),
	impl_name: Cow::Borrowed("symbolon-node"),
	authoring_version: 1,
	spec_version: 1,
	impl_version: 1,
	apis: apis::RUNTIME_API_VERSIONS,
	transaction_version: 1,
	system_version: 1,
};

/// The pallets. Their indices are part of every call's bytes and never change.
#[frame_support::runtime]
mod runtime {
	/// The Symbolon runtime.
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
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Runtime;

	/// Accounts, blocks, events and code.
	#[runtime::pallet_index(0)]
	pub type System = frame_system;

	/// The chain's clock.
	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp;

	/// Whose turn it is to author.
	#[runtime::pallet_index(2)]
	pub type Aura = pallet_aura;

	/// Who votes for finality.
	#[runtime::pallet_index(3)]
	pub type Grandpa = pallet_grandpa;

	/// The validators and their keys.
	#[runtime::pallet_index(4)]
	pub type Session = pallet_session;

	/// The ceremony, the master key, blame.
	#[runtime::pallet_index(10)]
	pub type Dta = pallet_dta;

	/// Namespaces, identities, revocations.
	#[runtime::pallet_index(11)]
	pub type Registry = pallet_registry;

	/// Epochs and permits.
	#[runtime::pallet_index(12)]
	pub type Epochs = pallet_epochs;

	/// Requests for keys, and partial keys.
	#[runtime::pallet_index(13)]
	pub type Issuance = pallet_issuance;
}
