//! The side that begins.

use crate::{
	ephemeral::{Ephemeral, Randomness},
	error::HandshakeError,
	party::Party,
	proof,
	schedule::{Role, Schedule, Transcript},
	transport::Transport,
	MAX_SECOND, MIN_SECOND, SUITE,
};
use alloc::vec::Vec;
use symbolon_crypto::{Entropy, KeyId};

/// An initiator that has sent its first message and waits for the second.
pub struct Initiator {
	key_id: KeyId,
	ephemeral: Ephemeral,
	entropy: Entropy,
	transcript: Transcript,
}

impl Initiator {
	/// Begins a handshake at Unix second `now`; returns the first message, [`crate::FIRST_LEN`]
	/// bytes.
	///
	/// Fails only for what is wrong with the own side: [`HandshakeError::OwnKey`],
	/// [`HandshakeError::OwnEpoch`].
	pub fn start(
		party: &Party<'_>,
		randomness: Randomness,
		now: u64,
	) -> Result<(Self, Vec<u8>), HandshakeError> {
		let key_id = party.verifier.key_id;
		party.check(&key_id, now)?;
		let Randomness { ephemeral, entropy } = randomness;
		let first = [&[SUITE], &key_id.0[..], &ephemeral.public, &ephemeral.nonce].concat();
		let transcript = Transcript::begin(&first);
		Ok((Self { key_id, ephemeral, entropy, transcript }, first))
	}

	/// Verifies the responder by its second message; returns the session and the third message,
	/// which is to be sent before anything sealed.
	///
	/// The responder has proved its name and holds the same keys, but has not seen the third
	/// message yet: [`Transport::confirmed`] tells when it answered.
	pub fn finish(
		self,
		party: &Party<'_>,
		second: &[u8],
		now: u64,
	) -> Result<(Transport, Vec<u8>), HandshakeError> {
		party.check(&self.key_id, now)?;
		let wrong_length = HandshakeError::Length { message: 2, found: second.len() };
		if !(MIN_SECOND..=MAX_SECOND).contains(&second.len()) {
			return Err(wrong_length);
		}
		let (public, rest) = second.split_first_chunk::<32>().ok_or(wrong_length.clone())?;
		let (nonce, sealed) = rest.split_first_chunk::<32>().ok_or(wrong_length)?;
		let shared = self.ephemeral.agree(*public)?;
		let transcript = self.transcript.then_response(public, nonce);
		let schedule = Schedule::new(&shared, &transcript);
		let peer = proof::check(party, Role::Responder, &schedule, &transcript, sealed, now)?;
		let transcript = transcript.then(sealed);
		let third = proof::make(party, Role::Initiator, &schedule, &transcript, self.entropy);
		let transcript = transcript.then(&third);
		let own = party.key.epoch();
		Ok((Transport::new(Role::Initiator, &schedule, &transcript, peer, &own), third))
	}
}
