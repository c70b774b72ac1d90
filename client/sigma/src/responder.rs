//! The side that answers.

use crate::{
	ephemeral::Randomness,
	error::HandshakeError,
	party::Party,
	proof,
	schedule::{Role, Schedule, Transcript},
	transport::Transport,
	FIRST_LEN, MAX_THIRD, MIN_THIRD, SUITE,
};
use alloc::vec::Vec;
use symbolon_crypto::{Epoch, KeyId};

/// A responder that has sent the second message and waits for the third. It knows nothing of its
/// peer yet.
pub struct Responder {
	key_id: KeyId,
	own: Epoch,
	schedule: Schedule,
	transcript: Transcript,
}

/// The first message, cut up: the ephemeral key and the nonce after suite and key identifier.
fn parse_first(first: &[u8], key_id: &KeyId) -> Result<[u8; 32], HandshakeError> {
	let wrong_length = || HandshakeError::Length { message: 1, found: first.len() };
	if first.len() != FIRST_LEN {
		return Err(wrong_length());
	}
	let (suite, rest) = first.split_first().ok_or_else(wrong_length)?;
	let (asked, rest) = rest.split_first_chunk::<32>().ok_or_else(wrong_length)?;
	let (public, _nonce) = rest.split_first_chunk::<32>().ok_or_else(wrong_length)?;
	if *suite != SUITE {
		return Err(HandshakeError::Suite(*suite));
	}
	if *asked != key_id.0 {
		return Err(HandshakeError::KeyId);
	}
	Ok(*public)
}

impl Responder {
	/// Answers a first message at Unix second `now`; returns the second message.
	///
	/// Costs two multiplications on Curve25519 and a signature, before anything is known of the
	/// peer: bound how many handshakes are open at once.
	pub fn respond(
		party: &Party<'_>,
		randomness: Randomness,
		first: &[u8],
		now: u64,
	) -> Result<(Self, Vec<u8>), HandshakeError> {
		let key_id = party.verifier.key_id;
		party.check(&key_id, now)?;
		let peer_public = parse_first(first, &key_id)?;
		let Randomness { ephemeral, entropy } = randomness;
		let (public, nonce) = (ephemeral.public, ephemeral.nonce);
		let shared = ephemeral.agree(peer_public)?;
		let transcript = Transcript::begin(first).then_response(&public, &nonce);
		let schedule = Schedule::new(&shared, &transcript);
		let sealed = proof::make(party, Role::Responder, &schedule, &transcript, entropy);
		let transcript = transcript.then(&sealed);
		let second = [&public[..], &nonce, &sealed].concat();
		Ok((Self { key_id, own: party.key.epoch(), schedule, transcript }, second))
	}

	/// Verifies the initiator by its third message. The session is confirmed: the initiator holds
	/// the same keys.
	pub fn finish(
		self,
		party: &Party<'_>,
		third: &[u8],
		now: u64,
	) -> Result<Transport, HandshakeError> {
		let Self { key_id, own, schedule, transcript } = self;
		party.check(&key_id, now)?;
		if !(MIN_THIRD..=MAX_THIRD).contains(&third.len()) {
			return Err(HandshakeError::Length { message: 3, found: third.len() });
		}
		let peer = proof::check(party, Role::Initiator, &schedule, &transcript, third, now)?;
		let transcript = transcript.then(third);
		Ok(Transport::new(Role::Responder, &schedule, &transcript, peer, &own))
	}
}
