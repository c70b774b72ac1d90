//! Why a warp proof is refused.

use super::set::SetError;
use core::fmt;

/// Why a warp proof is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FinalityError {
	/// Longer than [`MAX_WARP_PROOF`](super::MAX_WARP_PROOF), or more than
	/// [`MAX_FRAGMENTS`](super::MAX_FRAGMENTS) fragments.
	TooLarge,
	/// Not the encoding of a warp proof, or bytes left over.
	Encoding,
	/// The trusted base has a set that cannot finalize.
	Base(SetError),
	/// The bytes are not the header of the base.
	BaseHeader,
	/// The proof is empty: the server knows nothing finalized after the base. With the header of
	/// the base block, [`FinalizedHeader::of_base`](super::FinalizedHeader::of_base) reads there.
	NothingProved,
	/// A fragment is refused.
	Fragment {
		/// Which one, from 0.
		index: u32,
		/// Why.
		fault: FragmentFault,
	},
}

impl FinalityError {
	/// Whether the chain itself finalized a step that no proof from this base can follow (a
	/// forced set change, for instance). Another server cannot help: the client must stop and be
	/// given another anchor.
	pub const fn is_halt(&self) -> bool {
		match self {
			Self::Fragment { fault, .. } => fault.is_halt(),
			_ => false,
		}
	}
}

/// Why a fragment of a warp proof is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FragmentFault {
	/// Does not decode.
	Encoding,
	/// Longer than [`MAX_FRAGMENT`](super::MAX_FRAGMENT).
	TooLarge,
	/// The block is not above the one before it or the base.
	NumberNotRising,
	/// The justification is for another block than the header.
	TargetMismatch,
	/// More than two votes of a member of the set.
	TooManyVotes,
	/// More headers between the votes' targets than are looked at.
	TooManyAncestors,
	/// A vote by a key that is not in the set.
	NotInSet,
	/// A vote whose signature is wrong.
	Signature,
	/// A vote signed for the set before.
	OutdatedSet,
	/// A vote's target does not lead down to the lowest target.
	AncestryMissing,
	/// A header that no vote needs, or the same one twice.
	AncestryUnused,
	/// A vote names another number than its target has.
	AncestryNumber,
	/// The votes do not finalize the block: too little weight, or weight for another block.
	NotFinal,
	/// Only the last block of a finished proof may come without a set handoff.
	MissingHandoff,
	/// The chain forced a set change, which finality cannot prove.
	ForcedChange,
	/// More than one set change in a block.
	SeveralChanges,
	/// A set change that is to come into force later.
	DelayedChange,
	/// A digest item of GRANDPA's that does not decode.
	UnknownChange,
	/// The set handed over to cannot finalize.
	NextSet(SetError),
	/// No set numbers are left.
	SetId,
}

impl FragmentFault {
	const fn is_halt(&self) -> bool {
		// Looked at only once the header was proved final, so no server can make these up.
		matches!(
			self,
			Self::ForcedChange
				| Self::SeveralChanges
				| Self::DelayedChange
				| Self::UnknownChange
				| Self::NextSet(_)
				| Self::SetId
		)
	}
}

impl fmt::Display for FragmentFault {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Encoding => "it does not decode",
			Self::TooLarge => "it is too long",
			Self::NumberNotRising => "its block is not above the one before",
			Self::TargetMismatch => "its justification is for another block",
			Self::TooManyVotes => "it has more than two votes of a member",
			Self::TooManyAncestors => "it has too many headers between the votes",
			Self::NotInSet => "it has a vote of a stranger to the set",
			Self::Signature => "it has a wrong signature",
			Self::OutdatedSet => "it has a vote of the set before",
			Self::AncestryMissing => "a header between the votes is missing",
			Self::AncestryUnused => "it has a header that no vote needs",
			Self::AncestryNumber => "a vote names a wrong block number",
			Self::NotFinal => "its votes do not finalize its block",
			Self::MissingHandoff => "a set handoff is missing",
			Self::ForcedChange => "the chain forced a change of the finality set",
			Self::SeveralChanges => "the block changes the finality set more than once",
			Self::DelayedChange => "the block announces a delayed change of the finality set",
			Self::UnknownChange => "the block has a finality item of unknown form",
			Self::NextSet(error) => {
				return write!(f, "the next finality set is not usable: {error}")
			}
			Self::SetId => "no more set numbers are left",
		})
	}
}

impl fmt::Display for FinalityError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::TooLarge => f.write_str("the warp proof is too long"),
			Self::Encoding => f.write_str("not a warp proof"),
			Self::Base(error) => write!(f, "the base is not usable: {error}"),
			Self::BaseHeader => f.write_str("not the header of the base block"),
			Self::NothingProved => f.write_str("nothing newer than the base is finalized"),
			Self::Fragment { index, fault } => {
				write!(f, "part {index} of the warp proof is refused: {fault}")
			}
		}
	}
}

impl core::error::Error for FragmentFault {}
impl core::error::Error for FinalityError {}
