//! HTTP/1.1 on both sides: every request of a connection is read, checked and written anew.
//!
//! What `hyper` does with hostile messages, held by the tests: a header folded over lines, a space
//! before the colon, a sign that no name has, lengths that differ and a coding that does not end in
//! `chunked` are refused with 400 or by closing; beside `Transfer-Encoding` a length is ignored, as
//! RFC 9112 section 6.3 asks, and the connection is closed after the answer. A line that ends in a
//! bare LF is read as a line. As the service gets messages that were written here, with one framing
//! and no trailers, it cannot read them in another way than this proxy did.

use super::{
	forward::{self, Caller},
	upstream::{Plain, Upstream, UpstreamError},
	Shared,
};
use crate::{
	abrupt::Abrupt,
	escape::Escaped,
	metrics::Metrics,
	record::End,
	tunnel::{tunnel, Ends, Outcome},
	watched::Activity,
};
use http::{
	header::{CONNECTION, CONTENT_TYPE},
	HeaderValue, Request, Response, StatusCode, Version,
};
use http_body_util::{Either, Full};
use hyper::{
	body::{Body, Bytes, Incoming},
	server::conn::http1,
	service::service_fn,
	upgrade::{self, OnUpgrade},
};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
	convert::Infallible,
	sync::{Arc, Mutex, PoisonError},
	time::Duration,
};
use symbolon_tls::Peer;
use tokio::io::{AsyncRead, AsyncWrite};
use tracing::warn;

/// Most headers of a request.
const MAX_HEADERS: usize = 100;
/// Most bytes of a request's head.
const MAX_HEAD: usize = 64 << 10;

type Answer = Response<Either<Plain, Full<Bytes>>>;

/// One connection's requests and the service that answers them.
struct Exchange {
	caller: Caller,
	upstream: Upstream,
	metrics: Metrics,
	activity: Arc<Activity>,
	patience: Duration,
	/// Both sides of a websocket, once it was agreed on.
	upgraded: Mutex<Option<(OnUpgrade, OnUpgrade)>>,
}

/// Serves the requests of one connection until its end.
pub async fn serve<C>(client: C, caller: Caller, shared: &Shared, ends: &Ends) -> End
where
	C: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
	let patience = shared.options.service_timeout;
	let exchange = Arc::new(Exchange {
		caller,
		upstream: Upstream::new(shared.options.to.clone(), patience),
		metrics: shared.metrics.clone(),
		activity: ends.activity.clone(),
		patience,
		upgraded: Mutex::new(None),
	});
	let answering = exchange.clone();
	let service = service_fn(move |request| {
		let exchange = answering.clone();
		async move { Ok::<_, Infallible>(exchange.answer(request).await) }
	});
	let connection = http1::Builder::new()
		.timer(TokioTimer::new())
		.header_read_timeout(shared.options.head_timeout)
		.half_close(true)
		.max_headers(MAX_HEADERS)
		.max_header_size(MAX_HEAD)
		.max_buf_size(2 * MAX_HEAD)
		.serve_connection(TokioIo::new(client), service)
		.with_upgrades();
	tokio::pin!(connection);
	let mut drained = None;
	let served = loop {
		tokio::select! {
			served = connection.as_mut() => break served,
			end = ends.cut() => return end,
			end = draining(shared, ends), if drained.is_none() => {
				drained = Some(end);
				// The request under way is answered, and no other is read.
				connection.as_mut().graceful_shutdown();
			}
		}
	};
	match served {
		Ok(()) => match exchange.take_upgrade() {
			Some(both) => websocket(both, exchange.upstream.abrupt(), ends).await,
			None => drained.unwrap_or(End::Done),
		},
		Err(error) => describe(&error),
	}
}

async fn draining(shared: &Shared, ends: &Ends) -> End {
	tokio::select! {
		() = ends.draining() => End::Lifetime,
		() = shared.stop.stopping() => End::Stopped,
	}
}

fn describe(error: &hyper::Error) -> End {
	let mut text = error.to_string();
	if let Some(source) = std::error::Error::source(error) {
		text = format!("{text}: {source}");
	}
	if error.is_parse() {
		End::BadRequest(text)
	} else if error.is_timeout() {
		End::Idle
	} else {
		End::Broken(text)
	}
}

