//! Sealing.

use super::{
	format::{ChunkWriter, Preamble},
	Progress, SealError,
};
use crate::{chain::Client, device::refresh, entropy, sign::choose, store::Store};
use codec::Encode;
use sha2::{Digest, Sha512};
use std::io::{ErrorKind, Read, Write};
use symbolon_crypto::{
	encryption::SealTarget,
	signature::{Domain, SigningKey},
};
use symbolon_light::Anchor;
use zeroize::Zeroizing;

/// What a sender signs.
pub(super) fn signed_message(preamble: &Preamble, content: &[u8; 64]) -> Vec<u8> {
	let header = preamble.header();
	let (identity, serial, epoch) = (header.identity(), header.serial(), header.epoch());
	(preamble.digest(), identity, serial, epoch, content).encode()
}

/// The key with which the store's device signs now; its permit is fetched if it has none.
///
/// # Errors
///
/// [`SealError`].
pub async fn signing_key(store: &Store, client: &mut Client) -> Result<SigningKey, SealError> {
	let keys = store.keys()?;
	let now = client.now()?;
	let mut permits = store.permits()?;
	if !permits.iter().any(|permit| permit.epoch().holds(now)) {
		refresh(store, client).await?;
		permits = store.permits()?;
	}
	let permit = choose(&permits, now, store)?;
	SigningKey::new(&keys.sign, &permit).map_err(SealError::Key)
}

/// Seals all that `input` gives for `target`, under the key of `anchor`; signed by `signer`, if
/// there is one. Gives the number of bytes of content.
///
/// # Errors
///
/// [`SealError`]; what `output` got so far is to be thrown away then.
pub fn seal(
	anchor: &Anchor,
	target: &SealTarget,
	signer: Option<&SigningKey>,
	mut input: impl Read,
	mut output: impl Write,
	progress: Progress<'_>,
) -> Result<u64, SealError> {
	let master = anchor.master_key().decode().map_err(SealError::Anchor)?;
	let (header, key) = target.seal(&master, entropy::fresh()?);
	if header.key_id() != anchor.key_id() {
		return Err(SealError::OtherKey { own: anchor.key_id(), found: header.key_id() });
	}
	let preamble = Preamble::new(header, signer.is_some());
	output.write_all(preamble.bytes()).map_err(SealError::Write)?;
	let mut chunks = ChunkWriter::new(&key, &preamble, output);
	let (mut hasher, mut done) = (Sha512::new(), 0u64);
	let mut piece = Zeroizing::new(vec![0; super::CHUNK]);
	loop {
		let read = match input.read(&mut piece) {
			Ok(0) => break,
			Ok(read) => read,
			Err(error) if error.kind() == ErrorKind::Interrupted => continue,
			Err(error) => return Err(SealError::Read(error)),
		};
		let bytes = piece.get(..read).unwrap_or_default();
		hasher.update(bytes);
		chunks.write(bytes)?;
		done = done.saturating_add(read as u64);
		progress(done);
	}
	if let Some(signer) = signer {
		let message = signed_message(&preamble, &hasher.finalize().into());
		let signature = signer.sign(Domain::SEALED, &message, entropy::fresh()?).to_bytes();
		// A signature has 269 bytes at most.
		let length = u16::try_from(signature.len()).unwrap_or(u16::MAX);
		chunks.write(&signature)?;
		chunks.write(&length.to_le_bytes())?;
	}
	chunks.finish()?;
	Ok(done)
}
