//! Session keys without TLS.

use crate::{cpu::cpu_time, wire::Handshake};
use std::error::Error;
use symbolon_crypto::{
	signature::{SigningKey, Verifier},
	Identity, Namespace,
};
use symbolon_sdk::{anchor, store::Store};
use symbolon_sigma::{Accept, Initiator, Party, Randomness, Responder, RANDOMNESS_LEN};

/// Two devices with the keys of the present epoch.
pub struct Session {
	initiator: SigningKey,
	responder: SigningKey,
	verifier: Verifier,
	expected: Identity,
	namespace: Namespace,
	now: u64,
}

fn key(store: &Store) -> Result<SigningKey, Box<dyn Error>> {
	let permits = store.permits()?;
	let permit = permits.first().ok_or("the device has no permit")?;
	Ok(SigningKey::new(&store.keys()?.sign, permit)?)
}

fn randomness() -> Result<Randomness, Box<dyn Error>> {
	let mut bytes = [0; RANDOMNESS_LEN];
	getrandom::fill(&mut bytes).map_err(|error| error.to_string())?;
	Ok(Randomness::take(&mut bytes))
}

impl Session {
	pub fn new(initiator: &Store, responder: &Store, now: u64) -> Result<Self, Box<dyn Error>> {
		let anchor = initiator.anchor();
		let verifier = anchor::verifier(anchor)?;
		Ok(Self {
			initiator: key(initiator)?,
			responder: key(responder)?,
			verifier,
			expected: responder.identity().clone(),
			namespace: initiator.identity().namespace(),
			now,
		})
	}

	/// All three messages.
	pub fn handshake(&self) -> Result<Handshake, Box<dyn Error>> {
		let Self { verifier, expected, namespace, now, .. } = self;
		let (now, failed) = (*now, |error: symbolon_sigma::HandshakeError| error.to_string());
		let i = Party { key: &self.initiator, verifier, accept: Accept::Exactly(expected) };
		let r = Party { key: &self.responder, verifier, accept: Accept::Namespace(namespace) };
		let began = cpu_time();
		let (initiator, first) = Initiator::start(&i, randomness()?, now).map_err(failed)?;
		let started = cpu_time();
		let (responder, second) =
			Responder::respond(&r, randomness()?, &first, now).map_err(failed)?;
		let responded = cpu_time();
		let (_, third) = initiator.finish(&i, &second, now).map_err(failed)?;
		let finished = cpu_time();
		responder.finish(&r, &third, now).map_err(failed)?;
		let ended = cpu_time();
		Ok(Handshake {
			client: (started - began) + (finished - responded),
			server: (responded - started) + (ended - finished),
			sent: first.len() + third.len(),
			received: second.len(),
		})
	}
}
