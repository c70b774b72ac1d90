//! The wrapper of everything that was proved.

/// A value that was proved, and the finalized block it was proved at.
///
/// Only this crate makes one, from a [`FinalizedHeader`](crate::FinalizedHeader). What is derived
/// from the value by [`map`](Self::map) stays tied to the block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Verified<T> {
	value: T,
	number: u32,
	hash: [u8; 32],
}

impl<T> Verified<T> {
	pub(crate) const fn new(value: T, number: u32, hash: [u8; 32]) -> Self {
		Self { value, number, hash }
	}

	/// The value.
	pub const fn get(&self) -> &T {
		&self.value
	}

	/// The value, no longer tied to its block.
	pub fn into_inner(self) -> T {
		self.value
	}

	/// Number of the block at which the value was proved.
	pub const fn block_number(&self) -> u32 {
		self.number
	}

	/// Hash of the block at which the value was proved.
	pub const fn block_hash(&self) -> &[u8; 32] {
		&self.hash
	}

	/// What `f` makes of the value, proved at the same block.
	pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Verified<U> {
		Verified::new(f(self.value), self.number, self.hash)
	}

	/// As [`map`](Self::map), for an `f` that can fail.
	pub fn try_map<U, E>(self, f: impl FnOnce(T) -> Result<U, E>) -> Result<Verified<U>, E> {
		Ok(Verified::new(f(self.value)?, self.number, self.hash))
	}
}

impl<T> Verified<Option<T>> {
	/// The proved value if the chain holds one; `None` if its absence was proved.
	pub fn transpose(self) -> Option<Verified<T>> {
		let Self { value, number, hash } = self;
		value.map(|value| Verified::new(value, number, hash))
	}
}
