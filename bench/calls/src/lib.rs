//! What the runtime's heavy calls compute, without its storage: the same functions of
//! `symbolon-crypto` in the same order, each on SCALE bytes, for wasm and natively.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod work;

/// One call: takes its SCALE input, gives whether every check held; `None` if the input does not
/// decode.
pub type Call = fn(&[u8]) -> Option<bool>;

/// Hands the names of all calls to another macro.
#[macro_export]
macro_rules! for_all_calls {
	($macro:ident) => {
		$macro!(
			registration,
			dealing,
			complaint,
			end_of_judge,
			confirmation,
			permit_chunk,
			transport_key,
			partial_key,
			g1_decode,
			g2_decode,
			g1_hash,
			g1_mul,
			g2_mul,
			g2_evaluate,
			pairing_2,
			pairing_3
		);
	};
}

macro_rules! table {
	($($name:ident),*) => {
		/// All calls by their names.
		pub const CALLS: &[(&str, Call)] = &[$((stringify!($name), work::$name)),*];
	};
}

for_all_calls!(table);
