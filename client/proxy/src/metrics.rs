//! Counters, and the page that shows them.

use crate::{
	accept::{self, Bounds, Observer, Source},
	stop::Stop,
};
use http::{header, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::{
	body::{Bytes, Incoming},
	server::conn::http1,
	service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus_client::{
	collector::Collector,
	encoding::{text, DescriptorEncoder, EncodeMetric},
	metrics::{
		counter::{ConstCounter, Counter},
		family::Family,
		gauge::{ConstGauge, Gauge},
		histogram::Histogram,
	},
	registry::{Registry, Unit},
};
use std::{convert::Infallible, fmt, io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
	net::{TcpListener, TcpStream},
	time::timeout,
};

/// One label and its value; values are from a fixed list each.
type Label = [(&'static str, &'static str); 1];
type Labelled = Family<Label, Counter>;

/// The content type of the page.
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Readers of the page at a time.
const READERS: usize = 8;
/// How long one may take.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Default)]
struct Counters {
	open: Gauge,
	opened: Counter,
	handshakes: Labelled,
	handshake_seconds: Option<Histogram>,
	closed: Labelled,
	bytes: Labelled,
	requests: Labelled,
	forged_headers: Counter,
	renewals: Labelled,
	full: Counter,
	accept_errors: Counter,
}

/// What a proxy counts. Clones count together.
#[derive(Clone)]
pub struct Metrics {
	counters: Arc<Counters>,
	registry: Arc<Registry>,
}

impl fmt::Debug for Metrics {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("Metrics")
	}
}

impl Default for Metrics {
	fn default() -> Self {
		Self::new(None)
	}
}

/// What an acceptor or connector counts, read when the page is.
#[derive(Debug)]
struct Tls(Arc<symbolon_tls::Metrics>);

impl Collector for Tls {
	fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
		let now = self.0.counters();
		for (name, help, count) in [
			("pairings", "Symbolon signatures verified", now.pairings),
			("cache_hits", "Credentials that had been verified before", now.cache_hits),
		] {
			let counter = ConstCounter::new(count);
			let descriptor = encoder.encode_descriptor(name, help, None, counter.metric_type())?;
			counter.encode(descriptor)?;
		}
		let running = ConstGauge::new(i64::try_from(now.pairings_running).unwrap_or(i64::MAX));
		let help = "Symbolon signatures being verified";
		let name = "pairings_running";
		let descriptor = encoder.encode_descriptor(name, help, None, running.metric_type())?;
		running.encode(descriptor)
	}
}

impl Metrics {
	/// Counters at zero, shown together with what an acceptor or connector counts.
	pub fn new(tls: Option<Arc<symbolon_tls::Metrics>>) -> Self {
		let seconds = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];
		let histogram = Histogram::new(seconds.into_iter());
		let counters = Counters { handshake_seconds: Some(histogram), ..Counters::default() };
		let mut registry = Registry::with_prefix("symbolon_tls");
		register(&mut registry, &counters);
		if let Some(tls) = tls {
			registry.register_collector(Box::new(Tls(tls)));
		}
		Self { counters: Arc::new(counters), registry: Arc::new(registry) }
	}

	/// The page, in the OpenMetrics text format.
	pub fn page(&self) -> String {
		let mut page = String::new();
		// Writing to a string does not fail.
		let _ = text::encode(&mut page, &self.registry);
		page
	}

	pub(crate) fn opened(&self) {
		self.counters.opened.inc();
		self.counters.open.inc();
	}

	pub(crate) fn closed(&self, reason: &'static str) {
		self.counters.open.dec();
		self.counters.closed.get_or_create(&[("reason", reason)]).inc();
	}

	pub(crate) fn handshake(&self, result: &'static str, took: Duration) {
		self.counters.handshakes.get_or_create(&[("result", result)]).inc();
		if let Some(histogram) = &self.counters.handshake_seconds {
			histogram.observe(took.as_secs_f64());
		}
	}

	pub(crate) fn refused(&self, reason: &'static str) {
		self.counters.handshakes.get_or_create(&[("result", reason)]).inc();
	}

	pub(crate) fn received(&self, bytes: usize) {
		self.bytes("received", bytes);
	}

	pub(crate) fn sent(&self, bytes: usize) {
		self.bytes("sent", bytes);
	}

	fn bytes(&self, direction: &'static str, bytes: usize) {
		let counter = self.counters.bytes.get_or_create(&[("direction", direction)]);
		counter.inc_by(bytes as u64);
	}

	pub(crate) fn request(&self, outcome: &'static str) {
		self.counters.requests.get_or_create(&[("outcome", outcome)]).inc();
	}

	pub(crate) fn forged(&self, headers: usize) {
		self.counters.forged_headers.inc_by(headers as u64);
	}

	pub(crate) fn renewal(&self, result: &'static str) {
		self.counters.renewals.get_or_create(&[("result", result)]).inc();
	}

	pub(crate) fn full(&self) {
		self.counters.full.inc();
	}

	pub(crate) fn accept_failed(&self) {
		self.counters.accept_errors.inc();
	}
}

