//! The ceremony that makes a master key which exists nowhere.
//!
//! Joint-Feldman sharing with encrypted shares and public complaints, in the shape of EthDKG
//! (Schindler, Judmayer, Stifter, Weippl, ePrint 2019/985); a chain is the broadcast channel.
//!
//! 1. [`register`]: member `j` publishes a fresh `E_j = x_j·g1` with a proof of possession.
//! 2. [`deal`]: dealer `i` publishes `A_k = a_k·g2` of its polynomial `f`, and for each registered
//!    `j` the masked share `z_ij = f(j) + pad(ρ·E_j)`, with proofs that `c = ρ·g1` is its own and
//!    that it knows `a_0`.
//! 3. [`judge`]: member `j` opens its shares; against a wrong one it shows `K = x_j·c` with a
//!    proof, and anyone can tell who lied.
//! 4. [`confirm`]: with QUAL the dealers left, `P = Σ A_i0`, `P_j = Σ_k j^k Σ_i A_ik`; member
//!    `j` proves knowledge of `s_j = Σ f_i(j)`.
//!
//! Assumption: discrete logarithm and DDH in G1, random oracles, at most `t - 1` members corrupt
//! and at least one honest dealer in QUAL. A rushing dealer can bias `P`, which is harmless here;
//! `P` is no beacon. The proof of knowledge of `a_0` is essential: without it a rogue dealer
//! fixes `P`.

pub mod confirm;
pub mod deal;
pub mod judge;
pub mod register;

use crate::{
	curve::{DecodeError, G2Bytes},
	hash::sha256,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

/// Most members of a committee that the encodings allow.
pub const MAX_MEMBERS: u16 = 100;

/// What a ceremony makes.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum CeremonyKind {
	/// A new master key.
	#[codec(index = 0)]
	Genesis,
	/// New shares of the same key for a new committee.
	#[codec(index = 1)]
	Reshare,
	/// New shares of the same key for the same committee.
	#[codec(index = 2)]
	Refresh,
}

/// Everything that a ceremony's identifier binds.
#[derive(Clone, PartialEq, Eq, Debug, Encode)]
pub struct CeremonyTerms {
	/// Hash of the chain's genesis block.
	pub genesis_hash: [u8; 32],
	/// Number of the master key that is made or kept.
	pub key_no: u32,
	/// Number of the ceremony on its chain; never used again.
	pub ceremony_no: u32,
	/// What it makes.
	pub kind: CeremonyKind,
	/// Share version that deals; 0 in Genesis.
	pub old_share_version: u32,
	/// Share version that results.
	pub new_share_version: u32,
	/// `P` and `[P_i]` of the old share version; none in Genesis.
	pub old: Option<(G2Bytes, Vec<G2Bytes>)>,
	/// Accounts of the members, in index order.
	pub members: Vec<[u8; 32]>,
	/// Threshold of the old share version; 0 in Genesis.
	pub threshold_old: u16,
	/// Threshold of the new share version.
	pub threshold: u16,
}

/// Identifies a ceremony in every proof made for it (`sid` in the specification).
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Hash,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct CeremonyId(pub [u8; 32]);

impl CeremonyTerms {
	/// `SHA-256(SCALE("symbolon-ceremony", all fields in order))`.
	pub fn id(&self) -> CeremonyId {
		CeremonyId(sha256(&("symbolon-ceremony", self).encode()))
	}
}

/// What is wrong with a message of a ceremony.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum CeremonyError {
	/// A field does not decode.
	Encoding(DecodeError),
	/// A proof does not hold for this sender, ceremony and statement.
	Proof,
	/// Not exactly as many commitments as the threshold.
	CommitmentCount,
	/// Not exactly one share for each registered member.
	ShareCount,
	/// Indices that do not rise.
	Order,
	/// The member or dealer has no part in this.
	Stranger,
	/// Fewer qualified dealers than the threshold: they may all be in league, and know the key.
	TooFewDealers,
}

impl From<DecodeError> for CeremonyError {
	fn from(error: DecodeError) -> Self {
		Self::Encoding(error)
	}
}

impl fmt::Display for CeremonyError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Encoding(error) => error.fmt(f),
			Self::Proof => f.write_str("the proof does not hold"),
			Self::CommitmentCount => f.write_str("not as many commitments as the threshold"),
			Self::ShareCount => f.write_str("not one share for each registered member"),
			Self::Order => f.write_str("indices that do not rise"),
			Self::Stranger => f.write_str("the index has no part in this ceremony"),
			Self::TooFewDealers => f.write_str("fewer qualified dealers than the threshold"),
		}
	}
}

impl core::error::Error for CeremonyError {}
