//! The guest in wasmtime, set up as `sc-executor-wasmtime` 0.47 sets it up for a runtime.
//!
//! The same: Cranelift for speed and size, no fuel and no epochs, no SIMD, bulk memory or reference
//! types, and a memory whose whole 4 GiB are reserved, so that guard pages and no comparisons hold
//! its bounds. Not the same: instances are not pooled (that is a matter of starting one), there are
//! no host functions, and the allocator lies in the guest.

use std::error::Error;
use wasmtime::{Config, Engine, Instance, Memory, Module, OptLevel, Store, TypedFunc};

/// The running guest.
pub struct Guest {
	store: Store<()>,
	instance: Instance,
	memory: Memory,
	reset: TypedFunc<u32, u32>,
}

impl Guest {
	/// Compiles and starts the module at `path`.
	pub fn load(path: &str) -> Result<Self, Box<dyn Error>> {
		let mut config = Config::new();
		config
			.cranelift_opt_level(OptLevel::SpeedAndSize)
			.cranelift_nan_canonicalization(false)
			.max_wasm_stack(1024 * 1024)
			.wasm_simd(false)
			.wasm_relaxed_simd(false)
			.wasm_bulk_memory(false)
			.wasm_multi_value(false)
			.wasm_multi_memory(false)
			.wasm_memory64(false)
			.wasm_tail_call(false)
			.wasm_extended_const(false)
			.memory_reservation(4 << 30);
		let engine = Engine::new(&config)?;
		let module = Module::from_file(&engine, path)?;
		let mut store = Store::new(&engine, ());
		let instance = Instance::new(&mut store, &module, &[])?;
		let memory = instance.get_memory(&mut store, "memory").ok_or("the guest has no memory")?;
		let reset = instance.get_typed_func(&mut store, "reset")?;
		Ok(Self { store, instance, memory, reset })
	}

	/// The export `name`.
	pub fn function(&mut self, name: &str) -> Result<TypedFunc<(u32, u32), u32>, Box<dyn Error>> {
		Ok(self.instance.get_typed_func(&mut self.store, name)?)
	}

	/// Puts `input` into the guest's memory, which is empty otherwise; gives its address.
	pub fn write(&mut self, input: &[u8]) -> Result<(u32, u32), Box<dyn Error>> {
		let length = u32::try_from(input.len())?;
		let pointer = self.reset.call(&mut self.store, length)?;
		self.memory.write(&mut self.store, pointer as usize, input)?;
		Ok((pointer, length))
	}

	/// Calls `function`; gives whether every check in it held.
	pub fn call(
		&mut self,
		function: &TypedFunc<(u32, u32), u32>,
		input: (u32, u32),
	) -> Result<bool, Box<dyn Error>> {
		Ok(function.call(&mut self.store, input)? == 1)
	}
}
