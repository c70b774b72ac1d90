//! TCP connections that end with a reset unless they ended in order.
//!
//! A plain stream has no mark of its end but the end itself, so one that is cut must not look like
//! one that is complete: neither when its task is aborted nor when the process dies.

use std::{
	io,
	pin::Pin,
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc,
	},
	task::{Context, Poll},
};
use tokio::{
	io::{AsyncRead, AsyncWrite, ReadBuf},
	net::TcpStream,
};

/// From now on `stream` ends with a reset, however it is dropped. A system that refuses that ends it
/// as it always does, and there is nobody to tell.
pub fn end_by_reset(stream: &TcpStream) {
	let _ = stream.set_zero_linger();
}

/// `stream` ended in order: what is still to be sent is sent.
#[expect(deprecated, reason = "there is no time of lingering here that could block a thread")]
pub fn end_in_order(stream: &TcpStream) {
	let _ = stream.set_linger(None);
}

/// Whether connections are to end with a reset. Clones are of the same connections.
#[derive(Clone, Debug, Default)]
pub struct Abrupt(Arc<AtomicBool>);

impl Abrupt {
	/// They end with a reset from now on, or no longer do.
	pub fn set(&self, reset: bool) {
		self.0.store(reset, Ordering::Relaxed);
	}
}

/// A connection that others own, and which ends as its [`Abrupt`] says.
pub struct Line {
	inner: TcpStream,
	abrupt: Abrupt,
}

impl Line {
	/// `inner`, which ends as `abrupt` says at that time.
	pub const fn new(inner: TcpStream, abrupt: Abrupt) -> Self {
		Self { inner, abrupt }
	}
}

impl Drop for Line {
	fn drop(&mut self) {
		if self.abrupt.0.load(Ordering::Relaxed) {
			end_by_reset(&self.inner);
		}
	}
}

impl AsyncRead for Line {
	fn poll_read(
		mut self: Pin<&mut Self>,
		cx: &mut Context<'_>,
		buffer: &mut ReadBuf<'_>,
	) -> Poll<io::Result<()>> {
		Pin::new(&mut self.inner).poll_read(cx, buffer)
	}
}

impl AsyncWrite for Line {
	fn poll_write(
		mut self: Pin<&mut Self>,
		cx: &mut Context<'_>,
		bytes: &[u8],
	) -> Poll<io::Result<usize>> {
		Pin::new(&mut self.inner).poll_write(cx, bytes)
	}

	fn poll_write_vectored(
		mut self: Pin<&mut Self>,
		cx: &mut Context<'_>,
		parts: &[io::IoSlice<'_>],
	) -> Poll<io::Result<usize>> {
		Pin::new(&mut self.inner).poll_write_vectored(cx, parts)
	}

	fn is_write_vectored(&self) -> bool {
		self.inner.is_write_vectored()
	}

	fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
		Pin::new(&mut self.inner).poll_flush(cx)
	}

	fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
		Pin::new(&mut self.inner).poll_shutdown(cx)
	}
}
