//! The genesis of development and local networks. Their keys are known to everybody.

use crate::{AccountId, RuntimeGenesisConfig, SessionConfig, SessionKeys};
use alloc::{vec, vec::Vec};
use frame_support::build_struct_json_patch;
use serde_json::Value;
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

/// A well-known validator, by the two keyrings its keys come from.
type Validator = (Sr25519Keyring, Ed25519Keyring);

const ALICE: Validator = (Sr25519Keyring::Alice, Ed25519Keyring::Alice);
const BOB: Validator = (Sr25519Keyring::Bob, Ed25519Keyring::Bob);
const CHARLIE: Validator = (Sr25519Keyring::Charlie, Ed25519Keyring::Charlie);
const DAVE: Validator = (Sr25519Keyring::Dave, Ed25519Keyring::Dave);

/// The account of a well-known validator and the session keys its node makes from the same seed
/// (`--alice` and so on).
fn validator((sr25519, ed25519): Validator) -> (AccountId, SessionKeys) {
	let keys = SessionKeys { aura: sr25519.public().into(), grandpa: ed25519.public().into() };
	(sr25519.to_account_id(), keys)
}

/// Genesis with these validators. Aura, GRANDPA and the committee take their members from the
/// session's keys.
fn genesis(validators: &[Validator]) -> Value {
	let keys = validators
		.iter()
		.map(|named| {
			let (account, keys) = validator(*named);
			(account.clone(), account, keys)
		})
		.collect::<Vec<_>>();
	build_struct_json_patch!(RuntimeGenesisConfig { session: SessionConfig { keys } })
}

/// The genesis named `id`, as JSON.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
	let patch = match id.as_str() {
		DEV_RUNTIME_PRESET => genesis(&[ALICE]),
		LOCAL_TESTNET_RUNTIME_PRESET => genesis(&[ALICE, BOB, CHARLIE, DAVE]),
		_ => return None,
	};
	serde_json::to_vec(&patch).ok()
}

/// The names [`get_preset`] knows.
pub fn preset_names() -> Vec<PresetId> {
	vec![PresetId::from(DEV_RUNTIME_PRESET), PresetId::from(LOCAL_TESTNET_RUNTIME_PRESET)]
}
