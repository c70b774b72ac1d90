//! # Registry pallet
//!
//! Namespaces and their registrars, identities and their serials, transport keys, revocations.
//!
//! ## Overview
//!
//! A registrar owns a namespace: it registers identities in it (`register`, `register_many`) and
//! revokes them (`revoke`). Both are free and bounded by quotas; the runtime's transaction gate
//! asks [`Pallet::admits`] and keeps everything else out of the pool.
//!
//! ## Details
//!
//! - A serial binds one identity and one transport key for ever. Serials come from aligned blocks
//!   of `2^block_bits`, so that a whole block can be revoked as one subtree.
//! - A transport key is taken once on a chain: its hash is never forgotten.
//! - A name that is revoked stays taken: `register` refuses it like a live one. Enrolling it anew
//!   will be a call of its own, since the new serial may only be answered once no permit serves
//!   the old one.
//! - Revocations are an append-only log, a hash chain over it (count and accumulator) and a sorted
//!   index. A snapshot of an epoch is a head of the chain; entries of later positions are ignored.

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod admission;
mod genesis;
mod identities;
mod registration;
mod revocation;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use genesis::GenesisNamespace;
pub use pallet::*;
pub use weights::WeightInfo;

use symbolon_primitives::limits::MAX_REGISTER_BATCH;

/// Target of this pallet's log lines.
pub const LOG_TARGET: &str = "runtime::registry";

/// The requests of one `register_many`.
pub type Requests = frame_support::BoundedVec<
	symbolon_primitives::registry::RegistrationRequest,
	frame_support::traits::ConstU32<MAX_REGISTER_BATCH>,
>;

