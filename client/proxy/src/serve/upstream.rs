//! The HTTP connection to the service. Each client's connection has its own: nothing of one peer is
//! ever sent on a connection that another one used.

use crate::abrupt::{self, Abrupt};
use http::{HeaderMap, Method, Request, Response};
use hyper::{
	body::{Body, Bytes, Frame, Incoming, SizeHint},
	client::conn::http1::{self, SendRequest},
};
use hyper_util::rt::TokioIo;
use std::{
	pin::Pin,
	task::{ready, Context, Poll},
	time::Duration,
};
use thiserror::Error;
use tokio::{net::TcpStream, sync::Mutex, task::JoinHandle, time::timeout};

/// Most bytes of a head that the service may send.
const MAX_HEAD: usize = 64 << 10;

/// Why the service gave no answer.
#[derive(Debug, Error)]
pub enum UpstreamError {
	/// It takes no connection.
	#[error("the service takes no connection: {0}; is it running?")]
	Unreachable(std::io::Error),
	/// It takes no connection in time.
	#[error("no answer in time")]
	TimedOut,
	/// It broke off, or answered with what is no HTTP.
	#[error("{0}")]
	Failed(#[from] hyper::Error),
}

/// A body without trailers. RFC 9112 section 7.1.2 lets them be discarded, and one that carries a
/// forged name may be merged into the headers by the service.
pub struct Plain(Option<Incoming>);

impl Plain {
	/// The body, its trailers left out.
	pub const fn new(body: Incoming) -> Self {
		Self(Some(body))
	}

	/// No body.
	pub const fn empty() -> Self {
		Self(None)
	}
}

impl Body for Plain {
	type Data = Bytes;
	type Error = hyper::Error;

	fn poll_frame(
		mut self: Pin<&mut Self>,
		cx: &mut Context<'_>,
	) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
		let Some(body) = &mut self.0 else { return Poll::Ready(None) };
		let frame = ready!(Pin::new(body).poll_frame(cx));
		Poll::Ready(frame.filter(|frame| !frame.as_ref().is_ok_and(Frame::is_trailers)))
	}

	fn is_end_stream(&self) -> bool {
		self.0.as_ref().is_none_or(Body::is_end_stream)
	}

	fn size_hint(&self) -> SizeHint {
		self.0.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
	}
}

/// A connection and the task that drives it, which ends with it.
struct Line {
	sender: SendRequest<Plain>,
	driver: JoinHandle<()>,
}

impl Drop for Line {
	fn drop(&mut self) {
		self.driver.abort();
	}
}

/// The service, as one client's connection sees it.
pub struct Upstream {
	to: String,
	patience: Duration,
	line: Mutex<Option<Line>>,
	abrupt: Abrupt,
}

impl Upstream {
	/// The service at `to`, which has to take a connection within `patience`.
	pub fn new(to: String, patience: Duration) -> Self {
		Self { to, patience, line: Mutex::new(None), abrupt: Abrupt::default() }
	}

	/// The service's address.
	pub fn to(&self) -> &str {
		&self.to
	}

	/// How its connections end: in order, as HTTP says where its messages end, unless told otherwise.
	pub const fn abrupt(&self) -> &Abrupt {
		&self.abrupt
	}

	/// Sends a request, over the connection of the last one if that can still be used. The head of
	/// the answer is awaited for as long as the caller does.
	///
	/// # Errors
	///
	/// [`UpstreamError`]. Then the request may have been received; one that is harmless to repeat
	/// and has no body is sent a second time if the old connection broke.
	pub async fn send(&self, request: Request<Plain>) -> Result<Response<Incoming>, UpstreamError> {
		let mut line = self.line.lock().await;
		let mut request = request;
		if let Some(mut old) = line.take() {
			if old.sender.ready().await.is_ok() {
				let again = repeatable(&request);
				match old.sender.try_send_request(request).await {
					Ok(response) => {
						*line = Some(old);
						return Ok(response);
					}
					Err(mut failed) => match failed.take_message().or(again) {
						Some(unsent) => request = unsent,
						None => return Err(failed.into_error().into()),
					},
				}
			}
		}
		let mut new = self.connect().await?;
		let response = new.sender.send_request(request).await?;
		*line = Some(new);
		Ok(response)
	}

	async fn connect(&self) -> Result<Line, UpstreamError> {
		let connecting = timeout(self.patience, TcpStream::connect(&self.to));
		let stream = match connecting.await {
			Ok(stream) => stream.map_err(UpstreamError::Unreachable)?,
			Err(_) => return Err(UpstreamError::TimedOut),
		};
		stream.set_nodelay(true).map_err(UpstreamError::Unreachable)?;
		let mut builder = http1::Builder::new();
		builder.max_buf_size(MAX_HEAD);
		let (sender, connection) =
			builder.handshake(TokioIo::new(abrupt::Line::new(stream, self.abrupt.clone()))).await?;
		let driver = tokio::spawn(async move {
			// Its errors reach whoever waits for the answer.
			let _ = connection.with_upgrades().await;
		});
		Ok(Line { sender, driver })
	}
}

/// A copy of a request that does no harm if it is received twice (RFC 9110 section 9.2.2) and has no
/// body: the service may close an idle connection at the moment that it is used.
fn repeatable(request: &Request<Plain>) -> Option<Request<Plain>> {
	let safe = [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE];
	if !safe.contains(request.method()) || !request.body().is_end_stream() {
		return None;
	}
	let mut copy = Request::new(Plain::empty());
	*copy.method_mut() = request.method().clone();
	*copy.uri_mut() = request.uri().clone();
	*copy.headers_mut() = HeaderMap::clone(request.headers());
	Some(copy)
}
