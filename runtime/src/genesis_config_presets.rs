//! The genesis of development and local networks. Their keys are known to everybody.

use crate::{
	AccountId, DtaConfig, EpochsConfig, RegistryConfig, RuntimeGenesisConfig, SessionConfig,
	SessionKeys,
};
use alloc::{vec, vec::Vec};
use frame_support::build_struct_json_patch;
use pallet_registry::GenesisNamespace;
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
	let keys = SessionKeys {
		aura: sr25519.public().into(),
		grandpa: ed25519.public().into(),
		symb: sr25519.public().into(),
	};
	(sr25519.to_account_id(), keys)
}

/// Seconds of an epoch in development and local networks.
const EPOCH_SECONDS: u64 = 60;

/// The namespace of development and local networks; its registrar is Alice.
fn demo_namespace() -> GenesisNamespace<AccountId> {
	GenesisNamespace {
		name: "demo".into(),
		registrar: Sr25519Keyring::Alice.to_account_id(),
		block_bits: 10,
		max_registered: 10_000,
		max_revoked: 100,
	}
}

/// Genesis with these validators, who are the committee too, in this order.
fn genesis(validators: &[Validator]) -> Value {
	let members = validators.iter().map(|named| named.0.to_account_id()).collect::<Vec<_>>();
	let keys = validators
		.iter()
		.map(|named| {
			let (account, keys) = validator(*named);
			(account.clone(), account, keys)
		})
		.collect::<Vec<_>>();
	build_struct_json_patch!(RuntimeGenesisConfig {
		session: SessionConfig { keys },
		dta: DtaConfig { members },
		registry: RegistryConfig { namespaces: vec![demo_namespace()] },
		epochs: EpochsConfig { epoch_length: EPOCH_SECONDS },
	})
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
