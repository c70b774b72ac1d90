//! Messages of an established session.
//!
//! `ChaCha20-Poly1305(key of the sender, nonce = 0 [4] ‖ count u64, kind u8 ‖ data)`, no additional
//! data; kind 0 is data, 1 the close mark, which holds none. The count begins at 0 in each
//! direction and is not sent: messages are opened in the order in which they were sealed, none
//! lost, none twice. So the link below must be reliable and ordered, as a stream is; over one, put
//! the length before each message as a `u16`, little-endian.
//!
//! The first message that cannot be opened ends the session in both directions and wipes its keys:
//! whoever can write to the link can end a session, as he could by cutting it. A session whose link
//! ends without the peer's close mark was cut off.

use crate::{
	error::TransportError,
	party::Peer,
	schedule::{Role, Schedule, Transcript, Use},
	symmetric::{self, TAG_LEN},
};
use alloc::vec::Vec;
use symbolon_crypto::{Epoch, SecretBytes};

/// Most data in one message, in bytes.
pub const MAX_DATA: usize = 1 << 14;
/// Length of the shortest sealed message.
pub const MIN_TRANSPORT: usize = 1 + TAG_LEN;
/// Length of the longest sealed message.
pub const MAX_TRANSPORT: usize = 1 + MAX_DATA + TAG_LEN;
/// Most messages with data in each direction of a session; a close mark may follow them. There is
/// no rekeying: a new handshake is one.
pub const MAX_MESSAGES: u64 = 1 << 32;

const DATA: u8 = 0;
const CLOSE: u8 = 1;

/// What a message holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Opened {
	/// Data, perhaps none.
	Data(Vec<u8>),
	/// The peer's close mark: it will send nothing more, and nothing was cut off before it.
	Closed,
}

/// One direction of a session.
struct Direction {
	key: SecretBytes<32>,
	/// Messages so far.
	count: u64,
	/// The close mark was sent or came.
	closed: bool,
}

impl Direction {
	fn new(key: SecretBytes<32>) -> Self {
		Self { key, count: 0, closed: false }
	}

	fn seal(&mut self, kind: u8, data: &[u8]) -> Vec<u8> {
		let mut message = Vec::with_capacity(MIN_TRANSPORT.saturating_add(data.len()));
		message.push(kind);
		message.extend_from_slice(data);
		symmetric::seal(&self.key, self.count, &[], &mut message);
		// The caller bounds the count by `MAX_MESSAGES`.
		self.count = self.count.saturating_add(1);
		message
	}

	fn open(&mut self, message: &[u8]) -> Result<Opened, TransportError> {
		if !(MIN_TRANSPORT..=MAX_TRANSPORT).contains(&message.len()) {
			return Err(TransportError::Length(message.len()));
		}
		let mut plain =
			symmetric::open(&self.key, self.count, &[], message).ok_or(TransportError::Decrypt)?;
		let exhausted = self.count >= MAX_MESSAGES;
		self.count = self.count.saturating_add(1);
		match plain.first() {
			Some(&DATA) if exhausted => Err(TransportError::Exhausted),
			Some(&DATA) => {
				plain.remove(0);
				Ok(Opened::Data(plain))
			}
			Some(&CLOSE) if plain.len() == 1 => {
				self.closed = true;
				Ok(Opened::Closed)
			}
			Some(&CLOSE) => Err(TransportError::Length(message.len())),
			Some(&kind) => Err(TransportError::Kind(kind)),
			None => Err(TransportError::Length(message.len())),
		}
	}
}

/// Both directions, while the session lives.
struct Live {
	sending: Direction,
	receiving: Direction,
}

/// An established session with a verified peer. Ends at [`Transport::valid_until`].
pub struct Transport {
	peer: Peer,
	valid_until: u64,
	binding: SecretBytes<32>,
	confirmed: bool,
	live: Option<Live>,
}

impl Transport {
	/// The session of a handshake with `transcript`; `own` is the epoch of the own key.
	pub(crate) fn new(
		role: Role,
		schedule: &Schedule,
		transcript: &Transcript,
		peer: Peer,
		own: &Epoch,
	) -> Self {
		let direction = |role| Direction::new(schedule.key(Use::Traffic(role), transcript));
		Self {
			valid_until: peer.epoch().accepted_until().min(own.accepted_until()),
			peer,
			binding: schedule.key(Use::Binding, transcript),
			confirmed: role == Role::Responder,
			live: Some(Live { sending: direction(role), receiving: direction(role.other()) }),
		}
	}

	/// Who is at the other end.
	pub fn peer(&self) -> &Peer {
		&self.peer
	}

	/// The Unix second at which the session ends: the earlier end, with grace, of both sides'
	/// epochs, the same on both sides. A revoked peer is out by then.
	pub fn valid_until(&self) -> u64 {
		self.valid_until
	}

	/// Whether the peer is known to have finished the handshake. The responder knows from the
	/// start; the initiator once it opened a message, so a protocol in which the initiator speaks
	/// first and must know should let the responder begin with an empty message.
	pub fn confirmed(&self) -> bool {
		self.confirmed
	}

	/// 32 secret bytes that both sides of this session share and no other session has: to bind what
	/// runs in it to it, or as a key of the application's own.
	pub fn binding(&self) -> &SecretBytes<32> {
		&self.binding
	}

	/// The session, if it has not ended before second `now`.
	fn live(&mut self, now: u64) -> Result<&mut Live, TransportError> {
		if self.live.is_some() && now >= self.valid_until {
			self.live = None;
			return Err(TransportError::Expired);
		}
		self.live.as_mut().ok_or(TransportError::Ended)
	}

	/// Encrypts up to [`MAX_DATA`] bytes, none of them allowed too, at Unix second `now`. Adds
	/// [`MIN_TRANSPORT`] bytes.
	pub fn seal(&mut self, data: &[u8], now: u64) -> Result<Vec<u8>, TransportError> {
		let sending = &mut self.live(now)?.sending;
		if sending.closed {
			return Err(TransportError::Closed);
		}
		if data.len() > MAX_DATA {
			return Err(TransportError::TooLong(data.len()));
		}
		if sending.count >= MAX_MESSAGES {
			return Err(TransportError::Exhausted);
		}
		Ok(sending.seal(DATA, data))
	}

	/// The close mark: nothing can be sealed after it, the peer's messages are still opened.
	pub fn close(&mut self, now: u64) -> Result<Vec<u8>, TransportError> {
		let sending = &mut self.live(now)?.sending;
		if sending.closed {
			return Err(TransportError::Closed);
		}
		sending.closed = true;
		Ok(sending.seal(CLOSE, &[]))
	}

	/// Opens the peer's next message at Unix second `now`. Any failure but
	/// [`TransportError::PeerClosed`] ends the session.
	pub fn open(&mut self, message: &[u8], now: u64) -> Result<Opened, TransportError> {
		let receiving = &mut self.live(now)?.receiving;
		if receiving.closed {
			return Err(TransportError::PeerClosed);
		}
		let opened = receiving.open(message);
		match &opened {
			Ok(_) => self.confirmed = true,
			Err(_) => self.live = None,
		}
		opened
	}
}

#[cfg(test)]
mod tests;
