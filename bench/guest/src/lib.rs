//! The benchmark's calls as exports of a wasm module, each `name(pointer, length) -> 1 | 0`: whether
//! every check in it held. Empty on other targets.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(target_arch = "wasm32")]
extern crate alloc;

#[cfg(target_arch = "wasm32")]
mod wasm;

#[cfg(target_arch = "wasm32")]
macro_rules! export {
	($($name:ident),*) => {
		$(
			#[no_mangle]
			extern "C" fn $name(pointer: u32, length: u32) -> u32 {
				let held = symbolon_bench_calls::work::$name(wasm::input(pointer, length));
				u32::from(held == Some(true))
			}
		)*
	};
}

#[cfg(target_arch = "wasm32")]
symbolon_bench_calls::for_all_calls!(export);
