//! Invariants of the pallet's state.

use crate::*;
use frame_support::ensure;
use sp_runtime::TryRuntimeError;
use symbolon_crypto::{sharing, DealerIndex};
use symbolon_primitives::{
	dta::{Phase, ShareStatus},
	limits::MAX_BLAMES,
};

impl<T: Config> Pallet<T> {
	/// Checks that
	///
	/// * the current key's share version exists, is of that key and has at least `t` `P_j`;
	/// * a version is `Active` iff all its members have a `P_j`;
	/// * the ceremony under way has the newest number, the right threshold, only members' messages,
	///   and an outcome exactly from Confirm on;
	/// * no message of another ceremony is left;
	/// * blames are consecutive.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_keys()?;
		Self::check_ceremony()?;
		let count = BlameCount::<T>::get();
		let oldest = count.saturating_sub(MAX_BLAMES);
		ensure!(Blames::<T>::iter_keys().all(|n| (oldest..count).contains(&n)), "stray blame");
		ensure!(Blames::<T>::iter_keys().count() as u32 == count - oldest, "blame missing");
		Ok(())
	}

	fn check_keys() -> Result<(), TryRuntimeError> {
		if let Some(key) = CurrentKey::<T>::get() {
			let version =
				ShareVersions::<T>::get(key.share_version).ok_or("key without share version")?;
			ensure!(version.key_no == key.key_no, "share version of another key");
		}
		for (number, version) in ShareVersions::<T>::iter() {
			let holders = VerificationKeys::<T>::iter_key_prefix(number).count();
			ensure!(holders >= usize::from(version.threshold), "fewer holders than the threshold");
			let complete = holders == version.members.len();
			ensure!((version.status == ShareStatus::Active) == complete, "wrong share status");
		}
		Ok(())
	}

	fn check_ceremony() -> Result<(), TryRuntimeError> {
		let current = CurrentCeremony::<T>::get();
		let number = current.as_ref().map(|ceremony| ceremony.number);
		let strays = Registrations::<T>::iter_keys()
			.map(|(ceremony, _)| ceremony)
			.chain(Dealings::<T>::iter_keys().map(|(ceremony, _)| ceremony))
			.chain(Judgements::<T>::iter_keys().map(|(ceremony, _)| ceremony))
			.chain(Confirmations::<T>::iter_keys().map(|(ceremony, _)| ceremony))
			.chain(Outcomes::<T>::iter_keys())
			.any(|ceremony| Some(ceremony) != number);
		ensure!(!strays, "messages of a ceremony that is over");
		let Some(ceremony) = current else { return Ok(()) };
		ensure!(ceremony.number == CeremonyCount::<T>::get(), "not the newest ceremony");
		let n = ceremony.members.len() as u16;
		ensure!(ceremony.threshold == sharing::threshold(n), "wrong threshold");
		let registered = Self::registered(&ceremony);
		let known =
			|dealer: DealerIndex| registered.iter().any(|m| DealerIndex::from(*m) == dealer);
		let number = ceremony.number;
		ensure!(Dealings::<T>::iter_key_prefix(number).all(known), "dealing of a stranger");
		let judged = Outcomes::<T>::contains_key(number);
		ensure!(judged == (ceremony.phase >= Phase::Confirm), "outcome at the wrong time");
		Ok(())
	}
}
