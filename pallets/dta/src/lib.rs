//! # Distributed trusted authority pallet
//!
//! Runs the ceremony by which a committee makes a master key that exists nowhere, on chain.
//!
//! ## Overview
//!
//! A ceremony passes through four phases (Register, Deal, Judge, Confirm; see
//! [`symbolon_crypto::ceremony`]). A phase ends when all who can act have acted, or at its deadline
//! in blocks. When at least `t` members confirmed their shares the key becomes active; until all
//! have, its share version is `Degraded` and confirmations stay open (phase `Late`). A ceremony
//! that fails changes nothing for users and is begun anew under the next number.
//!
//! ## Terminology
//!
//! * *Member*: an account of the committee, with a 1-based index. Its worker signs with the `symb`
//!   session key of that account.
//! * *Blame*: a provable fault on record. Since an error would roll the record back, a faulty
//!   message of an entitled sender is dispatched with `Ok`.
//!
//! ## Calls
//!
//! Four, one for each phase, all general transactions that [`authorize`](pallet::Pallet) admits:
//! staleness, index, duplicates and signature are checked in the pool, proofs in dispatch. They
//! are free, and refused for everyone but the member whose turn it is.
//!
//! Reshare, Refresh, Standby and late complaints are not here yet; [`Ceremony`]
//! carries the fields that they need.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod authorize;
mod ceremony;
mod committee;
mod offchain;
mod phases;
mod session;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
use symbolon_primitives::dta::Ceremony;
pub use weights::WeightInfo;

/// Log target of this pallet.
pub(crate) const LOG_TARGET: &str = "runtime::dta";

