//! # Issuance pallet
//!
//! The queue of key requests and the partial keys that answer it.
//!
//! ## Overview
//!
//! The registry queues every registered serial. Each member of the committee that serves the key
//! answers with a pair of partial keys, one for each purpose (`submit_partials`); any threshold of
//! them give the device its key, still encrypted to its transport key. The runtime stores answers
//! without checking them, which would cost a pairing each: the device finds out, and so do the
//! other members, who report a wrong one (`report_partial`). Only then the runtime checks, and
//! blames either the maker or the reporter.
//!
//! ## Details
//!
//! - Answers are pruned `REPORT_WINDOW` blocks after the threshold was reached; a device that was
//!   away for longer has its registrar call `request_again`.
//! - A pair that is proved wrong is removed and its maker barred from answering that serial under
//!   that share version, so that the count of answers only counts what was not refuted.
//! - Answers beyond the threshold are taken for [`LATE_ANSWERS`] blocks more. After that they would
//!   only fill blocks; if a refuted pair brings the count below the threshold, all may answer again.
//! - The workers decide from the chain alone what is due, and claim what they submitted in their
//!   node's persistent off-chain storage, so that it is submitted once in a few blocks.

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod admission;
mod answers;
mod authorize;
mod offchain;
mod queue;
mod report;
#[cfg(any(feature = "try-runtime", test))]
mod try_state;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use weights::WeightInfo;

use symbolon_crypto::extraction::PartialKey;
use symbolon_primitives::limits::MAX_PARTIALS_PER_CALL;

/// Target of this pallet's log lines.
pub const LOG_TARGET: &str = "runtime::issuance";

/// Blocks after the threshold was reached in which further members may still answer.
pub const LATE_ANSWERS: u32 = 16;

/// The answers of one call: for signing and for opening, by strictly ascending serial.
pub type Answers = frame_support::BoundedVec<
	(PartialKey, PartialKey),
	frame_support::traits::ConstU32<MAX_PARTIALS_PER_CALL>,
>;

#[frame_support::pallet]
pub mod pallet {
	use super::{Answers, WeightInfo};
	use frame_support::{pallet_prelude::*, Identity as IdentityHasher};
	use frame_system::pallet_prelude::*;
	use frame_system::{ensure_authorized, offchain::CreateAuthorizedTransaction};
	use sp_core::H256;
	use sp_runtime::{traits::UniqueSaturatedInto, AccountId32};
	use symbolon_api::{authority::AuthoritySignature, Committee, Identities};
	use symbolon_crypto::{MemberIndex, Purpose, Serial};
	use symbolon_primitives::{
		issuance::{PartialPair, QueueEntry},
		BlockNumber,
	};

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	/// What the pallet needs. The runtime's transaction extensions must hold
	/// [`frame_system::AuthorizeCall`], which authorises the members' calls.
	#[pallet::config]
	pub trait Config:
		CreateAuthorizedTransaction<Call<Self>>
		+ frame_system::Config<Hash = H256, AccountId = AccountId32>
	{
		/// The committee: the key, its share versions, members' session keys, blame.
		type Committee: Committee;
		/// Registrations and their registrars.
		type Identities: Identities;
		/// Weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// Serials that wait for answers or whose answers can still be fetched. Identity: the chain
	/// assigns serials.
	#[pallet::storage]
	pub type Queue<T: Config> = CountedStorageMap<_, IdentityHasher, Serial, QueueEntry>;

	/// Answers by serial and member. Identity: the chain assigns both.
	#[pallet::storage]
	pub type Partials<T: Config> =
		StorageDoubleMap<_, IdentityHasher, Serial, IdentityHasher, MemberIndex, PartialPair>;

	/// The share version under which a member answered a serial wrongly, provably: it may not
	/// answer it again under that one. Kept for ever; each entry is a blame.
	#[pallet::storage]
	pub type BarredAnswers<T: Config> =
		StorageDoubleMap<_, IdentityHasher, Serial, IdentityHasher, MemberIndex, u32>;

	/// Members that reported a right answer for a serial: they may not report for it again while it
	/// is queued.
	#[pallet::storage]
	pub type BarredReports<T: Config> =
		StorageDoubleMap<_, IdentityHasher, Serial, IdentityHasher, MemberIndex, ()>;

	/// Serials that reached the threshold and the block in which they did, in that order: the
	/// order in which they are pruned. An entry whose queue entry says otherwise is out of date.
	#[pallet::storage]
	pub type PruneLog<T: Config> = StorageMap<_, IdentityHasher, u64, (Serial, BlockNumber)>;

	/// The first position of the prune log, and the first after it.
	#[pallet::storage]
	pub type PruneRange<T: Config> = StorageValue<_, (u64, u64), ValueQuery>;

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A key was requested.
		KeyRequested {
			/// Whose.
			serial: Serial,
			/// The share version that answers.
			share_version: u32,
		},
		/// A member answered requests.
		PartialsSubmitted {
			/// Who.
			member: MemberIndex,
			/// The sharing it used.
			share_version: u32,
			/// How many.
			answers: u32,
		},
		/// As many members as the threshold have answered a request.
		KeyAnswered {
			/// Whose.
			serial: Serial,
		},
		/// An answer was proved wrong and removed.
		PartialRefuted {
			/// Whose key.
			serial: Serial,
			/// Who made it.
			member: MemberIndex,
			/// Which of the pair was wrong.
			purpose: Purpose,
		},
		/// A report named an answer that is right.
		FalseReport {
			/// Whose key.
			serial: Serial,
			/// Who reported.
			reporter: MemberIndex,
			/// Who was accused.
			accused: MemberIndex,
		},
		/// A request was dropped: its serial was revoked before enough members had answered.
		KeyWithdrawn {
			/// Whose.
			serial: Serial,
		},
		/// Partial keys were pruned.
		PartialsPruned {
			/// Whose.
			serial: Serial,
		},
	}

