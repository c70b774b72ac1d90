//! Anchors, good and bad.

use crate::chain::World;
use codec::Encode;
use sha2::{Digest, Sha256};
use symbolon_crypto::{curve::G2, G2Bytes, KeyId};
use symbolon_light::{
	anchor::{MAX_ANCHOR, MAX_EPOCH},
	finality::SetError,
	Anchor, AnchorError, UnverifiedAnchor,
};

fn good() -> UnverifiedAnchor {
	let key = G2::generator().encode();
	UnverifiedAnchor {
		version: 1,
		genesis_hash: [7; 32],
		key_no: 2,
		master_key: key,
		checkpoint_key: key,
		base: World::new().base,
		exported_at: 1_800_000_000,
		max_epoch: 86_400,
		skew: 30,
	}
}

fn refused(error: AnchorError, change: impl FnOnce(&mut UnverifiedAnchor)) {
	let mut anchor = good();
	change(&mut anchor);
	assert_eq!(Anchor::from_bytes(&anchor.encode()), Err(error));
	assert_eq!(anchor.check(), Err(error));
}

#[test]
fn a_good_anchor_is_what_was_encoded() {
	let bytes = good().encode();
	let anchor = Anchor::from_bytes(&bytes).unwrap();
	assert_eq!(anchor.to_bytes(), bytes);
	assert_eq!(anchor, good().check().unwrap());
	assert_eq!(anchor.base(), &World::new().base);
	assert_eq!(anchor.key_no(), 2);
	assert_eq!(anchor.master_key(), &good().master_key);
	assert_eq!(anchor.checkpoint_key(), &good().master_key);
	assert_eq!(
		(anchor.exported_at(), anchor.max_epoch(), anchor.skew()),
		(1_800_000_000, 86_400, 30)
	);
	// 1 + 32 + 4 + 2·96 + (44 + 1 + 4·40) + 3·8.
	assert_eq!(bytes.len(), 458);
}

#[test]
fn the_key_is_named_by_chain_number_and_key() {
	let anchor = good().check().unwrap();
	let statement = ("symbolon-key", [7u8; 32], 2u32, good().master_key.0).encode();
	assert_eq!(anchor.key_id(), KeyId(Sha256::digest(statement).into()));
}

#[test]
fn the_fingerprint_can_be_read_out() {
	let anchor = good().check().unwrap();
	let digest = Sha256::digest(anchor.to_bytes());
	assert_eq!(anchor.fingerprint().0[..], digest[..20]);
	let text = anchor.fingerprint().to_string();
	let groups: Vec<&str> = text.split(' ').collect();
	assert_eq!(groups.len(), 10);
	assert!(groups.iter().all(|group| group.len() == 4));
	assert_eq!(groups[0], format!("{:02x}{:02x}", digest[0], digest[1]));
	assert_eq!(groups[9], format!("{:02x}{:02x}", digest[18], digest[19]));
}

#[test]
fn bad_fields_are_refused() {
	refused(AnchorError::Version, |anchor| anchor.version = 0);
	refused(AnchorError::Version, |anchor| anchor.version = 2);
	refused(AnchorError::MaxEpoch, |anchor| anchor.max_epoch = 0);
	refused(AnchorError::MaxEpoch, |anchor| anchor.max_epoch = MAX_EPOCH + 1);
	refused(AnchorError::Skew, |anchor| anchor.skew = 31);
	refused(AnchorError::Set(SetError::Empty), |anchor| anchor.base.set.clear());
	refused(AnchorError::Set(SetError::ZeroWeight), |anchor| anchor.base.set[1].1 = 0);
	refused(AnchorError::Set(SetError::Duplicate), |anchor| {
		anchor.base.set[3].0 = anchor.base.set[0].0;
	});
	refused(AnchorError::Set(SetError::WeightOverflow), |anchor| anchor.base.set[1].1 = u64::MAX);
}

#[test]
fn bad_keys_are_refused() {
	let key = |bytes: [u8; 96]| {
		refused(AnchorError::MasterKey, |anchor| {
			anchor.master_key = G2Bytes(bytes);
			anchor.checkpoint_key = G2Bytes(bytes);
		});
	};
	let generator = good().master_key.0;
	key([0; 96]);
	key([0xff; 96]);
	// The identity.
	let mut identity = [0; 96];
	identity[0] = 0xc0;
	key(identity);
	// Not marked as compressed.
	let mut plain = generator;
	plain[0] &= 0x7f;
	key(plain);
	// On the curve, not in the subgroup: x = ON_CURVE.
	let mut outside = [0; 96];
	outside[0] = 0x80;
	outside[95] = ON_CURVE;
	key(outside);

	// Another good key for checkpoints, or a bad one.
	let mut negated = generator;
	negated[0] ^= 0x20;
	refused(AnchorError::CheckpointKey, |anchor| anchor.checkpoint_key = G2Bytes(negated));
	refused(AnchorError::CheckpointKey, |anchor| anchor.checkpoint_key = G2Bytes(identity));
}

/// A small x for which x³ + 4(1 + u) is a square; the cofactor of G2 leaves no doubt that such a
/// point is outside the subgroup.
const ON_CURVE: u8 = 2;

#[test]
fn the_encoding_is_exact() {
	let bytes = good().encode();
	for length in 0..bytes.len() {
		assert_eq!(Anchor::from_bytes(&bytes[..length]), Err(AnchorError::Encoding));
	}
	let long = [&bytes[..], &[0]].concat();
	assert_eq!(Anchor::from_bytes(&long), Err(AnchorError::Encoding));
	assert_eq!(Anchor::from_bytes(&vec![1; MAX_ANCHOR + 1]), Err(AnchorError::Encoding));
}

/// Nothing in an anchor proves itself; so a changed bit is refused or changes the fingerprint.
#[test]
fn every_flipped_bit_shows() {
	let bytes = good().encode();
	let fingerprint = good().check().unwrap().fingerprint();
	for index in 0..bytes.len() {
		for bit in 0..8 {
			let mut wrong = bytes.clone();
			wrong[index] ^= 1 << bit;
			if let Ok(anchor) = Anchor::from_bytes(&wrong) {
				assert_eq!(anchor.to_bytes(), wrong);
				assert_ne!(anchor.fingerprint(), fingerprint);
			}
		}
	}
}

#[test]
fn the_largest_anchor_fits() {
	let mut anchor = good();
	anchor.base.set = (0..1_000u16)
		.map(|number| {
			let mut key = [0; 32];
			key[..2].copy_from_slice(&number.to_le_bytes());
			(key, 1)
		})
		.collect();
	let bytes = anchor.encode();
	assert_eq!(bytes.len(), MAX_ANCHOR);
	assert!(Anchor::from_bytes(&bytes).is_ok());
	anchor.base.set.push(([9; 32], 1));
	assert_eq!(anchor.check(), Err(AnchorError::Set(SetError::TooLarge)));
}
