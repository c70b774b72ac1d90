//! Bytes both ways until the connection's end.

use crate::{gate::Gate, record::End, watched::Activity};
use std::{future::Future, io, sync::Arc, time::Duration};
use symbolon_tls::Lifetime;
use tokio::{
	io::{copy, split, AsyncRead, AsyncWrite, AsyncWriteExt},
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

/// How a tunnel ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
	/// Why.
	pub end: End,
	/// Whether the service ended its direction in order, and the client was told so: then it has all
	/// of the answer, whatever became of the other direction.
	pub answered: bool,
}

/// Copies both ways, one buffer each, until both directions have ended or `ends` says so. At the end
/// of the lifetime nothing more is read from the client, and the service may still answer for the
/// grace. Neither side is told of an end that the other did not say: unless the outcome is
/// [`End::Done`], the service's connection is to be cut so that it notices, and the client's too
/// unless it was answered.
pub async fn tunnel<C, S>(client: &mut C, service: &mut S, ends: &Ends) -> Outcome
where
	C: AsyncRead + AsyncWrite + Unpin + Send,
	S: AsyncRead + AsyncWrite + Unpin + Send,
{
	let (mut from_client, mut to_client) = split(client);
	let (mut from_service, mut to_service) = split(service);
	let asking = async {
		let mut gate = Gate::new(&mut from_client, ends.draining());
		copy(&mut gate, &mut to_service).await?;
		to_service.shutdown().await
	};
	let answering = async {
		copy(&mut from_service, &mut to_client).await?;
		to_client.shutdown().await
	};
	let (cut, draining) = (ends.cut(), ends.draining());
	tokio::pin!(asking, answering, cut, draining);
	let (mut asked, mut answered) = (false, false);
	let failed = loop {
		let copied = tokio::select! {
			copied = &mut asking, if !asked => copied.map(|()| asked = true),
			copied = &mut answering, if !answered => copied.map(|()| answered = true),
			// Nothing more is asked, and nothing more is answered.
			() = &mut draining, if answered => return Outcome { end: End::Lifetime, answered },
			end = &mut cut => return Outcome { end, answered },
		};
		match copied {
			Ok(()) if asked && answered => return Outcome { end: End::Done, answered },
			Ok(()) => {}
			Err(error) => break error,
		}
	};
	// The connection itself cuts what outlives its lifetime.
	let over = ends.lifetime.as_ref().is_some_and(Lifetime::is_over);
	let end = if over { End::Lifetime } else { End::Broken(describe(&failed)) };
	Outcome { end, answered }
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
