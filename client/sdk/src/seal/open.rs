//! Opening.

use super::{
	format::{ChunkReader, Preamble},
	write::signed_message,
	Progress, SealError,
};
use crate::{anchor, files, store::Store};
use sha2::{Digest, Sha512};
use std::{
	fs, io,
	io::{Read, Write},
	path::Path,
};
use symbolon_crypto::{
	encryption::{MessageKey, OpeningKey},
	permit::Permit,
	signature::{Domain, Signature, SignatureError, MAX_SIGNATURE_LEN},
	Epoch, Identity, Serial,
};
use symbolon_light::Anchor;
use zeroize::Zeroizing;

/// Longest trailer: a signature and its length.
const MAX_TRAILER: usize = MAX_SIGNATURE_LEN + 2;

/// Who signed a message, and with the key of which epoch. When it was signed is not proved: permits
/// of past epochs are public, so who was revoked since can still sign in one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SealedBy {
	/// The name.
	pub identity: Identity,
	/// Its serial.
	pub serial: Serial,
	/// The epoch.
	pub epoch: Epoch,
}

/// Who must have signed a message, and with a key of how late an epoch.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
	/// The name, byte for byte.
	pub identity: &'a Identity,
	/// The key's epoch must end after this Unix second. Who was revoked can sign for ever with the
	/// keys of the epochs before: the later, the less that helps.
	pub not_before: u64,
}

/// A message that was opened, whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opened {
	/// Bytes of content.
	pub length: u64,
	/// Who signed it, if anybody.
	pub signed_by: Option<SealedBy>,
}

/// Opens a message of which `preamble` was read, with the store's key and `permit`; `from` is who
/// must have signed it. The content goes to a file of mode 0600 beside `path`, and becomes `path`
/// once all of it was verified; what is there is replaced only if `force`.
///
/// # Errors
///
/// [`SealError`]; `path` is as it was.
pub fn open_file(
	store: &Store,
	permit: &Permit,
	(preamble, input): (&Preamble, impl Read),
	from: Option<Sender<'_>>,
	(path, force): (&Path, bool),
	progress: Progress<'_>,
) -> Result<Opened, SealError> {
	if !force && fs::symlink_metadata(path).is_ok() {
		return Err(SealError::Exists { path: path.into() });
	}
	let key = OpeningKey::new(&store.keys()?.decrypt, permit).map_err(SealError::Key)?;
	let key = key.open(preamble.header())?;
	let mut beside = files::beside(path, files::PRIVATE).map_err(SealError::Write)?;
	let opened =
		open_stream(store.anchor(), &key, (preamble, input), from, beside.as_file_mut(), progress)?;
	files::keep(beside, path, force).map_err(|error| match error.kind() {
		io::ErrorKind::AlreadyExists => SealError::Exists { path: path.into() },
		_ => SealError::Write(error),
	})?;
	Ok(opened)
}

/// Opens a message with its key. What is written to `output` is not to be used unless this returns
/// without an error: only then is it whole and its sender verified.
///
/// # Errors
///
/// [`SealError`].
pub fn open_stream(
	anchor: &Anchor,
	key: &MessageKey,
	(preamble, input): (&Preamble, impl Read),
	from: Option<Sender<'_>>,
	mut output: impl Write,
	progress: Progress<'_>,
) -> Result<Opened, SealError> {
	if let (Some(sender), false) = (from, preamble.is_signed()) {
		return Err(SealError::Unsigned { expected: sender.identity.clone() });
	}
	let held_back = if preamble.is_signed() { MAX_TRAILER } else { 0 };
	let mut chunks = ChunkReader::new(key, preamble, input)?;
	let (mut hasher, mut length) = (Sha512::new(), 0u64);
	let mut give = |bytes: &[u8]| {
		hasher.update(bytes);
		length = length.saturating_add(bytes.len() as u64);
		output.write_all(bytes).map_err(SealError::Write)?;
		progress(length);
		Ok::<_, SealError>(())
	};
	// The end of what was opened, which may be the trailer.
	let mut tail = Zeroizing::new(Vec::with_capacity(super::CHUNK + MAX_TRAILER));
	while let Some(chunk) = chunks.next()? {
		tail.extend_from_slice(&chunk);
		let sure = tail.len().saturating_sub(held_back);
		give(tail.get(..sure).unwrap_or_default())?;
		tail.drain(..sure);
	}
	let signature = if preamble.is_signed() {
		let (content, signature) = split_trailer(&tail)?;
		give(content)?;
		Some(signature)
	} else {
		None
	};
	output.flush().map_err(SealError::Write)?;
	let digest = hasher.finalize().into();
	let signed_by = signature
		.map(|signature| verify(anchor, preamble, &signature, &digest, from))
		.transpose()?;
	Ok(Opened { length, signed_by })
}

/// Content and signature, of the end of a signed message.
fn split_trailer(tail: &[u8]) -> Result<(&[u8], Signature), SealError> {
	let format = SealError::Signature(SignatureError::Format);
	let Some((rest, length)) = tail.split_last_chunk::<2>() else { return Err(format) };
	let length = usize::from(u16::from_le_bytes(*length));
	let cut = rest.len().checked_sub(length).and_then(|at| rest.split_at_checked(at));
	let Some((content, signature)) = cut else { return Err(format) };
	let signature = Signature::from_bytes(signature).map_err(SealError::Signature)?;
	Ok((content, signature))
}

fn verify(
	anchor: &Anchor,
	preamble: &Preamble,
	signature: &Signature,
	content: &[u8; 64],
	from: Option<Sender<'_>>,
) -> Result<SealedBy, SealError> {
	let found = signature.identity.clone();
	if let Some(sender) = from.filter(|sender| *sender.identity != found) {
		return Err(SealError::OtherSender { expected: sender.identity.clone(), found });
	}
	let (epoch, of_message) = (signature.epoch, preamble.header().epoch());
	if let Some(Sender { not_before, .. }) = from.filter(|sender| epoch.end <= sender.not_before) {
		return Err(SealError::OldSignature { identity: found, epoch, not_before });
	}
	if epoch.start > of_message.start {
		let (message, signature) = (of_message.number, epoch.number);
		return Err(SealError::LaterSignature { message, signature });
	}
	let verifier = anchor::verifier(anchor).map_err(SealError::Anchor)?;
	let message = signed_message(preamble, content);
	// At the epoch's own time: it is not the present one any more when the message is opened late.
	let verified = signature.verify(&verifier, Domain::SEALED, &message, epoch.start);
	verified.map_err(SealError::Signature)?;
	Ok(SealedBy { identity: found, serial: signature.serial, epoch })
}
