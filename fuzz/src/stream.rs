//! Whole sealed messages, written from docs/protocol.md, section 13, under a fixed message key.

use crate::{
	common::{api, Master, EPOCH},
	edits,
	recipient::Recipient,
};
use chacha20poly1305::{
	aead::{Aead, Payload},
	ChaCha20Poly1305, KeyInit,
};
use std::sync::OnceLock;
use symbolon_crypto::{
	encryption::{MessageKey, SealedHeader},
	hash::{sha256, sha512},
	signature::Domain,
	Entropy, SecretBytes,
};
use symbolon_light::Anchor;
use symbolon_sdk::seal::{open_stream, Preamble, Sender, CHUNK, MAGIC};

const KEY: [u8; 32] = [8; 32];
const PREFIX: [u8; 7] = [9; 7];
const CONTENT: &[u8] = b"open the valve";
/// Most chunks of a layout: each has 64 KiB.
const MOST_CHUNKS: usize = 4;

fn message_key() -> MessageKey {
	let (mut key, mut prefix) = (KEY, PREFIX);
	MessageKey::from_parts(SecretBytes::take(&mut key), SecretBytes::take(&mut prefix))
}

/// An anchor of the master key of all fixed values, with one validator.
fn anchor() -> &'static Anchor {
	static ANCHOR: OnceLock<Anchor> = OnceLock::new();
	ANCHOR.get_or_init(|| {
		let master = Master::demo().verifier.master.encode().0;
		let base = [&[0; 4][..], &[7; 32], &[0; 8], &[4], &[1; 32], &1u64.to_le_bytes()].concat();
		let times = [EPOCH.start, 7 * 86_400, 30].map(u64::to_le_bytes).concat();
		let bytes = [&[1][..], &[7; 32], &[0; 4], &master, &master, &base, &times].concat();
		let anchor = Anchor::from_bytes(&bytes).expect("the anchor is right");
		assert_eq!(anchor.key_id(), Master::demo().verifier.key_id);
		anchor
	})
}

fn preamble(signed: bool) -> Vec<u8> {
	let header = &Recipient::fixed().known[0].bytes;
	let length = (header.len() as u16).to_le_bytes();
	[&MAGIC[..], &[u8::from(signed)], &length, header].concat()
}

fn chunk(preamble: &[u8], number: u32, last: bool, content: &[u8]) -> Vec<u8> {
	let nonce = [&PREFIX[..], &number.to_be_bytes(), &[u8::from(last)]].concat();
	let payload = Payload { msg: content, aad: preamble };
	let sealed = ChaCha20Poly1305::new((&KEY).into()).encrypt(nonce[..].into(), payload);
	sealed.expect("it is far below the cipher's bound")
}

/// The content of a message, with its signature and the length of that if it is signed.
pub fn plain(signed: bool) -> Vec<u8> {
	static SIGNED: OnceLock<Vec<u8>> = OnceLock::new();
	if !signed {
		return CONTENT.to_vec();
	}
	let with_signature = || {
		let header = SealedHeader::from_bytes(&Recipient::fixed().known[0].bytes);
		let header = header.expect("it is right");
		let name = header.identity().to_string();
		let epoch = header.epoch();
		let message = [
			&sha256(&preamble(true))[..],
			&[(name.len() as u8) << 2],
			name.as_bytes(),
			&header.serial().get().to_le_bytes(),
			&[epoch.number, epoch.start, epoch.end].map(u64::to_le_bytes).concat(),
			&sha512(CONTENT),
		]
		.concat();
		let signature = api().key.sign(Domain::SEALED, &message, Entropy::take(&mut [6; 32]));
		let signature = signature.to_bytes();
		[CONTENT, &signature, &(signature.len() as u16).to_le_bytes()].concat()
	};
	SIGNED.get_or_init(with_signature).clone()
}

/// The message that is right.
pub fn message(signed: bool) -> Vec<u8> {
	let preamble = preamble(signed);
	[&preamble[..], &chunk(&preamble, 0, true, &plain(signed))].concat()
}

