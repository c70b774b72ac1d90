//! A currency that does not exist, for pallets that ask for one.

use crate::{AccountId, RuntimeHoldReason};
use frame_support::traits::{
	fungible::{hold, Dust, Inspect, Mutate, Unbalanced},
	tokens::{DepositConsequence, Fortitude, Preservation, Provenance, WithdrawConsequence},
};
use sp_runtime::{DispatchError, DispatchResult};

/// Nobody owns anything, and nothing can be given or held.
///
/// `pallet-session` holds a deposit for keys. With a deposit of zero it never calls into this.
pub struct NoCurrency;

impl Inspect<AccountId> for NoCurrency {
	type Balance = u32;

	fn total_issuance() -> u32 {
		0
	}

	fn minimum_balance() -> u32 {
		0
	}

	fn total_balance(_: &AccountId) -> u32 {
		0
	}

	fn balance(_: &AccountId) -> u32 {
		0
	}

	fn reducible_balance(_: &AccountId, _: Preservation, _: Fortitude) -> u32 {
		0
	}

	fn can_deposit(_: &AccountId, amount: u32, _: Provenance) -> DepositConsequence {
		if amount == 0 {
			DepositConsequence::Success
		} else {
			DepositConsequence::UnknownAsset
		}
	}

	fn can_withdraw(_: &AccountId, amount: u32) -> WithdrawConsequence<u32> {
		if amount == 0 {
			WithdrawConsequence::Success
		} else {
			WithdrawConsequence::UnknownAsset
		}
	}
}

impl Unbalanced<AccountId> for NoCurrency {
	fn handle_dust(_: Dust<AccountId, Self>) {}

	fn write_balance(_: &AccountId, amount: u32) -> Result<Option<u32>, DispatchError> {
		if amount == 0 {
			Ok(None)
		} else {
			Err(DispatchError::Unavailable)
		}
	}

	fn set_total_issuance(_: u32) {}
}

impl Mutate<AccountId> for NoCurrency {}

impl hold::Inspect<AccountId> for NoCurrency {
	type Reason = RuntimeHoldReason;

	fn total_balance_on_hold(_: &AccountId) -> u32 {
		0
	}

	fn balance_on_hold(_: &RuntimeHoldReason, _: &AccountId) -> u32 {
		0
	}
}

impl hold::Unbalanced<AccountId> for NoCurrency {
	fn set_balance_on_hold(_: &RuntimeHoldReason, _: &AccountId, amount: u32) -> DispatchResult {
		if amount == 0 {
			Ok(())
		} else {
			Err(DispatchError::Unavailable)
		}
	}
}

impl hold::Mutate<AccountId> for NoCurrency {}