/// The bytes of a websocket, once both sides have changed to it. The service sees a reset unless they
/// end in order.
async fn websocket((client, service): (OnUpgrade, OnUpgrade), abrupt: &Abrupt, ends: &Ends) -> End {
	abrupt.set(true);
	match tokio::try_join!(client, service) {
		Ok((client, service)) => {
			let (mut client, mut service) = (TokioIo::new(client), TokioIo::new(service));
			let Outcome { end, .. } = tunnel(&mut client, &mut service, ends).await;
			abrupt.set(end != End::Done);
			end
		}
		Err(error) => describe(&error),
	}
}

impl Exchange {
	fn take_upgrade(&self) -> Option<(OnUpgrade, OnUpgrade)> {
		self.upgraded.lock().unwrap_or_else(PoisonError::into_inner).take()
	}

	/// Passes a request on and its answer back, or says why not.
	async fn answer(&self, mut request: Request<Incoming>) -> Answer {
		let upgrade = upgrade::on(&mut request);
		let (mut head, body) = request.into_parts();
		let empty = body.is_end_stream();
		let to = self.upstream.to();
		let prepared = match forward::prepare(&mut head, empty, &self.caller, to) {
			Ok(prepared) => prepared,
			Err(refusal) => {
				self.metrics.request("refused");
				return plain(refusal.status, refusal.text);
			}
		};
		if prepared.forged > 0 {
			self.metrics.forged(prepared.forged);
			self.warn("the client set the name header itself; it was stripped", "forged-header");
		}
		let request = Request::from_parts(head, Plain::new(body));
		let sent = tokio::select! {
			sent = self.upstream.send(request) => sent,
			// The upload may take its time; silence may not.
			() = self.activity.idle(Some(self.patience)) => Err(UpstreamError::TimedOut),
		};
		match sent {
			Ok(answer) => self.pass_back(answer, prepared.websocket.then_some(upgrade)),
			Err(error) => self.no_answer(&error),
		}
	}

	fn pass_back(&self, mut answer: Response<Incoming>, upgrade: Option<OnUpgrade>) -> Answer {
		let switches = answer.status() == StatusCode::SWITCHING_PROTOCOLS;
		if switches {
			let (Some(client), true) = (upgrade, forward::names_websocket(answer.headers())) else {
				self.metrics.request("bad-gateway");
				self.warn("the service changed to a protocol it was not asked for", "bad-gateway");
				return plain(StatusCode::BAD_GATEWAY, "the service changed the protocol unasked");
			};
			let service = upgrade::on(&mut answer);
			let mut upgraded = self.upgraded.lock().unwrap_or_else(PoisonError::into_inner);
			*upgraded = Some((client, service));
		}
		self.metrics.request("answered");
		forward::strip_answer(answer.headers_mut());
		if switches {
			forward::mark_websocket(answer.headers_mut());
		}
		*answer.version_mut() = Version::HTTP_11;
		answer.map(|body| Either::Left(Plain::new(body)))
	}

	fn no_answer(&self, error: &UpstreamError) -> Answer {
		let (status, outcome, text) = match error {
			UpstreamError::TimedOut => {
				(StatusCode::GATEWAY_TIMEOUT, "gateway-timeout", "the service does not answer")
			}
			_ => (StatusCode::BAD_GATEWAY, "bad-gateway", "the service is away"),
		};
		self.metrics.request(outcome);
		self.warn(&Escaped(error).to_string(), outcome);
		plain(status, text)
	}

	fn warn(&self, text: &str, reason: &'static str) {
		let peer =
			self.caller.peer.as_ref().map_or("anonymous", |peer: &Peer| peer.identity().as_str());
		warn!(peer, address = %self.caller.address, reason, "{text}");
	}
}

/// An answer of this proxy's own. The connection ends with it: what follows a request that was not
/// passed on is not to be taken for the next one.
fn plain(status: StatusCode, text: &'static str) -> Answer {
	let reason = status.canonical_reason().unwrap_or_default();
	let body = format!("{} {reason}: {text}\n", status.as_u16());
	let mut answer = Response::new(Either::Right(Full::new(Bytes::from(body))));
	*answer.status_mut() = status;
	let headers = answer.headers_mut();
	headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
	headers.insert(CONNECTION, HeaderValue::from_static("close"));
	answer
}
