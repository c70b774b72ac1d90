use crate::{authorize::refusal, mock::*, Call, DealingsDigest};
use codec::Encode;
use frame_support::{
	dispatch::GetDispatchInfo,
	pallet_prelude::{InvalidTransaction, TransactionSource, ValidTransaction},
};
use frame_system::offchain::CreateAuthorizedTransaction;
use sp_core::Pair;
use sp_runtime::{
	traits::{Applyable, Checkable},
	transaction_validity::{TransactionValidity, TransactionValidityError},
};
use symbolon_api::authority::AuthoritySignature;
use symbolon_crypto::ceremony::judge::{Complaint, Judgement};
use symbolon_primitives::member::{signed_bytes, CallTag};

fn sign<P: Encode>(member: &Member, tag: CallTag, payload: &P) -> AuthoritySignature {
	member.pair.sign(&signed_bytes(&Dta::genesis_hash(), tag, member.index, payload))
}

/// What the pool says of a call, through the whole extension.
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

fn register_call(member: &Member, number: u32) -> Call<Test> {
	let (_, registration) = registration(member);
	let signature = sign(member, CallTag::Register, &(number, &registration));
	Call::register { member: member.index, ceremony: number, registration, signature }
}

#[test]
fn a_member_in_its_turn_is_admitted_once() {
	build_and_execute(4, |members| {
		let valid: ValidTransaction = validate(register_call(&members[0], 1)).unwrap();
		assert!(valid.propagate);
		assert_eq!(valid.provides.len(), 1);
		let again = validate(register_call(&members[0], 1)).unwrap();
		assert_eq!(valid.provides, again.provides, "two at a time must exclude one another");
		let other = validate(register_call(&members[1], 1)).unwrap();
		assert_ne!(valid.provides, other.provides);
		register_all(&members[..1]);
		assert_eq!(validate(register_call(&members[0], 1)), refused(InvalidTransaction::Stale));
	});
}

#[test]
fn others_and_other_statements_are_refused() {
	build_and_execute(4, |members| {
		assert_eq!(
			validate(register_call(&members[0], 2)),
			refused(InvalidTransaction::Stale),
			"another ceremony"
		);
		let Call::register { registration, signature, .. } = register_call(&members[0], 1) else {
			unreachable!()
		};
		let by_another = Call::register {
			member: members[1].index,
			ceremony: 1,
			registration,
			signature: signature.clone(),
		};
		assert_eq!(validate(by_another), refused(InvalidTransaction::BadProof));
		let stranger = symbolon_crypto::MemberIndex::new(9).unwrap();
		let call = Call::register { member: stranger, ceremony: 1, registration, signature };
		let custom = InvalidTransaction::Custom(refusal::STRANGER);
		assert_eq!(validate(call), refused(custom));
		let other_tag = sign(&members[0], CallTag::Confirm, &(1u32, &registration));
		let call = Call::register {
			member: members[0].index,
			ceremony: 1,
			registration,
			signature: other_tag,
		};
		assert_eq!(validate(call), refused(InvalidTransaction::BadProof));
	});
}

#[test]
fn a_later_phase_is_future_and_sizes_are_bounded() {
	build_and_execute(4, |members| {
		let judgement = Judgement { judged: [0; 32], complaints: vec![] };
		let signature = sign(&members[0], CallTag::Judge, &(1u32, &judgement));
		let early = Call::judge { member: members[0].index, ceremony: 1, judgement, signature };
		assert_eq!(validate(early), refused(InvalidTransaction::Future));
		register_all(members);
		next_block();
		let mut dealing = dealing(&members[0]);
		dealing.shares = vec![dealing.shares[0]; 5];
		let signature = sign(&members[0], CallTag::Deal, &(1u32, &dealing));
		let call = Call::deal { member: members[0].index, ceremony: 1, dealing, signature };
		assert_eq!(validate(call), refused(InvalidTransaction::Custom(refusal::SIZE)));
	});
}

#[test]
fn a_judgement_over_other_dealings_is_refused() {
	build_and_execute(4, |members| {
		register_all(members);
		next_block();
		for member in members {
			Dta::do_deal(member.index, 1, dealing(member)).unwrap();
		}
		next_block();
		let judgement = Judgement { judged: [0; 32], complaints: vec![] };
		let signature = sign(&members[0], CallTag::Judge, &(1u32, &judgement));
		let call = Call::judge { member: members[0].index, ceremony: 1, judgement, signature };
		assert_eq!(validate(call), refused(InvalidTransaction::Custom(refusal::OTHER_DEALINGS)));
	});
}

/// Two dealers out of four are one more than a ceremony survives.
#[test]
fn complaints_are_bounded_by_those_that_fail_the_ceremony() {
	build_and_execute(4, |members| {
		register_all(members);
		next_block();
		for member in members {
			Dta::do_deal(member.index, 1, dealing(member)).unwrap();
		}
		next_block();
		let judged = DealingsDigest::<Test>::get(1).unwrap();
		let complaint = Complaint {
			dealer: members[1].dealer(),
			k: symbolon_crypto::G1Bytes([0; 48]),
			proof: registration(&members[0]).1.proof,
		};
		let validity = |complaints| {
			let judgement = Judgement { judged, complaints: vec![complaint; complaints] };
			let signature = sign(&members[0], CallTag::Judge, &(1u32, &judgement));
			validate(Call::judge { member: members[0].index, ceremony: 1, judgement, signature })
		};
		assert!(validity(2).is_ok());
		assert_eq!(validity(3), refused(InvalidTransaction::Custom(refusal::SIZE)));
	});
}

#[test]
fn a_signed_origin_cannot_make_the_calls() {
	build_and_execute(4, |members| {
		let (_, registration) = registration(&members[0]);
		let Call::register { signature, .. } = register_call(&members[0], 1) else {
			unreachable!()
		};
		let origin = RuntimeOrigin::signed(members[0].account.clone());
		let result = Dta::register(origin, members[0].index, 1, registration, signature);
		assert_eq!(result, Err(sp_runtime::DispatchError::BadOrigin));
	});
}
