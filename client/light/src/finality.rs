//! Finality by GRANDPA warp proof.
//!
//! A warp proof is `SCALE(Vec<(Header, GrandpaJustification)>, finished: bool)`: one fragment per
//! set handoff after the block the client asked from, and the newest finalized block last. Each
//! fragment is checked against the set that the fragments before it, or the trusted [`Base`],
//! established.
//!
//! Sources: GRANDPA (Stewart, Kokoris-Kogia, arXiv 2007.01560); the documentation of
//! `finality-grandpa` 0.16 and `sp-consensus-grandpa` 31.

mod error;
mod handoff;
mod header;
mod justification;
mod set;

pub use error::{FinalityError, FragmentFault};
pub use header::{FinalizedHeader, Header};
pub use set::{Base, SetError, Voter, MAX_VOTERS};

use codec::{Compact, Decode, Encode};
use handoff::next_set;
use sp_consensus_grandpa::GrandpaJustification;

/// Longest warp proof that is looked at, in bytes: the 8 MiB at which nodes stop, and the
/// fragment in hand when they do.
pub const MAX_WARP_PROOF: usize = (8 << 20) + MAX_FRAGMENT;
/// Longest fragment, in bytes. A handoff between two sets of [`MAX_VOTERS`] takes about 210 kB,
/// and each header between the votes' targets some 300 B.
pub const MAX_FRAGMENT: usize = 1 << 20;
/// Most fragments in one proof: above what 8 MiB can hold of real ones (about 600 B each).
pub const MAX_FRAGMENTS: u32 = 16_384;

/// What a warp proof proved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FinalizedChain {
	/// The proof reaches what the server calls its newest finalized block. The block is finalized
	/// for certain; that nothing newer exists is the server's word.
	Newest {
		/// The finalized block.
		header: FinalizedHeader,
		/// To ask from, and to verify with, the next time: the last set handoff up to `header`.
		base: Base,
	},
	/// The server cut the proof short. Ask again from `base`, which is above the base given.
	Continue {
		/// The last set handoff that was proved.
		base: Base,
	},
}

impl FinalizedChain {
	/// The base to store, whatever the outcome.
	pub const fn base(&self) -> &Base {
		match self {
			Self::Newest { base, .. } | Self::Continue { base } => base,
		}
	}
}

type Fragment = (Header, GrandpaJustification<Header>);

/// Verifies a warp proof that was generated from the block of `base`.
///
/// `base` must be genesis or a block that hands over to another set, since nodes generate proofs
/// from those; store the base that comes back and use it the next time.
///
/// Numbers rise from `base` on; the one exception is a proof that consists of the block of `base`
/// itself, which nodes send when nothing newer is finalized. That block is trusted already, so
/// its justification (of the set before) is not looked at.
///
/// # Errors
///
/// [`FinalityError`]; nothing of a refused proof may be used. If
/// [`FinalityError::is_halt`], the chain itself took a step that no proof from this base can
/// follow, and only another anchor helps.
pub fn verify_warp_proof(base: &Base, warp: &[u8]) -> Result<FinalizedChain, FinalityError> {
	if warp.len() > MAX_WARP_PROOF {
		return Err(FinalityError::TooLarge);
	}
	base.check().map_err(FinalityError::Base)?;
	let (flag, mut input) = warp.split_last().ok_or(FinalityError::Encoding)?;
	let finished = match flag {
		0 => false,
		1 => true,
		_ => return Err(FinalityError::Encoding),
	};
	let count = Compact::<u32>::decode(&mut input).map_err(|_| FinalityError::Encoding)?.0;
	if count > MAX_FRAGMENTS {
		return Err(FinalityError::TooLarge);
	}
	if count == 0 {
		return Err(FinalityError::NothingProved);
	}
	let mut walk = Walk { base: base.clone(), newest: None };
	for index in 0..count {
		let at = |fault| FinalityError::Fragment { index, fault };
		let fragment = take_fragment(&mut input).map_err(at)?;
		if count == 1 && finished && fragment.0.hash().0 == base.hash {
			walk.newest = Some(FinalizedHeader::of_base(base, &fragment.0.encode())?);
		} else {
			let may_lack_handoff = finished && index.checked_add(1) == Some(count);
			walk.step(fragment, may_lack_handoff).map_err(at)?;
		}
	}
	if !input.is_empty() {
		return Err(FinalityError::Encoding);
	}
	match walk.newest {
		Some(header) if finished => Ok(FinalizedChain::Newest { header, base: walk.base }),
		_ => Ok(FinalizedChain::Continue { base: walk.base }),
	}
}

/// Fragments are decoded one by one, so that hostile input cannot claim more memory than a
/// fragment's worth.
fn take_fragment(input: &mut &[u8]) -> Result<Fragment, FragmentFault> {
	let clipped = input.len() > MAX_FRAGMENT;
	let window = input.get(..MAX_FRAGMENT).unwrap_or(input);
	let mut rest = window;
	let fragment = Fragment::decode(&mut rest).map_err(|_| {
		if clipped {
			FragmentFault::TooLarge
		} else {
			FragmentFault::Encoding
		}
	})?;
	let used = window.len().saturating_sub(rest.len());
	*input = input.get(used..).ok_or(FragmentFault::Encoding)?;
	Ok(fragment)
}

/// The state between two fragments.
struct Walk {
	base: Base,
	newest: Option<FinalizedHeader>,
}

impl Walk {
	fn step(
		&mut self,
		(header, justification): Fragment,
		may_lack_handoff: bool,
	) -> Result<(), FragmentFault> {
		// Every fragment but the last moves the base, so the base is always the block before.
		if header.number <= self.base.number {
			return Err(FragmentFault::NumberNotRising);
		}
		let hash = header.hash();
		justification::verify(&justification, (hash, header.number), &self.base)?;
		// Only now: what an unfinalized header says about sets must not halt a client.
		match next_set(&header)? {
			Some(set) => {
				let set_id = self.base.set_id.checked_add(1).ok_or(FragmentFault::SetId)?;
				self.base = Base { number: header.number, hash: hash.0, set_id, set };
			}
			None if may_lack_handoff => {}
			None => return Err(FragmentFault::MissingHandoff),
		}
		self.newest = Some(FinalizedHeader::new(header, hash.0));
		Ok(())
	}
}
