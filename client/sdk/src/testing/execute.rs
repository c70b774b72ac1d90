//! What the made chain does with extrinsics: it checks the signature over the very bytes that the
//! runtime's extensions bind, then applies the registrar's calls.

use super::{Lie, World};
use crate::transport::{RuntimeVersion, TransportError};
use codec::{Compact, Decode, Encode};
use sp_core::{sr25519, Pair};
use sp_runtime::traits::{BlakeTwo256, Hash};
use symbolon_crypto::{cover::Subtree, Serial};
use symbolon_primitives::{
	calls::pallet,
	extrinsic::MORTALITY,
	issuance::QueueEntry,
	registry::{transport_key_hash, IndexKey, Registration, RegistrationRequest},
	storage::{issuance, registry, system},
	Account, BlockHash,
};

/// What the made runtime calls itself.
pub(super) const VERSION: RuntimeVersion = RuntimeVersion { spec: 3, transaction: 2 };

/// A signed extrinsic, taken apart.
struct Signed {
	account: Account,
	signature: [u8; 64],
	birth: u32,
	nonce: u32,
	extra: Vec<u8>,
	call: Vec<u8>,
}

fn parse(bytes: &[u8]) -> Option<Signed> {
	let body = Vec::<u8>::decode(&mut &bytes[..]).ok()?;
	let mut rest = &body[..];
	let (head, account) = (<[u8; 2]>::decode(&mut rest).ok()?, Account::decode(&mut rest).ok()?);
	let (kind, signature) = (u8::decode(&mut rest).ok()?, <[u8; 64]>::decode(&mut rest).ok()?);
	if head != [0x84, 0] || kind != 1 {
		return None;
	}
	let extra_and_call = rest;
	let era = u16::from_le_bytes(<[u8; 2]>::decode(&mut rest).ok()?);
	let nonce = Compact::<u32>::decode(&mut rest).ok()?.0;
	let extra = extra_and_call[..extra_and_call.len() - rest.len()].to_vec();
	let period = 2u32 << (era & 0xf);
	(period == MORTALITY).then(|| Signed {
		account,
		signature,
		birth: u32::from(era >> 4),
		nonce,
		extra,
		call: rest.to_vec(),
	})
}

impl World {
	pub(super) fn nonce(&self, account: &Account) -> u32 {
		let account: Option<(u32, u32, u32, u32)> = self.read(&system::account(account));
		account.map_or(0, |(nonce, ..)| nonce)
	}

	pub(super) fn take(&self, bytes: &[u8]) -> Result<BlockHash, TransportError> {
		let signed = parse(bytes).ok_or_else(|| self.rejected(1010, "Invalid Transaction"))?;
		if signed.nonce != self.nonce(&signed.account) || !self.verify(&signed) {
			return Err(self.rejected(1010, "Invalid Transaction (bad signature)"));
		}
		if self.lies(Lie::Gate) {
			return Err(self.rejected(1010, "Invalid Transaction (\"Custom error: 11\")"));
		}
		self.inner().submitted += 1;
		if !self.lies(Lie::Drop) {
			let account = (signed.nonce + 1, 0u32, 1u32, 0u32);
			self.put(system::account(&signed.account), &account);
			if !self.lies(Lie::Fail) {
				self.apply(&signed.call).expect("clients send calls that this chain knows");
			}
		}
		Ok([0; 32])
	}

	fn verify(&self, signed: &Signed) -> bool {
		let hashes = self.inner().hashes.clone();
		// The newest block of that phase.
		let birth = hashes.iter().rev().find(|(number, _)| *number % MORTALITY == signed.birth);
		let Some((_, birth)) = birth else { return false };
		let implicit = (VERSION.spec, VERSION.transaction, self.genesis.hash().0, *birth).encode();
		let mut payload = [&signed.call[..], &signed.extra, &implicit].concat();
		if payload.len() > 256 {
			payload = BlakeTwo256::hash(&payload).as_bytes().to_vec();
		}
		let signature = sr25519::Signature::from_raw(signed.signature);
		sr25519::Pair::verify(&signature, payload, &sr25519::Public::from_raw(signed.account))
	}

	fn apply(&self, call: &[u8]) -> Option<()> {
		let mut rest = call;
		let (index, method) = <(u8, u8)>::decode(&mut rest).ok()?;
		match (index, method) {
			(pallet::REGISTRY, 0) => self.register(RegistrationRequest::decode(&mut rest).ok()?),
			(pallet::REGISTRY, 1) => Vec::<RegistrationRequest>::decode(&mut rest)
				.ok()?
				.into_iter()
				.for_each(|request| self.register(request)),
			(pallet::REGISTRY, 2) => self.revoke(Serial::decode(&mut rest).ok()?),
			(pallet::ISSUANCE, 2) => self.queue(Serial::decode(&mut rest).ok()?),
			_ => return None,
		}
		rest.is_empty().then_some(())
	}

	/// Registers without asking.
	pub fn register(&self, request: RegistrationRequest) {
		let (serial, number) = {
			let mut inner = self.inner();
			inner.next_serial += 1;
			(Serial::new(inner.next_serial - 1).expect("a serial"), inner.number + 1)
		};
		let hash = transport_key_hash(&request.transport.point);
		self.put(registry::name(&request.identity), &serial);
		self.put(registry::transport_key(&hash), &serial);
		let registration = Registration {
			identity: request.identity,
			transport: request.transport,
			key_no: 1,
			registered: number,
			revoked: None,
		};
		self.put(registry::registration(serial), &registration);
		self.queue(serial);
	}

	/// Revokes without asking.
	pub fn revoke(&self, serial: Serial) {
		let subtree = Subtree::leaf(serial);
		let position = {
			let mut inner = self.inner();
			inner.revoked.push(subtree);
			inner.revoked.len() as u64 - 1
		};
		let key = registry::registration(serial);
		let mut registration: Registration = self.read(&key).expect("it is registered");
		registration.revoked = Some(position);
		self.put(key, &registration);
		self.put(registry::revoked(&IndexKey::new(&subtree)), &position);
	}

	fn queue(&self, serial: Serial) {
		let queued = self.inner().number + 1;
		let entry = QueueEntry { queued, share_version: 1, answers: 0, answered: None };
		self.put(issuance::queue(serial), &entry);
	}
}
