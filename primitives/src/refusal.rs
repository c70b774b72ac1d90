//! Why the chain does not take a registrar's call into its pool.
//!
//! The runtime's transaction gate refuses such a call with `InvalidTransaction::Custom(code)`;
//! nodes answer a submission with that code, and clients turn it back into text.

use core::fmt;

macro_rules! refusals {
	($($(#[$doc:meta])* $name:ident = $code:literal => $text:literal,)+) => {
		/// Why a signed call is refused.
		#[derive(Clone, Copy, PartialEq, Eq, Debug)]
		#[repr(u8)]
		pub enum Refusal {
			$($(#[$doc])* $name = $code,)+
		}

		impl Refusal {
			/// All of them, by ascending code.
			pub const ALL: &'static [Self] = &[$(Self::$name,)+];

			/// The code on the wire.
			pub const fn code(self) -> u8 {
				self as u8
			}

			/// The refusal of a code.
			pub const fn from_code(code: u8) -> Option<Self> {
				match code {
					$($code => Some(Self::$name),)+
					_ => None,
				}
			}
		}

		impl fmt::Display for Refusal {
			fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
				f.write_str(match self {
					$(Self::$name => $text,)+
				})
			}
		}
	};
}

refusals! {
	/// No account may make this call.
	NotAllowed = 1 => "no account may make this call; registrars register, revoke and request keys again",
	/// There is no master key yet.
	NoKey = 2 => "there is no master key yet; wait until the authorities' ceremony is over",
	/// No such namespace.
	UnknownNamespace = 3 => "the chain has no such namespace; check the part after the '@'",
	/// The account is not the registrar of the namespace.
	WrongRegistrar = 4 => "this account is not the registrar of the namespace; sign with the registrar's key",
	/// The namespace has registered as many identities as it may.
	RegistrationQuota = 5 => "the namespace has registered as many identities as it may",
	/// The name is registered, or was and is revoked.
	NameTaken = 6 => "the name is registered already (a revoked name counts too); choose another",
	/// The transport key was used before.
	TransportKeySeen = 7 => "this transport key was used before; make a new request on the device",
	/// The transport key is no point that is allowed.
	BadTransportKey = 8 => "the transport key is not a valid point; make a new request on the device",
	/// The proof of possession does not hold.
	BadPossession = 9 => "the proof of possession does not hold for this name and the present key; make a new request on the device",
	/// No serials are left.
	BlocksExhausted = 10 => "no serials are left for the namespace",
	/// The queue of key requests is full.
	QueueFull = 11 => "the queue of key requests is full; try again later",
	/// A batch of no registrations.
	EmptyBatch = 12 => "the batch holds no registration",
	/// No such serial.
	UnknownSerial = 13 => "no identity has this serial",
	/// The serial is revoked.
	AlreadyRevoked = 14 => "the identity is revoked already",
	/// The namespace has revoked as many identities as it may.
	RevocationQuota = 15 => "the namespace has revoked as many identities as it may",
	/// The chain holds as many revocations as it can.
	TooManyRevocations = 16 => "the chain holds as many revocations as it can",
	/// The serial waits in the queue, or its partial keys are still on chain.
	AlreadyQueued = 17 => "the key is requested already; its partial keys are on chain or on their way",
	/// The registration is under another master key.
	OtherKey = 18 => "the identity was registered under another master key; register it anew",
}

impl core::error::Error for Refusal {}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn codes_round_trip_and_rise() {
		for refusal in Refusal::ALL {
			assert_eq!(Refusal::from_code(refusal.code()), Some(*refusal));
		}
		assert!(Refusal::ALL.is_sorted_by(|a, b| a.code() < b.code()));
		assert_eq!(Refusal::from_code(0), None);
		assert_eq!(Refusal::from_code(255), None);
	}
}
