//! The made chain's authorities: a sharing of a small secret.

use super::{World, MEMBERS, THRESHOLD};
use symbolon_crypto::{
	ceremony::confirm::SecretShare,
	cover::Subtree,
	extraction::{KeyRequest, PartialKey},
	permit::Chunk,
	Entropy, Epoch, G1Bytes, G2Bytes, KeyId, MemberIndex, Purpose, SecretBytes, Serial,
};
use symbolon_primitives::{issuance::PartialPair, registry::Registration, storage};

/// Shares of `s = 1000` under `1000 + 17·x + 23·x²`.
pub(super) struct Committee {
	/// The secret itself, as the share of a committee of one.
	whole: SecretShare,
	shares: Vec<SecretShare>,
}

fn share(member: u16, value: u64) -> SecretShare {
	let mut bytes = [0; 32];
	bytes[24..].copy_from_slice(&value.to_be_bytes());
	let member = MemberIndex::new(member).expect("members count from 1");
	SecretShare::from_bytes(member, &SecretBytes::take(&mut bytes)).expect("below the group order")
}

fn entropy(seed: u8) -> Entropy {
	Entropy::take(&mut [seed; 32])
}

impl Committee {
	pub fn new() -> Self {
		// Three coefficients: any THRESHOLD shares give the secret.
		assert_eq!(THRESHOLD, 3);
		let value = |x: u64| 1000 + 17 * x + 23 * x * x;
		let shares = (1..=MEMBERS).map(|member| share(member, value(member.into()))).collect();
		Self { whole: share(1, 1000), shares }
	}

	/// `P`.
	pub fn master(&self) -> G2Bytes {
		self.whole.verification_key().encode()
	}

	pub fn members(&self) -> impl Iterator<Item = MemberIndex> + '_ {
		self.shares.iter().map(SecretShare::member)
	}

	pub fn verification_key(&self, member: MemberIndex) -> G2Bytes {
		self.shares[member.position()].verification_key().encode()
	}

	pub fn permit(&self, key_id: &KeyId, epoch: &Epoch, subtree: &Subtree) -> G1Bytes {
		let chunk = Chunk { key_id, epoch, first: 0, subtrees: std::slice::from_ref(subtree) };
		self.whole.permit_shares(&chunk)[0]
	}

	/// What `members` answer. A wrong answer is one for another serial, relabelled.
	pub fn answers(
		&self,
		world: &World,
		serial: Serial,
		members: &[u16],
		wrong: &[u16],
	) -> Vec<PartialPair> {
		let registration: Registration =
			world.read(&storage::registry::registration(serial)).expect("it is registered");
		let transport = registration.transport.point.decode().expect("it was checked");
		let extract = |member: u16, purpose: Purpose| -> PartialKey {
			let asked = if wrong.contains(&member) {
				Serial::new(serial.get() + 1).expect("a serial")
			} else {
				serial
			};
			let (key_id, identity) = (world.key_id, registration.identity.clone());
			let request = KeyRequest { key_id, serial: asked, identity, purpose };
			let share = &self.shares[usize::from(member) - 1];
			let partial = share.extract(&request, 1, &transport, entropy(member as u8));
			PartialKey { serial, ..partial }
		};
		let pair = |member: &u16| PartialPair {
			sign: extract(*member, Purpose::Sign),
			decrypt: extract(*member, Purpose::Decrypt),
		};
		members.iter().map(pair).collect()
	}
}
