//! Upper bounds on what curve operations cost in the wasm runtime, for the pallets' weights.
//!
//! Each is the native time of the portable backend (`bls12_381` 0.9.0), best of five on one core of
//! an AMD EPYC, times [`WASM_FACTOR`], a provisional upper bound of how much slower the same code
//! runs in the node's wasm executor. Picoseconds of `ref_time`, which is how FRAME counts.

use frame_support::weights::Weight;

/// Picoseconds in a microsecond.
const MICROSECOND: u64 = 1_000_000;
/// How many times slower than native the wasm runtime is taken to be.
pub const WASM_FACTOR: u64 = 8;

const fn native(microseconds: u64) -> u64 {
	microseconds.saturating_mul(WASM_FACTOR).saturating_mul(MICROSECOND)
}

/// A point of G1 times a full scalar: 412 µs native.
pub const G1_MUL: u64 = native(412);
/// A point of G1 times a 128-bit weight: half of a full scalar's doublings.
pub const G1_MUL_SHORT: u64 = G1_MUL / 2;
/// A point of G2 times a full scalar: 1,292 µs native.
pub const G2_MUL: u64 = native(1_292);
/// Hashing to G1: 126 µs native.
pub const G1_HASH: u64 = native(126);
/// Decoding a point of G1 with its subgroup check: 127 µs native.
pub const G1_DECODE: u64 = native(127);
/// Decoding a point of G2 with its subgroup check: 357 µs native.
pub const G2_DECODE: u64 = native(357);
/// A product of two pairings: 1,614 µs native.
pub const PAIRING_2: u64 = native(1_614);
/// One more pairing in a product: at most half of a product of two, since the final
/// exponentiation is shared.
pub const PAIRING_MORE: u64 = native(1_614) / 2;
/// A product of three pairings.
pub const PAIRING_3: u64 = PAIRING_2 + PAIRING_MORE;
/// Verifying an sr25519 signature, which a host function does natively: 60 µs and the call.
pub const SR25519_VERIFY: u64 = 100 * MICROSECOND;

/// `ref_time` picoseconds as a weight without proof size: this chain stands alone and bounds
/// blocks by time and length only.
pub const fn time(picoseconds: u64) -> Weight {
	Weight::from_parts(picoseconds, 0)
}

/// Checking one registration's transport key: `T` decoded, two multiplications in G1.
pub const POSSESSION: u64 = G1_DECODE.saturating_add(G1_MUL.saturating_mul(2));

/// The public check of one partial key: three points of the key and `T` decoded, `P_j` decoded,
/// two short multiplications, a hash to G1, a product of three pairings.
pub const PARTIAL_KEY_CHECK: u64 = G1_DECODE
	.saturating_mul(3)
	.saturating_add(G2_DECODE.saturating_mul(2))
	.saturating_add(G1_MUL_SHORT.saturating_mul(2))
	.saturating_add(G1_HASH)
	.saturating_add(PAIRING_3);
