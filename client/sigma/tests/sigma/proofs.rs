//! Proofs inside the right encryption, made by a peer that holds the secrets and says the wrong
//! thing: what lies behind the decryption is reached only so.

use crate::{
	attacks::block_of,
	by_hand::{Hand, INITIATOR, RESPONDER},
	common::{api, identity, pump, raw_randomness, EPOCH, NOW},
};
use codec::Encode;
use symbolon_crypto::{
	identity::EpochError,
	signature::{Domain, SignatureError, SigningKey},
	Entropy, Epoch,
};
use symbolon_sigma::{HandshakeError, Initiator, Peer, Responder};

/// One side's handshake up to where the other's proof is wanted, and the keys to make one.
struct Wanted {
	role: u8,
	hand: Hand,
	/// What comes before the proof in its message.
	before: Vec<u8>,
	/// Whoever is to be convinced.
	victim: Victim,
}

/// A side's proof is wanted, who can make it, and the other side's.
type Case = (fn() -> Wanted, &'static SigningKey, fn() -> Wanted);

enum Victim {
	Initiator(Initiator),
	Responder(Responder),
}

fn secret(label: &str) -> [u8; 32] {
	raw_randomness(label)[..32].try_into().unwrap()
}

impl Wanted {
	/// api's proof is wanted.
	fn responders() -> Self {
		let (initiator, first) = pump().start("deep");
		let (hand, before) = Hand::answer(&first, &secret("deep"), &[4; 32]);
		Self { role: RESPONDER, hand, before, victim: Victim::Initiator(initiator) }
	}

	/// pump's proof is wanted.
	fn initiators() -> Self {
		let (_, first) = pump().start("deep");
		let (responder, second) = api().respond("deep too", &first).ok().unwrap();
		let mut hand = Hand::read(&first, &secret("deep"), &second);
		hand.then(&second[64..]);
		let victim = Victim::Responder(responder);
		Self { role: INITIATOR, hand, before: vec![], victim }
	}

	fn both() -> [Case; 2] {
		[
			(Self::responders, &api().key, Self::initiators),
			(Self::initiators, &pump().key, Self::responders),
		]
	}

	fn other_role(&self) -> u8 {
		INITIATOR + RESPONDER - self.role
	}

	/// A signature over `statement`, and its block.
	fn sign(&self, key: &SigningKey, domain: Domain, statement: &[u8]) -> Vec<u8> {
		key.sign(domain, statement, Entropy::take(&mut [5; 32])).to_bytes()
	}

	/// The proof that should be made.
	fn right(&self, key: &SigningKey) -> Vec<u8> {
		let block = block_of(&self.sign(key, Domain::SIGMA, b""));
		let statement = self.hand.statement(self.role, &block);
		let mac = self.hand.mac(self.role, &statement);
		[&self.sign(key, Domain::SIGMA, &statement)[..], &mac].concat()
	}

	fn show(self, proof: &[u8]) -> Result<Peer, HandshakeError> {
		let message = [self.before, self.hand.seal(self.role, proof)].concat();
		match self.victim {
			Victim::Initiator(initiator) => {
				initiator.finish(&pump().party(), &message, NOW).map(|(session, _)| session)
			}
			Victim::Responder(responder) => responder.finish(&api().party(), &message, NOW),
		}
		.map(|session| session.peer().clone())
	}
}

#[test]
fn the_right_proof_passes() {
	for (wanted, key, _) in Wanted::both() {
		let proof = wanted().right(key);
		assert_eq!(wanted().show(&proof).unwrap().identity(), key.identity());
	}
}

#[test]
fn a_signature_for_another_use_is_refused() {
	for (wanted, key, others) in Wanted::both() {
		let right = wanted();
		let block = block_of(&right.sign(key, Domain::SIGMA, b""));
		let statement = right.hand.statement(right.role, &block);
		let mac = right.hand.mac(right.role, &statement);
		let mut past = right.hand.clone();
		past.then(b"");
		let refused = [
			("a file", Domain::FILE, statement.clone()),
			("a credential", Domain::TLS_CREDENTIAL, statement.clone()),
			("the other role", Domain::SIGMA, right.hand.statement(right.other_role(), &block)),
			("another transcript", Domain::SIGMA, past.statement(right.role, &block)),
			("another session", Domain::SIGMA, others().hand.statement(right.role, &block)),
			("no block", Domain::SIGMA, right.hand.statement(right.role, b"")),
			("nothing", Domain::SIGMA, vec![]),
		];
		for (what, domain, signed) in refused {
			let proof = [&right.sign(key, domain, &signed)[..], &mac].concat();
			let error = Some(HandshakeError::Proof(SignatureError::Wrong));
			assert_eq!(wanted().show(&proof).err(), error, "{what}");
		}
	}
}

#[test]
fn a_mac_for_another_use_is_refused() {
	for (wanted, key, _) in Wanted::both() {
		let right = wanted();
		let (role, other) = (right.role, right.other_role());
		let block = block_of(&right.sign(key, Domain::SIGMA, b""));
		let statement = right.hand.statement(role, &block);
		let signature = right.sign(key, Domain::SIGMA, &statement);
		let mut past = right.hand.clone();
		past.then(b"");
		let refused = [
			("the other role's key", right.hand.mac(other, &statement)),
			("the other role", right.hand.mac(role, &right.hand.statement(other, &block))),
			("another transcript's key", past.mac(role, &statement)),
			("another transcript", right.hand.mac(role, &past.statement(role, &block))),
			("no block", right.hand.mac(role, &right.hand.statement(role, b""))),
			("zeros", [0; 32]),
		];
		for (what, mac) in refused {
			let proof = [&signature[..], &mac].concat();
			assert_eq!(wanted().show(&proof).err(), Some(HandshakeError::Mac), "{what}");
		}
	}
}

/// Every bit but the MAC's is covered by the MAC, once decoded; U and V by the equation.
#[test]
fn every_changed_byte_of_a_proof_is_refused() {
	for (wanted, key, _) in Wanted::both() {
		let proof = wanted().right(key);
		let (points, mac) = (proof.len() - 128, proof.len() - 32);
		for position in 0..proof.len() {
			let mut changed = proof.clone();
			changed[position] ^= 1 << (position % 8);
			let error = wanted().show(&changed).err().unwrap();
			let fits = match error {
				HandshakeError::Mac => !(points..mac).contains(&position),
				HandshakeError::Proof(SignatureError::Wrong | SignatureError::Encoding(_)) => {
					(points..mac).contains(&position)
				}
				HandshakeError::Proof(_) | HandshakeError::NotAccepted(_) => position < points,
				_ => false,
			};
			assert!(fits, "byte {position}: {error:?}");
		}
	}
}

#[test]
fn proofs_of_every_other_length_are_refused() {
	for (wanted, key, _) in Wanted::both() {
		let proof = wanted().right(key);
		for length in (0..proof.len()).chain(proof.len() + 1..proof.len() + 140) {
			let mut changed = proof.clone();
			changed.resize(length, 0);
			let error = wanted().show(&changed).err().unwrap();
			let format = matches!(error, HandshakeError::Proof(SignatureError::Format));
			assert!(
				format || matches!(error, HandshakeError::Length { .. }),
				"{length}: {error:?}"
			);
		}
	}
}

/// Blocks that say more than the key can sign, each with a MAC that holds.
#[test]
fn each_field_of_the_block_is_checked() {
	let year = Epoch { end: EPOCH.start + 365 * 86_400, ..EPOCH };
	let gone = Epoch { number: 1, start: EPOCH.start - 7_200, end: EPOCH.start - 3_600 };
	let ahead = Epoch { number: 501, start: EPOCH.end, end: EPOCH.end + 3_600 };
	let turned = Epoch { start: EPOCH.end, end: EPOCH.start, ..EPOCH };
	let proof = |error| HandshakeError::Proof(error);
	let epoch = |error| proof(SignatureError::Epoch(error));
	for (wanted, key, _) in Wanted::both() {
		let name = key.identity().as_bytes().to_vec();
		let serial = key.serial().get();
		let fields =
			|version: u8, name: &[u8], serial: u64, epoch: Epoch, level: u8, index: u64| {
				(version, name, serial, epoch, level, index).encode()
			};
		let refused = [
			(fields(0, &name, serial, EPOCH, 40, 0), proof(SignatureError::Version(0))),
			(fields(2, &name, serial, EPOCH, 40, 0), proof(SignatureError::Version(2))),
			(fields(1, b"nobody", serial, EPOCH, 40, 0), proof(SignatureError::Format)),
			(fields(1, b"-a@demo", serial, EPOCH, 40, 0), proof(SignatureError::Format)),
			(fields(1, b"a@demo\0", serial, EPOCH, 40, 0), proof(SignatureError::Format)),
			(fields(1, b"A@demo", serial, EPOCH, 40, 0), proof(SignatureError::Format)),
			(fields(1, &name, 1 << 40, EPOCH, 40, 0), proof(SignatureError::Format)),
			(fields(1, &name, u64::MAX, EPOCH, 40, 0), proof(SignatureError::Format)),
			(fields(1, &name, serial, EPOCH, 41, 0), proof(SignatureError::Format)),
			(fields(1, &name, serial, EPOCH, 64, 0), proof(SignatureError::Format)),
			(fields(1, &name, serial, EPOCH, 255, 0), proof(SignatureError::Format)),
			(fields(1, &name, serial, EPOCH, 40, 1), proof(SignatureError::Format)),
			(fields(1, &name, serial, EPOCH, 0, serial + 1), proof(SignatureError::Subtree)),
			(fields(1, &name, serial, EPOCH, 3, 100), proof(SignatureError::Subtree)),
			(fields(1, &name, serial, year, 40, 0), epoch(EpochError::Length)),
			(fields(1, &name, serial, turned, 40, 0), epoch(EpochError::Length)),
			(fields(1, &name, serial, gone, 40, 0), epoch(EpochError::Over)),
			(fields(1, &name, serial, ahead, 40, 0), epoch(EpochError::NotYet)),
			(
				fields(1, b"root@demo", serial, EPOCH, 40, 0),
				HandshakeError::NotAccepted(identity("root@demo")),
			),
			// Fields that are possible, and not what was signed with.
			(fields(1, &name, serial + 1, EPOCH, 40, 0), proof(SignatureError::Wrong)),
			(fields(1, &name, serial, EPOCH, 0, serial), proof(SignatureError::Wrong)),
			(
				fields(1, &name, serial, Epoch { number: 7, ..EPOCH }, 40, 0),
				proof(SignatureError::Wrong),
			),
			(
				fields(1, &name, serial, Epoch { end: EPOCH.end + 60, ..EPOCH }, 40, 0),
				proof(SignatureError::Wrong),
			),
		];
		for (block, error) in refused {
			let right = wanted();
			let statement = right.hand.statement(right.role, &block);
			let signature = right.sign(key, Domain::SIGMA, &statement);
			let points = &signature[signature.len() - 96..];
			let mac = right.hand.mac(right.role, &statement);
			let proof = [&block[..], points, &mac].concat();
			assert_eq!(right.show(&proof).err(), Some(error), "{}", hex::encode(block));
		}
	}
}
