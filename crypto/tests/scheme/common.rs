//! A committee, its devices and what else the tests need, all from fixed entropy.

use bls12_381::{G1Affine, G2Affine};
use std::sync::OnceLock;
use symbolon_crypto::{
	ceremony::{
		confirm::{Outcome, SecretShare},
		deal::{deal, Dealing, Receiver, VerifiedDealing},
		judge::{Complaint, OpenedShare},
		register::{register, CeremonySecret, Registration},
		CeremonyError, CeremonyId, CeremonyKind, CeremonyTerms,
	},
	cover::Subtree,
	curve::G2,
	encryption::OpeningKey,
	extraction::{combine, IdentityKey, KeyRequest, KeyUse, PartialKey, TransportSecret},
	hash::sha256,
	identity::EpochPolicy,
	permit::{Chunk, Permit},
	sharing::threshold,
	signature::{SigningKey, Verifier},
	DealerIndex, Entropy, Epoch, G1Bytes, G2Bytes, Identity, KeyId, MemberIndex, ScalarBytes,
	Serial,
};

pub fn entropy(label: &str) -> Entropy {
	Entropy::take(&mut sha256(label.as_bytes()))
}

pub fn member(index: u16) -> MemberIndex {
	MemberIndex::new(index).unwrap()
}

pub fn dealer(index: u16) -> DealerIndex {
	DealerIndex::new(index).unwrap()
}

pub fn identity(text: &str) -> Identity {
	text.parse().unwrap()
}

pub fn serial(number: u64) -> Serial {
	Serial::new(number).unwrap()
}

pub fn subtree(level: u8, index: u64) -> Subtree {
	Subtree::new(level, index).unwrap()
}

/// The epoch of most tests: an hour long.
pub const EPOCH: Epoch = Epoch { number: 500, start: 1_800_000_000, end: 1_800_003_600 };
/// A time in the midst of it.
pub const NOW: u64 = EPOCH.start + 1_000;
pub const POLICY: EpochPolicy = EpochPolicy { max_epoch: 7 * 86_400, skew: 30 };
pub const GENESIS: [u8; 32] = [7; 32];

pub fn account(index: u16) -> [u8; 32] {
	sha256(&index.to_le_bytes())
}

/// A Genesis ceremony in which all have registered.
pub struct Ceremony {
	pub terms: CeremonyTerms,
	pub sid: CeremonyId,
	pub secrets: Vec<CeremonySecret>,
	pub registrations: Vec<Registration>,
	pub receivers: Vec<Receiver>,
}

/// What a member got out of the Judge phase.
pub type Judged = (Vec<(DealerIndex, OpenedShare)>, Vec<Complaint>);

impl Ceremony {
	pub fn start(n: u16, ceremony_no: u32) -> Self {
		let terms = CeremonyTerms {
			genesis_hash: GENESIS,
			key_no: 0,
			ceremony_no,
			kind: CeremonyKind::Genesis,
			old_share_version: 0,
			new_share_version: 1,
			old: None,
			members: (1..=n).map(account).collect(),
			threshold_old: 0,
			threshold: threshold(n),
		};
		Self::of(terms)
	}

	pub fn of(terms: CeremonyTerms) -> Self {
		let sid = terms.id();
		let (mut secrets, mut registrations, mut receivers) = (vec![], vec![], vec![]);
		for index in (1..).take(terms.members.len()).map(member) {
			let account = &terms.members[index.position()];
			let (secret, registration) =
				register(&sid, index, account, entropy(&format!("register {sid:?} {index}")));
			let key = registration.verify(&sid, index, account).unwrap();
			assert!(key == secret.public());
			secrets.push(secret);
			registrations.push(registration);
			receivers.push(Receiver { index, key });
		}
		Self { terms, sid, secrets, registrations, receivers }
	}

	pub fn members(&self) -> Vec<MemberIndex> {
		self.receivers.iter().map(|receiver| receiver.index).collect()
	}

	pub fn deal(&self, index: u16) -> Dealing {
		let entropy = entropy(&format!("deal {:?} {index}", self.sid));
		deal(&self.sid, dealer(index), self.terms.threshold, &self.receivers, entropy)
	}

