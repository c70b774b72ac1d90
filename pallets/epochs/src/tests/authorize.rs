use super::publish::{permits, shares_of};
use crate::{authorize::refusal, mock::*, Call};
use codec::Encode;
use frame_support::{
	assert_ok,
	dispatch::GetDispatchInfo,
	pallet_prelude::{InvalidTransaction, TransactionSource},
};
use frame_system::offchain::CreateAuthorizedTransaction;
use sp_runtime::{
	traits::{Applyable, Checkable},
	transaction_validity::{TransactionValidity, TransactionValidityError},
};
use symbolon_primitives::{epochs::ChunkPoints, member::CallTag};

fn validate(call: Call<Test>) -> TransactionValidity {
	let extension = <Test as CreateAuthorizedTransaction<Call<Test>>>::create_extension();
	let extrinsic = UncheckedExtrinsic::new_transaction(call.into(), extension);
	let length = extrinsic.encoded_size();
	let checked = extrinsic.check(&frame_system::ChainContext::<Test>::default())?;
	let info = checked.get_dispatch_info();
	checked.validate::<Test>(TransactionSource::External, &info, length)
}

fn refused(error: InvalidTransaction) -> TransactionValidity {
	Err(TransactionValidityError::Invalid(error))
}

fn shares_call(by: u16, version: u32, points: ChunkPoints) -> Call<Test> {
	let payload = (0u64, 0u32, version, &points);
	let signature = sign(member(by), CallTag::PermitShares, &payload);
	Call::submit_permit_shares {
		member: member(by),
		epoch: 0,
		chunk: 0,
		share_version: version,
		points,
		signature,
	}
}

#[test]
fn shares_of_a_member_are_admitted_and_others_refused() {
	build_and_execute(|shares| {
		let points = shares_of(&shares[0], 0, 0).points;
		assert!(validate(shares_call(1, 1, points.clone())).is_ok());
		let code = |code| refused(InvalidTransaction::Custom(code));
		assert_eq!(validate(shares_call(5, 1, points.clone())), code(refusal::STRANGER));
		assert_eq!(validate(shares_call(1, 2, points.clone())), code(refusal::SHARE_VERSION));
		let none = ChunkPoints::default();
		assert_eq!(validate(shares_call(1, 1, none)), code(refusal::SIZE));
		let Call::submit_permit_shares { signature, .. } = shares_call(2, 1, points.clone()) else {
			unreachable!()
		};
		let forged = Call::submit_permit_shares {
			member: member(1),
			epoch: 0,
			chunk: 0,
			share_version: 1,
			points: points.clone(),
			signature,
		};
		assert_eq!(validate(forged), refused(InvalidTransaction::BadProof));
		assert_ok!(Epochs::do_submit_shares(member(1), 0, 0, shares_of(&shares[0], 0, 0)));
		assert_eq!(validate(shares_call(1, 1, points)), refused(InvalidTransaction::Stale));
	});
}

#[test]
fn permits_are_admitted_in_turn_only_and_tags_name_the_member() {
	build_and_execute(|shares| {
		for share in shares {
			let posted = shares_of(share, 0, 0);
			assert_ok!(Epochs::do_submit_shares(share.member(), 0, 0, posted));
		}
		let points = permits(&shares[..3], 0, 0);
		let call = |by: u16| {
			let signature = sign(member(by), CallTag::Permits, &(0u64, 0u32, &points));
			let points = points.clone();
			Call::publish_permits { member: member(by), epoch: 0, chunk: 0, points, signature }
		};
		let first = validate(call(1)).unwrap();
		assert_eq!(validate(call(2)), refused(InvalidTransaction::Custom(refusal::TURN)));
		(1..=2).for_each(|i| block_at(START + 2 * i));
		let second = validate(call(2)).unwrap();
		assert_ne!(first.provides, second.provides);
		assert_ok!(Epochs::do_publish(member(1), 0, 0, points.clone()));
		assert_eq!(validate(call(2)), refused(InvalidTransaction::Stale));
	});
}
