//! The course of a ceremony: beginning, ends of phases, activation, failure.

use crate::*;
use frame_support::{pallet_prelude::*, traits::Get};
use sp_runtime::traits::UniqueSaturatedInto;
use symbolon_crypto::{
	ceremony::{confirm::Outcome, judge::judged_digest, CeremonyKind},
	sharing, DealerIndex, KeyId, MemberIndex,
};
use symbolon_primitives::{
	dta::{MasterKey, Phase, ShareStatus, ShareVersion, StoredOutcome},
	limits::MAX_MEMBERS,
};

/// Blocks by which finality may lag behind, generously.
const FINALITY_LAG: u32 = 10;
/// Blocks between a failed ceremony and the next attempt.
const RETRY_AFTER: u32 = 5;

impl<T: Config> Pallet<T> {
	/// Number of the block under way.
	pub(crate) fn now() -> u32 {
		frame_system::Pallet::<T>::block_number().unique_saturated_into()
	}

	/// Hash of the genesis block.
	pub(crate) fn genesis_hash() -> [u8; 32] {
		frame_system::Pallet::<T>::block_hash(BlockNumberOf::<T>::default()).0
	}

	/// Begins a ceremony where one is due, and ends a phase that is over. Once a block.
	pub(crate) fn advance() -> Weight {
		match CurrentCeremony::<T>::get() {
			None => Self::begin_if_due(),
			Some(ceremony) => {
				let over = Self::now() >= ceremony.deadline || Self::all_acted(&ceremony);
				if over {
					Self::end_phase(ceremony)
				} else {
					T::DbWeight::get().reads(4 * u64::from(MAX_MEMBERS))
				}
			}
		}
	}

	fn begin_if_due() -> Weight {
		let members = InitialMembers::<T>::get();
		let early = Self::now() < NextAttempt::<T>::get();
		if CurrentKey::<T>::exists() || members.is_empty() || early {
			return T::DbWeight::get().reads(3);
		}
		let number = CeremonyCount::<T>::mutate(|count| {
			*count = count.saturating_add(1);
			*count
		});
		let threshold = sharing::threshold(members.len() as u16);
		// The first key, so its first share version. A failed ceremony's version number is
		// skipped, since a message of it may still be about.
		let (key_no, new_share_version) = (1, number);
		let terms = Ceremony::genesis_terms(
			Self::genesis_hash(),
			key_no,
			number,
			new_share_version,
			&members,
			threshold,
		);
		Self::enter(
			Ceremony {
				number,
				sid: terms.id(),
				kind: CeremonyKind::Genesis,
				key_no,
				old_share_version: terms.old_share_version,
				new_share_version,
				members,
				threshold_old: terms.threshold_old,
				threshold,
				phase: Phase::Register,
				phase_began: 0,
				deadline: 0,
			},
			Phase::Register,
		);
		T::DbWeight::get().reads_writes(6, 3)
	}

	fn enter(mut ceremony: Ceremony, phase: Phase) {
		let now = Self::now();
		let least = (ceremony.members.len() as u32).saturating_mul(2).saturating_add(FINALITY_LAG);
		ceremony.phase = phase;
		ceremony.phase_began = now;
		ceremony.deadline = match phase {
			// Late confirmations stay open.
			Phase::Late => u32::MAX,
			_ => now.saturating_add(PhaseBlocks::<T>::get().max(least)),
		};
		let (number, deadline) = (ceremony.number, ceremony.deadline);
		CurrentCeremony::<T>::put(ceremony);
		Self::deposit_event(Event::PhaseBegan { ceremony: number, phase, deadline });
	}

	/// The members that registered, ascending.
	pub(crate) fn registered(ceremony: &Ceremony) -> alloc::vec::Vec<MemberIndex> {
		let number = ceremony.number;
		ceremony
			.indices()
			.filter(|member| Registrations::<T>::contains_key(number, member))
			.collect()
	}

	/// Whether `member` has acted in the present phase.
	pub(crate) fn has_acted(ceremony: &Ceremony, member: MemberIndex) -> bool {
		let (number, dealer) = (ceremony.number, DealerIndex::from(member));
		match ceremony.phase {
			Phase::Register => {
				Registrations::<T>::contains_key(number, member)
					|| Barred::<T>::contains_key(number, member)
			}
			Phase::Deal => {
				Dealings::<T>::contains_key(number, dealer)
					|| Disqualified::<T>::contains_key(number, dealer)
			}
			Phase::Judge => Judgements::<T>::contains_key(number, member),
			Phase::Confirm | Phase::Late => {
				Confirmations::<T>::contains_key(number, member)
					|| FailedConfirmations::<T>::contains_key(number, member)
			}
		}
	}

	/// Whether `member` may act in the present phase.
	pub(crate) fn may_act(ceremony: &Ceremony, member: MemberIndex) -> bool {
		let known = ceremony.account(member).is_some();
		let registered = || Registrations::<T>::contains_key(ceremony.number, member);
		known
			&& (ceremony.phase == Phase::Register || registered())
			&& !Self::has_acted(ceremony, member)
	}

	fn all_acted(ceremony: &Ceremony) -> bool {
		!ceremony.indices().any(|member| Self::may_act(ceremony, member))
	}