/// The content of `message`, if it opens, and whether it was signed; by `from` if that is wanted.
fn open(mut message: &[u8], from: Option<Sender<'_>>) -> Option<(Vec<u8>, bool)> {
	let mut output = Vec::new();
	let opened = Preamble::read(&mut message).and_then(|preamble| {
		let input = (&preamble, message);
		open_stream(anchor(), &message_key(), input, from, &mut output, &mut |_| {})
	});
	match opened {
		Ok(opened) => {
			assert_eq!(opened.length, output.len() as u64);
			if let Some(by) = &opened.signed_by {
				assert_eq!((&by.identity, by.serial), (api().key.identity(), api().key.serial()));
			}
			Some((output, opened.signed_by.is_some()))
		}
		Err(error) => {
			assert!(!error.to_string().is_empty());
			None
		}
	}
}

/// Whether a message that is signed, or not, has the sender that is wanted: the signature is of
/// [`EPOCH`].
fn has_sender(signed: bool, wanted: Option<Sender<'_>>) -> bool {
	wanted.is_none_or(|sender| signed && sender.not_before < EPOCH.end)
}

/// Somebody without the message key.
fn stranger(bytes: &[u8], from: Option<Sender<'_>>) {
	let right = |signed| bytes == message(signed) && has_sender(signed, from);
	let expected = [false, true].into_iter().find(|signed| right(*signed));
	assert_eq!(open(bytes, from), expected.map(|signed| (CONTENT.to_vec(), signed)));
}

/// Somebody with the message key, but without the signer's.
fn sender(content: &[u8], signed: bool, from: Option<Sender<'_>>) {
	let preamble = preamble(signed);
	let opened = open(&[&preamble[..], &chunk(&preamble, 0, true, content)].concat(), from);
	let right = has_sender(signed, from) && (!signed || content == plain(true));
	let expected = if signed { CONTENT } else { content };
	assert_eq!(opened, right.then(|| (expected.to_vec(), signed)));
}

/// Chunks of any sizes, marks and numbers, two bytes of `script` for each: only one layout of a
/// content opens.
fn layout(script: &[u8]) {
	let preamble = preamble(false);
	let (mut message, mut content, mut right) = (preamble.clone(), Vec::new(), true);
	let steps: Vec<_> = script.chunks_exact(2).take(MOST_CHUNKS).collect();
	for (number, step) in (0u32..).zip(&steps) {
		let (last, is_final) = (step[1] & 1 != 0, number as usize + 1 == steps.len());
		let skipped = u32::from(step[1] & 2 != 0);
		let length = match step[0] % 4 {
			0 => CHUNK,
			1 => CHUNK - 1,
			2 => usize::from(step[1] >> 2) + 1,
			_ => 0,
		};
		let full = length == CHUNK || is_final && (length > 0 || number == 0);
		right &= full && last == is_final && skipped == 0;
		let part = vec![number as u8; length];
		message.extend_from_slice(&chunk(&preamble, number + skipped, last, &part));
		content.extend_from_slice(&part);
	}
	right &= !steps.is_empty();
	assert!(open(&message, None) == right.then_some((content, false)));
}

/// Runs an input: its first byte says what the rest is, whether the message is signed, whether the
/// signer must be the one that it is, and whether its key would have to be of a later epoch.
pub fn run(input: &[u8]) {
	let Some((how, rest)) = input.split_first() else { return };
	let signed = how & 0x10 != 0;
	let not_before = if how & 0x40 == 0 { EPOCH.end - 1 } else { EPOCH.end };
	let from = (how & 0x20 != 0).then(|| Sender { identity: api().key.identity(), not_before });
	match how % 8 {
		0 | 1 => stranger(rest, from),
		2 | 3 => stranger(&edits::apply(&message(signed), rest), from),
		4 => sender(rest, signed, from),
		5 | 6 => sender(&edits::apply(&plain(signed), rest), signed, from),
		_ => layout(rest),
	}
}
