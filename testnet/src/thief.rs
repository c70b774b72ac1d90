//! What somebody tries who stole a device's key after it was revoked: a signature with every
//! permit that was ever published.
//!
//! Written from the protocol alone, on bare curve points: the library refuses to put a key and a
//! foreign permit together, a thief does not. The same code makes a good signature where key and
//! permit do belong together, so its refusal elsewhere is the verifier's doing.

use crate::{rpc::Rpc, Error};
use bls12_381::{
	hash_to_curve::{ExpandMsgXmd, HashToField},
	G1Affine, G1Projective, Scalar,
};
use codec::{DecodeAll, Encode};
use serde_json::{json, Value};
use symbolon_crypto::{
	cover::Subtree,
	hash::{sha512, ScalarTag},
	identity::hash_identity,
	permit::hash_permit,
	Epoch, G1Bytes, Identity, KeyId, Purpose, SecretBytes, Serial,
};
use symbolon_primitives::{epochs::Snapshot, storage};

/// Storage keys that are asked for at once.
const PAGE: u64 = 500;

/// An identity key in wrong hands.
pub struct StolenKey {
	/// The master key.
	pub key_id: KeyId,
	/// Whose it was.
	pub identity: Identity,
	/// Its serial.
	pub serial: Serial,
	/// `d`, compressed.
	pub point: SecretBytes<48>,
}

/// A permit as everybody can fetch it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublishedPermit {
	/// The epoch.
	pub epoch: Epoch,
	/// The subtree.
	pub subtree: Subtree,
	/// The point.
	pub point: G1Bytes,
}

/// All permits that the node still has, of all epochs, in the order of the chain's keys.
///
/// # Errors
///
/// [`Error::Rpc`] if the node does not answer as expected.
pub async fn published(rpc: &Rpc) -> Result<Vec<PublishedPermit>, Error> {
	let unexpected = |reason: &str| Error::Rpc { url: rpc.url().into(), reason: reason.into() };
	// Pallet and item, 16 bytes each, then epoch number and subtree as they are.
	let mut prefix = storage::epochs::permit(0, &Subtree::ROOT);
	prefix.truncate(32);
	let prefix = json!(format!("0x{}", hex::encode(&prefix)));
	let mut permits = Vec::new();
	let mut after = Value::Null;
	loop {
		let page = rpc.call("state_getKeysPaged", &[prefix.clone(), json!(PAGE), after]).await?;
		let keys: Vec<String> =
			serde_json::from_value(page).map_err(|_| unexpected("expected storage keys"))?;
		let Some(last) = keys.last() else { return Ok(permits) };
		after = json!(last);
		for key in &keys {
			let key = hex::decode(key.trim_start_matches("0x"))
				.map_err(|_| unexpected("expected a storage key in hex"))?;
			let (number, subtree) =
				<(u64, Subtree)>::decode_all(&mut key.get(32..).unwrap_or_default())
					.map_err(|_| unexpected("expected the key of a permit"))?;
			// Pruned between the two requests, or not final yet.
			let Some(point) = rpc.read(&key).await? else { continue };
			let snapshot = rpc.read::<Snapshot>(&storage::epochs::snapshot(number)).await?;
			let Some(Snapshot { epoch, .. }) = snapshot else { continue };
			permits.push(PublishedPermit { epoch, subtree, point });
		}
	}
}

/// The signatures over `message` that `key` and `permit` make, in the wire form: one that names the
/// permit's own subtree, and one that names the subtree of the same size over the key's serial.
///
/// # Errors
///
/// `None` if a point is none.
pub fn forge(key: &StolenKey, permit: &PublishedPermit, message: &[u8]) -> Option<[Vec<u8>; 2]> {
	let own = sign(key, permit, permit.subtree, message)?;
	let claimed = sign(key, permit, key.serial.ancestor(permit.subtree.level()), message)?;
	Some([own, claimed])
}

