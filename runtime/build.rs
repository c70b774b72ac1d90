//! Builds the runtime's wasm blob, with a toolchain that has the target for it.

#[cfg(feature = "std")]
fn main() {
	choose_toolchain();
	name_workspace();
	substrate_wasm_builder::WasmBuilder::build_using_defaults();
}

/// The wasm builder runs us again without `std` inside its own build: nothing to do there.
#[cfg(not(feature = "std"))]
fn main() {}

/// The toolchain that `scripts/setup` links where no rustup target can be fetched.
#[cfg(feature = "std")]
const FALLBACK: &str = "symbolon-wasm";

/// What the wasm builder reads to know which toolchain to use.
#[cfg(feature = "std")]
const TOOLCHAIN_VARIABLE: &str = "WASM_BUILD_TOOLCHAIN";

/// Point the wasm builder to the fallback toolchain if, and only if, the one that builds us lacks
/// the wasm target. What the user set by hand is left alone.
///
/// The builder itself searches by cargo's version only and would take a toolchain without `core`.
#[cfg(feature = "std")]
fn choose_toolchain() {
	use std::process::Command;

	println!("cargo:rerun-if-env-changed={TOOLCHAIN_VARIABLE}");
	if std::env::var_os(TOOLCHAIN_VARIABLE).is_some() {
		return;
	}
	let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
	if has_wasm_target(&mut Command::new(rustc)) {
		return;
	}
	let mut fallback = Command::new("rustup");
	fallback.args(["run", FALLBACK, "rustc"]);
	if has_wasm_target(&mut fallback) {
		std::env::set_var(TOOLCHAIN_VARIABLE, FALLBACK);
	} else {
		println!(
			"cargo:warning=no toolchain with the target wasm32v1-none; run scripts/setup (it adds \
			 the target, or makes the toolchain {FALLBACK})"
		);
	}
}

/// Tell the wasm builder where `Cargo.lock` is. It looks for it above the target directory, and
/// where that lies outside the workspace it would resolve other versions than the node's.
#[cfg(feature = "std")]
fn name_workspace() {
	const HINT: &str = "WASM_BUILD_WORKSPACE_HINT";

	let Some(runtime) = std::env::var_os("CARGO_MANIFEST_DIR") else { return };
	let Some(workspace) = std::path::Path::new(&runtime).parent() else { return };
	if std::env::var_os(HINT).is_none() && workspace.join("Cargo.lock").exists() {
		std::env::set_var(HINT, workspace);
	}
}

/// Whether this compiler has `core` for the runtime's target.
#[cfg(feature = "std")]
fn has_wasm_target(rustc: &mut std::process::Command) -> bool {
	let Ok(output) = rustc.args(["--print", "target-libdir", "--target", "wasm32v1-none"]).output()
	else {
		return false;
	};
	let libdir = String::from_utf8_lossy(&output.stdout).trim().to_owned();
	let Ok(entries) = std::fs::read_dir(libdir) else { return false };
	entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-"))
}
