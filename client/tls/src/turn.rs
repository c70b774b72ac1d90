//! Handshakes take turns without blocking threads.
//!
//! A verifier of `rustls` is not async, so what bounds pairings there blocks its thread. A listener's
//! handshakes therefore wait before that: what came from a client reaches TLS only while the handshake
//! has a place. It gives the place back whenever it waits for the network, so that who sends slowly,
//! or reads nothing, holds none.

use std::{
	fmt,
	future::Future,
	io,
	pin::Pin,
	sync::Arc,
	task::{ready, Context, Poll},
};
use tokio::{
	io::{AsyncRead, AsyncWrite, ReadBuf},
	sync::{AcquireError, OwnedSemaphorePermit, Semaphore},
};

/// Bytes taken from the network before the place is there.
const PIECE: usize = 4 << 10;

type Acquiring = Pin<Box<dyn Future<Output = Result<OwnedSemaphorePermit, AcquireError>> + Send>>;

/// A stream under a listener's TLS. After the handshake it is the stream itself.
pub struct Turn<IO> {
	io: IO,
	/// `None` once the handshake is over.
	places: Option<Arc<Semaphore>>,
	acquiring: Option<Acquiring>,
	held: Option<OwnedSemaphorePermit>,
	/// What was read and waits for the place.
	read: Vec<u8>,
}

impl<IO> Turn<IO> {
	pub(crate) const fn new(io: IO, places: Arc<Semaphore>) -> Self {
		Self { io, places: Some(places), acquiring: None, held: None, read: Vec::new() }
	}

	/// The handshake is over: nothing waits any more.
	pub(crate) fn finish(&mut self) {
		(self.places, self.acquiring, self.held) = (None, None, None);
	}

	/// The stream.
	pub const fn get_ref(&self) -> &IO {
		&self.io
	}

	fn give_back(&mut self) {
		(self.acquiring, self.held) = (None, None);
	}

	/// Waits for the place.
	fn poll_place(&mut self, cx: &mut Context<'_>) -> Poll<()> {
		let (None, Some(places)) = (&self.held, &self.places) else { return Poll::Ready(()) };
		let acquiring =
			self.acquiring.get_or_insert_with(|| Box::pin(places.clone().acquire_owned()));
		// Closed it never is; who gets no place then is bounded by the verifier all the same.
		self.held = ready!(acquiring.as_mut().poll(cx)).ok();
		self.acquiring = None;
		Poll::Ready(())
	}
}

impl<IO: AsyncRead + Unpin> AsyncRead for Turn<IO> {
	fn poll_read(
		mut self: Pin<&mut Self>,
		cx: &mut Context<'_>,
		buffer: &mut ReadBuf<'_>,
	) -> Poll<io::Result<()>> {
		let this = &mut *self;
		if this.places.is_some() && this.read.is_empty() {
			let mut piece = [0; PIECE];
			let mut piece = ReadBuf::new(&mut piece);
			let Poll::Ready(read) = Pin::new(&mut this.io).poll_read(cx, &mut piece) else {
				this.give_back();
				return Poll::Pending;
			};
			read?;
			this.read.extend_from_slice(piece.filled());
		}
		if this.places.is_some() {
			ready!(this.poll_place(cx));
		}
		if this.read.is_empty() {
			return match this.places {
				// The end.
				Some(_) => Poll::Ready(Ok(())),
				None => Pin::new(&mut this.io).poll_read(cx, buffer),
			};
		}
		let count = this.read.len().min(buffer.remaining());
		this.read.drain(..count).for_each(|byte| buffer.put_slice(&[byte]));
		Poll::Ready(Ok(()))
	}
}

impl<IO: AsyncWrite + Unpin> Turn<IO> {
	/// Who waits for the network holds no place.
	fn given_back<T>(&mut self, written: Poll<T>) -> Poll<T> {
		if written.is_pending() {
			self.give_back();
		}
		written
	}
}

impl<IO: AsyncWrite + Unpin> AsyncWrite for Turn<IO> {
	fn poll_write(
		mut self: Pin<&mut Self>,
		cx: &mut Context<'_>,
		bytes: &[u8],
	) -> Poll<io::Result<usize>> {
		let written = Pin::new(&mut self.io).poll_write(cx, bytes);
		self.given_back(written)
	}

	fn poll_write_vectored(
		mut self: Pin<&mut Self>,
		cx: &mut Context<'_>,
		parts: &[io::IoSlice<'_>],
	) -> Poll<io::Result<usize>> {
		let written = Pin::new(&mut self.io).poll_write_vectored(cx, parts);
		self.given_back(written)
	}

	fn is_write_vectored(&self) -> bool {
		self.io.is_write_vectored()
	}

	fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
		let flushed = Pin::new(&mut self.io).poll_flush(cx);
		self.given_back(flushed)
	}

	fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
		let shut = Pin::new(&mut self.io).poll_shutdown(cx);
		self.given_back(shut)
	}
}

impl<IO> fmt::Debug for Turn<IO> {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_struct("Turn").field("held", &self.held.is_some()).finish_non_exhaustive()
	}
}

#[cfg(test)]
mod tests;
