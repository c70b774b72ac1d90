//! Upper bounds on what curve operations cost in the wasm runtime, for the pallets' weights.
//!
//! Each is the worst time that `scripts/bench wasm` measured, times a margin of 1.5. Measured: the
//! portable backend (`bls12_381` 0.9.0), built as the runtime is and run by wasmtime as the node's
//! executor configures it; CPU time of one core of an AMD EPYC (Zen 4, 2.6 GHz), rustc 1.95; the
//! worst of five rounds of 21 runs while other work kept both cores busy. Medians lie 5 to 20 %
//! lower. Wasm takes 7.2 to 7.9 times as long as native code.
//!
//! Picoseconds of `ref_time`, which is how FRAME counts.

use frame_support::weights::Weight;

/// Picoseconds in a microsecond.
const MICROSECOND: u64 = 1_000_000;

/// One and a half times the worst time measured, in microseconds.
const fn measured(microseconds: u64) -> u64 {
	microseconds.saturating_mul(MICROSECOND).saturating_mul(3) / 2
}

/// A point of G1 times a full scalar.
pub const G1_MUL: u64 = measured(2_720);
/// A point of G1 times a 128-bit weight: half of a full scalar's doublings, and fewer additions.
pub const G1_MUL_SHORT: u64 = G1_MUL / 2;
/// A point of G2 times a full scalar.
pub const G2_MUL: u64 = measured(9_760);
/// Hashing to G1.
pub const G1_HASH: u64 = measured(1_300);
/// Decoding a point of G1 with its subgroup check.
pub const G1_DECODE: u64 = measured(970);
/// Decoding a point of G2 with its subgroup check.
pub const G2_DECODE: u64 = measured(2_570);
/// A product of two pairings.
pub const PAIRING_2: u64 = measured(16_260);
/// A product of three pairings.
pub const PAIRING_3: u64 = measured(19_570);
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