	fn end_phase(ceremony: Ceremony) -> Weight {
		let n = ceremony.members.len() as u32;
		let threshold = usize::from(ceremony.threshold);
		let number = ceremony.number;
		match ceremony.phase {
			Phase::Register => {
				if Self::registered(&ceremony).len() < threshold {
					Self::fail(ceremony, Failure::Registrations);
				} else {
					Self::enter(ceremony, Phase::Deal);
				}
			}
			Phase::Deal => {
				if Dealings::<T>::iter_key_prefix(number).count() < threshold {
					Self::fail(ceremony, Failure::Dealings);
				} else {
					Self::record_dealings_digest(&ceremony);
					Self::enter(ceremony, Phase::Judge);
				}
			}
			Phase::Judge => Self::end_judging(ceremony),
			Phase::Confirm => {
				let confirmed = Confirmations::<T>::iter_key_prefix(number).count();
				if confirmed < threshold {
					Self::fail(ceremony, Failure::Confirmations);
				} else {
					Self::activate(ceremony, confirmed);
				}
			}
			Phase::Late => Self::close(&ceremony),
		}
		T::WeightInfo::end_phase(n)
	}

	fn record_dealings_digest(ceremony: &Ceremony) {
		let dealings: alloc::vec::Vec<_> = ceremony
			.indices()
			.map(DealerIndex::from)
			.filter_map(|dealer| {
				let dealing = Dealings::<T>::get(ceremony.number, dealer)?;
				Some((dealer, dealing.digest(&ceremony.sid, dealer)))
			})
			.collect();
		DealingsDigest::<T>::insert(ceremony.number, judged_digest(&ceremony.sid, &dealings));
	}

	fn end_judging(ceremony: Ceremony) {
		let receivers = Self::registered(&ceremony);
		let qualified: alloc::vec::Vec<_> = ceremony
			.indices()
			.map(DealerIndex::from)
			.filter(|dealer| !Disqualified::<T>::contains_key(ceremony.number, dealer))
			.filter_map(|dealer| {
				let dealing = Dealings::<T>::get(ceremony.number, dealer)?;
				// Every stored dealing was verified, so opening it cannot fail.
				dealing.open(&ceremony.sid, dealer, ceremony.threshold, &receivers).ok()
			})
			.collect();
		if qualified.len() < usize::from(ceremony.threshold) {
			return Self::fail(ceremony, Failure::Dealings);
		}
		let stored = Outcome::genesis(&ceremony.sid, &qualified).ok().and_then(|outcome| {
			Some(StoredOutcome {
				qualified: outcome.qualified().to_vec().try_into().ok()?,
				sums: outcome.sums().try_into().ok()?,
			})
		});
		match stored {
			None => Self::fail(ceremony, Failure::Outcome),
			Some(outcome) => {
				Outcomes::<T>::insert(ceremony.number, outcome);
				Self::enter(ceremony, Phase::Confirm);
			}
		}
	}

	fn activate(ceremony: Ceremony, confirmed: usize) {
		let Some(public) =
			Outcomes::<T>::get(ceremony.number).and_then(|outcome| outcome.sums.first().copied())
		else {
			return Self::fail(ceremony, Failure::Outcome);
		};
		let complete = confirmed == ceremony.members.len();
		let status = if complete { ShareStatus::Active } else { ShareStatus::Degraded };
		let activated = Self::now();
		let share_version = ceremony.new_share_version;
		ShareVersions::<T>::insert(
			share_version,
			ShareVersion {
				key_no: ceremony.key_no,
				ceremony_no: ceremony.number,
				members: ceremony.members.clone(),
				threshold: ceremony.threshold,
				activated,
				status,
			},
		);
		let key_id = KeyId::derive(&Self::genesis_hash(), ceremony.key_no, &public);
		let key = MasterKey { key_no: ceremony.key_no, key_id, public, share_version, activated };
		CurrentKey::<T>::put(key);
		Self::deposit_event(Event::KeyActivated {
			key_no: ceremony.key_no,
			key_id,
			share_version,
			status,
		});
		if complete {
			Self::close(&ceremony);
		} else {
			Self::enter(ceremony, Phase::Late);
		}
	}

	/// Ends a ceremony whose key is active; its messages are no longer needed.
	fn close(ceremony: &Ceremony) {
		CurrentCeremony::<T>::kill();
		Self::prune(ceremony.number);
	}

	fn fail(ceremony: Ceremony, failure: Failure) {
		let number = ceremony.number;
		CurrentCeremony::<T>::kill();
		Self::prune(number);
		// P_j of members that confirmed in vain.
		let _ = VerificationKeys::<T>::clear_prefix(ceremony.new_share_version, MAX_MEMBERS, None);
		NextAttempt::<T>::put(Self::now().saturating_add(RETRY_AFTER));
		log::warn!(target: LOG_TARGET, "ceremony {number} failed: {failure:?}");
		Self::deposit_event(Event::CeremonyFailed { ceremony: number, failure });
	}

	fn prune(number: u32) {
		let limit = MAX_MEMBERS;
		let _ = Registrations::<T>::clear_prefix(number, limit, None);
		let _ = Barred::<T>::clear_prefix(number, limit, None);
		let _ = Dealings::<T>::clear_prefix(number, limit, None);
		let _ = Judgements::<T>::clear_prefix(number, limit, None);
		let _ = Disqualified::<T>::clear_prefix(number, limit, None);
		let _ = Confirmations::<T>::clear_prefix(number, limit, None);
		let _ = FailedConfirmations::<T>::clear_prefix(number, limit, None);
		DealingsDigest::<T>::remove(number);
		Outcomes::<T>::remove(number);
	}
}

type BlockNumberOf<T> = frame_system::pallet_prelude::BlockNumberFor<T>;
