use super::publish::{permits, shares_of};
use crate::{mock::*, offchain::Task, *};
use codec::Decode;
use frame_support::assert_ok;
use sp_core::offchain::{
	testing::{TestOffchainExt, TestTransactionPoolExt},
	OffchainDbExt, OffchainWorkerExt, TransactionPoolExt,
};
use sp_keystore::{testing::MemoryKeystore, Keystore, KeystoreExt};
use std::sync::Arc;
use symbolon_api::Committee;
use symbolon_crypto::{ceremony::confirm::SecretShare, G1Bytes};
use symbolon_host::{VaultBackend, VaultError, VaultExt, VaultRequest, VaultResponse};

/// Answers with what was worked out beforehand.
struct Prepared {
	shares: Vec<G1Bytes>,
	permits: Vec<G1Bytes>,
}

impl VaultBackend for Prepared {
	fn answer(&self, request: VaultRequest) -> Result<VaultResponse, VaultError> {
		match request {
			VaultRequest::PermitShares { epoch: 0, chunk: 0 } => {
				Ok(VaultResponse::PermitShares(1, self.shares.clone()))
			}
			VaultRequest::Permits { epoch: 0, chunk: 0 } => {
				Ok(VaultResponse::Permits(self.permits.clone()))
			}
			_ => Err(VaultError::NotDue),
		}
	}
}

#[test]
fn posts_shares_then_publishes_in_its_turn() {
	let (shares, public) = genesis(4);
	let mut ext = new_test_ext(4);
	let (offchain, _) = TestOffchainExt::new();
	let (pool, state) = TestTransactionPoolExt::new();
	let keystore = MemoryKeystore::new();
	let key_type = sp_core::crypto::KeyTypeId(symbolon_primitives::member::KEY_TYPE);
	keystore.sr25519_generate_new(key_type, Some("//Member//1")).unwrap();
	ext.register_extension(KeystoreExt(Arc::new(keystore)));
	ext.register_extension(OffchainDbExt::new(offchain.clone()));
	ext.register_extension(OffchainWorkerExt::new(offchain));
	ext.register_extension(TransactionPoolExt::new(pool));
	let vault = ext.execute_with(|| {
		activate(public);
		block_at(START);
		let own: Vec<G1Bytes> = shares_of(&shares[0], 0, 0).points.to_vec();
		Prepared { shares: own, permits: permits(&shares[..3], 0, 0).to_vec() }
	});
	ext.register_extension(VaultExt::from(Box::new(vault) as Box<dyn VaultBackend>));
	ext.execute_with(|| drive(&shares, || state.read().transactions.clone()));
}

fn drive(shares: &[SecretShare], submitted: impl Fn() -> Vec<Vec<u8>>) {
	with_world(|world| world.local = Some(member(1)));
	Epochs::work().unwrap();
	assert_eq!(calls(&submitted()), vec!["shares"]);
	Epochs::work().unwrap();
	assert_eq!(submitted().len(), 1, "not again a moment later");
	for share in &shares[..3] {
		assert_ok!(Epochs::do_submit_shares(share.member(), 0, 0, shares_of(share, 0, 0)));
	}
	let local = World::local_member(1).unwrap();
	assert_eq!(Epochs::due_tasks(&local), vec![Task::Publish(0, 0)]);
	Epochs::work().unwrap();
	assert_eq!(calls(&submitted()).last(), Some(&"permits"));
	assert_ok!(Epochs::do_publish(member(1), 0, 0, permits(&shares[..3], 0, 0)));
	assert!(Epochs::due_tasks(&local).is_empty());
}

fn calls(submitted: &[Vec<u8>]) -> Vec<&'static str> {
	submitted
		.iter()
		.map(|bytes| match UncheckedExtrinsic::decode(&mut &bytes[..]).unwrap().function {
			RuntimeCall::Epochs(Call::submit_permit_shares { .. }) => "shares",
			RuntimeCall::Epochs(Call::publish_permits { .. }) => "permits",
			_ => "other",
		})
		.collect()
}

#[test]
fn a_node_of_no_member_does_nothing() {
	build_and_execute(|_| {
		assert!(matches!(Epochs::work(), Err(crate::offchain::Idle::NotAMember)));
	});
}