	pub fn verify(&self, index: u16, dealing: &Dealing) -> Result<VerifiedDealing, CeremonyError> {
		dealing.verify(&self.sid, dealer(index), self.terms.threshold, &self.members())
	}

	/// What `index` makes of verified dealings.
	pub fn judge(&self, index: MemberIndex, dealings: &[VerifiedDealing]) -> Judged {
		let (mut opened, mut complaints) = (vec![], vec![]);
		for dealing in dealings {
			let entropy = entropy(&format!("judge {index} {}", dealing.dealer()));
			let secret = &self.secrets[index.position()];
			match dealing.open_share(index, secret, entropy).unwrap() {
				Ok(share) => opened.push((dealing.dealer(), share)),
				Err(complaint) => complaints.push(complaint),
			}
		}
		(opened, complaints)
	}

	/// Every member's share of the sums over `qualified`, each with a confirmation that holds.
	pub fn confirm(&self, qualified: &[VerifiedDealing]) -> (Outcome, Vec<SecretShare>) {
		let outcome = Outcome::genesis(&self.sid, qualified).unwrap();
		let share = |index: MemberIndex| {
			let (opened, complaints) = self.judge(index, qualified);
			assert!(complaints.is_empty());
			let share = outcome.share(index, &opened).unwrap();
			let confirmation = share.confirm(&outcome, entropy(&format!("confirm {index}")));
			let public = outcome.verify_confirmation(index, &confirmation).unwrap();
			assert_eq!(public, share.verification_key().encode());
			share
		};
		let shares = self.members().into_iter().map(share).collect();
		(outcome, shares)
	}
}

/// A committee that holds a key.
pub struct Committee {
	pub threshold: u16,
	pub outcome: Outcome,
	pub shares: Vec<SecretShare>,
	pub master: G2,
	pub key_id: KeyId,
}

impl Committee {
	pub fn new(n: u16, ceremony_no: u32) -> Self {
		let ceremony = Ceremony::start(n, ceremony_no);
		let dealings: Vec<_> =
			(1..=n).map(|i| ceremony.verify(i, &ceremony.deal(i)).unwrap()).collect();
		let (outcome, shares) = ceremony.confirm(&dealings);
		let master = outcome.master_public_key();
		let key_id = KeyId::derive(&GENESIS, 0, &master.encode());
		Self { threshold: threshold(n), outcome, shares, master, key_id }
	}

	/// The committee of four that most tests share.
	pub fn four() -> &'static Self {
		static FOUR: OnceLock<Committee> = OnceLock::new();
		FOUR.get_or_init(|| Self::new(4, 1))
	}

	/// Another committee of four, with another key.
	pub fn other() -> &'static Self {
		static OTHER: OnceLock<Committee> = OnceLock::new();
		OTHER.get_or_init(|| Self::new(4, 2))
	}

	pub fn verifier(&self) -> Verifier {
		Verifier { key_id: self.key_id, master: self.master, policy: POLICY }
	}

	pub fn request<U: KeyUse>(&self, serial: Serial, identity: &Identity) -> KeyRequest {
		KeyRequest { key_id: self.key_id, serial, identity: identity.clone(), purpose: U::PURPOSE }
	}

	/// One partial key of each member, under share version 1.
	pub fn partials(&self, request: &KeyRequest, transport: &TransportSecret) -> Vec<PartialKey> {
		let point = transport.point().decode().unwrap();
		let partial = |share: &SecretShare| {
			let entropy = entropy(&format!("partial {} {:?}", share.member(), request));
			share.extract(request, 1, &point, entropy)
		};
		self.shares.iter().map(partial).collect()
	}

	pub fn issue<U: KeyUse>(&self, serial: Serial, identity: &Identity) -> IdentityKey<U> {
		let secret = TransportSecret::generate(entropy(&format!("transport {serial} {identity}")));
		let partials = self.partials(&self.request::<U>(serial, identity), &secret);
		let key = combine(&partials, self.threshold).unwrap();
		key.open(&self.key_id, serial, identity, &secret, &self.master).ok().unwrap()
	}

	/// Permits of any subtrees, combined from the first members' shares.
	pub fn permits(&self, epoch: &Epoch, subtrees: &[Subtree]) -> Vec<G1Bytes> {
		let chunk = Chunk { key_id: &self.key_id, epoch, first: 0, subtrees };
		let shares: Vec<_> =
			self.shares.iter().map(|share| (share.member(), share.permit_shares(&chunk))).collect();
		chunk.combine(&shares, self.threshold).unwrap()
	}

	pub fn permit(&self, epoch: &Epoch, subtree: Subtree) -> Permit {
		let bytes = self.permits(epoch, &[subtree])[0];
		Permit::verify(&self.key_id, epoch, &subtree, &bytes, &self.master).ok().unwrap()
	}

	pub fn signing_key(&self, serial: Serial, identity: &Identity, permit: &Permit) -> SigningKey {
		SigningKey::new(&self.issue(serial, identity), permit).ok().unwrap()
	}

	pub fn opening_key(&self, serial: Serial, identity: &Identity, permit: &Permit) -> OpeningKey {
		OpeningKey::new(&self.issue(serial, identity), permit).ok().unwrap()
	}
}

