//! Weights of the calls: sums of upper bounds of the curve operations they do in wasm, see
//! [`symbolon_api::costs`], and of their storage accesses.

use frame_support::weights::Weight;
use symbolon_api::costs::{
	time, G1_DECODE, G1_HASH, G1_MUL, G2_DECODE, G2_MUL, POSSESSION, SR25519_VERIFY,
};
use symbolon_crypto::sharing::threshold;
use symbolon_primitives::limits::MAX_MEMBERS;

/// Weights of this pallet.
pub trait WeightInfo {
	/// What `authorize` does for any call: reads and one sr25519 signature.
	fn authorize() -> Weight;
	/// `register`.
	fn register() -> Weight;
	/// `deal` with `t` commitments.
	fn deal(t: u32) -> Weight;
	/// `judge` with `c` complaints.
	fn judge(c: u32) -> Weight;
	/// `confirm`.
	fn confirm() -> Weight;
	/// The end of any phase in a committee of `n`, the heaviest being that of Judge.
	fn end_phase(n: u32) -> Weight;
}

/// Upper bounds from the costs of curve operations in wasm; one storage access is taken as
/// 50 µs (a read of ParityDB in a full cache miss).
pub struct CurveWeights;

const ACCESS: u64 = 50_000_000;

fn accesses(number: u32) -> u64 {
	ACCESS.saturating_mul(u64::from(number))
}

/// Commitments of a dealing in the largest committee.
const MOST_COMMITMENTS: u32 = threshold(MAX_MEMBERS as u16) as u32;

/// Evaluating commitments at an index below 2^5: five doublings and additions each, a fiftieth of a
/// multiplication by a full scalar.
fn evaluation(t: u32) -> u64 {
	(G2_MUL / 40).saturating_mul(u64::from(t))
}

impl WeightInfo for CurveWeights {
	fn authorize() -> Weight {
		time(SR25519_VERIFY.saturating_add(accesses(8)))
	}

	fn register() -> Weight {
		time(POSSESSION.saturating_add(accesses(8 + MAX_MEMBERS)))
	}

	fn deal(t: u32) -> Weight {
		let points = G2_DECODE.saturating_mul(u64::from(t));
		let proofs = (2 * G1_DECODE)
			.saturating_add(4 * G1_MUL)
			.saturating_add(G1_HASH)
			.saturating_add(2 * G2_MUL);
		time(points.saturating_add(proofs).saturating_add(accesses(8 + MAX_MEMBERS)))
	}

	fn judge(c: u32) -> Weight {
		let opening = G2_DECODE
			.saturating_mul(MOST_COMMITMENTS.into())
			.saturating_add(3 * G1_DECODE)
			.saturating_add(4 * G1_MUL)
			.saturating_add(G2_MUL)
			.saturating_add(evaluation(MOST_COMMITMENTS))
			.saturating_add(accesses(6));
		time(opening.saturating_mul(u64::from(c)).saturating_add(accesses(8 + MAX_MEMBERS)))
	}

	fn confirm() -> Weight {
		let points = G2_DECODE.saturating_mul(MOST_COMMITMENTS.into());
		time(
			points
				.saturating_add(2 * G2_MUL)
				.saturating_add(evaluation(MOST_COMMITMENTS))
				.saturating_add(accesses(10 + MAX_MEMBERS)),
		)
	}

	fn end_phase(n: u32) -> Weight {
		// Each of n dealings is opened: `c` and t commitments.
		let t = threshold(u16::try_from(n).unwrap_or(u16::MAX));
		let dealing = G2_DECODE.saturating_mul(t.into()).saturating_add(G1_DECODE);
		time(dealing.saturating_mul(n.into()).saturating_add(accesses(10 * n + 20)))
	}
}

impl WeightInfo for () {
	fn authorize() -> Weight {
		Weight::zero()
	}
	fn register() -> Weight {
		Weight::zero()
	}
	fn deal(_: u32) -> Weight {
		Weight::zero()
	}
	fn judge(_: u32) -> Weight {
		Weight::zero()
	}
	fn confirm() -> Weight {
		Weight::zero()
	}
	fn end_phase(_: u32) -> Weight {
		Weight::zero()
	}
}