#[frame_support::pallet]
pub mod pallet {
	use super::{GenesisNamespace, Requests, WeightInfo};
	use alloc::vec::Vec;
	use frame_support::{pallet_prelude::*, Identity as IdentityHasher};
	use frame_system::pallet_prelude::*;
	use symbolon_api::{Committee, EpochClock, KeyQueue};
	use symbolon_crypto::{cover::Subtree, Epoch, Identity, Namespace, Serial};
	use symbolon_primitives::{
		epochs::RevocationHead,
		registry::{IndexKey, NamespaceRecord, Registration, RegistrationRequest},
		Account,
	};

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// What the pallet needs.
	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId: Into<Account> + From<Account>> {
		/// The committee: names the master key that transport keys are bound to.
		type Committee: Committee;
		/// Takes the requests for keys.
		type Queue: KeyQueue;
		/// Tells from which epoch on a revocation holds.
		type Epochs: EpochClock;
		/// Weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// Namespaces by name. Blake2_128Concat: names will be chosen by users.
	#[pallet::storage]
	pub type Namespaces<T: Config> = StorageMap<_, Blake2_128Concat, Namespace, NamespaceRecord>;

	/// The newest serial of a name, live or revoked. Blake2_128Concat: names are chosen by users.
	#[pallet::storage]
	pub type Names<T: Config> = StorageMap<_, Blake2_128Concat, Identity, Serial>;

	/// What is known of a serial; never removed. Identity: the chain assigns serials.
	#[pallet::storage]
	pub type Registrations<T: Config> = StorageMap<_, IdentityHasher, Serial, Registration>;

	/// The serial that a transport key was used for, by `SHA-256(T)`; never removed. Identity: the
	/// key is a hash already.
	#[pallet::storage]
	pub type TransportKeys<T: Config> = StorageMap<_, IdentityHasher, [u8; 32], Serial>;

	/// Count and accumulator of the revocation log.
	#[pallet::storage]
	pub type Revocations<T: Config> = StorageValue<_, RevocationHead, ValueQuery>;

	/// The revocation log, by position. Identity: the chain assigns positions.
	#[pallet::storage]
	pub type RevocationLog<T: Config> = StorageMap<_, IdentityHasher, u64, Subtree>;

	/// Positions in the log by subtree. Identity: the order of these keys is the order in which a
	/// cover is made.
	#[pallet::storage]
	pub type RevokedIndex<T: Config> = StorageMap<_, IdentityHasher, IndexKey, u64>;

	/// The first serial that lies in no namespace's block; it only rises.
	#[pallet::storage]
	pub type NextBlock<T: Config> = StorageValue<_, u64, ValueQuery>;

	/// Namespaces from the start: until the authorities vote, there are no others.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// The namespaces, in the order in which they get their blocks of serials.
		pub namespaces: Vec<GenesisNamespace<T::AccountId>>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			use symbolon_primitives::limits::MAX_REVOCATIONS;
			let quotas = self.namespaces.iter().map(|namespace| u64::from(namespace.max_revoked));
			let revocations: u64 = quotas.sum();
			assert!(
				revocations <= u64::from(MAX_REVOCATIONS),
				"registry genesis: the namespaces may revoke {revocations} identities together, the \
				 chain holds at most {MAX_REVOCATIONS}: one could take another's"
			);
			self.namespaces.iter().for_each(super::genesis::grant::<T>);
		}
	}

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An identity was registered and its key requested.
		Registered {
			/// Its serial.
			serial: Serial,
			/// The name.
			identity: Identity,
			/// Number of the master key that its key will be under.
			key_no: u32,
		},
		/// A serial was revoked.
		Revoked {
			/// The serial.
			serial: Serial,
			/// Position in the revocation log.
			position: u64,
			/// The first epoch whose permits leave the serial out.
			effective: Epoch,
		},
	}

	/// Why a call changed nothing.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no master key yet, so that no key could be issued.
		NoKey,
		/// There is no such namespace.
		UnknownNamespace,
		/// The sender is not the registrar of the namespace.
		WrongRegistrar,
		/// The namespace has registered as many identities as it may.
		RegistrationQuota,
		/// The name is registered, or was and is revoked.
		NameTaken,
		/// The transport key was used before.
		TransportKeySeen,
		/// The transport key or its proof does not decode.
		BadTransportKey,
		/// The proof of possession does not hold for this name and the current key.
		BadPossession,
		/// No serials are left: for the namespace, or at all.
		BlocksExhausted,
		/// The queue of key requests has no room for these.
		QueueFull,
		/// The batch is empty.
		EmptyBatch,
		/// There is no such serial.
		UnknownSerial,
		/// The serial is revoked already.
		AlreadyRevoked,
		/// The namespace has revoked as many identities as it may.
		RevocationQuota,
		/// The chain holds as many revocations as it can.
		TooManyRevocations,
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Registers an identity and requests its key.
		///
		/// ## Dispatch Origin
		/// The registrar of the identity's namespace.
		///
		/// ## Errors
		/// `NoKey`, `QueueFull`, `UnknownNamespace`, `WrongRegistrar`, `RegistrationQuota`,
		/// `NameTaken` (a revoked name counts too), `TransportKeySeen`, `BlocksExhausted`,
		/// `BadTransportKey`, `BadPossession`.
		///
		/// ## Events
		/// [`Event::Registered`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::register(1))]
		pub fn register(origin: OriginFor<T>, request: RegistrationRequest) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_register(&who, &[request])
		}

		/// Registers several identities, in any of the sender's namespaces: all of them or none.
		///
		/// ## Dispatch Origin
		/// The registrar of every identity's namespace.
		///
		/// ## Errors
		/// Those of [`Pallet::register`], and `EmptyBatch`. Names and transport keys must also
		/// differ within the batch.
		///
		/// ## Events
		/// [`Event::Registered`] for each.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::register(requests.len() as u32))]
		pub fn register_many(origin: OriginFor<T>, requests: Requests) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_register(&who, &requests)
		}

		/// Revokes a serial for ever, from the first epoch on whose snapshot is not frozen yet.
		/// A key request that still waits is withdrawn.
		///
		/// ## Dispatch Origin
		/// The registrar of the serial's namespace.
		///
		/// ## Errors
		/// `UnknownSerial`, `WrongRegistrar`, `AlreadyRevoked`, `RevocationQuota`,
		/// `TooManyRevocations`, or what the epochs answer when they have not begun.
		///
		/// ## Events
		/// [`Event::Revoked`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::revoke())]
		pub fn revoke(origin: OriginFor<T>, serial: Serial) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_revoke(&who, serial)
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