fn register(registry: &mut Registry, counters: &Counters) {
	registry.register(
		"connections_open",
		"Connections past their handshake",
		counters.open.clone(),
	);
	let opened = counters.opened.clone();
	registry.register("connections", "Connections that finished their handshake", opened);
	let closed = counters.closed.clone();
	registry.register("connections_closed", "Connections that ended, by reason", closed);
	let handshakes = counters.handshakes.clone();
	registry.register("handshakes", "Handshakes, ok or why not", handshakes);
	if let Some(histogram) = counters.handshake_seconds.clone() {
		let help = "Time of handshakes, good or bad";
		registry.register_with_unit("handshake", help, Unit::Seconds, histogram);
	}
	let help = "Plaintext from peers (received) and to them (sent)";
	registry.register_with_unit("traffic", help, Unit::Bytes, counters.bytes.clone());
	registry.register("requests", "HTTP requests, by what came of them", counters.requests.clone());
	let forged = counters.forged_headers.clone();
	registry.register("forged_headers", "Copies of the name header that clients sent", forged);
	let renewals = counters.renewals.clone();
	registry.register("renewals", "Connections made to show a newer credential", renewals);
	let full = counters.full.clone();
	registry.register("connections_full", "Times that the limit on connections was met", full);
	let errors = counters.accept_errors.clone();
	registry.register("accept_errors", "Times that the system gave no connection", errors);
}

struct Readers(TcpListener);

impl Source for Readers {
	type Item = (TcpStream, SocketAddr);

	async fn next(&mut self) -> io::Result<Self::Item> {
		self.0.accept().await
	}
}

struct Silent;

impl Observer for Silent {
	fn failed(&mut self, _: &io::Error, _: Duration) {}
	fn full(&mut self) {}
}

/// Shows the page at `/metrics` until `stop` cuts. The listener should be of the loopback: the page
/// has no names, but who counts what is nobody else's concern.
pub async fn show(listener: TcpListener, metrics: Metrics, stop: Stop) {
	let bounds = Bounds { connections: READERS, grace: Duration::ZERO };
	accept::run(Readers(listener), bounds, stop, Silent, |(stream, _)| {
		let metrics = metrics.clone();
		async move {
			let service = service_fn(move |request| {
				let answer = answer(&metrics, &request);
				async move { Ok::<_, Infallible>(answer) }
			});
			let server = http1::Builder::new()
				.timer(TokioTimer::new())
				.keep_alive(false)
				.serve_connection(TokioIo::new(stream), service);
			// A reader that goes away misses its page; nothing else is lost.
			let _ = timeout(PATIENCE, server).await;
		}
	})
	.await;
}

fn answer(metrics: &Metrics, request: &Request<Incoming>) -> Response<Full<Bytes>> {
	let (status, kind, body) = match (request.method(), request.uri().path()) {
		(&Method::GET, "/metrics") => (StatusCode::OK, CONTENT_TYPE, metrics.page()),
		(_, "/metrics") => (StatusCode::METHOD_NOT_ALLOWED, "text/plain", "GET only\n".into()),
		_ => (StatusCode::NOT_FOUND, "text/plain", "see /metrics\n".into()),
	};
	let mut response = Response::new(Full::new(Bytes::from(body)));
	*response.status_mut() = status;
	let kind = http::HeaderValue::from_static(kind);
	response.headers_mut().insert(header::CONTENT_TYPE, kind);
	response
}
