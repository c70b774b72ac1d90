//! Subtrees of the serials, and the complete-subtree cover (Naor, Naor, Lotspiech,
//! "Revocation and Tracing Schemes for Stateless Receivers", CRYPTO 2001, §3.1).
//!
//! Serials are the leaves of a binary tree of height 40. Subtree (level `l`, index `k`) holds
//! serials `k·2^l .. (k+1)·2^l`. The cover of a set of revoked subtrees is the set of the maximal
//! subtrees that hold no revoked serial, by ascending first serial: a pure function of the set.
//! A revoked serial lies under no subtree of the cover; every other serial under exactly one.

use crate::identity::{Serial, TREE_HEIGHT};
use codec::{Decode, DecodeWithMemTracking, Encode, Error as CodecError, Input, MaxEncodedLen};
use core::iter::Peekable;
use scale_info::TypeInfo;

/// A subtree of the serials. Always well-formed: level at most 40, index below `2^(40-level)`.
#[derive(
	Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Encode, MaxEncodedLen, TypeInfo,
)]
pub struct Subtree {
	level: u8,
	index: u64,
}

impl Subtree {
	/// The tree of all serials.
	pub const ROOT: Self = Self { level: TREE_HEIGHT, index: 0 };

	/// The subtree, if there is one of that name.
	pub const fn new(level: u8, index: u64) -> Option<Self> {
		// The level is checked before it is used as a shift.
		if level <= TREE_HEIGHT && index < Serial::END >> level {
			Some(Self { level, index })
		} else {
			None
		}
	}

	/// The single serial as a subtree.
	pub const fn leaf(serial: Serial) -> Self {
		Self { level: 0, index: serial.get() }
	}

	/// The subtree of height `level` over `serial`; the root for levels over 40.
	pub const fn above(serial: Serial, level: u8) -> Self {
		if level >= TREE_HEIGHT {
			Self::ROOT
		} else {
			Self { level, index: serial.get() >> level }
		}
	}

	/// Height: 0 for a single serial, 40 for all.
	pub const fn level(&self) -> u8 {
		self.level
	}

	/// Position among the subtrees of the same height.
	pub const fn index(&self) -> u64 {
		self.index
	}

	/// The first serial in it.
	pub const fn first(&self) -> u64 {
		self.index << self.level
	}

	/// The first serial after it (at most `2^40`).
	pub const fn end(&self) -> u64 {
		(self.index + 1) << self.level
	}

	/// Whether `serial` lies in it.
	pub const fn holds(&self, serial: Serial) -> bool {
		serial.get() >> self.level == self.index
	}
}

impl Decode for Subtree {
	fn decode<I: Input>(input: &mut I) -> Result<Self, CodecError> {
		let (level, index) = <(u8, u64)>::decode(input)?;
		Self::new(level, index).ok_or_else(|| CodecError::from("no such subtree"))
	}
}

impl DecodeWithMemTracking for Subtree {}

/// The cover of `revoked`, which must come by ascending first serial; of two with the same
/// first serial, the larger first. Nested and repeated subtrees are allowed.
pub fn cover<I: IntoIterator<Item = Subtree>>(revoked: I) -> Cover<I::IntoIter> {
	Cover { revoked: revoked.into_iter().peekable(), position: 0 }
}

/// Iterator over a cover; see [`cover`].
pub struct Cover<I: Iterator<Item = Subtree>> {
	revoked: Peekable<I>,
	/// All serials below it are either covered or revoked.
	position: u64,
}

impl<I: Iterator<Item = Subtree>> Iterator for Cover<I> {
	type Item = Subtree;

	fn next(&mut self) -> Option<Subtree> {
		// Step over revoked subtrees that begin here, or lie inside one stepped over before.
		while let Some(next) = self.revoked.peek() {
			if next.first() > self.position {
				break;
			}
			self.position = self.position.max(next.end());
			self.revoked.next();
		}
		let gap_end = self.revoked.peek().map_or(Serial::END, Subtree::first);
		if self.position >= gap_end {
			return None;
		}
		// The largest aligned subtree that starts here and ends within the gap is maximal: its
		// parent either starts before the gap or ends after it.
		let alignment = self.position.trailing_zeros().min(u32::from(TREE_HEIGHT));
		let fit = (gap_end - self.position).ilog2();
		let level = alignment.min(fit) as u8;
		let subtree = Subtree { level, index: self.position >> level };
		self.position = subtree.end();
		Some(subtree)
	}
}
