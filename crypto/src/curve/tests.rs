//! Vectors of RFC 9380, and what decoding must refuse.

use super::{DecodeError, G1Bytes, G2Bytes, Scalar, ScalarBytes, G1, G2};
use alloc::{string::String, vec::Vec};
use bls12_381::{G1Affine, G2Affine};
use sha2::{Digest, Sha256};

const RFC_9380: &str =
	include_str!("../../tests/vectors/rfc9380_BLS12381G1_XMD_SHA-256_SSWU_RO_.json");

/// `r`, big-endian.
const ORDER: &str = "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001";
/// The field modulus `p`, big-endian.
const FIELD: &str =
	"1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ff\
	ffb9feffffffffaaab";

fn bytes<const N: usize>(text: &str) -> [u8; N] {
	let text: String = text.trim_start_matches("0x").split_whitespace().collect();
	hex::decode(text).unwrap().try_into().unwrap()
}

#[test]
fn rfc_9380_vectors_of_the_g1_suite() {
	let suite: serde_json::Value = serde_json::from_str(RFC_9380).unwrap();
	assert_eq!(suite["ciphersuite"], "BLS12381G1_XMD:SHA-256_SSWU_RO_");
	let dst = suite["dst"].as_str().unwrap().as_bytes();
	let vectors = suite["vectors"].as_array().unwrap();
	assert_eq!(vectors.len(), 5);
	for vector in vectors {
		let point = G1::hash(vector["msg"].as_str().unwrap().as_bytes(), dst);
		let x: [u8; 48] = bytes(vector["P"]["x"].as_str().unwrap());
		let y: [u8; 48] = bytes(vector["P"]["y"].as_str().unwrap());
		let uncompressed = G1Affine::from(point.0).to_uncompressed();
		assert_eq!(uncompressed[..], [x, y].concat()[..], "{}", vector["msg"]);
	}
}

/// RFC 9380 §5.3.1 for one block of 48 bytes, written out: `hash_to_field` with modulus `r` has
/// no published vectors.
fn expand_48(message: &[u8], dst: &[u8]) -> Vec<u8> {
	let dst_prime = [dst, &[dst.len() as u8]].concat();
	let b0 = Sha256::new()
		.chain_update([0; 64])
		.chain_update(message)
		.chain_update([0, 48, 0])
		.chain_update(&dst_prime)
		.finalize();
	let b1 = Sha256::new().chain_update(b0).chain_update([1]).chain_update(&dst_prime).finalize();
	let mixed: Vec<u8> = b0.iter().zip(&b1).map(|(a, b)| a ^ b).collect();
	let b2 =
		Sha256::new().chain_update(mixed).chain_update([2]).chain_update(&dst_prime).finalize();
	[&b1[..], &b2[..16]].concat()
}

#[test]
fn hashing_to_scalars_is_hash_to_field() {
	for (message, dst) in [(&b""[..], &b"A"[..]), (b"abc", b"SYMBOLON-V1-NONCE"), (&[7; 500], b"B")]
	{
		// The 48 bytes as a number modulo r, byte by byte.
		let expected = expand_48(message, dst).iter().fold(Scalar::ZERO, |sum, byte| {
			sum * Scalar::from(256) + Scalar::from(u64::from(*byte))
		});
		assert!(Scalar::hash(message, dst) == expected);
	}
}

#[test]
fn scalars_are_below_the_order() {
	let order: [u8; 32] = bytes(ORDER);
	let mut largest = order;
	largest[31] -= 1;
	assert!(ScalarBytes(largest).decode().unwrap() == -Scalar::ONE);
	assert!((-Scalar::ONE).to_be_bytes() == largest);
	let mut above = order;
	above[31] += 1;
	for refused in [order, above, [0xff; 32]] {
		assert!(matches!(ScalarBytes(refused).decode(), Err(DecodeError::Scalar)));
	}
	assert!(ScalarBytes([0; 32]).decode().unwrap() == Scalar::ZERO);
}

#[test]
fn encodings_round_trip() {
	let point = G1::hash(b"a point", b"TEST");
	assert!(point.encode().decode() == Ok(point));
	assert!((-point).encode().decode() == Ok(-point));
	let point = G2::generator().mul(&Scalar::hash(b"a scalar", b"TEST"));
	assert!(point.encode().decode() == Ok(point));
	assert!((-point).encode().decode() == Ok(-point));
}

/// The identity, canonical and with every single bit of junk.
#[test]
fn the_identity_is_refused() {
	let mut g1 = [0; 48];
	g1[0] = 0xc0;
	assert_eq!(G1Bytes(g1).decode().err(), Some(DecodeError::PointIsIdentity));
	for bit in 0..8 * 48 {
		let mut junk = g1;
		junk[bit / 8] ^= 1 << (bit % 8);
		assert!(G1Bytes(junk).decode().is_err(), "bit {bit}");
	}
	let mut g2 = [0; 96];
	g2[0] = 0xc0;
	assert_eq!(G2Bytes(g2).decode().err(), Some(DecodeError::PointIsIdentity));
	for bit in 0..8 * 96 {
		let mut junk = g2;
		junk[bit / 8] ^= 1 << (bit % 8);
		assert!(G2Bytes(junk).decode().is_err(), "bit {bit}");
	}
}

