//! Weights of the calls: counted storage accesses, and curve operations at the upper bounds of
//! [`symbolon_api::costs`]. A run of the runtime's benchmarks will replace them.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};
use symbolon_api::costs::{time, POSSESSION};
use symbolon_primitives::limits::MAX_MEMBERS;

/// Decoding, hashing and copying of one request or record, picoseconds: a generous bound.
const HANDLING: u64 = 100_000_000;

/// What each call costs at most.
pub trait WeightInfo {
	/// `register`, and `register_many` of `requests`.
	fn register(requests: u32) -> Weight;
	/// `revoke`.
	fn revoke() -> Weight;
	/// The transaction gate's look at a call with `requests` registrations (1 for `revoke`).
	fn admits(requests: u32) -> Weight;
}

/// The weights, over the runtime's database costs.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn register(requests: u32) -> Weight {
		// Once: current key, queue length, next block. Each: namespace, name, transport key,
		// registration, queue entry and length, event.
		let each = time(POSSESSION.saturating_add(HANDLING))
			.saturating_add(T::DbWeight::get().reads_writes(6, 7));
		let once = time(HANDLING).saturating_add(T::DbWeight::get().reads_writes(3, 1));
		once.saturating_add(each.saturating_mul(requests.into()))
	}

	fn revoke() -> Weight {
		// Registration, namespace, head, log, index, epochs (schedule, time, snapshots), and the
		// withdrawal of a waiting request with all its partial keys.
		let withdrawal = u64::from(MAX_MEMBERS).saturating_mul(2).saturating_add(2);
		time(HANDLING)
			.saturating_add(T::DbWeight::get().reads_writes(8, 6))
			.saturating_add(T::DbWeight::get().reads_writes(withdrawal, withdrawal))
	}

	fn admits(requests: u32) -> Weight {
		let each =
			time(POSSESSION.saturating_add(HANDLING)).saturating_add(T::DbWeight::get().reads(4));
		T::DbWeight::get().reads(3).saturating_add(each.saturating_mul(requests.into()))
	}
}

impl WeightInfo for () {
	fn register(requests: u32) -> Weight {
		time(POSSESSION.saturating_add(HANDLING)).saturating_mul(requests.into())
	}

	fn revoke() -> Weight {
		time(HANDLING)
	}

	fn admits(requests: u32) -> Weight {
		time(HANDLING).saturating_mul(requests.into())
	}
}
