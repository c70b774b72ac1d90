//! # Epochs pallet
//!
//! The epoch schedule, frozen snapshots of the revocations, and the permits that let everyone else
//! go on.
//!
//! ## Overview
//!
//! Time is cut into epochs by an append-only schedule. A lead before an epoch starts, its
//! *snapshot* is frozen: how many revocations count for it, and the cover of all other serials.
//! Members then post their shares of the permits of that cover, chunk by chunk; the chain is only
//! the bulletin board. A member whose turn it is combines the shares natively and submits the
//! permits, which the runtime verifies in one weighted batch of two pairings. A wrong batch is
//! blamed and bars its sender from the chunk.
//!
//! The list of subtrees is always the runtime's own, never taken from a call.
//!
//! ## Calls
//!
//! Both are general transactions authorised by a member's session key; see
//! [`symbolon_primitives::member`].

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod authorize;
mod clock;
mod offchain;
mod permits;
mod snapshots;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use weights::WeightInfo;

/// Log target of this pallet.
pub(crate) const LOG_TARGET: &str = "runtime::epochs";

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use codec::Encode;
	use frame_support::{
		pallet_prelude::*,
		traits::{PostInherents, Time},
	};
	use frame_system::{offchain::CreateAuthorizedTransaction, pallet_prelude::*};
	use sp_core::H256;
	use sp_runtime::{AccountId32, DigestItem};
	use symbolon_api::{authority::AuthoritySignature, Committee, Identities};
	use symbolon_crypto::{cover::Subtree, Epoch, G1Bytes, MemberIndex};
	use symbolon_primitives::{
		digest::ENGINE_ID,
		epochs::{ChunkPoints, CoverChunk, PermitShares, Schedule, ScheduleEntry, Snapshot},
	};

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// Configuration.
	#[pallet::config]
	pub trait Config:
		CreateAuthorizedTransaction<Call<Self>>
		+ frame_system::Config<Hash = H256, AccountId = AccountId32>
	{
		/// The block's time, Unix milliseconds.
		type Time: Time<Moment = u64>;
		/// The committee that serves the current key.
		type Committee: Committee;
		/// Who is revoked.
		type Identities: Identities;
		/// Weights.
		type WeightInfo: WeightInfo;
	}

	/// The append-only schedule.
	#[pallet::storage]
	pub type EpochSchedule<T> = StorageValue<_, Schedule, ValueQuery>;

	/// Length of a block's slot in milliseconds, fixed at genesis.
	#[pallet::storage]
	pub type SlotMillis<T> = StorageValue<_, u64, ValueQuery>;

	/// Snapshots by the number of their epoch.
	#[pallet::storage]
	pub type Snapshots<T> = StorageMap<_, Identity, u64, Snapshot>;

	/// Covers by (epoch number, chunk).
	#[pallet::storage]
	pub type CoverChunks<T> = StorageDoubleMap<_, Identity, u64, Identity, u32, CoverChunk>;

	/// Permits by (epoch number, subtree).
	#[pallet::storage]
	pub type Permits<T> = StorageDoubleMap<_, Identity, u64, Identity, Subtree, G1Bytes>;

	/// Members' shares of permits that are not published yet, by (epoch number, chunk, member).
	#[pallet::storage]
	pub type Shares<T> = StorageNMap<
		_,
		(NMapKey<Identity, u64>, NMapKey<Identity, u32>, NMapKey<Identity, MemberIndex>),
		PermitShares,
	>;

	/// Block in which a chunk had as many shares as the threshold, by (epoch number, chunk).
	#[pallet::storage]
	pub type Ready<T> = StorageDoubleMap<_, Identity, u64, Identity, u32, u32>;

	/// Chunks whose permits are published, by (epoch number, chunk).
	#[pallet::storage]
	pub type Published<T> = StorageDoubleMap<_, Identity, u64, Identity, u32, ()>;

	/// Members barred from a chunk since they submitted wrong permits for it.
	#[pallet::storage]
	pub type BarredSubmitters<T> = StorageNMap<
		_,
		(NMapKey<Identity, u64>, NMapKey<Identity, u32>, NMapKey<Identity, MemberIndex>),
		(),
	>;

	/// The oldest epoch of which something may be left, once one was frozen.
	#[pallet::storage]
	pub type OldestKept<T> = StorageValue<_, u64>;

	/// The schedule and the slot.
	#[pallet::genesis_config]
	pub struct GenesisConfig<T: Config> {
		/// Seconds per epoch.
		pub epoch_length: u64,
		/// Unix second at which epoch 0 starts.
		pub first_start: u64,
		/// Milliseconds per block.
		pub slot_millis: u64,
		/// Of no meaning.
		#[serde(skip)]
		pub marker: core::marker::PhantomData<T>,
	}

	impl<T: Config> Default for GenesisConfig<T> {
		fn default() -> Self {
			Self {
				epoch_length: 3600,
				first_start: 0,
				slot_millis: 2000,
				marker: Default::default(),
			}
		}
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			assert!(self.epoch_length > 0, "epochs.epochLength must be at least one second");
			assert!(
				(100..=60_000).contains(&self.slot_millis),
				"epochs.slotMillis must be 100 to 60,000"
			);
			assert!(
				self.epoch_length.saturating_mul(1000) >= self.slot_millis,
				"epochs.epochLength must be at least a slot"
			);
			let entry = ScheduleEntry {
				first_number: 0,
				start: self.first_start,
				length: self.epoch_length,
			};
			EpochSchedule::<T>::put(Schedule(
				alloc::vec![entry].try_into().expect("one entry fits; qed"),
			));
			SlotMillis::<T>::put(self.slot_millis);
		}
	}

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// The snapshot of an epoch was frozen.
		SnapshotFrozen {
			/// The epoch.
			epoch: Epoch,
			/// Revocations that count for it.
			revocations: u64,
			/// Subtrees in its cover.
			cover_len: u32,
		},
		/// The permits of a chunk were published.
		PermitsPublished {
			/// Number of the epoch.
			epoch: u64,
			/// Which chunk.
			chunk: u32,
			/// Who combined them.
			member: MemberIndex,
		},
		/// All permits of an epoch are published.
		EpochPublished {
			/// Number of the epoch.
			epoch: u64,
		},
	}

	/// Why a call is refused.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no such chunk, or its permits are published.
		NoSuchChunk,
		/// The call is another member's, or not its turn.
		NotEntitled,
		/// There is no active key.
		NoKey,
		/// The schedule has no epoch for that time.
		OutsideSchedule,
		/// Stored points do not decode: a bug.
		CorruptState,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			// What `post_inherents` and `on_finalize` will do.
			T::WeightInfo::tick()
		}

		fn on_finalize(_: BlockNumberFor<T>) {
			let digest = Self::header_digest();
			frame_system::Pallet::<T>::deposit_log(DigestItem::Consensus(
				ENGINE_ID,
				digest.encode(),
			));
		}

		fn offchain_worker(_: BlockNumberFor<T>) {
			if let Err(reason) = Self::work() {
				log::debug!(target: "offchain::epochs", "nothing done: {reason:?}");
			}
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	/// The block's time is known only after its timestamp inherent.
	impl<T: Config> PostInherents for Pallet<T> {
		fn post_inherents() {
			Self::tick();
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Posts a member's shares of the permits of a chunk.
		///
		/// ## Dispatch Origin
		/// Authorised: signed by the member's session key over `(epoch, chunk, share_version,
		/// points)`.
		///
		/// ## Details
		/// Nothing is verified: who combines finds wrong shares natively and leaves them out.
		#[pallet::call_index(0)]
		#[pallet::weight((T::WeightInfo::submit_permit_shares(), DispatchClass::Operational, Pays::No))]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize())]
		#[pallet::authorize(|_source, member, epoch, chunk, share_version, points, signature|
			Self::authorize_shares(*member, *epoch, *chunk, *share_version, points, signature))]
		pub fn submit_permit_shares(
			origin: OriginFor<T>,
			member: MemberIndex,
			epoch: u64,
			chunk: u32,
			share_version: u32,
			points: ChunkPoints,
			_signature: AuthoritySignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_submit_shares(member, epoch, chunk, PermitShares { share_version, points })
		}

		/// Publishes the combined permits of a chunk.
		///
		/// ## Dispatch Origin
		/// Authorised: signed by the member's session key over `(epoch, chunk, points)`; only in the
		/// member's turn.
		///
		/// ## Details
		/// Verified in one weighted batch. Wrong permits are blamed and bar the sender.
		#[pallet::call_index(1)]
		#[pallet::weight((
			T::WeightInfo::publish_permits(points.len() as u32),
			DispatchClass::Operational,
			Pays::No,
		))]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize())]
		#[pallet::authorize(|_source, member, epoch, chunk, points, signature|
			Self::authorize_permits(*member, *epoch, *chunk, points, signature))]
		pub fn publish_permits(
			origin: OriginFor<T>,
			member: MemberIndex,
			epoch: u64,
			chunk: u32,
			points: ChunkPoints,
			_signature: AuthoritySignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_publish(member, epoch, chunk, points)
		}
	}
}
