//! Holders of secrets cannot be printed, copied or encoded by accident. Checked by the compiler:
//! if one of them had the trait, the name below would be ambiguous and this file not compile.

use core::fmt::{Debug, Display};
use symbolon_crypto::{
	ceremony::{confirm::SecretShare, judge::OpenedShare, register::CeremonySecret},
	encryption::{MessageKey, OpeningKey},
	extraction::{IdentityKey, Opening, Signing, TransportSecret},
	signature::SigningKey,
	Entropy, SecretBytes,
};

macro_rules! assert_lacks {
	($($holder:ty),+ $(,)?) => {
		$(
			assert_lacks!(@ $holder, Debug);
			assert_lacks!(@ $holder, Display);
			assert_lacks!(@ $holder, Clone);
			assert_lacks!(@ $holder, Copy);
			assert_lacks!(@ $holder, PartialEq);
			assert_lacks!(@ $holder, codec::Encode);
			assert_lacks!(@ $holder, AsRef<[u8]>);
		)+
	};
	(@ $holder:ty, $bound:path) => {
		const _: fn() = || {
			trait Ambiguous<A> {
				fn item() {}
			}
			struct HasIt;
			impl<T: ?Sized> Ambiguous<()> for T {}
			impl<T: ?Sized + $bound> Ambiguous<HasIt> for T {}
			let _ = <$holder as Ambiguous<_>>::item;
		};
	};
}

assert_lacks!(
	CeremonySecret,
	Entropy,
	IdentityKey<Opening>,
	IdentityKey<Signing>,
	MessageKey,
	OpenedShare,
	OpeningKey,
	SecretBytes<32>,
	SecretBytes<48>,
	SecretShare,
	SigningKey,
	TransportSecret,
);

#[test]
fn taking_a_secret_wipes_the_callers_copy() {
	let mut bytes = [7; 32];
	let secret = SecretBytes::take(&mut bytes);
	assert_eq!(bytes, [0; 32]);
	assert_eq!(secret.expose(), &[7; 32]);
	let mut bytes = [7; 32];
	let _entropy = Entropy::take(&mut bytes);
	assert_eq!(bytes, [0; 32]);
}
