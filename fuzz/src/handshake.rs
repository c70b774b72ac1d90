//! A handshake from fixed values, whose messages the `sigma` target changes; and peers that hold the
//! right secrets and send anything.

use crate::{
	by_hand::{cipher, decipher, Hand, INITIATOR, RESPONDER},
	common::{api, pump, raw_randomness, NOW},
	edits,
};
use std::sync::OnceLock;
use symbolon_sigma::{
	HandshakeError, Initiator, Opened, Responder, Transport, TransportError, FIRST_LEN,
};

const PUMP: &str = "fuzz pump";
const API: &str = "fuzz api";
/// Bytes of the fresh part of a second message.
const FRESH: usize = 64;
/// Bytes of `U` and `V` at the end of a signature.
const POINTS: usize = 96;
/// Bytes of the MAC at the end of a proof.
const MAC: usize = 32;

/// The messages of the handshake as they should be.
pub struct Recorded {
	pub first: Vec<u8>,
	pub second: Vec<u8>,
	pub third: Vec<u8>,
}

/// pump's part, anew.
fn initiator() -> Initiator {
	pump().start(PUMP).0
}

/// api's part after the recorded first message, anew.
fn responder() -> Responder {
	api().respond(API, &Recorded::get().first).expect("it is the right message").0
}

fn secret(label: &str) -> [u8; 32] {
	let mut secret = [0; 32];
	secret.copy_from_slice(&raw_randomness(label)[..32]);
	secret
}

impl Recorded {
	/// The one of all runs.
	pub fn get() -> &'static Self {
		static RECORDED: OnceLock<Recorded> = OnceLock::new();
		RECORDED.get_or_init(|| {
			let (initiator, first) = pump().start(PUMP);
			let (_, second) = api().respond(API, &first).expect("the message is right");
			let finished = initiator.finish(&pump().party(), &second, NOW);
			let (_, third) = finished.expect("the message is right");
			Self { first, second, third }
		})
	}

	/// What pump knows after the fresh part of the second message; api knows the same.
	fn hand(&self) -> Hand {
		Hand::read(&self.first, &secret(PUMP), &self.second)
	}

	/// The encrypted proof in the second message.
	fn answer(&self) -> &[u8] {
		&self.second[FRESH..]
	}
}

/// api answers `first`. Whoever began, the recorded third message fits the recorded handshake only.
pub fn respond(first: &[u8], now: u64) {
	let recorded = Recorded::get();
	let randomness = crate::common::randomness(API);
	match Responder::respond(&api().party(), randomness, first, now) {
		Err(error) => {
			assert!(!error.to_string().is_empty());
			assert!(first != recorded.first || now != NOW);
		}
		Ok((responder, second)) => {
			assert_eq!((first.len(), now), (FIRST_LEN, NOW));
			assert_eq!(first[..33], recorded.first[..33]);
			let same = first == recorded.first;
			assert_eq!(second == recorded.second, same);
			let finished = responder.finish(&api().party(), &recorded.third, now);
			assert_eq!(finished.is_ok(), same);
			assert_eq!(initiator().finish(&pump().party(), &second, now).is_ok(), same);
		}
	}
}

/// Who is shown a message, and whether it took it for its peer's.
fn show(role: u8, message: &[u8], now: u64) -> bool {
	let (peer, shown) = if role == RESPONDER {
		let finished = initiator().finish(&pump().party(), message, now);
		(api(), finished.map(|(session, _)| session))
	} else {
		(pump(), responder().finish(&api().party(), message, now))
	};
	match shown {
		Ok(session) => {
			assert_eq!(session.peer().identity(), peer.key.identity());
			assert_eq!(session.peer().serial(), peer.key.serial());
			true
		}
		Err(error) => {
			assert!(!error.to_string().is_empty());
			assert!(!matches!(error, HandshakeError::OwnKey));
			false
		}
	}
}

/// The second message for role 2, the third for role 1: accepted if it is the recorded one.
pub fn finish(role: u8, message: &[u8], now: u64) {
	let recorded = Recorded::get();
	let right = if role == RESPONDER { &recorded.second } else { &recorded.third };
	assert_eq!(show(role, message, now), message == right && now == NOW);
}

/// The state of the hand when the proof of `role` is due, and what comes before it in its message.
fn due(role: u8) -> (Hand, &'static [u8], &'static [u8]) {
	let recorded = Recorded::get();
	let mut hand = recorded.hand();
	if role == RESPONDER {
		(hand, &recorded.second[..FRESH], recorded.answer())
	} else {
		hand.then(recorded.answer());
		(hand, &[], &recorded.third)
	}
}

/// The proof of `role` before it is encrypted.
pub fn proof(role: u8) -> Vec<u8> {
	let (hand, _, sealed) = due(role);
	hand.open(role, sealed).expect("the hand has the keys of the recorded handshake")
}

