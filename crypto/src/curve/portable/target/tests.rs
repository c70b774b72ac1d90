//! The encoding against another library's and against its own definition, and texts it refuses.

use super::{super::Scalar, encode, pairing_bytes, Prepared, Reader, G1, G2, TARGET_LEN};
use alloc::{format, string::String, vec::Vec};
use bls12_381::{pairing, G1Affine, G2Affine, Gt};
use blst::{blst_fp12, blst_p1_affine, blst_p2_affine, min_pk, min_sig};
use core::fmt::Write;

fn of(a: &G1, b: &G2) -> Vec<u8> {
	pairing_bytes(a, &Prepared::new(b)).expose().to_vec()
}

/// `e(a, b)` by blst.
fn by_blst(a: &G1, b: &G2) -> Vec<u8> {
	let a = min_pk::PublicKey::from_bytes(&a.encode().0).unwrap();
	let b = min_sig::PublicKey::from_bytes(&b.encode().0).unwrap();
	let (a, b): (&blst_p1_affine, &blst_p2_affine) = ((&a).into(), (&b).into());
	blst_fp12::miller_loop(b, a).final_exp().to_bendian().to_vec()
}

#[test]
fn pairings_are_those_of_blst_byte_by_byte() {
	assert_eq!(of(&G1::generator(), &G2::generator()), by_blst(&G1::generator(), &G2::generator()));
	for i in 0..200u32 {
		let a = G1::hash(&i.to_le_bytes(), b"TEST");
		let b = G2::generator().mul(&Scalar::hash(&i.to_le_bytes(), b"TEST"));
		assert_eq!(of(&a, &b), by_blst(&a, &b), "{i}");
	}
}

fn generator() -> Gt {
	pairing(&G1Affine::generator(), &G2Affine::generator())
}

/// The first coefficient of `e(g1, g2)` as other libraries' vectors (RELIC, noble-curves) have it.
#[test]
fn the_pairing_of_the_generators_is_the_known_one() {
	let bytes = of(&G1::generator(), &G2::generator());
	let first =
		"1250ebd871fc0a92a7b2d83168d0d727272d441befa15c503dd8e90ce98db3e7b6d194f60839c508a84305\
		aaca1789b6";
	let first: String = first.split_whitespace().collect();
	assert_eq!(hex::encode(&bytes[..48]), first);
	assert_eq!(bytes, encode(&generator()).expose());
}

#[test]
fn the_unit_is_one_and_eleven_zeros() {
	let mut one = [0; TARGET_LEN];
	one[47] = 1;
	assert_eq!(*encode(&Gt::identity()).expose(), one);
}

#[test]
fn bilinear_and_not_degenerate() {
	let (a, b) = (G1::hash(b"a", b"TEST"), G2::generator());
	let k = Scalar::hash(b"k", b"TEST");
	assert_eq!(of(&a.mul(&k), &b), of(&a, &b.mul(&k)));
	assert_ne!(of(&a.mul(&k), &b), of(&a, &b));
}

fn read(text: &str) -> bool {
	let mut reader = Reader::new();
	reader.write_str(text).is_ok() && reader.is_complete()
}

/// Each change of the text that could give other bytes unnoticed is refused.
#[test]
fn texts_of_another_form_are_refused() {
	let text = format!("{:?}", generator());
	assert!(read(&text));
	let digits: String = "5".repeat(96);
	let twelve = format!("0x{digits} ").repeat(12);
	assert!(read(&twelve) && read(twelve.trim_end()));
	for refused in [
		String::new(),
		format!("0x{digits} ").repeat(11),
		format!("0x{digits} ").repeat(13),
		format!("{twelve}0x"),
		format!("{twelve}0"),
		twelve.replacen('5', "", 1),
		twelve.replacen('5', "55", 1),
		twelve.replacen('5', "g", 1),
		twelve.replacen('5', "A", 1),
		twelve.replacen("0x", "x", 1),
		twelve.replacen("0x", "0 x", 1),
		twelve.replacen(' ', "", 1),
	] {
		assert!(!read(&refused), "{refused}");
	}
}