fn sign(
	key: &StolenKey,
	permit: &PublishedPermit,
	subtree: Subtree,
	message: &[u8],
) -> Option<Vec<u8>> {
	let StolenKey { key_id, identity, serial, point } = key;
	let epoch = &permit.epoch;
	let secret = decode(point.expose())? + decode(&permit.point.0)?;
	let q = hash_identity(key_id, Purpose::Sign, *serial, identity)
		+ hash_permit(key_id, epoch, &subtree);
	let digest = sha512(message);
	let signed =
		(key_id, Purpose::Sign, &b"file"[..], identity, serial, epoch, &subtree, &digest).encode();
	let nonce = hash_to_scalar(ScalarTag::Nonce, &signed);
	let u = compress(decode(&q.encode().0)? * nonce);
	let challenge = hash_to_scalar(ScalarTag::Signature, &[&signed[..], &u.0[..]].concat());
	let v = compress(secret * (nonce + challenge));
	Some((1u8, identity, serial, epoch, &subtree, u, v).encode())
}

fn decode(bytes: &[u8; 48]) -> Option<G1Projective> {
	Option::<G1Affine>::from(G1Affine::from_compressed(bytes)).map(G1Projective::from)
}

fn compress(point: G1Projective) -> G1Bytes {
	G1Bytes(G1Affine::from(point).to_compressed())
}

fn hash_to_scalar(tag: ScalarTag, message: &[u8]) -> Scalar {
	let mut scalar = [Scalar::zero()];
	Scalar::hash_to_field::<ExpandMsgXmd<sha2::Sha256>, _>([message], &tag.dst(), &mut scalar);
	scalar[0]
}

#[cfg(test)]
mod tests {
	use super::*;
	use bls12_381::G2Affine;
	use symbolon_crypto::{
		identity::EpochPolicy,
		signature::{Domain, Signature, SignatureError, Verifier},
		G2Bytes,
	};

	const EPOCH: Epoch = Epoch { number: 7, start: 1_000, end: 1_060 };
	const NOW: u64 = 1_030;
	const MESSAGE: &[u8] = b"a file";

	/// A master key that one knows whole, and what follows from it.
	struct Master {
		secret: Scalar,
		key_id: KeyId,
		verifier: Verifier,
	}

	impl Master {
		fn new() -> Self {
			let secret = Scalar::from(0x5eed);
			let public = G2Bytes(G2Affine::from(G2Affine::generator() * secret).to_compressed());
			let key_id = KeyId::derive(&[1; 32], 1, &public);
			let policy = EpochPolicy { max_epoch: 60, skew: 0 };
			let verifier = Verifier { key_id, master: public.decode().unwrap(), policy };
			Self { secret, key_id, verifier }
		}

		fn times(&self, point: &G1Bytes) -> G1Bytes {
			compress(decode(&point.0).unwrap() * self.secret)
		}

		fn key(&self, serial: u64) -> StolenKey {
			let (identity, serial) = ("pump-7@demo".parse().unwrap(), Serial::new(serial).unwrap());
			let hash = hash_identity(&self.key_id, Purpose::Sign, serial, &identity).encode();
			let point = SecretBytes::take(&mut self.times(&hash).0);
			StolenKey { key_id: self.key_id, identity, serial, point }
		}

		fn permit(&self, level: u8, index: u64) -> PublishedPermit {
			let subtree = Subtree::new(level, index).unwrap();
			let hash = hash_permit(&self.key_id, &EPOCH, &subtree).encode();
			PublishedPermit { epoch: EPOCH, subtree, point: self.times(&hash) }
		}

		fn verdict(&self, signature: &[u8], now: u64) -> Result<(), SignatureError> {
			let signature = Signature::from_bytes(signature)?;
			signature.verify(&self.verifier, Domain::FILE, MESSAGE, now)
		}
	}

	#[test]
	fn a_permit_over_the_serial_makes_a_good_signature_in_its_epoch_only() {
		let master = Master::new();
		for signature in forge(&master.key(5), &master.permit(2, 1), MESSAGE).unwrap() {
			assert_eq!(master.verdict(&signature, NOW), Ok(()));
			let late = master.verdict(&signature, NOW + 3_600);
			assert!(matches!(late, Err(SignatureError::Epoch(_))), "{late:?}");
		}
	}

	#[test]
	fn a_permit_beside_the_serial_makes_none() {
		let master = Master::new();
		let [own, claimed] = forge(&master.key(5), &master.permit(2, 0), MESSAGE).unwrap();
		assert_eq!(master.verdict(&own, NOW), Err(SignatureError::Subtree));
		assert_eq!(master.verdict(&claimed, NOW), Err(SignatureError::Wrong));
	}
}