/// `plain` as the proof of `role`, rightly encrypted, and if `mac` with a MAC that holds in place of
/// its last bytes: a peer that knows `Z` and lies. Accepted if it is what the recorded one was.
pub fn lie(role: u8, mut plain: Vec<u8>, mac: bool, now: u64) {
	let (hand, before, _) = due(role);
	if mac && plain.len() >= POINTS + MAC {
		plain.truncate(plain.len() - MAC);
		let statement = hand.statement(role, &plain[..plain.len() - POINTS]);
		plain.extend_from_slice(&hand.mac(role, &statement));
	}
	let right = plain == proof(role);
	let message = [before, &hand.seal(role, &plain)].concat();
	assert_eq!(show(role, &message, now), right && now == NOW);
}

/// What api's session should do next.
struct Model {
	session: Transport,
	/// The keys of pump's and of api's messages.
	keys: [[u8; 32]; 2],
	/// Messages so far, each way.
	counts: [u64; 2],
	closed: bool,
	live: bool,
}

impl Model {
	fn new() -> Self {
		let recorded = Recorded::get();
		let session = responder().finish(&api().party(), &recorded.third, NOW);
		let mut hand = recorded.hand();
		hand.then(recorded.answer());
		hand.then(&recorded.third);
		let keys = [hand.traffic(INITIATOR), hand.traffic(RESPONDER)];
		let session = session.expect("the message is right");
		Self { session, keys, counts: [0; 2], closed: false, live: true }
	}

	/// What comes of `message`, whose plain text is `plain` if it is the next one.
	fn open(&mut self, message: &[u8], plain: Option<&[u8]>) {
		let opened = self.session.open(message, NOW);
		if !self.live {
			return assert_eq!(opened, Err(TransportError::Ended));
		}
		if self.closed {
			return assert_eq!(opened, Err(TransportError::PeerClosed));
		}
		match plain {
			Some([0, data @ ..]) => assert_eq!(opened, Ok(Opened::Data(data.to_vec()))),
			Some([1]) => {
				assert_eq!(opened, Ok(Opened::Closed));
				self.closed = true;
			}
			_ => {
				let error = opened.expect_err("nothing else is a message");
				assert!(!error.to_string().is_empty());
				self.live = false;
			}
		}
		self.counts[0] += 1;
	}

	/// api sends.
	fn seal(&mut self, data: &[u8]) {
		let sealed = self.session.seal(data, NOW);
		if !self.live {
			return assert_eq!(sealed, Err(TransportError::Ended));
		}
		let plain = sealed.ok().and_then(|it| decipher(&self.keys[1], self.counts[1], &[], &it));
		assert_eq!(plain, Some([&[0], data].concat()));
		self.counts[1] += 1;
	}
}

/// A session of api, told by `script`: what to do, a length, so many bytes; and again.
pub fn converse(mut script: &[u8]) {
	let mut model = Model::new();
	while let [what, length, rest @ ..] = script {
		let (bytes, after) = rest.split_at(rest.len().min(usize::from(*length)));
		script = after;
		let (key, count) = (model.keys[0], model.counts[0]);
		match what % 6 {
			0 => model.open(bytes, None),
			1 => model.open(&cipher(&key, count, &[], bytes), Some(bytes)),
			// Skipped one; in the other direction's key; changed.
			2 => model.open(&cipher(&key, count + 1, &[], bytes), None),
			3 => model.open(&cipher(&model.keys[1], count, &[], bytes), None),
			4 => {
				let good = cipher(&key, count, &[], &[0, 1, 2]);
				let changed = edits::apply(&good, bytes);
				let plain = (changed == good).then_some(&[0, 1, 2][..]);
				model.open(&changed, plain);
			}
			_ => model.seal(bytes),
		}
	}
}

/// Runs an input: its first byte says what the rest is, which side it is shown to, whether a MAC is
/// mended, and when.
pub fn run(input: &[u8]) {
	let Some((how, rest)) = input.split_first() else { return };
	let recorded = Recorded::get();
	let role = if how & 0x10 == 0 { INITIATOR } else { RESPONDER };
	let mend = how & 0x20 != 0;
	let now = match how >> 6 {
		2 => 0,
		3 => u64::MAX,
		_ => NOW,
	};
	match how % 8 {
		0 => respond(rest, now),
		1 => respond(&edits::apply(&recorded.first, rest), now),
		2 => finish(role, rest, now),
		3 if role == RESPONDER => finish(role, &edits::apply(&recorded.second, rest), now),
		3 => finish(role, &edits::apply(&recorded.third, rest), now),
		4 => lie(role, rest.to_vec(), mend, now),
		5 => lie(role, edits::apply(&proof(role), rest), mend, now),
		_ => converse(rest),
	}
}