	/// Why a call changed nothing.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no master key yet.
		NoKey,
		/// The queue is full.
		QueueFull,
		/// The serial is queued already.
		AlreadyQueued,
		/// There is no such serial.
		UnknownSerial,
		/// The sender is not the registrar of the serial's namespace.
		WrongRegistrar,
		/// The serial is revoked.
		AlreadyRevoked,
		/// The serial was registered under another master key.
		OtherKey,
		/// The share version is not the one that serves.
		OtherShareVersion,
		/// The committee has no such member.
		UnknownMember,
		/// The serial is not queued for this share version.
		NotQueued,
		/// The member answered this serial already.
		AlreadyAnswered,
		/// Enough members answered some time ago.
		TooLate,
		/// The member answered this serial wrongly before, or reported a right answer to it.
		Barred,
		/// No answers, serials that do not rise, or fields of a partial key that do not fit.
		Malformed,
		/// The accused has no answer on chain.
		NoPartial,
		/// What the registry or the committee keep does not decode.
		Undecodable,
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Stores a member's answers to queued requests. They are not checked here.
		///
		/// ## Dispatch Origin
		/// Authorised: signed by the session key of member `member` of the share version that
		/// serves, over `SCALE(genesis_hash, "issuance.submit_partials", member, (share_version,
		/// answers))`.
		///
		/// ## Errors
		/// `NoKey`, `OtherShareVersion`, `UnknownMember`, `Malformed`, `NotQueued`,
		/// `AlreadyRevoked`, `AlreadyAnswered`, `Barred`, `TooLate`.
		///
		/// ## Events
		/// [`Event::PartialsSubmitted`], and [`Event::KeyAnswered`] for each serial that reaches
		/// the threshold.
		#[pallet::call_index(0)]
		#[pallet::weight((
			T::WeightInfo::submit_partials(answers.len() as u32),
			DispatchClass::Operational,
		))]
		#[pallet::weight_of_authorize(
			T::WeightInfo::authorize_submit_partials(answers.len() as u32)
		)]
		#[pallet::authorize(Self::authorize_submit_partials)]
		pub fn submit_partials(
			origin: OriginFor<T>,
			member: MemberIndex,
			share_version: u32,
			answers: Answers,
			_signature: AuthoritySignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_submit_partials(member, share_version, &answers)
		}

		/// Has the runtime check one partial key. If it is wrong, the pair is removed and its maker
		/// blamed; if it is right, the reporter is blamed and barred from reporting for this serial.
		///
		/// ## Dispatch Origin
		/// Authorised: signed by the session key of member `reporter` over `SCALE(genesis_hash,
		/// "issuance.report_partial", reporter, (share_version, serial, accused, purpose))`.
		///
		/// ## Errors
		/// `NoKey`, `OtherShareVersion`, `UnknownMember`, `NotQueued`, `NoPartial`, `Barred`,
		/// `UnknownSerial`, `Undecodable`.
		///
		/// ## Events
		/// [`Event::PartialRefuted`] or [`Event::FalseReport`].
		#[pallet::call_index(1)]
		#[pallet::weight((T::WeightInfo::report_partial(), DispatchClass::Operational))]
		#[pallet::weight_of_authorize(T::WeightInfo::authorize_report_partial())]
		#[pallet::authorize(Self::authorize_report_partial)]
		pub fn report_partial(
			origin: OriginFor<T>,
			reporter: MemberIndex,
			share_version: u32,
			serial: Serial,
			accused: MemberIndex,
			purpose: Purpose,
			_signature: AuthoritySignature,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::do_report_partial(reporter, share_version, serial, accused, purpose)
		}

		/// Queues a live serial again whose partial keys were pruned before its device took them.
		/// The transport key stays the same, and so does the key.
		///
		/// ## Dispatch Origin
		/// The registrar of the serial's namespace.
		///
		/// ## Errors
		/// `UnknownSerial`, `WrongRegistrar`, `AlreadyRevoked`, `NoKey`, `OtherKey`,
		/// `AlreadyQueued`, `QueueFull`.
		///
		/// ## Events
		/// [`Event::KeyRequested`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::request_again())]
		pub fn request_again(origin: OriginFor<T>, serial: Serial) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_request_again(&who, serial)
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_idle(now: BlockNumberFor<T>, remaining: Weight) -> Weight {
			Self::prune(now.unique_saturated_into(), remaining)
		}

		fn offchain_worker(now: BlockNumberFor<T>) {
			Self::work(now.unique_saturated_into());
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
