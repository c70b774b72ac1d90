//! The calls of a node that clients make.
//!
//! What comes back is unproved bytes. Every wait is bounded, and a node that is away, hangs or
//! refuses gets a plain message.

mod http;

pub use http::HttpTransport;

use std::{future::Future, pin::Pin};
use symbolon_crypto::{G1Bytes, Serial};
use symbolon_primitives::{Account, BlockHash};
use thiserror::Error;

/// What a node's answer is waited for with.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, TransportError>> + Send + 'a>>;

/// Answer to `symbolon_prove`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProofBundle {
	/// A warp proof.
	pub warp: Vec<u8>,
	/// A compact storage proof, if keys were asked for and the warp proof is finished.
	pub storage: Option<Vec<u8>>,
}

/// Answer to `symbolon_permit`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PermitAnswer {
	/// Height of the subtree.
	pub level: u8,
	/// Index of the subtree.
	pub index: u64,
	/// The permit.
	pub permit: G1Bytes,
}

/// The runtime's versions, as extrinsics name them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RuntimeVersion {
	/// `spec_version`.
	pub spec: u32,
	/// `transaction_version`.
	pub transaction: u32,
}

/// A node, as far as clients need one. Tests put a lying one in its place.
pub trait Transport: Send + Sync {
	/// Who is asked, for messages.
	fn endpoint(&self) -> &str;

	/// `symbolon_prove`: finality from block `begin`, and the values of `keys`.
	fn prove<'a>(&'a self, begin: BlockHash, keys: &'a [Vec<u8>]) -> Pending<'a, ProofBundle>;

	/// `symbolon_permit`: the permit whose subtree holds `serial`, of epoch number `epoch`.
	fn permit(&self, serial: Serial, epoch: u64) -> Pending<'_, Option<PermitAnswer>>;

	/// `chain_getBlockHash(0)`.
	fn genesis_hash(&self) -> Pending<'_, BlockHash>;

	/// `state_getRuntimeVersion`.
	fn runtime_version(&self) -> Pending<'_, RuntimeVersion>;

	/// `system_accountNextIndex`: the nonce after those in the node's pool.
	fn next_nonce<'a>(&'a self, account: &'a Account) -> Pending<'a, u32>;

	/// `author_submitExtrinsic`; answers its hash.
	fn submit<'a>(&'a self, extrinsic: &'a [u8]) -> Pending<'a, BlockHash>;
}

/// Why a node gave no answer.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum TransportError {
	/// The address is no address.
	#[error(
		"expected the address of a node such as http://127.0.0.1:9944, got {address}: {reason}"
	)]
	Address {
		/// What was given.
		address: String,
		/// What is wrong with it.
		reason: String,
	},
	/// Nobody answers there.
	#[error(
		"no node answers at {endpoint} ({reason}); check that it runs and the address is right"
	)]
	Down {
		/// Who was asked.
		endpoint: String,
		/// What the system said.
		reason: String,
	},
	/// No answer in time.
	#[error(
		"the node at {endpoint} did not answer within {seconds} s; it hangs or the network does: \
		 try again, or another node"
	)]
	Hanging {
		/// Who was asked.
		endpoint: String,
		/// How long was waited.
		seconds: u64,
	},
	/// The node refused the call.
	#[error("the node at {endpoint} refused ({code}): {message}")]
	Rejected {
		/// Who was asked.
		endpoint: String,
		/// Its JSON-RPC code.
		code: i32,
		/// Its words.
		message: String,
	},
	/// Somebody answers, not as a node does.
	#[error(
		"what answers at {endpoint} is no node ({reason}): expected JSON-RPC 2.0 over HTTP; check \
		 the address"
	)]
	NotRpc {
		/// Who was asked.
		endpoint: String,
		/// What came instead.
		reason: String,
	},
	/// The answer is not of the form expected.
	#[error(
		"the node at {endpoint} answered what is no answer to {method}: {reason}; ask another"
	)]
	Malformed {
		/// Who was asked.
		endpoint: String,
		/// What was asked.
		method: &'static str,
		/// What is wrong with the answer.
		reason: String,
	},
}

impl TransportError {
	/// A short name that scripts can compare.
	pub const fn kind(&self) -> &'static str {
		match self {
			Self::Address { .. } => "bad-address",
			Self::Down { .. } => "node-down",
			Self::Hanging { .. } => "node-hangs",
			Self::Rejected { .. } => "node-refused",
			Self::NotRpc { .. } => "not-a-node",
			Self::Malformed { .. } => "malformed-answer",
		}
	}

	/// Whether no node said anything: nobody is there, it hangs, or it is no node.
	pub const fn is_silence(&self) -> bool {
		matches!(self, Self::Down { .. } | Self::Hanging { .. } | Self::NotRpc { .. })
	}
}

/// Most characters of a node's own words that a message repeats.
const MAX_WORDS: usize = 200;

/// A node's own words, fit to be shown: short, on one line, without what moves a terminal's cursor
/// or turns its text around.
fn words(text: &str) -> String {
	let turns = |c: char| matches!(c, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
	let mut shown: String = text
		.chars()
		.take(MAX_WORDS)
		.map(|c| if c.is_control() || turns(c) { '\u{fffd}' } else { c })
		.collect();
	if text.chars().nth(MAX_WORDS).is_some() {
		shown.push_str("...");
	}
	shown
}

/// An address without the user and password that it may hold.
fn without_password(address: &str) -> String {
	let (scheme, rest) = match address.split_once("://") {
		Some((scheme, rest)) => (format!("{scheme}://"), rest),
		None => (String::new(), address),
	};
	let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
	let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
	let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
	format!("{scheme}{host}{path}")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn words_of_nodes_are_short_and_harmless() {
		assert_eq!(words("plain"), "plain");
		assert_eq!(words("a\u{1b}[2J\nb\u{202e}c"), "a\u{fffd}[2J\u{fffd}b\u{fffd}c");
		let long = words(&"\u{e9}".repeat(5_000));
		assert_eq!(long.chars().count(), MAX_WORDS + 3);
		assert_eq!(words(&"x".repeat(MAX_WORDS)), "x".repeat(MAX_WORDS));
	}

	#[test]
	fn passwords_are_not_repeated() {
		for (address, shown) in [
			("http://me:secret@host:9944/path", "http://host:9944/path"),
			("http://me:se@cret@host", "http://host"),
			("me:secret@host", "host"),
			("http://host/a@b", "http://host/a@b"),
			("", ""),
		] {
			assert_eq!(without_password(address), shown);
		}
	}
}
