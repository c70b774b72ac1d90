//! What clients and the vault take for granted without importing the runtime: where values lie,
//! which index a call has, what a transaction's bytes are.

use super::{
	chain, extension, first_header, remark, set_keys, signed, validate, Hash, Runtime, RuntimeCall,
	System, UncheckedExtrinsic, VERSION,
};
use crate::Executive;
use codec::{DecodeAll, Encode};
use frame_support::traits::PalletInfoAccess;
use sp_genesis_builder::DEV_RUNTIME_PRESET;
use sp_keyring::Sr25519Keyring::Alice;
use sp_runtime::{
	generic::{Era, SignedPayload},
	traits::Header as _,
};
use symbolon_crypto::{
	cover::Subtree, extraction::TransportKey, proof::Proof, DealerIndex, G1Bytes, Identity,
	MemberIndex, Namespace, ScalarBytes, Serial,
};
use symbolon_primitives::{
	calls::{pallet, RegistrarCall},
	extrinsic::{Binding, Unsigned},
	registry::{IndexKey, RegistrationRequest},
	storage,
};

fn serial() -> Serial {
	Serial::new(0x01_0203_0405).unwrap()
}

fn member() -> MemberIndex {
	MemberIndex::new(3).unwrap()
}

fn identity() -> Identity {
	Identity::new(b"camera-7@acme").unwrap()
}

#[test]
fn pallets_have_the_indices_that_clients_send() {
	let index = |found: usize, expected: u8| assert_eq!(found, usize::from(expected));
	index(System::index(), pallet::SYSTEM);
	index(crate::Timestamp::index(), pallet::TIMESTAMP);
	index(crate::Aura::index(), pallet::AURA);
	index(crate::Grandpa::index(), pallet::GRANDPA);
	index(crate::Session::index(), pallet::SESSION);
	index(crate::Dta::index(), pallet::DTA);
	index(crate::Registry::index(), pallet::REGISTRY);
	index(crate::Epochs::index(), pallet::EPOCHS);
	index(crate::Issuance::index(), pallet::ISSUANCE);
}

#[test]
fn a_registrars_calls_are_the_runtimes() {
	let request = || RegistrationRequest {
		identity: identity(),
		transport: TransportKey {
			point: G1Bytes([1; 48]),
			proof: Proof { e: ScalarBytes([2; 32]), z: ScalarBytes([3; 32]) },
		},
	};
	let many = alloc::vec![request(), request()];
	let pairs: [(RegistrarCall, RuntimeCall); 4] = [
		(
			RegistrarCall::Register(request()),
			pallet_registry::Call::register { request: request() }.into(),
		),
		(
			RegistrarCall::RegisterMany(many.clone()),
			pallet_registry::Call::register_many { requests: many.try_into().unwrap() }.into(),
		),
		(
			RegistrarCall::Revoke(serial()),
			pallet_registry::Call::revoke { serial: serial() }.into(),
		),
		(
			RegistrarCall::RequestAgain(serial()),
			pallet_issuance::Call::request_again { serial: serial() }.into(),
		),
	];
	for (client, runtime) in pairs {
		assert_eq!(client.encode(), runtime.encode(), "{client:?}");
	}
}

#[test]
fn the_sdks_pallets_keep_values_where_clients_read() {
	let account = Alice.to_account_id();
	let found = frame_system::Account::<Runtime>::hashed_key_for(&account);
	assert_eq!(found, storage::system::account(&account.into()));
	let found = frame_system::BlockHash::<Runtime>::hashed_key_for(258);
	assert_eq!(found, storage::system::block_hash(258));
	let found = pallet_timestamp::Now::<Runtime>::hashed_key();
	assert_eq!(found.to_vec(), storage::timestamp::now());
	let found = pallet_grandpa::Authorities::<Runtime>::hashed_key();
	assert_eq!(found.to_vec(), storage::grandpa::authorities());
}

#[test]
fn dta_keeps_values_where_clients_read() {
	use pallet_dta as p;
	use storage::dta as s;
	let dealer = DealerIndex::new(2).unwrap();
	assert_eq!(p::CurrentKey::<Runtime>::hashed_key().to_vec(), s::current_key());
	assert_eq!(p::CurrentCeremony::<Runtime>::hashed_key().to_vec(), s::current_ceremony());
	assert_eq!(p::CeremonyCount::<Runtime>::hashed_key().to_vec(), s::ceremony_count());
	assert_eq!(p::BlameCount::<Runtime>::hashed_key().to_vec(), s::blame_count());
	assert_eq!(p::Blames::<Runtime>::hashed_key_for(5), s::blame(5));
	assert_eq!(p::Outcomes::<Runtime>::hashed_key_for(5), s::outcome(5));
	assert_eq!(p::ShareVersions::<Runtime>::hashed_key_for(5), s::share_version(5));
	let found = p::Registrations::<Runtime>::hashed_key_for(5, member());
	assert_eq!(found, s::registration(5, member()));
	assert_eq!(p::Dealings::<Runtime>::hashed_key_for(5, dealer), s::dealing(5, dealer));
	assert_eq!(p::Judgements::<Runtime>::hashed_key_for(5, member()), s::judgement(5, member()));
	assert_eq!(p::Disqualified::<Runtime>::hashed_key_for(5, dealer), s::disqualified(5, dealer));
	let found = p::Confirmations::<Runtime>::hashed_key_for(5, member());
	assert_eq!(found, s::confirmation(5, member()));
	let found = p::VerificationKeys::<Runtime>::hashed_key_for(5, member());
	assert_eq!(found, s::verification_key(5, member()));
}

