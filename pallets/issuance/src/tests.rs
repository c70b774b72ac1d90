//! One file per call, and what belongs to none. Transactions go through the real extensions.

mod offchain;
mod prune;
mod queue;
mod report_partial;
mod request_again;
mod state;
mod submit_partials;

use crate::mock::*;
use codec::{Decode, Encode};
use frame_support::{dispatch::GetDispatchInfo, StorageHasher};
use frame_system::offchain::CreateAuthorizedTransaction;
use sp_runtime::{
	traits::{Applyable, Checkable, IdentityLookup},
	transaction_validity::{
		InvalidTransaction, TransactionSource, TransactionValidity, TransactionValidityError,
	},
	AccountId32, DispatchResult, StateVersion,
};

type Checked = <UncheckedExtrinsic as Checkable<IdentityLookup<AccountId32>>>::Checked;

fn checked(call: RuntimeCall) -> (Checked, frame_support::dispatch::DispatchInfo, usize) {
	type Create = crate::Call<Test>;
	let sent = <Test as CreateAuthorizedTransaction<Create>>::create_authorized_transaction(call);
	let bytes = sent.encode();
	let received = UncheckedExtrinsic::decode(&mut &bytes[..]).unwrap();
	let info = received.get_dispatch_info();
	let checked = received.check(&IdentityLookup::<AccountId32>::default()).unwrap();
	(checked, info, bytes.len())
}

/// What the pool says.
fn validate(call: RuntimeCall) -> TransactionValidity {
	let (checked, info, len) = checked(call);
	checked.validate::<Test>(TransactionSource::External, &info, len)
}

/// What the block does.
fn apply(call: RuntimeCall) -> Result<DispatchResult, TransactionValidityError> {
	let (checked, info, len) = checked(call);
	let result = checked.apply::<Test>(&info, len)?;
	Ok(result.map(drop).map_err(|error| error.error))
}

/// The pool and the block refuse a call alike, and nothing changes.
fn assert_refused(call: RuntimeCall, reason: InvalidTransaction) {
	let before = sp_io::storage::root(StateVersion::V1);
	let reason = TransactionValidityError::Invalid(reason);
	assert_eq!(validate(call.clone()).unwrap_err(), reason);
	assert_eq!(apply(call).unwrap_err(), reason);
	assert_eq!(sp_io::storage::root(StateVersion::V1), before);
}

/// The pool takes a call and the block executes it.
fn assert_applied(call: RuntimeCall) {
	validate(call.clone()).unwrap();
	assert_eq!(apply(call), Ok(Ok(())));
}

/// Members answer a serial rightly.
fn answer(number: u64, members: &[u16]) {
	for index in members {
		assert_applied(submit_call(*index, vec![pair_of(*index, serial(number))]));
	}
}

/// The identity hasher is what `primitives` takes it for.
#[test]
fn identity_hasher_leaves_bytes_alone() {
	assert_eq!(frame_support::Identity::hash(b"abc"), b"abc");
}
