//! A stream that counts its bytes and knows when it was last used.

use crate::metrics::Metrics;
use std::{
	io,
	pin::Pin,
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc,
	},
	task::{ready, Context, Poll},
	time::Duration,
};
use tokio::{
	io::{AsyncRead, AsyncWrite, ReadBuf},
	time::{sleep_until, Instant},
};

/// What went over one connection, and when it last did.
#[derive(Debug)]
pub struct Activity {
	began: Instant,
	/// Milliseconds from `began` to the last byte.
	last: AtomicU64,
	received: AtomicU64,
	sent: AtomicU64,
	metrics: Metrics,
}

impl Activity {
	/// A connection that begins now.
	pub fn new(metrics: Metrics) -> Arc<Self> {
		let zero = || AtomicU64::new(0);
		let began = Instant::now();
		Arc::new(Self { began, last: zero(), received: zero(), sent: zero(), metrics })
	}

	/// Since the beginning.
	pub fn age(&self) -> Duration {
		self.began.elapsed()
	}

	/// Bytes from the peer so far.
	pub fn received(&self) -> u64 {
		self.received.load(Ordering::Relaxed)
	}

	/// Bytes to the peer so far.
	pub fn sent(&self) -> u64 {
		self.sent.load(Ordering::Relaxed)
	}

	/// Counts bytes; also marks the connection as used.
	fn count(&self, counter: &AtomicU64, bytes: usize) {
		counter.fetch_add(bytes as u64, Ordering::Relaxed);
		let now = u64::try_from(self.age().as_millis()).unwrap_or(u64::MAX);
		self.last.store(now, Ordering::Relaxed);
	}

	/// Ready once no byte went either way for `limit`; never without one.
	pub async fn idle(&self, limit: Option<Duration>) {
		let Some(limit) = limit else { return std::future::pending().await };
		loop {
			let last = Duration::from_millis(self.last.load(Ordering::Relaxed));
			// A limit beyond the end of all clocks is none.
			let Some(due) = self.began.checked_add(last.saturating_add(limit)) else {
				return std::future::pending().await;
			};
			if due <= Instant::now() {
				return;
			}
			sleep_until(due).await;
		}
	}
}

/// A stream to a peer that tells its [`Activity`].
pub struct Watched<S> {
	inner: S,
	activity: Arc<Activity>,
}

impl<S> Watched<S> {
	/// Watches `inner`.
	pub const fn new(inner: S, activity: Arc<Activity>) -> Self {
		Self { inner, activity }
	}
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
	fn poll_read(
		mut self: Pin<&mut Self>,
		cx: &mut Context<'_>,
		buffer: &mut ReadBuf<'_>,
	) -> Poll<io::Result<()>> {
		let before = buffer.filled().len();
		ready!(Pin::new(&mut self.inner).poll_read(cx, buffer))?;
		let count = buffer.filled().len().saturating_sub(before);
		if count > 0 {
			let activity = &self.activity;
			activity.count(&activity.received, count);
			activity.metrics.received(count);
		}
		Poll::Ready(Ok(()))
	}
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
	fn poll_write(
		mut self: Pin<&mut Self>,
		cx: &mut Context<'_>,
		bytes: &[u8],
	) -> Poll<io::Result<usize>> {
		let count = ready!(Pin::new(&mut self.inner).poll_write(cx, bytes))?;
		let activity = &self.activity;
		activity.count(&activity.sent, count);
		activity.metrics.sent(count);
		Poll::Ready(Ok(count))
	}

	fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
		Pin::new(&mut self.inner).poll_flush(cx)
	}

	fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
		Pin::new(&mut self.inner).poll_shutdown(cx)
	}
}
