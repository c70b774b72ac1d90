//! Why a method refuses: one code for each reason, and a message that says what to do.

use jsonrpsee::types::ErrorObjectOwned;
use std::fmt;

/// First code of this namespace. The SDK's own end below 9000.
const BASE: i32 = 9000;

/// Why a request of the `symbolon_` namespace was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
	/// More keys than one request may ask for.
	TooManyKeys {
		/// Keys in the request.
		given: usize,
		/// Keys allowed.
		limit: usize,
	},
	/// A key is longer than any storage key of this chain.
	KeyTooLong {
		/// Which key of the request, from 0.
		position: usize,
		/// Its bytes.
		given: usize,
		/// Bytes allowed.
		limit: usize,
	},
	/// The node has no block of this hash.
	UnknownBegin {
		/// The hash in the request.
		begin: String,
	},
	/// The block is known, but not in the finalized chain.
	NotFinalized {
		/// The hash in the request.
		begin: String,
		/// Number of that block.
		number: String,
		/// Number of the newest finalized block.
		finalized: String,
	},
	/// No block was finalized after genesis yet, so there is no state to prove.
	NothingFinalized,
	/// The node lacks justifications between `begin` and the newest finalized block.
	HistoryMissing {
		/// What the proof's builder said.
		reason: String,
	},
	/// The state of the block to prove is gone.
	StatePruned {
		/// Hash of that block.
		block: String,
	},
	/// A number that no serial has.
	NotASerial {
		/// The number in the request.
		given: u64,
		/// The first number that is no serial.
		limit: u64,
	},
	/// The node failed in a way that the request did not cause.
	Internal {
		/// What went wrong.
		reason: String,
	},
}

impl Error {
	/// The JSON-RPC error code. Codes never change their meaning.
	pub fn code(&self) -> i32 {
		BASE + match self {
			Self::TooManyKeys { .. } => 1,
			Self::KeyTooLong { .. } => 2,
			Self::UnknownBegin { .. } => 3,
			Self::NotFinalized { .. } => 4,
			Self::NothingFinalized => 5,
			Self::HistoryMissing { .. } => 6,
			Self::StatePruned { .. } => 7,
			Self::NotASerial { .. } => 8,
			Self::Internal { .. } => 99,
		}
	}
}

impl fmt::Display for Error {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::TooManyKeys { given, limit } => {
				write!(f, "at most {limit} keys in one request, got {given}; ask in parts")
			}
			Self::KeyTooLong { position, given, limit } => write!(
				f,
				"a storage key has at most {limit} bytes, key {position} has {given}; \
				 check that it is a raw key in hex"
			),
			Self::UnknownBegin { begin } => write!(
				f,
				"expected a block of this chain to begin with, {begin} is not known here; \
				 check that the node is synced and that its genesis is your anchor's"
			),
			Self::NotFinalized { begin, number, finalized } => write!(
				f,
				"expected a finalized block to begin with, {begin} (#{number}) is not in the \
				 finalized chain, which ends at #{finalized}; begin with an older block, or wait"
			),
			Self::NothingFinalized => write!(
				f,
				"no block is finalized after the one to begin with, so there is no state to prove \
				 yet; wait for the next blocks and ask again"
			),
			Self::HistoryMissing { reason } => write!(
				f,
				"this node does not have the justifications from the block to begin with \
				 ({reason}); ask a node that keeps them, or begin with a newer block"
			),
			Self::StatePruned { block } => write!(
				f,
				"the state of block {block} is no longer kept; ask again, \
				 and if that fails ask a node that is synced"
			),
			Self::NotASerial { given, limit } => {
				write!(f, "a serial is less than {limit} (2^40), got {given}")
			}
			Self::Internal { reason } => {
				write!(f, "the node could not build the proof: {reason}; see the node's log")
			}
		}
	}
}

impl std::error::Error for Error {}

impl From<Error> for ErrorObjectOwned {
	fn from(error: Error) -> Self {
		ErrorObjectOwned::owned(error.code(), error.to_string(), None::<()>)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	#[test]
	fn an_error_is_a_code_and_a_message() {
		let error = ErrorObjectOwned::from(Error::TooManyKeys { given: 513, limit: 512 });
		let expected = json!({
			"code": 9001,
			"message": "at most 512 keys in one request, got 513; ask in parts",
		});
		assert_eq!(serde_json::to_value(&error).unwrap(), expected);
	}

	#[test]
	fn codes_differ_and_stay() {
		let text = String::new;
		let codes = [
			Error::TooManyKeys { given: 0, limit: 0 },
			Error::KeyTooLong { position: 0, given: 0, limit: 0 },
			Error::UnknownBegin { begin: text() },
			Error::NotFinalized { begin: text(), number: text(), finalized: text() },
			Error::NothingFinalized,
			Error::HistoryMissing { reason: text() },
			Error::StatePruned { block: text() },
			Error::NotASerial { given: 0, limit: 0 },
			Error::Internal { reason: text() },
		]
		.map(|error| error.code());
		assert_eq!(codes, [9001, 9002, 9003, 9004, 9005, 9006, 9007, 9008, 9099]);
	}
}