#[test]
fn registry_keeps_values_where_clients_read() {
	use pallet_registry as p;
	use storage::registry as s;
	let namespace = Namespace::new(b"acme").unwrap();
	let subtree = Subtree::above(serial(), 4);
	let key = IndexKey::new(&subtree);
	assert_eq!(p::Namespaces::<Runtime>::hashed_key_for(&namespace), s::namespace(&namespace));
	assert_eq!(p::Names::<Runtime>::hashed_key_for(identity()), s::name(&identity()));
	assert_eq!(p::Registrations::<Runtime>::hashed_key_for(serial()), s::registration(serial()));
	assert_eq!(p::TransportKeys::<Runtime>::hashed_key_for([9; 32]), s::transport_key(&[9; 32]));
	assert_eq!(p::Revocations::<Runtime>::hashed_key().to_vec(), s::revocations());
	assert_eq!(p::RevocationLog::<Runtime>::hashed_key_for(9), s::revocation_log(9));
	assert_eq!(p::RevokedIndex::<Runtime>::hashed_key_for(key), s::revoked(&key));
	let found = p::RevokedIndex::<Runtime>::hashed_key_for(key);
	assert!(found.starts_with(&s::revoked_index()));
}

#[test]
fn epochs_keeps_values_where_clients_read() {
	use pallet_epochs as p;
	use storage::epochs as s;
	let subtree = Subtree::above(serial(), 4);
	assert_eq!(p::EpochSchedule::<Runtime>::hashed_key().to_vec(), s::schedule());
	assert_eq!(p::SlotMillis::<Runtime>::hashed_key().to_vec(), s::slot_millis());
	assert_eq!(p::Snapshots::<Runtime>::hashed_key_for(7), s::snapshot(7));
	assert_eq!(p::CoverChunks::<Runtime>::hashed_key_for(7, 8), s::cover_chunk(7, 8));
	let found = p::Shares::<Runtime>::hashed_key_for((7, 8, member()));
	assert_eq!(found, s::permit_shares(7, 8, member()));
	assert_eq!(p::Permits::<Runtime>::hashed_key_for(7, subtree), s::permit(7, &subtree));
}

#[test]
fn issuance_keeps_values_where_clients_read() {
	use pallet_issuance as p;
	use storage::issuance as s;
	assert_eq!(p::Queue::<Runtime>::hashed_key_for(serial()), s::queue(serial()));
	let found = p::Partials::<Runtime>::hashed_key_for(serial(), member());
	assert_eq!(found, s::partials(serial(), member()));
}

/// Extensions in front of the call, and what is signed besides.
#[test]
fn extensions_are_era_and_nonce_on_the_wire() {
	chain(DEV_RUNTIME_PRESET).execute_with(|| {
		let mut mortal = extension(5);
		mortal.5 = frame_system::CheckEra::from(Era::mortal(64, 1));
		assert_eq!(mortal.encode(), (Era::mortal(64, 1), codec::Compact(5u32)).encode());

		let genesis = Hash::repeat_byte(7);
		let payload = SignedPayload::new(remark(), extension(5)).unwrap();
		let implicit = (VERSION.spec_version, VERSION.transaction_version, genesis, genesis);
		let expected = [remark().encode(), extension(5).encode(), implicit.encode()].concat();
		assert!(expected.len() <= 256);
		payload.using_encoded(|bytes| assert_eq!(bytes, expected));
	});
}

/// A transaction built as a client does it, from bytes, passes all extensions.
#[test]
fn a_client_signs_without_the_runtime() {
	chain(DEV_RUNTIME_PRESET).execute_with(|| {
		let account = Alice.to_account_id();
		let genesis: [u8; 32] = (*first_header().parent_hash()).into();
		let binding = Binding {
			spec_version: VERSION.spec_version,
			transaction_version: VERSION.transaction_version,
			genesis_hash: genesis,
			birth: (0, genesis),
			nonce: 0,
		};
		let call = set_keys(&account, false);
		let unsigned = Unsigned::new(call.encode(), &binding);
		let signature = Alice.sign(&unsigned.signing_bytes());
		let bytes = unsigned.sign(&account.into(), &signature.0);
		let transaction = UncheckedExtrinsic::decode_all(&mut &bytes[..]).unwrap();
		let priority = validate(signed(Alice, call, 0)).unwrap().priority;
		assert_eq!(validate(transaction.clone()).unwrap().priority, priority);
		assert_eq!(Executive::apply_extrinsic(transaction), Ok(Ok(())));
	});
}