/// Encodings that no field of G1 may hold, with what is wrong with them.
pub fn bad_g1() -> Vec<(&'static str, G1Bytes)> {
	let at = |first: u8, last: u8| {
		let mut bytes = [0; 48];
		(bytes[0], bytes[47]) = (first, last);
		G1Bytes(bytes)
	};
	assert!(bool::from(G1Affine::from_compressed_unchecked(&at(0x80, 0).0).is_some()));
	assert!(bool::from(G1Affine::from_compressed_unchecked(&at(0x80, 1).0).is_none()));
	let mut uncompressed = G1Bytes(G1Affine::generator().to_compressed());
	uncompressed.0[0] &= 0x7f;
	let mut unreduced = G1Bytes([0xff; 48]);
	unreduced.0[0] = 0x9f;
	vec![
		("the identity", at(0xc0, 0)),
		("the identity with junk", at(0xc0, 1)),
		("the identity with a sign", at(0xe0, 0)),
		("a point of order 3", at(0x80, 0)),
		("no point of the curve", at(0x80, 1)),
		("without the compression flag", uncompressed),
		("a coordinate above p", unreduced),
		("nothing", at(0, 0)),
	]
}

/// Encodings that no field of G2 may hold.
pub fn bad_g2() -> Vec<(&'static str, G2Bytes)> {
	let at = |first: u8, last: u8| {
		let mut bytes = [0; 96];
		(bytes[0], bytes[95]) = (first, last);
		G2Bytes(bytes)
	};
	let is_point =
		|x: &u8| bool::from(G2Affine::from_compressed_unchecked(&at(0x80, *x).0).is_some());
	let outside = (0..=255).find(is_point).unwrap();
	let off = (0..=255).find(|x| !is_point(x)).unwrap();
	let mut unreduced = G2Bytes([0xff; 96]);
	unreduced.0[0] = 0x9f;
	vec![
		("the identity", at(0xc0, 0)),
		("the identity with junk", at(0xc0, 1)),
		("a point outside the subgroup", at(0x80, outside)),
		("no point of the curve", at(0x80, off)),
		("a coordinate above p", unreduced),
		("nothing", at(0, 0)),
	]
}

/// `scalar + r`: the same residue, encoded another way.
pub fn plus_order(scalar: &ScalarBytes) -> ScalarBytes {
	let order =
		hex::decode("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001").unwrap();
	let mut sum = [0; 32];
	let mut carry = 0;
	for i in (0..32).rev() {
		let digit = u16::from(scalar.0[i]) + u16::from(order[i]) + carry;
		sum[i] = digit as u8;
		carry = digit >> 8;
	}
	assert_eq!(carry, 0);
	ScalarBytes(sum)
}

/// Copies of `bytes`, each with one bit of one of `positions` flipped.
pub fn flipped(bytes: &[u8], positions: impl IntoIterator<Item = usize>) -> Vec<(usize, Vec<u8>)> {
	let flip = |position: usize| {
		let mut changed = bytes.to_vec();
		changed[position] ^= 1 << (position % 8);
		(position, changed)
	};
	positions.into_iter().map(flip).collect()
}
