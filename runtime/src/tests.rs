//! Tests of what only the whole runtime can show: genesis, the gate, the extensions, sessions.

mod contract;
mod weights;

use crate::{
	configs::{MinimumPeriod, RuntimeBlockWeights, SlotMillis},
	gate::Gate,
	genesis_config_presets, AccountId, Executive, Hash, Header, Runtime, RuntimeCall,
	RuntimeGenesisConfig, SessionKeys, Signature, System, TxExtension, UncheckedExtrinsic, VERSION,
};
use codec::Encode;
use frame_support::{
	dispatch::DispatchClass,
	genesis_builder_helper::{build_state, get_preset},
	weights::Weight,
};
use frame_system::offchain::CreateAuthorizedTransaction;
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_io::TestExternalities;
use sp_keyring::Sr25519Keyring::{self, Alice, Eve};
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::{
	generic::SignedPayload,
	traits::{Get, Header as _},
	transaction_validity::{
		InvalidTransaction, TransactionSource, TransactionValidity, TransactionValidityError,
	},
	Digest, DigestItem,
};

/// The state right after the genesis called `preset`, in block 1 and with an empty keystore.
fn chain(preset: &str) -> TestExternalities {
	let mut ext = TestExternalities::default();
	ext.register_extension(KeystoreExt::new(MemoryKeystore::new()));
	ext.execute_with(|| {
		let defaults = get_preset::<RuntimeGenesisConfig>(&None, |_| None).unwrap();
		let patch = genesis_config_presets::get_preset(&preset.into()).unwrap();
		let mut genesis: serde_json::Value = serde_json::from_slice(&defaults).unwrap();
		merge(&mut genesis, serde_json::from_slice(&patch).unwrap());
		build_state::<RuntimeGenesisConfig>(genesis.to_string().into_bytes()).unwrap();
		frame_system::BlockHash::<Runtime>::insert(0, Hash::repeat_byte(7));
		Executive::initialize_block(&first_header());
	});
	ext
}

/// RFC 7396, as the chain specification does it.
fn merge(into: &mut serde_json::Value, patch: serde_json::Value) {
	match (into, patch) {
		(serde_json::Value::Object(into), serde_json::Value::Object(patch)) => {
			for (key, value) in patch {
				merge(into.entry(key).or_insert(serde_json::Value::Null), value);
			}
		}
		(into, patch) => *into = patch,
	}
}

fn first_header() -> Header {
	let slot = sp_consensus_aura::Slot::from(1);
	let digest = DigestItem::PreRuntime(sp_consensus_aura::AURA_ENGINE_ID, slot.encode());
	let parent = Hash::repeat_byte(7);
	let logs = alloc::vec![digest];
	Header::new(1, Hash::default(), Hash::default(), parent, Digest { logs })
}

fn extension(nonce: u32) -> TxExtension {
	let mut extension = <Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_extension();
	extension.6 = frame_system::CheckNonce::from(nonce);
	extension
}

fn signed(who: Sr25519Keyring, call: RuntimeCall, nonce: u32) -> UncheckedExtrinsic {
	let payload = SignedPayload::new(call.clone(), extension(nonce)).unwrap();
	let signature = payload.using_encoded(|bytes| Signature::Sr25519(who.sign(bytes)));
	UncheckedExtrinsic::new_signed(call, who.to_account_id().into(), signature, extension(nonce))
}

fn validate(transaction: UncheckedExtrinsic) -> TransactionValidity {
	Executive::validate_transaction(TransactionSource::External, transaction, Hash::default())
}

fn set_keys(owner: &AccountId, tamper: bool) -> RuntimeCall {
	let generated = SessionKeys::generate(&owner.encode(), None);
	let mut proof = generated.proof.encode();
	if tamper {
		proof[0] ^= 1;
	}
	RuntimeCall::Session(pallet_session::Call::set_keys { keys: generated.keys, proof })
}

fn remark() -> RuntimeCall {
	RuntimeCall::System(frame_system::Call::remark { remark: alloc::vec![0; 8] })
}

#[test]
fn the_presets_make_one_and_four_validators() {
	for (preset, count) in [(DEV_RUNTIME_PRESET, 1), (LOCAL_TESTNET_RUNTIME_PRESET, 4)] {
		chain(preset).execute_with(|| {
			assert_eq!(pallet_session::Validators::<Runtime>::get().len(), count);
			assert_eq!(pallet_aura::Authorities::<Runtime>::get().len(), count);
			assert_eq!(crate::Grandpa::grandpa_authorities().len(), count);
			assert!(System::providers(&Alice.to_account_id()) > 0);
			assert_eq!(System::providers(&Eve.to_account_id()), 0);
		});
	}
	assert_eq!(genesis_config_presets::get_preset(&"other".into()), None);
}

