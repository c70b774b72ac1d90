//! A connection whose peer is known, and which does not outlive the peer's credential.

use crate::{lifetime::Lifetime, peer::Peer};
use std::{
	fmt,
	future::Future,
	io,
	pin::Pin,
	task::{ready, Context, Poll},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Seconds after its deadline at which a connection is cut, whatever its user does: time to drain.
pub const DRAIN: u64 = 10;

type Passing = Pin<Box<dyn Future<Output = ()> + Send + Sync>>;

/// Who is to be woken at the cut.
#[derive(Clone, Copy)]
enum Side {
	Reader,
	Writer,
}

/// A TLS connection. Reading and writing fail with [`io::ErrorKind::TimedOut`] once its
/// [`Lifetime`] is over for more than [`DRAIN`] seconds.
pub struct Connection<S> {
	stream: S,
	peer: Option<Peer>,
	lifetime: Lifetime,
	/// Ready when the connection is to be cut, for who reads and for who writes: they may be two
	/// tasks. `None` if it never is.
	cut: Option<[Passing; 2]>,
	over: bool,
}

impl<S> Connection<S> {
	pub(crate) fn new(stream: S, peer: Option<Peer>, lifetime: Lifetime) -> Self {
		let cut = peer.is_some().then(|| {
			[lifetime.clone(), lifetime.clone()]
				.map(|lifetime| Box::pin(async move { lifetime.passed_by(DRAIN).await }) as Passing)
		});
		Self { stream, peer, lifetime, cut, over: false }
	}

	/// Who the peer is; `None` if it showed no identity, which only an acceptor with
	/// [`anonymous_clients`](crate::AcceptorBuilder::anonymous_clients) lets in.
	pub const fn peer(&self) -> Option<&Peer> {
		self.peer.as_ref()
	}

	/// How long the connection may live.
	pub fn lifetime(&self) -> Lifetime {
		self.lifetime.clone()
	}

	/// The TLS stream.
	pub const fn get_ref(&self) -> &S {
		&self.stream
	}

	/// The TLS stream, the peer and the lifetime, which is the caller's to keep from now on.
	pub fn into_parts(self) -> (S, Option<Peer>, Lifetime) {
		(self.stream, self.peer, self.lifetime)
	}

	fn check(&mut self, side: Side, cx: &mut Context<'_>) -> io::Result<()> {
		if let Some([reader, writer]) = self.cut.as_mut().filter(|_| !self.over) {
			let cut = match side {
				Side::Reader => reader,
				Side::Writer => writer,
			};
			self.over = cut.as_mut().poll(cx).is_ready();
		}
		if self.over {
			let text = "the peer has shown no credential of a later epoch in time";
			return Err(io::Error::new(io::ErrorKind::TimedOut, text));
		}
		Ok(())
	}
}

impl<S: AsyncRead + Unpin> AsyncRead for Connection<S> {
	fn poll_read(
		mut self: Pin<&mut Self>,
		cx: &mut Context<'_>,
		buffer: &mut ReadBuf<'_>,
	) -> Poll<io::Result<()>> {
		self.check(Side::Reader, cx)?;
		Pin::new(&mut self.stream).poll_read(cx, buffer)
	}
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Connection<S> {
	fn poll_write(
		mut self: Pin<&mut Self>,
		cx: &mut Context<'_>,
		bytes: &[u8],
	) -> Poll<io::Result<usize>> {
		self.check(Side::Writer, cx)?;
		Pin::new(&mut self.stream).poll_write(cx, bytes)
	}

	fn poll_write_vectored(
		mut self: Pin<&mut Self>,
		cx: &mut Context<'_>,
		parts: &[io::IoSlice<'_>],
	) -> Poll<io::Result<usize>> {
		self.check(Side::Writer, cx)?;
		Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
	}

	fn is_write_vectored(&self) -> bool {
		self.stream.is_write_vectored()
	}

	fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
		self.check(Side::Writer, cx)?;
		Pin::new(&mut self.stream).poll_flush(cx)
	}

	fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
		// Closing is always allowed.
		ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
		Poll::Ready(Ok(()))
	}
}

impl<S> fmt::Debug for Connection<S> {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let Self { peer, lifetime, .. } = self;
		f.debug_struct("Connection")
			.field("peer", peer)
			.field("deadline", &lifetime.deadline())
			.finish_non_exhaustive()
	}
}