#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use frame_support::pallet_prelude::*;
	use frame_system::{offchain::CreateAuthorizedTransaction, pallet_prelude::*};
	use sp_core::H256;
	use sp_runtime::AccountId32;
	use symbolon_api::authority::{AuthorityId, AuthoritySignature};
	use symbolon_crypto::{
		ceremony::{
			confirm::Confirmation, deal::Dealing, judge::Judgement, register::Registration,
		},
		DealerIndex, G2Bytes, KeyId, MemberIndex,
	};
	use symbolon_primitives::{
		dta::{Blame, Fault, MasterKey, Members, Phase, ShareStatus, ShareVersion, StoredOutcome},
		Account,
	};

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// Configuration.
	#[pallet::config]
	pub trait Config:
		CreateAuthorizedTransaction<Call<Self>>
		+ frame_system::Config<Hash = H256, AccountId = AccountId32>
	{
		/// Weights of the calls and of the phases' ends.
		type WeightInfo: WeightInfo;
	}

	/// The committee that makes the first key, in index order.
	#[pallet::storage]
	pub type InitialMembers<T> = StorageValue<_, Members, ValueQuery>;

	/// Blocks a phase lasts at most; at least `2n` plus the finality lag.
	#[pallet::storage]
	pub type PhaseBlocks<T> = StorageValue<_, u32, ValueQuery>;

	/// The session key of each validator account, as of the present session.
	#[pallet::storage]
	// Accounts are public keys, whose holders do not choose them bit by bit.
	pub type SessionKeys<T> = StorageMap<_, Identity, Account, AuthorityId>;

	/// The ceremony under way.
	#[pallet::storage]
	pub type CurrentCeremony<T> = StorageValue<_, Ceremony>;

	/// Number of the newest ceremony; numbers are never used again.
	#[pallet::storage]
	pub type CeremonyCount<T> = StorageValue<_, u32, ValueQuery>;

	/// First block in which a failed ceremony may be begun anew.
	#[pallet::storage]
	pub type NextAttempt<T> = StorageValue<_, u32, ValueQuery>;

	/// Registrations by (ceremony, member), with proofs that hold.
	#[pallet::storage]
	pub type Registrations<T> =
		StorageDoubleMap<_, Identity, u32, Identity, MemberIndex, Registration>;

	/// Members out of a ceremony since their registration's proof did not hold.
	#[pallet::storage]
	pub type Barred<T> = StorageDoubleMap<_, Identity, u32, Identity, MemberIndex, ()>;

	/// Dealings by (ceremony, dealer), with proofs that hold.
	#[pallet::storage]
	pub type Dealings<T> = StorageDoubleMap<_, Identity, u32, Identity, DealerIndex, Dealing>;

	/// Digest of all dealings of a ceremony, from the end of its Deal phase.
	#[pallet::storage]
	pub type DealingsDigest<T> = StorageMap<_, Identity, u32, [u8; 32]>;

	/// Members that judged, by (ceremony, member), and what they judged.
	#[pallet::storage]
	pub type Judgements<T> = StorageDoubleMap<_, Identity, u32, Identity, MemberIndex, [u8; 32]>;

	/// Dealers out of QUAL: a bad dealing, or a complaint that was right.
	#[pallet::storage]
	pub type Disqualified<T> = StorageDoubleMap<_, Identity, u32, Identity, DealerIndex, ()>;

	/// What the qualified dealers made, from the end of judging.
	#[pallet::storage]
	pub type Outcomes<T> = StorageMap<_, Identity, u32, StoredOutcome>;

	/// Members that confirmed, by (ceremony, member).
	#[pallet::storage]
	pub type Confirmations<T> = StorageDoubleMap<_, Identity, u32, Identity, MemberIndex, ()>;

	/// Members whose confirmation did not hold, by (ceremony, member).
	#[pallet::storage]
	pub type FailedConfirmations<T> = StorageDoubleMap<_, Identity, u32, Identity, MemberIndex, ()>;

	/// The current master key.
	#[pallet::storage]
	pub type CurrentKey<T> = StorageValue<_, MasterKey>;

	/// All share versions.
	#[pallet::storage]
	pub type ShareVersions<T> = StorageMap<_, Identity, u32, ShareVersion>;

	/// `P_j` by (share version, member), from the member's confirmation on.
	#[pallet::storage]
	pub type VerificationKeys<T> =
		StorageDoubleMap<_, Identity, u32, Identity, MemberIndex, G2Bytes>;

	/// Number of blames ever.
	#[pallet::storage]
	pub type BlameCount<T> = StorageValue<_, u32, ValueQuery>;

	/// The newest blames, by their number.
	#[pallet::storage]
	pub type Blames<T> = StorageMap<_, Identity, u32, Blame>;

	/// The committee and its pace.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Accounts of the first committee, in index order.
		pub members: alloc::vec::Vec<AccountId32>,
		/// Blocks a phase lasts at most; raised to `2n` plus the finality lag.
		pub phase_blocks: u32,
		/// Of no meaning.
		#[serde(skip)]
		pub marker: core::marker::PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			let accounts: alloc::vec::Vec<Account> =
				self.members.iter().cloned().map(Into::into).collect();
			let distinct: alloc::collections::BTreeSet<_> = accounts.iter().collect();
			assert!(distinct.len() == accounts.len(), "dta.members holds an account twice");
			let members = Members::try_from(accounts)
				.expect("dta.members has more accounts than MAX_MEMBERS; shorten the list; qed");
			InitialMembers::<T>::put(members);
			PhaseBlocks::<T>::put(self.phase_blocks);
		}
	}

	/// Why a ceremony failed.
	#[derive(
		Clone,
		Copy,
		PartialEq,
		Eq,
		Debug,
		Encode,
		Decode,
		DecodeWithMemTracking,
		MaxEncodedLen,
		TypeInfo,
	)]
	pub enum Failure {
		/// Fewer than the threshold registered.
		Registrations,
		/// Fewer than the threshold dealt, or were left after judging.
		Dealings,
		/// The sums of the commitments are degenerate.
		Outcome,
		/// Fewer than the threshold confirmed.
		Confirmations,
	}

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A phase of a ceremony began.
		PhaseBegan {
			/// The ceremony.
			ceremony: u32,
			/// The phase.
			phase: Phase,
			/// Block at whose beginning it ends at the latest.
			deadline: u32,
		},
		/// A member acted in a phase.
		Acted {
			/// The ceremony.
			ceremony: u32,
			/// The phase.
			phase: Phase,
			/// The member.
			member: MemberIndex,
		},
		/// A dealer is out of QUAL.
		DealerDisqualified {
			/// The ceremony.
			ceremony: u32,
			/// The dealer.
			dealer: DealerIndex,
		},
		/// A master key is active.
		KeyActivated {
			/// Its number.
			key_no: u32,
			/// Its identifier.
			key_id: KeyId,
			/// The share version that serves it.
			share_version: u32,
			/// Whether all members confirmed.
			status: ShareStatus,
		},
		/// A degraded share version became complete.
		ShareVersionCompleted {
			/// The share version.
			share_version: u32,
		},
		/// A ceremony failed; another will begin.
		CeremonyFailed {
			/// The ceremony.
			ceremony: u32,
			/// Why.
			failure: Failure,
		},
		/// A provable fault was put on record.
		Blamed {
			/// Who.
			account: Account,
			/// What.
			fault: Fault,
		},
	}

	/// Why a call is refused.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no such ceremony under way, or it is in another phase.
		WrongPhase,
		/// The member has no part in this phase, or has acted already.
		NotEntitled,
		/// Stored data of the ceremony do not decode: a bug.
		CorruptState,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			Self::advance()
		}

		fn offchain_worker(_: BlockNumberFor<T>) {
			if let Err(reason) = Self::work() {
				log::debug!(target: "offchain::dta", "nothing done: {reason:?}");
			}
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Publishes a member's ceremony key.
		///
		/// ## Dispatch Origin
		/// Authorised: signed by the member's session key over `(ceremony, registration)`.
		///
		/// ## Details
		/// A proof of possession that does not hold, or another member's key, is blamed and bars the
		/// member from this ceremony.
		#[pallet::call_index(0)]
		#[pallet::weight((T::WeightInfo::register(), DispatchClass::Operational, Pays::No))]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize())]
		#[pallet::authorize(|_source, member, ceremony, registration, signature|
			Self::authorize_register(*member, *ceremony, registration, signature))]
		pub fn register(
			origin: OriginFor<T>,
			member: MemberIndex,
			ceremony: u32,
			registration: Registration,
			_signature: AuthoritySignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_register(member, ceremony, registration)
		}

		/// Publishes a dealer's dealing.
		///
		/// ## Dispatch Origin
		/// Authorised: signed by the member's session key over `(ceremony, dealing)`.
		///
		/// ## Details
		/// A dealing whose shape or proofs do not hold is blamed and disqualifies the dealer.
		#[pallet::call_index(1)]
		#[pallet::weight((
			T::WeightInfo::deal(dealing.commitments.len() as u32),
			DispatchClass::Operational,
			Pays::No,
		))]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize())]
		#[pallet::authorize(|_source, member, ceremony, dealing, signature|
			Self::authorize_deal(*member, *ceremony, dealing, signature))]
		pub fn deal(
			origin: OriginFor<T>,
			member: MemberIndex,
			ceremony: u32,
			dealing: Dealing,
			_signature: AuthoritySignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_deal(member, ceremony, dealing)
		}

		/// Publishes a member's one judgement over all dealings.
		///
		/// ## Dispatch Origin
		/// Authorised: signed by the member's session key over `(ceremony, judgement)`.
		///
		/// ## Details
		/// Each complaint is decided at once: right, the dealer is out of QUAL and blamed; wrong,
		/// the complainer is blamed and its further complaints are ignored.
		#[pallet::call_index(2)]
		#[pallet::weight((
			T::WeightInfo::judge(judgement.complaints.len() as u32),
			DispatchClass::Operational,
			Pays::No,
		))]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize())]
		#[pallet::authorize(|_source, member, ceremony, judgement, signature|
			Self::authorize_judge(*member, *ceremony, judgement, signature))]
		pub fn judge(
			origin: OriginFor<T>,
			member: MemberIndex,
			ceremony: u32,
			judgement: Judgement,
			_signature: AuthoritySignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_judge(member, ceremony, judgement)
		}

		/// Proves that a member knows its new share.
		///
		/// ## Dispatch Origin
		/// Authorised: signed by the member's session key over `(ceremony, confirmation)`.
		///
		/// ## Details
		/// Also taken after activation, from members that were away. A proof that does not hold is
		/// blamed.
		#[pallet::call_index(3)]
		#[pallet::weight((T::WeightInfo::confirm(), DispatchClass::Operational, Pays::No))]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize())]
		#[pallet::authorize(|_source, member, ceremony, confirmation, signature|
			Self::authorize_confirm(*member, *ceremony, confirmation, signature))]
		pub fn confirm(
			origin: OriginFor<T>,
			member: MemberIndex,
			ceremony: u32,
			confirmation: Confirmation,
			_signature: AuthoritySignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_confirm(member, ceremony, confirmation)
		}
	}
}
