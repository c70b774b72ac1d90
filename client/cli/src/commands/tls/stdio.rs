//! Standard input and output as streams. Each has a thread of its own, since both block.

use std::{
	io::{self, Read, Write},
	pin::Pin,
	task::{ready, Context, Poll},
	thread::{self, JoinHandle},
};
use tokio::{
	io::{duplex, AsyncRead, AsyncReadExt, DuplexStream, ReadBuf},
	runtime::Handle,
	sync::mpsc,
};

/// Bytes read or written at a time.
const PIECE: usize = 16 << 10;
/// Bytes that may wait for the reader of the output.
const WAITING: usize = 4 * PIECE;

/// Standard input.
pub struct Input {
	pieces: mpsc::Receiver<io::Result<Vec<u8>>>,
	/// What is left of the last piece, to be read from its end's distance.
	piece: Vec<u8>,
	taken: usize,
}

impl Input {
	/// Begins to read. A read that waits cannot be called back: its thread ends with the process.
	pub fn start() -> Self {
		let (send, pieces) = mpsc::channel(1);
		thread::spawn(move || {
			let mut input = io::stdin().lock();
			let mut piece = vec![0; PIECE];
			loop {
				let read = match input.read(&mut piece) {
					Ok(0) => return,
					Ok(count) => Ok(piece.get(..count).unwrap_or_default().to_vec()),
					Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
					Err(error) => Err(error),
				};
				let failed = read.is_err();
				if send.blocking_send(read).is_err() || failed {
					return;
				}
			}
		});
		Self { pieces, piece: Vec::new(), taken: 0 }
	}
}

impl AsyncRead for Input {
	fn poll_read(
		mut self: Pin<&mut Self>,
		cx: &mut Context<'_>,
		buffer: &mut ReadBuf<'_>,
	) -> Poll<io::Result<()>> {
		if self.taken >= self.piece.len() {
			match ready!(self.pieces.poll_recv(cx)) {
				Some(piece) => (self.piece, self.taken) = (piece?, 0),
				None => return Poll::Ready(Ok(())),
			}
		}
		let left = self.piece.get(self.taken..).unwrap_or_default();
		let now = left.get(..left.len().min(buffer.remaining())).unwrap_or_default();
		buffer.put_slice(now);
		let count = now.len();
		self.taken += count;
		Poll::Ready(Ok(()))
	}
}

/// Standard output.
pub struct Output(JoinHandle<io::Result<()>>);

impl Output {
	/// Begins to write what is written to the stream. Nothing can be written to it any more once
	/// the reader of the output is gone.
	pub fn start() -> (Self, DuplexStream) {
		let (stream, mut written) = duplex(WAITING);
		let runtime = Handle::current();
		let thread = thread::spawn(move || {
			let mut piece = vec![0; PIECE];
			loop {
				let count = runtime.block_on(written.read(&mut piece))?;
				if count == 0 {
					return Ok(());
				}
				let mut output = io::stdout().lock();
				output.write_all(piece.get(..count).unwrap_or_default())?;
				output.flush()?;
			}
		});
		(Self(thread), stream)
	}

	/// Waits until all is written; to be called after the stream was dropped.
	///
	/// # Errors
	///
	/// The system's.
	pub fn finish(self) -> io::Result<()> {
		self.0.join().unwrap_or_else(|_| Err(io::Error::other("the writer of the output failed")))
	}
}
