//! Chain specifications: the two built in, and those in files.
//!
//! Genesis itself is the runtime's (`symbolon_runtime::genesis_config_presets`); a specification
//! only names a preset and how the network is called.

use sc_service::{ChainType, GenericChainSpec};
use std::path::PathBuf;
use symbolon_runtime::{configs::SS58Prefix, WASM_BINARY};

/// A specification of this chain.
pub type ChainSpec = GenericChainSpec;

/// Names this network's protocols, so that nodes of other chains do not answer.
const PROTOCOL_ID: &str = "symbolon";

/// The specification called `id`: `dev` (also the empty name), `local`, or the path of a file.
///
/// # Errors
///
/// If the file cannot be read or is no specification, or the node was built without the runtime's
/// wasm.
pub fn load(id: &str) -> Result<ChainSpec, String> {
	match id {
		"" | "dev" => {
			built_in("Symbolon Development", "dev", ChainType::Development, "development")
		}
		"local" => built_in("Symbolon Local Network", "local", ChainType::Local, "local_testnet"),
		path => ChainSpec::from_json_file(PathBuf::from(path)).map_err(|error| {
			format!("expected `dev`, `local` or the path of a chain specification: {error}")
		}),
	}
}

fn built_in(name: &str, id: &str, kind: ChainType, preset: &str) -> Result<ChainSpec, String> {
	let wasm = WASM_BINARY.ok_or(
		"this node was built without the runtime's wasm (SKIP_WASM_BUILD); build it again, \
		 or give the path of a raw chain specification by --chain",
	)?;
	let mut properties = sc_service::Properties::new();
	properties.insert("ss58Format".into(), SS58Prefix::get().into());
	Ok(ChainSpec::builder(wasm, None)
		.with_name(name)
		.with_id(id)
		.with_chain_type(kind)
		.with_protocol_id(PROTOCOL_ID)
		.with_properties(properties)
		.with_genesis_config_preset_name(preset)
		.build())
}
