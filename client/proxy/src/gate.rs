//! A stream whose reading can be ended from this side.

use std::{
	future::Future,
	io,
	pin::Pin,
	task::{Context, Poll},
};
use tokio::io::{AsyncRead, ReadBuf};

/// Reads nothing more once `shut` is ready. That is no end of the stream: a message may have been
/// cut in two, and nobody is to take its first half for all of it. So reading is never ready again,
/// and whoever reads has something else to wait for.
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
			return Poll::Pending;
		}
		Pin::new(&mut *self.inner).poll_read(cx, buffer)
	}
}
