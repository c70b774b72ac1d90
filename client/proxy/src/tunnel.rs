//! Bytes both ways until the connection's end.

use crate::{gate::Gate, record::End, watched::Activity};
use std::{future::Future, io, sync::Arc, time::Duration};
use symbolon_tls::Lifetime;
use tokio::{
	io::{copy_bidirectional, AsyncRead, AsyncWrite},
	time::sleep,
};

/// What ends a connection besides its two sides.
#[derive(Clone)]
pub struct Ends {
	/// How long the peer's credential carries it; without one, for ever.
	pub lifetime: Option<Lifetime>,
	/// How long it may be drained after that.
	pub grace: Duration,
	/// Longest silence.
	pub idle: Option<Duration>,
	/// What was used when.
	pub activity: Arc<Activity>,
}

impl Ends {
	/// Ready at the end of the lifetime: nothing new is begun from then on.
	pub async fn draining(&self) {
		match &self.lifetime {
			Some(lifetime) => lifetime.ended().await,
			None => std::future::pending().await,
		}
	}

	/// Ready when the connection is to be cut, with the reason.
	pub async fn cut(&self) -> End {
		let drained = async {
			self.draining().await;
			sleep(self.grace).await;
		};
		tokio::select! {
			() = drained => End::Lifetime,
			() = self.activity.idle(self.idle) => End::Idle,
		}
	}
}

/// Copies both ways, one buffer each, until both directions have ended or `ends` says so. At the end
/// of the lifetime the service is told that the peer has nothing more to say, and may still answer
/// for the grace.
pub async fn tunnel<C, S>(client: &mut C, service: &mut S, ends: &Ends) -> End
where
	C: AsyncRead + AsyncWrite + Unpin + Send,
	S: AsyncRead + AsyncWrite + Unpin + Send,
{
	let mut gate = Gate::new(client, ends.draining());
	let copied = tokio::select! {
		copied = copy_bidirectional(&mut gate, service) => copied,
		end = ends.cut() => return end,
	};
	match copied {
		Ok(_) if gate.closed() => End::Lifetime,
		Ok(_) => End::Done,
		// The connection itself cuts what outlives its lifetime.
		Err(_) if ends.lifetime.as_ref().is_some_and(Lifetime::is_over) => End::Lifetime,
		Err(error) => End::Broken(describe(&error)),
	}
}

/// An error of a connection in words: a TLS stream that ends without saying so was cut.
pub fn describe(error: &io::Error) -> String {
	match error.kind() {
		io::ErrorKind::UnexpectedEof => "cut off without TLS's word of the end".into(),
		_ => error.to_string(),
	}
}

/// `work`, unless it takes longer than `limit`.
pub async fn within<T>(
	limit: Duration,
	what: &str,
	work: impl Future<Output = io::Result<T>>,
) -> Result<T, String> {
	match tokio::time::timeout(limit, work).await {
		Ok(Ok(done)) => Ok(done),
		Ok(Err(error)) => Err(format!("{what}: {error}")),
		Err(_) => Err(format!("{what}: no answer in {} s", limit.as_secs_f64())),
	}
}
