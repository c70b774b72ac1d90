//! The form of a sealed message: preamble and chunks.

use super::SealError;
use chacha20poly1305::{
	aead::stream::{DecryptorBE32, EncryptorBE32},
	ChaCha20Poly1305,
};
use std::io::{self, Read, Write};
use symbolon_crypto::{
	encryption::{MessageKey, SealedHeader, MAX_HEADER_LEN},
	hash::sha256,
};
use zeroize::Zeroizing;

/// How a sealed message begins: 15 letters and the version.
pub const MAGIC: [u8; 16] = *b"SYMBOLON-SEALED\x01";
/// Content of a chunk, in bytes.
pub const CHUNK: usize = 64 << 10;
/// Bytes that encryption adds to a chunk.
const TAG: usize = 16;
/// Bit of the flags: a signature follows the content.
const SIGNED: u8 = 1;

/// What is in clear before the chunks. Unverified until the first chunk has opened.
#[derive(Clone, Debug)]
pub struct Preamble {
	bytes: Vec<u8>,
	header: SealedHeader,
	signed: bool,
}

impl Preamble {
	pub(super) fn new(header: SealedHeader, signed: bool) -> Self {
		let encoded = header.to_bytes();
		// A header has 1,670 bytes at most.
		let length = u16::try_from(encoded.len()).unwrap_or(u16::MAX);
		let flags = if signed { SIGNED } else { 0 };
		let bytes = [&MAGIC[..], &[flags], &length.to_le_bytes(), &encoded].concat();
		Self { bytes, header, signed }
	}

	/// Reads the preamble and no more: what is left of `input` are the chunks.
	///
	/// # Errors
	///
	/// [`SealError::Format`], [`SealError::Header`], [`SealError::Read`].
	pub fn read(mut input: impl Read) -> Result<Self, SealError> {
		let mut start = [0; MAGIC.len() + 3];
		fill(&mut input, &mut start)?;
		let [magic @ .., flags, low, high] = start;
		if magic != MAGIC {
			return Err(SealError::Format("it does not begin as one"));
		}
		if flags & !SIGNED != 0 {
			return Err(SealError::Format("it has flags that this version does not know"));
		}
		let length = usize::from(u16::from_le_bytes([low, high]));
		if length > MAX_HEADER_LEN {
			return Err(SealError::Format("its header is too long"));
		}
		let mut encoded = vec![0; length];
		fill(&mut input, &mut encoded)?;
		let header = SealedHeader::from_bytes(&encoded).map_err(SealError::Header)?;
		let bytes = [&start[..], &encoded].concat();
		Ok(Self { bytes, header, signed: flags & SIGNED != 0 })
	}

	/// Whom it claims to be for.
	pub const fn header(&self) -> &SealedHeader {
		&self.header
	}

	/// Whether it claims to be signed.
	pub const fn is_signed(&self) -> bool {
		self.signed
	}

	pub(super) fn bytes(&self) -> &[u8] {
		&self.bytes
	}

	pub(super) fn digest(&self) -> [u8; 32] {
		sha256(&self.bytes)
	}
}

fn fill(input: &mut impl Read, bytes: &mut [u8]) -> Result<(), SealError> {
	input.read_exact(bytes).map_err(|error| match error.kind() {
		io::ErrorKind::UnexpectedEof => SealError::Format("it is too short"),
		_ => SealError::Read(error),
	})
}

/// Encrypts what is written to it, in chunks.
pub(super) struct ChunkWriter<'a, W> {
	stream: EncryptorBE32<ChaCha20Poly1305>,
	preamble: &'a Preamble,
	/// At most [`CHUNK`] bytes, and room for the tag: it never moves.
	chunk: Zeroizing<Vec<u8>>,
	output: W,
}

impl<'a, W: Write> ChunkWriter<'a, W> {
	pub fn new(key: &MessageKey, preamble: &'a Preamble, output: W) -> Self {
		let stream = EncryptorBE32::new(key.key().into(), key.nonce_prefix().into());
		let chunk = Zeroizing::new(Vec::with_capacity(CHUNK + TAG));
		Self { stream, preamble, chunk, output }
	}

	/// More of the content.
	pub fn write(&mut self, mut bytes: &[u8]) -> Result<(), SealError> {
		while !bytes.is_empty() {
			// A full chunk waits for more: the last one is marked.
			if self.chunk.len() == CHUNK {
				let aad = self.preamble.bytes();
				let sealed = self.stream.encrypt_next_in_place(aad, &mut *self.chunk);
				sealed.map_err(|_| SealError::TooLong)?;
				self.output.write_all(&self.chunk).map_err(SealError::Write)?;
				self.chunk.clear();
			}
			let room = CHUNK.saturating_sub(self.chunk.len()).min(bytes.len());
			let (now, later) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
			self.chunk.extend_from_slice(now);
			bytes = later;
		}
		Ok(())
	}

	/// The last chunk; gives the output back.
	pub fn finish(self) -> Result<W, SealError> {
		let Self { stream, preamble, mut chunk, mut output } = self;
		let sealed = stream.encrypt_last_in_place(preamble.bytes(), &mut *chunk);
		sealed.map_err(|_| SealError::TooLong)?;
		output.write_all(&chunk).map_err(SealError::Write)?;
		output.flush().map_err(SealError::Write)?;
		Ok(output)
	}
}

/// Decrypts chunk after chunk. What it gives was authenticated, but may go on otherwise than it
/// was sealed: only [`ended`](Self::ended) says that it is all.
pub(super) struct ChunkReader<'a, R> {
	/// `None` once the last chunk was opened.
	stream: Option<DecryptorBE32<ChaCha20Poly1305>>,
	preamble: &'a Preamble,
	/// The next chunk, still encrypted.
	ahead: Zeroizing<Vec<u8>>,
	first: bool,
	input: R,
}

impl<'a, R: Read> ChunkReader<'a, R> {
	pub fn new(key: &MessageKey, preamble: &'a Preamble, mut input: R) -> Result<Self, SealError> {
		let stream = DecryptorBE32::new(key.key().into(), key.nonce_prefix().into());
		let ahead = piece(&mut input)?;
		Ok(Self { stream: Some(stream), preamble, ahead, first: true, input })
	}

	/// The next chunk's content; `None` after the last.
	pub fn next(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>, SealError> {
		let Some(mut stream) = self.stream.take() else { return Ok(None) };
		let following = if self.ahead.len() == CHUNK + TAG {
			piece(&mut self.input)?
		} else {
			Zeroizing::default()
		};
		let mut chunk = std::mem::replace(&mut self.ahead, following);
		let aad = self.preamble.bytes();
		if self.ahead.is_empty() {
			stream.decrypt_last_in_place(aad, &mut *chunk).map_err(|_| SealError::Altered)?;
			if chunk.is_empty() && !self.first {
				return Err(SealError::Altered);
			}
		} else {
			stream.decrypt_next_in_place(aad, &mut *chunk).map_err(|_| SealError::Altered)?;
			self.stream = Some(stream);
		}
		self.first = false;
		Ok(Some(chunk))
	}
}

/// Up to a whole encrypted chunk.
fn piece(input: &mut impl Read) -> Result<Zeroizing<Vec<u8>>, SealError> {
	let mut bytes = Zeroizing::new(Vec::with_capacity(CHUNK + TAG));
	let mut limited = input.take((CHUNK + TAG) as u64);
	limited.read_to_end(&mut bytes).map_err(SealError::Read)?;
	Ok(bytes)
}
