//! Holders of secrets: boxed, so that a move leaves no copy behind; zeroized on drop; without
//! `Debug`, `Clone` or `Copy`.

use alloc::boxed::Box;
use zeroize::Zeroize;

/// A secret value on the heap, zeroized on drop.
pub(crate) struct Secret<T: Zeroize>(Box<T>);

impl<T: Zeroize> Secret<T> {
	pub fn new(value: T) -> Self {
		Self(Box::new(value))
	}

	/// Takes over a `Copy` value and wipes the caller's copy.
	pub fn take(value: &mut T) -> Self
	where
		T: Copy,
	{
		let secret = Self::new(*value);
		value.zeroize();
		secret
	}

	pub fn expose(&self) -> &T {
		&self.0
	}
}

impl<T: Zeroize> Drop for Secret<T> {
	fn drop(&mut self) {
		(*self.0).zeroize();
	}
}

/// Secret bytes for storage at rest, `N` of them, zeroized on drop.
pub struct SecretBytes<const N: usize>(Secret<[u8; N]>);

impl<const N: usize> SecretBytes<N> {
	/// Takes over `bytes` and wipes the caller's copy.
	pub fn take(bytes: &mut [u8; N]) -> Self {
		Self(Secret::take(bytes))
	}

	/// The bytes, for as long as they are borrowed.
	pub fn expose(&self) -> &[u8; N] {
		self.0.expose()
	}
}

impl<const N: usize> From<Secret<[u8; N]>> for SecretBytes<N> {
	fn from(secret: Secret<[u8; N]>) -> Self {
		Self(secret)
	}
}

/// 32 bytes from the caller's cryptographic random number generator, used once.
///
/// Every use hashes them together with the secret and the whole statement (hedging), so that a
/// repeated or weak value alone reveals nothing.
pub struct Entropy(SecretBytes<32>);

impl Entropy {
	/// Takes over `bytes` and wipes the caller's copy.
	pub fn take(bytes: &mut [u8; 32]) -> Self {
		Self(SecretBytes::take(bytes))
	}

	pub(crate) fn expose(&self) -> &[u8; 32] {
		self.0.expose()
	}
}
