//! Master keys, devices and handshakes, all from fixed values. Shared with the fuzz targets.

use std::sync::OnceLock;
use symbolon_crypto::{
	ceremony::confirm::SecretShare,
	cover::Subtree,
	extraction::{combine, KeyRequest, KeyUse, Signing, TransportSecret},
	hash::sha256,
	identity::EpochPolicy,
	permit::{Chunk, Permit},
	signature::{SigningKey, Verifier},
	Entropy, Epoch, Identity, KeyId, MemberIndex, SecretBytes, Serial,
};
use symbolon_sigma::{
	Accept, HandshakeError, Initiator, Party, Randomness, Responder, Transport, RANDOMNESS_LEN,
};

/// An hour: skew 30 s, grace 60 s.
pub const EPOCH: Epoch = Epoch { number: 500, start: 1_800_000_000, end: 1_800_003_600 };
pub const NEXT: Epoch = Epoch { number: 501, start: EPOCH.end, end: EPOCH.end + 3_600 };
pub const NOW: u64 = EPOCH.start + 1_000;
const POLICY: EpochPolicy = EpochPolicy { max_epoch: 7 * 86_400, skew: 30 };

pub fn identity(text: &str) -> Identity {
	text.parse().unwrap()
}

/// Values that stand for fresh ones: equal labels, equal values.
pub fn raw_randomness(label: &str) -> [u8; RANDOMNESS_LEN] {
	let mut bytes = [0; RANDOMNESS_LEN];
	for (part, chunk) in bytes.chunks_exact_mut(32).enumerate() {
		chunk.copy_from_slice(&sha256(format!("{label} {part}").as_bytes()));
	}
	bytes
}

pub fn randomness(label: &str) -> Randomness {
	Randomness::take(&mut raw_randomness(label))
}

/// A master key that one member holds whole.
pub struct Master {
	pub share: SecretShare,
	pub verifier: Verifier,
}

impl Master {
	pub fn new(secret: u8) -> Self {
		let mut bytes = [0; 32];
		bytes[31] = secret;
		let member = MemberIndex::new(1).unwrap();
		let share = SecretShare::from_bytes(member, &SecretBytes::take(&mut bytes)).unwrap();
		let master = share.verification_key();
		let key_id = KeyId::derive(&[7; 32], 0, &master.encode());
		Self { share, verifier: Verifier { key_id, master, policy: POLICY } }
	}

	/// The one that most tests use.
	pub fn demo() -> &'static Self {
		static DEMO: OnceLock<Master> = OnceLock::new();
		DEMO.get_or_init(|| Self::new(101))
	}

	pub fn key(&self, name: &str, serial: u64, epoch: Epoch, level: u8) -> SigningKey {
		let Verifier { key_id, master, .. } = self.verifier;
		let (identity, serial) = (identity(name), Serial::new(serial).unwrap());
		let transport = TransportSecret::generate(Entropy::take(&mut sha256(name.as_bytes())));
		let purpose = Signing::PURPOSE;
		let request = KeyRequest { key_id, serial, identity: identity.clone(), purpose };
		let point = transport.point().decode().unwrap();
		let partial = self.share.extract(&request, 1, &point, Entropy::take(&mut [3; 32]));
		let key = combine(&[partial], 1).unwrap();
		let key =
			key.open::<Signing>(&key_id, serial, &identity, &transport, &master).ok().unwrap();
		let subtree = serial.ancestor(level);
		SigningKey::new(&key, &self.permit(epoch, subtree)).unwrap()
	}

	pub fn permit(&self, epoch: Epoch, subtree: Subtree) -> Permit {
		let Verifier { key_id, master, .. } = self.verifier;
		let chunk = Chunk { key_id: &key_id, epoch: &epoch, first: 0, subtrees: &[subtree] };
		let point = self.share.permit_shares(&chunk)[0];
		Permit::verify(&key_id, &epoch, &subtree, &point, &master).ok().unwrap()
	}
}

/// One end: a key, its verifier, and the name it wants.
pub struct End {
	pub key: SigningKey,
	pub verifier: Verifier,
	pub wants: Identity,
}

impl End {
	pub fn new(name: &str, serial: u64, wants: &str) -> Self {
		let master = Master::demo();
		let key = master.key(name, serial, EPOCH, 40);
		Self { key, verifier: master.verifier, wants: identity(wants) }
	}

	pub fn party(&self) -> Party<'_> {
		Party { key: &self.key, verifier: &self.verifier, accept: Accept::Exactly(&self.wants) }
	}

	pub fn start(&self, label: &str) -> (Initiator, Vec<u8>) {
		Initiator::start(&self.party(), randomness(label), NOW).ok().unwrap()
	}

	pub fn respond(
		&self,
		label: &str,
		first: &[u8],
	) -> Result<(Responder, Vec<u8>), HandshakeError> {
		Responder::respond(&self.party(), randomness(label), first, NOW)
	}
}

/// The initiator of most tests.
pub fn pump() -> &'static End {
	static PUMP: OnceLock<End> = OnceLock::new();
	PUMP.get_or_init(|| End::new("pump-7@demo", 77, "api@demo"))
}

/// The responder of most tests.
pub fn api() -> &'static End {
	static API: OnceLock<End> = OnceLock::new();
	API.get_or_init(|| End::new("api@demo", 3, "pump-7@demo"))
}

/// Someone else with a key of the same master key, who plays both sides.
pub fn mallory() -> &'static End {
	static MALLORY: OnceLock<End> = OnceLock::new();
	MALLORY.get_or_init(|| End::new("mallory@demo", 666, "api@demo"))
}

/// A whole handshake between [`pump`] and [`api`].
pub fn session(label: &str) -> (Transport, Transport) {
	let (initiator, first) = pump().start(&format!("{label} initiator"));
	let (responder, second) = api().respond(&format!("{label} responder"), &first).ok().unwrap();
	let (left, third) = initiator.finish(&pump().party(), &second, NOW).ok().unwrap();
	(left, responder.finish(&api().party(), &third, NOW).ok().unwrap())
}
