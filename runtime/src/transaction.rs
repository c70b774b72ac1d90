//! The transaction extensions, in order, and how off-chain workers build transactions.

use crate::{gate::Gate, Runtime, RuntimeCall, UncheckedExtrinsic};
use frame_system::{
	offchain::{CreateAuthorizedTransaction, CreateTransaction, CreateTransactionBase},
	AuthorizeCall, CheckEra, CheckGenesis, CheckNonZeroSender, CheckNonce, CheckSpecVersion,
	CheckTxVersion, CheckWeight, WeightReclaim,
};
use sp_runtime::generic::Era;

/// What every transaction carries and passes. The order is part of the bytes that clients sign.
///
/// [`AuthorizeCall`] comes first, because it gives the committee's transactions their origin;
/// [`Gate`] after the cheap checks; [`WeightReclaim`] last, because it settles what all others used.
pub type TxExtension = (
	AuthorizeCall<Runtime>,
	CheckNonZeroSender<Runtime>,
	CheckSpecVersion<Runtime>,
	CheckTxVersion<Runtime>,
	CheckGenesis<Runtime>,
	CheckEra<Runtime>,
	CheckNonce<Runtime>,
	CheckWeight<Runtime>,
	Gate,
	WeightReclaim<Runtime>,
);

impl<C> CreateTransactionBase<C> for Runtime
where
	RuntimeCall: From<C>,
{
	type Extrinsic = UncheckedExtrinsic;
	type RuntimeCall = RuntimeCall;
}

impl<C> CreateTransaction<C> for Runtime
where
	RuntimeCall: From<C>,
{
	type Extension = TxExtension;

	fn create_transaction(call: RuntimeCall, extension: TxExtension) -> UncheckedExtrinsic {
		UncheckedExtrinsic::new_transaction(call, extension)
	}
}

impl<C> CreateAuthorizedTransaction<C> for Runtime
where
	RuntimeCall: From<C>,
{
	/// A call that authorises itself says for how long it is good and what it may follow, so the
	/// extensions for signed calls are left at their neutral values.
	fn create_extension() -> TxExtension {
		(
			AuthorizeCall::new(),
			CheckNonZeroSender::new(),
			CheckSpecVersion::new(),
			CheckTxVersion::new(),
			CheckGenesis::new(),
			CheckEra::from(Era::Immortal),
			CheckNonce::from(0),
			CheckWeight::new(),
			Gate,
			WeightReclaim::new(),
		)
	}
}
