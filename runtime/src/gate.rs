//! Who may send which signed call.
//!
//! Nothing on this chain costs money, so a call that anybody may send is a way to fill blocks for
//! free. The gate refuses every signed call it does not name, and those it names from everybody who
//! is not entitled, before they reach a block. A pallet's own origin checks stay what they are:
//! the gate makes refusal cheap, it grants nothing.

use crate::{AccountId, Issuance, Registry, Runtime, RuntimeCall, RuntimeOrigin};
use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::weights::{constants::WEIGHT_REF_TIME_PER_MICROS, Weight};
use pallet_issuance::WeightInfo as _;
use pallet_registry::WeightInfo as _;
use scale_info::TypeInfo;
use sp_runtime::{
	impl_tx_ext_default,
	traits::{
		AsSystemOriginSigner, DispatchInfoOf, Implication, OpaqueKeys, TransactionExtension,
		ValidateResult,
	},
	transaction_validity::{
		InvalidTransaction, TransactionPriority, TransactionSource, TransactionValidityError,
		ValidTransaction,
	},
};

/// Priority of a signed call in the pool. `CheckNonce` leaves zero. The committee's own
/// transactions rank far above it.
const SIGNED_PRIORITY: TransactionPriority = 1 << 10;

/// Weights of the registry.
type RegistryWeights = <Runtime as pallet_registry::Config>::WeightInfo;

/// Weights of the issuance.
type IssuanceWeights = <Runtime as pallet_issuance::Config>::WeightInfo;

/// Time to check a proof of ownership of session keys: one signature for each key, with room.
const OWNERSHIP_PROOF: Weight = Weight::from_parts(500 * WEIGHT_REF_TIME_PER_MICROS, 0);

/// Refuses signed calls that their sender is not entitled to make. See the [module](self).
///
/// Transactions that carry no signer pass: they are authorised by the call itself
/// (`AuthorizeCall`), or by nobody and then refused further on.
#[derive(
	Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo,
)]
pub struct Gate;

impl Gate {
	/// Whether `who` may send `call` now.
	///
	/// # Errors
	///
	/// `Call` for a call that this sender, or nobody, may send; `BadProof` for session keys whose
	/// ownership is not proved; `Custom` with the pallet's own code for a call that it would refuse.
	pub fn admit(who: &AccountId, call: &RuntimeCall) -> Result<(), InvalidTransaction> {
		match call {
			RuntimeCall::Session(pallet_session::Call::set_keys { keys, proof }) => {
				if !pallet_session::Validators::<Runtime>::get().contains(who) {
					return Err(InvalidTransaction::Call);
				}
				// Dispatch would refuse it too, but only after it took its place in a block.
				if !keys.ownership_proof_is_valid(&who.encode(), proof) {
					return Err(InvalidTransaction::BadProof);
				}
				Ok(())
			}
			RuntimeCall::Registry(call) => Registry::admits(who, call)
				.map_err(|refusal| InvalidTransaction::Custom(refusal.code())),
			RuntimeCall::Issuance(call) => Issuance::admits(who, call)
				.map_err(|refusal| InvalidTransaction::Custom(refusal.code())),
			_ => Err(InvalidTransaction::Call),
		}
	}
}

impl TransactionExtension<RuntimeCall> for Gate {
	const IDENTIFIER: &'static str = "Gate";
	type Implicit = ();
	type Val = ();
	type Pre = ();

	/// What [`Gate::admit`] reads and checks for this call.
	fn weight(&self, call: &RuntimeCall) -> Weight {
		match call {
			RuntimeCall::Session(pallet_session::Call::set_keys { .. }) => {
				<Runtime as frame_system::Config>::DbWeight::get()
					.reads(1)
					.saturating_add(OWNERSHIP_PROOF)
			}
			RuntimeCall::Registry(pallet_registry::Call::register_many { requests }) => {
				RegistryWeights::admits(requests.len() as u32)
			}
			RuntimeCall::Registry(_) => RegistryWeights::admits(1),
			RuntimeCall::Issuance(_) => IssuanceWeights::admits(),
			_ => Weight::zero(),
		}
	}

	fn validate(
		&self,
		origin: RuntimeOrigin,
		call: &RuntimeCall,
		_info: &DispatchInfoOf<RuntimeCall>,
		_len: usize,
		_implicit: (),
		_inherited_implication: &impl Implication,
		_source: TransactionSource,
	) -> ValidateResult<(), RuntimeCall> {
		let Some(who) = origin.as_system_origin_signer() else {
			return Ok((ValidTransaction::default(), (), origin));
		};
		Self::admit(who, call).map_err(TransactionValidityError::Invalid)?;
		let priority = match call {
			// A stolen device must not wait behind other registrars' bulk work.
			RuntimeCall::Registry(pallet_registry::Call::revoke { .. }) => SIGNED_PRIORITY << 1,
			RuntimeCall::Session(_) => SIGNED_PRIORITY >> 1,
			_ => SIGNED_PRIORITY,
		};
		let valid = ValidTransaction { priority, ..Default::default() };
		Ok((valid, (), origin))
	}

	impl_tx_ext_default!(RuntimeCall; prepare);
}
