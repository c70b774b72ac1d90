//! Holders of secrets cannot be printed, copied, compared or encoded by accident. Checked by the
//! compiler: if one of them had the trait, the name below would be ambiguous and this file not
//! compile.

use core::fmt::{Debug, Display};
use symbolon_sigma::{Initiator, Randomness, Responder, Transport, RANDOMNESS_LEN};

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

assert_lacks!(Initiator, Randomness, Responder, Transport);

#[test]
fn taking_randomness_wipes_the_callers_copy() {
	let mut bytes = [7; RANDOMNESS_LEN];
	let _randomness = Randomness::take(&mut bytes);
	assert_eq!(bytes, [0; RANDOMNESS_LEN]);
}

#[test]
fn sessions_can_move_between_threads() {
	fn moves<T: Send + Sync + 'static>() {}
	moves::<Initiator>();
	moves::<Responder>();
	moves::<Transport>();
}
