//! HKDF-SHA-256 (RFC 5869), HMAC-SHA-256 and ChaCha20-Poly1305 (RFC 8439), with the lengths that
//! this protocol uses.

use alloc::vec::Vec;
use chacha20poly1305::{aead::AeadInPlace, ChaCha20Poly1305, KeyInit, Nonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use symbolon_crypto::SecretBytes;

/// Bytes that the AEAD adds.
pub(crate) const TAG_LEN: usize = 16;

/// HKDF-Extract.
pub(crate) fn extract(salt: &[u8], secret: &[u8]) -> SecretBytes<32> {
	let (mut key, _) = Hkdf::<Sha256>::extract(Some(salt), secret);
	SecretBytes::take(key.as_mut())
}

/// HKDF-Expand to 32 bytes; the info is `label ‖ hash`.
#[expect(clippy::expect_used, reason = "the lengths are fixed")]
pub(crate) fn expand(key: &SecretBytes<32>, label: &str, hash: &[u8; 32]) -> SecretBytes<32> {
	let mut output = [0; 32];
	Hkdf::<Sha256>::from_prk(key.expose())
		.expect("a key of 32 bytes is as long as the hash")
		.expand_multi_info(&[label.as_bytes(), hash], &mut output)
		.expect("32 bytes are under HKDF's bound of 8,160");
	SecretBytes::take(&mut output)
}

/// HMAC.
#[expect(clippy::expect_used, reason = "HMAC takes any key")]
pub(crate) fn mac(key: &SecretBytes<32>, message: &[u8]) -> [u8; 32] {
	let mac = <Hmac<Sha256> as Mac>::new_from_slice(key.expose());
	mac.expect("HMAC takes keys of any length").chain_update(message).finalize().into_bytes().into()
}

/// The AEAD's nonce of message `count` under one key: four zero bytes, then the count,
/// little-endian.
fn nonce(count: u64) -> Nonce {
	let mut nonce = Nonce::default();
	nonce.iter_mut().skip(4).zip(count.to_le_bytes()).for_each(|(to, from)| *to = from);
	nonce
}

/// Encrypts `message` in place and puts the tag after it.
#[expect(clippy::expect_used, reason = "the lengths are bounded")]
pub(crate) fn seal(key: &SecretBytes<32>, count: u64, bound: &[u8], message: &mut Vec<u8>) {
	ChaCha20Poly1305::new(key.expose().into())
		.encrypt_in_place(&nonce(count), bound, message)
		.expect("messages are far below the cipher's bound of 256 GiB, and a Vec can grow");
}

/// Decrypts what [`seal`] made; `None` if it was not made by it for this key, count and bound.
pub(crate) fn open(
	key: &SecretBytes<32>,
	count: u64,
	bound: &[u8],
	sealed: &[u8],
) -> Option<Vec<u8>> {
	let mut message = sealed.to_vec();
	let cipher = ChaCha20Poly1305::new(key.expose().into());
	cipher.decrypt_in_place(&nonce(count), bound, &mut message).ok()?;
	Some(message)
}
