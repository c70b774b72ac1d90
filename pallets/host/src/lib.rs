//! The host interface between the off-chain workers (in wasm) and the node's vault (native).
//!
//! Requests are typed and pass identifiers only: the vault reads what it needs from the finalized
//! state by itself and decides for itself whether it is due. No share and no other secret ever
//! crosses this interface. Outside an off-chain worker the extension is absent and every call
//! answers [`VaultError::Unavailable`]; on-chain code must not branch on it.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

use alloc::vec::Vec;
use codec::{Decode, Encode};
use sp_runtime_interface::{
	pass_by::{AllocateAndReturnByCodec, PassFatPointerAndDecode},
	runtime_interface,
};
use symbolon_crypto::{
	ceremony::{confirm::Confirmation, deal::Dealing, judge::Judgement, register::Registration},
	extraction::PartialKey,
	G1Bytes, MemberIndex, Purpose, Serial,
};

/// What a worker asks of the vault. Everything else the vault takes from the finalized state.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub enum VaultRequest {
	/// The registration of member `member` in ceremony `ceremony`.
	Register {
		/// Number of the ceremony.
		ceremony: u32,
		/// Own index in it.
		member: MemberIndex,
	},
	/// The dealing.
	Deal {
		/// Number of the ceremony.
		ceremony: u32,
		/// Own index in it.
		member: MemberIndex,
	},
	/// The judgement over all dealings.
	Judge {
		/// Number of the ceremony.
		ceremony: u32,
		/// Own index in it.
		member: MemberIndex,
	},
	/// The confirmation of the new share.
	Confirm {
		/// Number of the ceremony.
		ceremony: u32,
		/// Own index in it.
		member: MemberIndex,
	},
	/// Partial keys, both purposes, for queued serials.
	PartialKeys {
		/// The share version to use.
		share_version: u32,
		/// The serials, at most `MAX_PARTIALS_PER_CALL`.
		serials: Vec<Serial>,
	},
	/// Own shares of the permits of a chunk of an epoch's cover.
	PermitShares {
		/// Number of the epoch.
		epoch: u64,
		/// Which chunk.
		chunk: u32,
	},
	/// Permits combined from the members' shares on chain, checked against `P`.
	Permits {
		/// Number of the epoch.
		epoch: u64,
		/// Which chunk.
		chunk: u32,
	},
	/// Which members' partial keys for `serial` fail their public check.
	CheckPartials {
		/// The serial.
		serial: Serial,
	},
}

/// The vault's answer, of the request's kind.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub enum VaultResponse {
	/// To `Register`.
	Registration(Registration),
	/// To `Deal`.
	Dealing(Dealing),
	/// To `Judge`.
	Judgement(Judgement),
	/// To `Confirm`.
	Confirmation(Confirmation),
	/// To `PartialKeys`: for signing and for opening, per serial that was due.
	PartialKeys(Vec<(PartialKey, PartialKey)>),
	/// To `PermitShares`: the share version used and the shares, in the chunk's order.
	PermitShares(u32, Vec<G1Bytes>),
	/// To `Permits`: in the chunk's order.
	Permits(Vec<G1Bytes>),
	/// To `CheckPartials`: maker and purpose of each wrong one.
	WrongPartials(Vec<(MemberIndex, Purpose)>),
}

/// Why the vault gives no answer.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub enum VaultError {
	/// There is no vault here: not an off-chain worker, or a node without one.
	Unavailable,
	/// The vault is at work for another worker; ask again at the next block.
	Busy,
	/// The finalized state does not call for this yet (or no more).
	NotDue,
	/// The operator holds the vault.
	Held,
	/// The vault refuses: the request contradicts its ledger or the finalized state does not
	/// verify. The text says what was expected and what came.
	Refused(alloc::string::String),
	/// The vault's files cannot be read or written.
	Storage(alloc::string::String),
}

/// The native side: implemented by the node's vault.
#[cfg(not(substrate_runtime))]
pub trait VaultBackend: Send + 'static {
	/// Answers a request from the finalized state.
	fn answer(&self, request: VaultRequest) -> Result<VaultResponse, VaultError>;
}

#[cfg(not(substrate_runtime))]
sp_externalities::decl_extension! {
	/// The vault, as an extension of the off-chain workers' externalities.
	pub struct VaultExt(alloc::boxed::Box<dyn VaultBackend>);
}

/// Host functions of the vault.
#[runtime_interface]
pub trait Vault {
	/// Asks the node's vault.
	fn ask(
		&mut self,
		request: PassFatPointerAndDecode<VaultRequest>,
	) -> AllocateAndReturnByCodec<Result<VaultResponse, VaultError>> {
		use sp_externalities::ExternalitiesExt;
		match self.extension::<VaultExt>() {
			Some(vault) => vault.answer(request),
			None => Err(VaultError::Unavailable),
		}
	}
}
