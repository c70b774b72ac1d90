//! Why a handshake or a message is refused.
//!
//! These are for the local caller and its log. None of them is to be told to the peer: on the wire
//! every failure is the same silence.

use crate::{FIRST_LEN, MAX_DATA, MAX_SECOND, MAX_THIRD, MIN_SECOND, MIN_THIRD, SUITE};
use core::fmt;
use symbolon_crypto::{identity::EpochError, signature::SignatureError, Identity};

/// Why a handshake ended without a session.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HandshakeError {
	/// A message, by its number, is too short or too long.
	Length {
		/// 1, 2 or 3.
		message: u8,
		/// Its length in bytes.
		found: usize,
	},
	/// The initiator wants a suite that this library does not know.
	Suite(u8),
	/// The initiator is of another master key.
	KeyId,
	/// One's own signing key is of another master key than the verifier, or than the one with which
	/// this handshake began.
	OwnKey,
	/// One's own signing key is not of the present epoch.
	OwnEpoch(EpochError),
	/// The peer's ephemeral key is of low order: the shared secret would be zero.
	LowOrder,
	/// The peer's proof does not decrypt: changed on the way, of another session, or made by
	/// someone who does not hold the ephemeral secret.
	Decrypt,
	/// The peer's epoch, serial or signature is refused.
	Proof(SignatureError),
	/// The peer shows one's own name and serial: a handshake with oneself.
	Itself,
	/// The policy does not accept the name. It was not proved: nobody need hold it.
	NotAccepted(Identity),
	/// The peer's MAC does not hold for its name, role and this transcript.
	Mac,
}

impl From<SignatureError> for HandshakeError {
	fn from(error: SignatureError) -> Self {
		Self::Proof(error)
	}
}

impl fmt::Display for HandshakeError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Length { message, found } => {
				let (least, most) = match message {
					1 => (FIRST_LEN, FIRST_LEN),
					2 => (MIN_SECOND, MAX_SECOND),
					_ => (MIN_THIRD, MAX_THIRD),
				};
				write!(f, "handshake message {message} has {found} bytes, not {least} to {most}")
			}
			Self::Suite(suite) => {
				write!(f, "the peer wants suite {suite}, this library knows {SUITE}")
			}
			Self::KeyId => f.write_str("the peer belongs to another master key or chain"),
			Self::OwnKey => f.write_str(
				"own key and verifier are of different master keys: take both from one anchor",
			),
			Self::OwnEpoch(error) => {
				write!(f, "own signing key not usable now: {error}; refresh it, check the clock")
			}
			Self::LowOrder => f.write_str("the peer's ephemeral key is of low order"),
			Self::Decrypt => f.write_str(
				"the peer's proof does not decrypt: changed, of another session, or forged",
			),
			Self::Proof(error) => write!(f, "the peer's proof is refused: {error}"),
			Self::Itself => f.write_str("the peer shows the own name and serial"),
			Self::NotAccepted(identity) => {
				write!(f, "the policy does not accept {identity} (a name that was not proved)")
			}
			Self::Mac => f.write_str("the peer's name is not bound to this session"),
		}
	}
}

impl core::error::Error for HandshakeError {}

/// Why a message is not sealed or opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransportError {
	/// More than [`MAX_DATA`] bytes to seal. The session is unchanged.
	TooLong(usize),
	/// [`crate::MAX_MESSAGES`] messages went in this direction. When sealing, the session is
	/// unchanged and can still be closed; when opening, it ended.
	Exhausted,
	/// One's own close mark was sent: nothing may follow it. The session is unchanged.
	Closed,
	/// The peer's close mark came: nothing follows it. The session is unchanged.
	PeerClosed,
	/// The end of the session's time. Its keys are gone.
	Expired,
	/// A message from the peer of an impossible length. The session ended.
	Length(usize),
	/// A message that does not decrypt: changed, lost, repeated, out of order, or of another
	/// session or direction. The session ended.
	Decrypt,
	/// A message of a kind that this library does not know. The session ended.
	Kind(u8),
	/// The session had ended before, by one of the errors above.
	Ended,
}

impl fmt::Display for TransportError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::TooLong(found) => {
				write!(f, "{found} bytes in one message, at most {MAX_DATA}: cut it up")
			}
			Self::Exhausted => {
				f.write_str("no more messages in this session: make a new handshake")
			}
			Self::Closed => f.write_str("nothing can be sent after the close mark"),
			Self::PeerClosed => f.write_str("a message after the peer's close mark"),
			Self::Expired => {
				f.write_str("the session's epoch is over: make a new handshake with a fresh key")
			}
			Self::Length(found) => write!(f, "a message of {found} bytes: the session ended"),
			Self::Decrypt => f.write_str("a message does not decrypt: the session ended"),
			Self::Kind(kind) => write!(f, "a message of unknown kind {kind}: the session ended"),
			Self::Ended => f.write_str("the session has ended: make a new handshake"),
		}
	}
}

impl core::error::Error for TransportError {}
