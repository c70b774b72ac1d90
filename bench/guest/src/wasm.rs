//! What a wasm module without a runtime needs: memory and an end for panics.
//!
//! The allocator only rises; the host sets it back before each call. The runtime's own allocator
//! lies in the host and costs a little more per allocation, of which a call makes a few dozen.

use alloc::alloc::{GlobalAlloc, Layout};
use core::{
	arch::wasm32,
	sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

const PAGE: usize = 65_536;
/// First address of the memory that the module grew by; 0 before the first allocation.
static START: AtomicUsize = AtomicUsize::new(0);
/// First free address.
static NEXT: AtomicUsize = AtomicUsize::new(0);

struct Rising;

#[global_allocator]
static ALLOCATOR: Rising = Rising;

fn start() -> usize {
	if START.load(Relaxed) == 0 {
		let start = wasm32::memory_size(0) * PAGE;
		START.store(start, Relaxed);
		NEXT.store(start, Relaxed);
	}
	START.load(Relaxed)
}

// SAFETY: every block lies beyond all earlier ones, in memory that the module itself grew by and
// nothing else uses; there is one thread. `reset` is called by the host between calls only, when
// no allocation lives.
unsafe impl GlobalAlloc for Rising {
	unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
		start();
		let block = NEXT.load(Relaxed).next_multiple_of(layout.align());
		let end = block + layout.size();
		let missing = end.saturating_sub(wasm32::memory_size(0) * PAGE).div_ceil(PAGE);
		if missing > 0 && wasm32::memory_grow(0, missing) == usize::MAX {
			return core::ptr::null_mut();
		}
		NEXT.store(end, Relaxed);
		block as *mut u8
	}

	unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

/// Forgets all allocations and makes room for `length` bytes of input; gives their address.
#[no_mangle]
extern "C" fn reset(length: u32) -> u32 {
	NEXT.store(start(), Relaxed);
	match Layout::from_size_align(length as usize, 8) {
		// SAFETY: see `Rising`; the address is the host's to write to.
		Ok(layout) => unsafe { ALLOCATOR.alloc(layout) as u32 },
		Err(_) => 0,
	}
}

/// The input that the host wrote.
pub(crate) fn input(pointer: u32, length: u32) -> &'static [u8] {
	// SAFETY: the host passes what `reset` gave it, and its length.
	unsafe { core::slice::from_raw_parts(pointer as *const u8, length as usize) }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
	wasm32::unreachable()
}
