//! A recipient of sealed messages, and the headers that were sealed to it.

use crate::common::{identity, Master, EPOCH};
use std::sync::OnceLock;
use symbolon_crypto::{
	encryption::{OpeningKey, SealTarget, SealedHeader},
	extraction::{combine, IdentityKey, KeyRequest, KeyUse, Opening, TransportSecret},
	permit::Permit,
	signature::Verifier,
	Entropy, Serial,
};

/// The level of the recipient's permit.
const LEVEL: u8 = 7;
/// Bytes of one level in a header.
const LEVEL_LEN: usize = 33;

/// A header as it was sealed, and its message key with the nonce prefix.
pub struct Known {
	pub bytes: Vec<u8>,
	key: ([u8; 32], [u8; 7]),
}

/// Who opens, and all headers that it can open.
pub struct Recipient {
	key: OpeningKey,
	pub known: Vec<Known>,
}

/// The identity key of serial 77, and the permit of its epoch.
fn keys() -> (IdentityKey<Opening>, Permit) {
	let master = Master::demo();
	let Verifier { key_id, master: public, .. } = master.verifier;
	let serial = Serial::new(77).expect("it is small");
	let name = identity("pump-7@demo");
	let transport = TransportSecret::generate(Entropy::take(&mut [5; 32]));
	let request = KeyRequest { key_id, serial, identity: name.clone(), purpose: Opening::PURPOSE };
	let point = transport.point().decode().expect("it was just made");
	let partial = master.share.extract(&request, 1, &point, Entropy::take(&mut [3; 32]));
	let key = combine(&[partial], 1).expect("one is enough");
	let key = key.open::<Opening>(&key_id, serial, &name, &transport, &public);
	(key.expect("the key is right"), master.permit(EPOCH, serial.ancestor(LEVEL)))
}

impl Recipient {
	/// The one of all runs.
	pub fn fixed() -> &'static Self {
		static FIXED: OnceLock<Recipient> = OnceLock::new();
		FIXED.get_or_init(Self::new)
	}

	fn new() -> Self {
		let (key, permit) = keys();
		let (name, serial) = (key.identity(), key.serial());
		let now = SealTarget::with_permit(name, serial, &permit).expect("a permit of this serial");
		let later = SealTarget::at_all_levels(&permit.key_id(), name, serial, &EPOCH);
		let targets = [now, later.expect("the epoch is not empty")];
		let seal = |(number, target): (u8, &SealTarget)| {
			let entropy = Entropy::take(&mut [number; 32]);
			let (header, key) = target.seal(&Master::demo().verifier.master, entropy);
			Known { bytes: header.to_bytes(), key: (*key.key(), *key.nonce_prefix()) }
		};
		let known = (1..).zip(&targets).map(seal).collect();
		Self { key: OpeningKey::new(&key, &permit).expect("they belong together"), known }
	}

	/// Parses and opens a header. It must be the one encoding of what was parsed; and it opens only
	/// if all that its exponent is computed from is as it was sealed, and then to the same key.
	pub fn check(&self, bytes: &[u8]) {
		let Ok(header) = SealedHeader::from_bytes(bytes) else { return };
		assert_eq!(header.to_bytes(), bytes);
		assert!(header.epoch().length() > 0);
		let levels: Vec<u8> = header.levels().collect();
		assert!(!levels.is_empty() && levels.iter().all(|level| *level <= 40));
		assert!(levels.windows(2).all(|pair| pair[0] < pair[1]));
		let Ok(key) = self.key.open(&header) else {
			assert!(self.known.iter().all(|known| known.bytes != bytes));
			return;
		};
		let before_levels = bytes.len() - levels.len() * LEVEL_LEN - 1;
		let is_this = |known: &&Known| known.bytes.starts_with(&bytes[..before_levels]);
		let known = self.known.iter().find(is_this).expect("nobody sealed what was opened");
		assert_eq!((*key.key(), *key.nonce_prefix()), known.key);
	}
}
