//! Weights of the calls: counted storage accesses, and curve operations at the upper bounds of
//! [`symbolon_api::costs`]. A run of the runtime's benchmarks will replace them.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};
use symbolon_api::costs::{time, PARTIAL_KEY_CHECK, SR25519_VERIFY};
use symbolon_primitives::limits::MAX_MEMBERS;

/// Decoding, hashing and copying of one pair of partial keys or one record, picoseconds: a
/// generous bound.
const HANDLING: u64 = 50_000_000;
/// Keys of a request at most: its entry, the count, and for each member a pair and a bar.
const KEYS_OF_REQUEST: u64 = 2 + 2 * MAX_MEMBERS as u64;

/// What each call costs at most.
pub trait WeightInfo {
	/// Authorising `submit_partials` with `answers` pairs.
	fn authorize_submit_partials(answers: u32) -> Weight;
	/// `submit_partials` with `answers` pairs.
	fn submit_partials(answers: u32) -> Weight;
	/// Authorising `report_partial`.
	fn authorize_report_partial() -> Weight;
	/// `report_partial`.
	fn report_partial() -> Weight;
	/// `request_again`.
	fn request_again() -> Weight;
	/// The transaction gate's look at `request_again`.
	fn admits() -> Weight;
	/// Looking for something to prune.
	fn prune_base() -> Weight;
	/// Pruning one request.
	fn prune_one() -> Weight;
}

/// The weights, over the runtime's database costs.
pub struct SubstrateWeight<T>(PhantomData<T>);

fn accesses<T: frame_system::Config>(reads: u64, writes: u64) -> Weight {
	T::DbWeight::get().reads_writes(reads, writes)
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn authorize_submit_partials(answers: u32) -> Weight {
		// Once: key, share version (twice), session key, genesis hash. Each: entry, pair, bar,
		// registration.
		let each = time(HANDLING).saturating_add(accesses::<T>(4, 0));
		time(SR25519_VERIFY)
			.saturating_add(accesses::<T>(5, 0))
			.saturating_add(each.saturating_mul(answers.into()))
	}

	fn submit_partials(answers: u32) -> Weight {
		// As above, and for each the pair, the entry, the prune log and its range.
		let each = time(HANDLING).saturating_add(accesses::<T>(6, 4));
		accesses::<T>(2, 1).saturating_add(each.saturating_mul(answers.into()))
	}

	fn authorize_report_partial() -> Weight {
		time(SR25519_VERIFY.saturating_add(HANDLING)).saturating_add(accesses::<T>(8, 0))
	}

	fn report_partial() -> Weight {
		// Key, share version, entry, pair, bars, registration, verification key, blame and count.
		time(PARTIAL_KEY_CHECK.saturating_add(HANDLING)).saturating_add(accesses::<T>(10, 6))
	}

	fn request_again() -> Weight {
		Self::admits().saturating_add(accesses::<T>(KEYS_OF_REQUEST, KEYS_OF_REQUEST))
	}

	fn admits() -> Weight {
		time(HANDLING).saturating_add(accesses::<T>(6, 0))
	}

	fn prune_base() -> Weight {
		accesses::<T>(2, 1)
	}

	fn prune_one() -> Weight {
		time(HANDLING).saturating_add(accesses::<T>(KEYS_OF_REQUEST + 1, KEYS_OF_REQUEST + 1))
	}
}