#[test]
fn the_gate_refuses_what_it_does_not_know() {
	chain(DEV_RUNTIME_PRESET).execute_with(|| {
		let calls = [
			remark(),
			RuntimeCall::Session(pallet_session::Call::purge_keys {}),
			RuntimeCall::System(frame_system::Call::set_code { code: alloc::vec![1] }),
		];
		for call in calls {
			assert_eq!(Gate::admit(&Alice.to_account_id(), &call), Err(InvalidTransaction::Call));
			let refused = TransactionValidityError::Invalid(InvalidTransaction::Call);
			assert_eq!(validate(signed(Alice, call, 0)), Err(refused));
		}
	});
}

#[test]
fn only_a_validator_with_a_proof_sets_keys() {
	chain(DEV_RUNTIME_PRESET).execute_with(|| {
		let (alice, eve) = (Alice.to_account_id(), Eve.to_account_id());
		assert_eq!(Gate::admit(&alice, &set_keys(&alice, false)), Ok(()));
		let wrong = Err(InvalidTransaction::BadProof);
		assert_eq!(Gate::admit(&alice, &set_keys(&alice, true)), wrong);
		// A proof made for another account does not help.
		assert_eq!(Gate::admit(&alice, &set_keys(&eve, false)), wrong);
		let stranger = Err(InvalidTransaction::Call);
		assert_eq!(Gate::admit(&eve, &set_keys(&eve, false)), stranger);

		let valid = validate(signed(Alice, set_keys(&alice, false), 0)).unwrap();
		assert!(valid.priority > 0);
		let applied = Executive::apply_extrinsic(signed(Alice, set_keys(&alice, false), 0));
		assert_eq!(applied, Ok(Ok(())));
	});
}

#[test]
fn a_transaction_that_nobody_authorised_is_refused() {
	chain(DEV_RUNTIME_PRESET).execute_with(|| {
		let general =
			<Runtime as CreateAuthorizedTransaction<RuntimeCall>>::create_authorized_transaction(
				remark(),
			);
		let unknown = TransactionValidityError::Invalid(InvalidTransaction::UnknownOrigin);
		assert_eq!(validate(general), Err(unknown));
		assert!(validate(UncheckedExtrinsic::new_bare(remark())).is_err());
	});
}

#[test]
fn an_account_without_a_role_is_refused_before_the_gate() {
	chain(DEV_RUNTIME_PRESET).execute_with(|| {
		let call = set_keys(&Eve.to_account_id(), false);
		let refused = TransactionValidityError::Invalid(InvalidTransaction::Payment);
		assert_eq!(validate(signed(Eve, call, 0)), Err(refused));
	});
}

#[test]
fn a_static_set_does_not_raise_the_grandpa_set_id() {
	chain(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
		let before = pallet_session::Validators::<Runtime>::get();
		for _ in 0..5 {
			pallet_session::Pallet::<Runtime>::rotate_session();
		}
		assert_eq!(pallet_session::CurrentIndex::<Runtime>::get(), 5);
		assert_eq!(pallet_session::Validators::<Runtime>::get(), before);
		assert_eq!(pallet_grandpa::CurrentSetId::<Runtime>::get(), 0);
	});
}

#[test]
fn changed_keys_raise_the_grandpa_set_id_once() {
	chain(LOCAL_TESTNET_RUNTIME_PRESET).execute_with(|| {
		let call = set_keys(&Alice.to_account_id(), false);
		assert_eq!(Executive::apply_extrinsic(signed(Alice, call, 0)), Ok(Ok(())));
		for _ in 0..5 {
			pallet_session::Pallet::<Runtime>::rotate_session();
		}
		assert_eq!(pallet_grandpa::CurrentSetId::<Runtime>::get(), 1);
	});
}

#[test]
fn slots_are_two_seconds_unless_genesis_says_otherwise() {
	let mut ext = chain(DEV_RUNTIME_PRESET);
	ext.execute_with(|| {
		assert_eq!(SlotMillis::get(), 2_000);
		pallet_epochs::SlotMillis::<Runtime>::put(500);
		assert_eq!(SlotMillis::get(), 500);
		assert_eq!(MinimumPeriod::get(), 250);
	});
}

#[test]
fn the_committee_may_use_what_registrars_may_not() {
	let limits = RuntimeBlockWeights::get().validate().unwrap();
	let total = |class| limits.get(class).max_total.unwrap();
	let weights = [DispatchClass::Normal, DispatchClass::Operational].map(total);
	assert_eq!(weights.map(|w: Weight| w.ref_time()), [1_125_000_000_000, 1_500_000_000_000]);
}
