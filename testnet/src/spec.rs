//! The chain specification of a local network: the node's own `local` one with other keys,
//! members, registrar and epochs.

use crate::{keys::AuthorityNames, Error};
use serde_json::{json, Map, Value};
use std::{
	fs,
	path::{Path, PathBuf},
	process::Command,
};

/// Names the chain; nodes keep its data in a folder of this name.
pub const CHAIN_ID: &str = "symbolon_testnet";
/// Length of a slot, milliseconds.
const SLOT_MILLIS: u64 = 2_000;
/// Serials in a block of the namespace: 2^10.
const BLOCK_BITS: u8 = 10;
/// Most identities of the namespace.
const MAX_REGISTERED: u32 = 1_000;
/// Most revocations in the namespace.
const MAX_REVOKED: u32 = 100;

/// What the genesis of a local network holds.
#[derive(Clone, Debug)]
pub struct Genesis {
	/// The authorities: validators and members of the committee.
	pub authorities: Vec<AuthorityNames>,
	/// The one namespace.
	pub namespace: String,
	/// Its registrar's account, SS58.
	pub registrar: String,
	/// Seconds per epoch.
	pub epoch_seconds: u64,
	/// Start of the first epoch, Unix seconds.
	pub first_start: u64,
	/// Blocks a ceremony's phase may take; `None` leaves it to the chain.
	pub phase_blocks: Option<u32>,
}

impl Genesis {
	/// Puts this genesis into a chain specification that is not raw.
	///
	/// # Errors
	///
	/// [`Error::Spec`] if it has no `genesis.runtimeGenesis.patch`.
	pub fn patch(&self, spec: &mut Value) -> Result<(), Error> {
		spec["name"] = json!("Symbolon Test Network");
		spec["id"] = json!(CHAIN_ID);
		let patch = spec
			.pointer_mut("/genesis/runtimeGenesis/patch")
			.and_then(Value::as_object_mut)
			.ok_or_else(|| {
				Error::Spec("expected an object at genesis.runtimeGenesis.patch".into())
			})?;
		patch.insert("session".into(), self.session());
		patch.insert("dta".into(), self.committee());
		patch.insert("registry".into(), self.registry());
		patch.insert("epochs".into(), self.epochs());
		Ok(())
	}

	fn session(&self) -> Value {
		let keys: Vec<Value> = self
			.authorities
			.iter()
			.map(|names| {
				let AuthorityNames { account, aura, grandpa, symb } = names;
				json!([account, account, { "aura": aura, "grandpa": grandpa, "symb": symb }])
			})
			.collect();
		json!({ "keys": keys })
	}

	fn committee(&self) -> Value {
		let members: Vec<&str> =
			self.authorities.iter().map(|names| names.account.as_str()).collect();
		let mut committee = Map::from_iter([("members".to_owned(), json!(members))]);
		if let Some(blocks) = self.phase_blocks {
			committee.insert("phaseBlocks".into(), json!(blocks));
		}
		committee.into()
	}

	fn registry(&self) -> Value {
		json!({ "namespaces": [{
			"name": self.namespace,
			"registrar": self.registrar,
			"blockBits": BLOCK_BITS,
			"maxRegistered": MAX_REGISTERED,
			"maxRevoked": MAX_REVOKED,
		}] })
	}

	fn epochs(&self) -> Value {
		json!({
			"epochLength": self.epoch_seconds,
			"firstStart": self.first_start,
			"slotMillis": SLOT_MILLIS,
		})
	}
}