#[test]
fn wrong_flags_are_refused() {
	let (g1, g2) = (G1::generator().encode(), G2::generator().encode());
	// Not compressed; infinity set on a point; both; every flag.
	for flags in [0x00, 0x20, 0x40, 0x60, 0xc0, 0xe0] {
		let (mut a, mut b) = (g1, g2);
		a.0[0] = a.0[0] & 0x1f | flags;
		b.0[0] = b.0[0] & 0x1f | flags;
		assert_eq!(a.decode().err(), Some(DecodeError::Point), "{flags:x}");
		assert_eq!(b.decode().err(), Some(DecodeError::Point), "{flags:x}");
	}
	// The sign bit alone gives the negated point: another point, as canonical as the first.
	let mut negated = g1;
	negated.0[0] ^= 0x20;
	assert!(negated.decode() == Ok(-G1::generator()));
}

/// `bytes + p`, if it still fits under the three flag bits.
fn plus_p(bytes_48: &[u8]) -> Option<[u8; 48]> {
	let p: [u8; 48] = bytes(FIELD);
	let mut sum = [0; 48];
	let mut carry = 0;
	for i in (0..48).rev() {
		let flags_masked = if i == 0 { bytes_48[i] & 0x1f } else { bytes_48[i] };
		let digit = u16::from(flags_masked) + u16::from(p[i]) + carry;
		sum[i] = digit as u8;
		carry = digit >> 8;
	}
	let fits = carry == 0 && sum[0] & 0xe0 == 0;
	sum[0] |= bytes_48[0] & 0xe0;
	fits.then_some(sum)
}

/// `x + p` names the same field element; only `x` is its encoding.
#[test]
fn unreduced_coordinates_are_refused() {
	let mut tried = 0;
	for i in 0..200u8 {
		let point = G1::hash(&[i], b"TEST");
		if let Some(unreduced) = plus_p(&point.encode().0) {
			tried += 1;
			assert_eq!(G1Bytes(unreduced).decode().err(), Some(DecodeError::Point));
		}
	}
	assert!(tried > 20, "{tried} x-coordinates are small enough");
	let mut tried = 0;
	for i in 1..60 {
		let point = G2::generator().mul(&Scalar::from(i));
		let encoded = point.encode().0;
		// c1 is in the first half, with the flags; c0 in the second.
		for half in [0, 48] {
			let mut part: [u8; 48] = encoded[half..half + 48].try_into().unwrap();
			let flags = part[0] & 0xe0;
			part[0] &= 0x1f;
			let Some(mut unreduced) = plus_p(&part) else { continue };
			unreduced[0] |= flags;
			let mut changed = encoded;
			changed[half..half + 48].copy_from_slice(&unreduced);
			tried += 1;
			assert_eq!(G2Bytes(changed).decode().err(), Some(DecodeError::Point));
		}
	}
	assert!(tried > 10, "{tried} coordinates are small enough");
}

/// x = 0, 1, 2, ... in G1: about half have no point, the others have one that is on the curve
/// but, x = 0 included (order 3), not in the subgroup.
#[test]
fn points_off_the_curve_or_outside_the_subgroup_are_refused() {
	let (mut off, mut outside) = (0, 0);
	for x in 0..64u8 {
		let mut encoded = [0; 48];
		(encoded[0], encoded[47]) = (0x80, x);
		assert_eq!(G1Bytes(encoded).decode().err(), Some(DecodeError::Point), "x = {x}");
		match Option::<G1Affine>::from(G1Affine::from_compressed_unchecked(&encoded)) {
			None => off += 1,
			Some(_) => outside += 1,
		}
		let mut encoded = [0; 96];
		(encoded[0], encoded[95]) = (0x80, x);
		assert_eq!(G2Bytes(encoded).decode().err(), Some(DecodeError::Point), "x = {x}");
		match Option::<G2Affine>::from(G2Affine::from_compressed_unchecked(&encoded)) {
			None => off += 1,
			Some(_) => outside += 1,
		}
	}
	assert!(off > 20 && outside > 20, "{off} off the curve, {outside} outside the subgroup");
}

/// A part of small order, added to a good point: on the curve, and the pairing does not see it.
#[test]
fn points_with_a_cofactor_part_are_refused() {
	let mut encoded = [0; 48];
	encoded[0] = 0x80;
	let order_three = G1Affine::from_compressed_unchecked(&encoded).unwrap();
	let mixed = G1(G1::generator().0 + order_three);
	assert!(super::pairing_product_is_one(&[
		(mixed, G2::generator()),
		(-G1::generator(), G2::generator()),
	]));
	assert_eq!(mixed.encode().decode().err(), Some(DecodeError::Point));
}

#[test]
fn multiplication_by_public_factors_agrees() {
	let (a, b) = (G1::generator(), G2::generator());
	for factor in [0, 1, 2, 3, 100, u64::MAX] {
		let scalar = Scalar::from(factor);
		assert!(a.mul_vartime(u128::from(factor)) == a.mul(&scalar));
		assert!(b.mul_vartime(u128::from(factor)) == b.mul(&scalar));
	}
	let wide = Scalar::from(u64::MAX) * Scalar::from(u64::MAX);
	assert!(a.mul_vartime(u128::from(u64::MAX) * u128::from(u64::MAX)) == a.mul(&wide));
}
