//! Weights: sums of upper bounds of the curve operations in wasm, see [`symbolon_api::costs`], and
//! of the storage accesses.

use frame_support::weights::Weight;
use symbolon_api::costs::{
	time, G1_DECODE, G1_HASH, G1_MUL_SHORT, G2_DECODE, PAIRING_2, SR25519_VERIFY,
};
use symbolon_primitives::limits::{
	MAX_MEMBERS, MAX_PRUNED_PERMITS_PER_BLOCK, MAX_REVOCATIONS, PERMITS_PER_CHUNK,
};

/// Weights of this pallet.
pub trait WeightInfo {
	/// What `authorize` does for either call.
	fn authorize() -> Weight;
	/// What any block may do besides calls: freezing, pruning, the header digest.
	fn tick() -> Weight;
	/// `submit_permit_shares`.
	fn submit_permit_shares() -> Weight;
	/// `publish_permits` of `p` permits.
	fn publish_permits(p: u32) -> Weight;
}

/// Upper bounds from the costs of curve operations in wasm; one storage access is taken as
/// 50 µs.
pub struct CurveWeights;

const ACCESS: u64 = 50_000_000;
/// A read alone; ParityDB's own figure is 8 µs.
const READ: u64 = 10_000_000;

fn accesses(number: u32) -> u64 {
	ACCESS.saturating_mul(u64::from(number))
}

impl WeightInfo for CurveWeights {
	fn authorize() -> Weight {
		time(SR25519_VERIFY.saturating_add(accesses(12)))
	}

	fn tick() -> Weight {
		// Freezing two epochs: every revocation read twice, a chunk of the cover written for each.
		let reads = READ.saturating_mul(2 * 2 * u64::from(MAX_REVOCATIONS));
		let writes = accesses(16 + 6 * MAX_PRUNED_PERMITS_PER_BLOCK + 2 * MAX_REVOCATIONS);
		time(reads.saturating_add(writes))
	}

	fn submit_permit_shares() -> Weight {
		time(accesses(10 + MAX_MEMBERS))
	}

	fn publish_permits(p: u32) -> Weight {
		let each = G1_DECODE
			.saturating_add(G1_HASH)
			.saturating_add(2 * G1_MUL_SHORT)
			.saturating_add(ACCESS);
		time(
			each.saturating_mul(u64::from(p.min(PERMITS_PER_CHUNK)))
				.saturating_add(G2_DECODE)
				.saturating_add(PAIRING_2)
				.saturating_add(accesses(12 + 2 * MAX_MEMBERS)),
		)
	}
}

impl WeightInfo for () {
	fn authorize() -> Weight {
		Weight::zero()
	}
	fn tick() -> Weight {
		Weight::zero()
	}
	fn submit_permit_shares() -> Weight {
		Weight::zero()
	}
	fn publish_permits(_: u32) -> Weight {
		Weight::zero()
	}
}