/// Has the node program write its `local` specification, patched with `genesis`, as raw
/// `chain.json` in `folder`; gives its path.
///
/// # Errors
///
/// [`Error::Command`] if the node program refuses, [`Error::Spec`] or [`Error::Io`] otherwise.
pub fn write(binary: &Path, folder: &Path, genesis: &Genesis) -> Result<PathBuf, Error> {
	let plain = folder.join("chain-plain.json");
	let raw = folder.join("chain.json");
	let local = export(binary, &["--chain", "local"])?;
	let mut spec: Value = serde_json::from_slice(&local)
		.map_err(|error| Error::Spec(format!("expected JSON: {error}")))?;
	genesis.patch(&mut spec)?;
	save(&plain, spec.to_string().as_bytes())?;
	let path = plain.to_str().ok_or_else(|| {
		Error::Setting(format!("{} is not UTF-8; choose another folder", folder.display()))
	})?;
	save(&raw, &export(binary, &["--chain", path, "--raw"])?)?;
	Ok(raw)
}

fn save(path: &Path, bytes: &[u8]) -> Result<(), Error> {
	fs::write(path, bytes).map_err(Error::io(format!("writing {}", path.display())))
}

/// Runs `symbolon-node export-chain-spec` and gives what it prints.
fn export(binary: &Path, arguments: &[&str]) -> Result<Vec<u8>, Error> {
	let output = Command::new(binary)
		.arg("export-chain-spec")
		.args(arguments)
		.output()
		.map_err(Error::io(format!("running {}", binary.display())))?;
	if output.status.success() {
		return Ok(output.stdout);
	}
	let text = String::from_utf8_lossy(&output.stderr);
	Err(Error::Command {
		what: format!("export-chain-spec {}", arguments.join(" ")),
		output: text.trim().to_owned(),
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	fn genesis() -> Genesis {
		let names = |at: u8| AuthorityNames {
			account: format!("account{at}"),
			aura: format!("aura{at}"),
			grandpa: format!("grandpa{at}"),
			symb: format!("symb{at}"),
		};
		Genesis {
			authorities: vec![names(1), names(2)],
			namespace: "demo".into(),
			registrar: "registrar".into(),
			epoch_seconds: 30,
			first_start: 1_700_000_000,
			phase_blocks: None,
		}
	}

	#[test]
	fn the_patch_replaces_keys_and_keeps_the_rest() {
		let mut spec = json!({
			"name": "old", "id": "local", "protocolId": "symbolon",
			"genesis": { "runtimeGenesis": { "code": "0x00", "patch": {
				"session": { "keys": [["alice", "alice", {}]] },
				"epochs": { "epochLength": 60 },
			} } },
		});
		genesis().patch(&mut spec).unwrap();
		assert_eq!(spec["protocolId"], "symbolon");
		assert_eq!(spec["id"], "symbolon_testnet");
		let runtime = &spec["genesis"]["runtimeGenesis"];
		assert_eq!(runtime["code"], "0x00");
		let expected = json!([
			["account1", "account1", { "aura": "aura1", "grandpa": "grandpa1", "symb": "symb1" }],
			["account2", "account2", { "aura": "aura2", "grandpa": "grandpa2", "symb": "symb2" }],
		]);
		assert_eq!(runtime["patch"]["session"]["keys"], expected);
		assert_eq!(runtime["patch"]["dta"], json!({ "members": ["account1", "account2"] }));
		assert_eq!(runtime["patch"]["registry"]["namespaces"][0]["registrar"], "registrar");
		assert_eq!(runtime["patch"]["epochs"]["epochLength"], 30);
	}

	#[test]
	fn phase_blocks_are_left_out_or_set() {
		let long = Genesis { phase_blocks: Some(40), ..genesis() };
		assert_eq!(genesis().committee().get("phaseBlocks"), None);
		assert_eq!(long.committee()["phaseBlocks"], 40);
	}

	#[test]
	fn a_raw_specification_is_refused() {
		let mut spec = json!({ "genesis": { "raw": { "top": {} } } });
		assert!(matches!(genesis().patch(&mut spec), Err(Error::Spec(_))));
	}

	#[test]
	fn a_program_that_fails_is_quoted() {
		let folder = tempfile::tempdir().unwrap();
		let error = write(Path::new("/bin/false"), folder.path(), &genesis()).unwrap_err();
		assert!(matches!(error, Error::Command { .. }), "{error}");
	}
}
