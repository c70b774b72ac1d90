//! The metrics page and what is fit for a log.

use crate::kit::{any_port, rest, send, soon};
use std::sync::Arc;
use symbolon_proxy::{
	escape::Escaped,
	metrics::{show, Metrics},
	stop,
};
use symbolon_tls::Reason;
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn the_page_is_shown_and_nothing_else() {
	let listener = TcpListener::bind(any_port()).await.unwrap();
	let address = listener.local_addr().unwrap();
	let (stopper, stop) = stop::channel();
	let task = tokio::spawn(show(listener, Metrics::default(), stop));
	for (request, status, content) in [
		("GET /metrics", "200 OK", "# TYPE symbolon_tls_connections_open gauge\n"),
		("POST /metrics", "405 Method Not Allowed", "GET only"),
		("GET /", "404 Not Found", "/metrics"),
	] {
		let mut reader = TcpStream::connect(address).await.unwrap();
		send(&mut reader, format!("{request} HTTP/1.1\r\nHost: a\r\n\r\n")).await;
		let answer = rest(&mut reader).await;
		assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{answer}");
		assert!(answer.contains(content), "{answer}");
	}
	stopper.cut();
	soon(task).await.unwrap();
}

#[test]
fn the_page_ends_as_its_format_asks() {
	let page = Metrics::default().page();
	assert!(page.ends_with("# EOF\n"));
	assert!(page.contains("symbolon_tls_handshake_seconds_bucket"), "{page}");
}

#[test]
fn every_metric_and_every_reason_of_a_refusal_is_documented() {
	let proxies = include_str!("../../../../docs/proxies.md");
	let errors = include_str!("../../../../docs/cli-errors.md");
	let page = Metrics::new(Some(Arc::default())).page();
	let metrics = page.lines().filter_map(|line| line.strip_prefix("# TYPE "));
	let mut found = 0;
	for metric in metrics.filter_map(|line| line.split(' ').next()) {
		assert!(proxies.contains(&format!("`{metric}")), "{metric}");
		found += 1;
	}
	assert_eq!(found, 14);
	for reason in Reason::ALL {
		assert!(errors.contains(&format!("`{reason}`")), "{reason}");
	}
}

#[test]
fn foreign_text_neither_moves_the_cursor_nor_begins_a_line() {
	let show = |text: &str| Escaped(text).to_string();
	assert_eq!(show("plain text, 'quoted' \"too\""), "plain text, 'quoted' \"too\"");
	assert_eq!(show("a\nb\r\x1b[31m\0\t"), "a\\nb\\r\\u{1b}[31m\\u{0}\\t");
	assert_eq!(show("back\\slash"), "back\\\\slash");
	assert_eq!(show("\u{202e}gnp.exe \u{85} é"), "\\u{202e}gnp.exe \\u{85} \\u{e9}");
	assert_eq!(show(&"x".repeat(299)).len(), 299);
	assert!(show(&"\n".repeat(10_000)).len() < 1_000);
	assert!(show(&"\n".repeat(10_000)).ends_with("..."));
}
