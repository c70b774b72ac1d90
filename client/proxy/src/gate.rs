//! A stream whose reading can be ended from this side.

use std::{
	future::Future,
	io,
	pin::Pin,
	task::{Context, Poll},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Reads as if the other side had ended its direction once `shut` is ready. Writing goes on: what
/// was asked for before is still answered.
pub struct Gate<'a, S> {
	inner: &'a mut S,
	shut: Pin<Box<dyn Future<Output = ()> + Send + 'a>>,
	closed: bool,
}

impl<'a, S> Gate<'a, S> {
	/// A gate that `shut` closes.
	pub fn new(inner: &'a mut S, shut: impl Future<Output = ()> + Send + 'a) -> Self {
		Self { inner, shut: Box::pin(shut), closed: false }
	}

	/// Whether it was closed from this side.
	pub const fn closed(&self) -> bool {
		self.closed
	}
}

impl<S: AsyncRead + Unpin> AsyncRead for Gate<'_, S> {
	fn poll_read(
		mut self: Pin<&mut Self>,
		cx: &mut Context<'_>,
		buffer: &mut ReadBuf<'_>,
	) -> Poll<io::Result<()>> {
		if !self.closed {
			self.closed = self.shut.as_mut().poll(cx).is_ready();
		}
		if self.closed {
			return Poll::Ready(Ok(()));
		}
		Pin::new(&mut *self.inner).poll_read(cx, buffer)
	}
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Gate<'_, S> {
	fn poll_write(
		mut self: Pin<&mut Self>,
		cx: &mut Context<'_>,
		bytes: &[u8],
	) -> Poll<io::Result<usize>> {
		Pin::new(&mut *self.inner).poll_write(cx, bytes)
	}

	fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
		Pin::new(&mut *self.inner).poll_flush(cx)
	}

	fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
		Pin::new(&mut *self.inner).poll_shutdown(cx)
	}
}
