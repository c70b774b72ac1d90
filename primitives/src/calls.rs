//! Calls that clients make: fixed indices, tested against the runtime.

use crate::registry::RegistrationRequest;
use alloc::vec::Vec;
use codec::Encode;
use symbolon_crypto::Serial;

/// Index of each pallet in the runtime.
pub mod pallet {
	/// `System`
	pub const SYSTEM: u8 = 0;
	/// `Timestamp`
	pub const TIMESTAMP: u8 = 1;
	/// `Aura`
	pub const AURA: u8 = 2;
	/// `Grandpa`
	pub const GRANDPA: u8 = 3;
	/// `Session`
	pub const SESSION: u8 = 4;
	/// `Dta`
	pub const DTA: u8 = 10;
	/// `Registry`
	pub const REGISTRY: u8 = 11;
	/// `Epochs`
	pub const EPOCHS: u8 = 12;
	/// `Issuance`
	pub const ISSUANCE: u8 = 13;
}

/// A call of a registrar.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RegistrarCall {
	/// `Registry::register(request)`: one identity.
	Register(RegistrationRequest),
	/// `Registry::register_many(requests)`: all of them or none.
	RegisterMany(Vec<RegistrationRequest>),
	/// `Registry::revoke(serial)`.
	Revoke(Serial),
	/// `Issuance::request_again(serial)`: partial keys were pruned before the device took them.
	RequestAgain(Serial),
}

impl RegistrarCall {
	/// The SCALE bytes of the runtime's call.
	pub fn encode(&self) -> Vec<u8> {
		match self {
			Self::Register(request) => (pallet::REGISTRY, 0u8, request).encode(),
			Self::RegisterMany(requests) => (pallet::REGISTRY, 1u8, requests).encode(),
			Self::Revoke(serial) => (pallet::REGISTRY, 2u8, serial).encode(),
			Self::RequestAgain(serial) => (pallet::ISSUANCE, 2u8, serial).encode(),
		}
	}
}
