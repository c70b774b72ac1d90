//! A side's proof of its name: `AEAD{ signature ‖ mac }`.
//!
//! `statement = role ‖ transcript hash ‖ block`, `block` the signature's wire form without its two
//! points: `SCALE(version, identity, serial, epoch, level, index)`. The signature is over the
//! statement in domain "sigma", the MAC over the same bytes under a key from `Z`.

use crate::{
	error::HandshakeError,
	party::{Party, Peer},
	schedule::{Role, Schedule, Transcript, Use},
	symmetric,
};
use alloc::vec::Vec;
use codec::Encode;
use subtle::ConstantTimeEq;
use symbolon_crypto::{
	cover::Subtree,
	signature::{Domain, Signature, SignatureError, VERSION},
	Entropy, Epoch, Identity, Serial,
};

/// What is signed and authenticated.
fn statement(
	role: Role,
	transcript: &Transcript,
	identity: &Identity,
	serial: Serial,
	epoch: &Epoch,
	subtree: &Subtree,
) -> Vec<u8> {
	(role as u8, transcript.0, VERSION, identity, serial, epoch, subtree).encode()
}

/// The own proof as `role`, encrypted; `transcript` is all that comes before it.
pub(crate) fn make(
	party: &Party<'_>,
	role: Role,
	schedule: &Schedule,
	transcript: &Transcript,
	entropy: Entropy,
) -> Vec<u8> {
	let key = party.key;
	let epoch = key.epoch();
	let statement =
		statement(role, transcript, key.identity(), key.serial(), &epoch, &key.subtree());
	let mut proof = key.sign(Domain::SIGMA, &statement, entropy).to_bytes();
	let mac = symmetric::mac(&schedule.key(Use::Mac(role), transcript), &statement);
	proof.extend_from_slice(&mac);
	symmetric::seal(&schedule.key(Use::Proof(role), transcript), 0, &transcript.0, &mut proof);
	proof
}

/// Opens and checks the proof of a peer that must be `role`.
pub(crate) fn check(
	party: &Party<'_>,
	role: Role,
	schedule: &Schedule,
	transcript: &Transcript,
	sealed: &[u8],
	now: u64,
) -> Result<Peer, HandshakeError> {
	let key = schedule.key(Use::Proof(role), transcript);
	let proof = symmetric::open(&key, 0, &transcript.0, sealed).ok_or(HandshakeError::Decrypt)?;
	let (signature, mac) = proof.split_last_chunk::<32>().ok_or(SignatureError::Format)?;
	let signature = Signature::from_bytes(signature)?;
	party.verifier.policy.check(&signature.epoch, now).map_err(SignatureError::Epoch)?;
	party.check_name(&signature)?;
	let Signature { identity, serial, epoch, subtree, .. } = &signature;
	let statement = statement(role, transcript, identity, *serial, epoch, subtree);
	let expected = symmetric::mac(&schedule.key(Use::Mac(role), transcript), &statement);
	if !bool::from(expected.ct_eq(mac)) {
		return Err(HandshakeError::Mac);
	}
	signature.verify(party.verifier, Domain::SIGMA, &statement, now)?;
	Ok(Peer::of(signature))
}
