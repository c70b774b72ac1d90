//! JSON-RPC over HTTP, against a server that answers what it is told to.

use serde_json::{json, Value};
use std::time::{Duration, Instant};
use symbolon_crypto::Serial;
use symbolon_sdk::transport::{HttpTransport, Transport, TransportError};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::{TcpListener, TcpStream},
	sync::mpsc,
};

/// Reads one request and gives its JSON.
async fn read_request(stream: &mut TcpStream) -> Option<Value> {
	let mut bytes = Vec::new();
	loop {
		let mut piece = [0; 4096];
		let count = stream.read(&mut piece).await.ok().filter(|count| *count > 0)?;
		bytes.extend_from_slice(&piece[..count]);
		let text = String::from_utf8_lossy(&bytes);
		if let Some((_, body)) = text.split_once("\r\n\r\n") {
			if let Ok(value) = serde_json::from_str(body) {
				return Some(value);
			}
		}
	}
}

/// A server that answers every call with `answer` (a `result` or an `error`), and what it was asked.
async fn server(answer: Value) -> (HttpTransport, mpsc::UnboundedReceiver<Value>) {
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let address = format!("http://{}", listener.local_addr().unwrap());
	let (asked, received) = mpsc::unbounded_channel();
	tokio::spawn(async move {
		while let Ok((mut stream, _)) = listener.accept().await {
			let Some(request) = read_request(&mut stream).await else { continue };
			let mut body = answer.clone();
			body["jsonrpc"] = "2.0".into();
			body["id"] = request["id"].clone();
			let body = body.to_string();
			let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
			let text = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
			let _ = asked.send(request);
			let _ = stream.write_all(text.as_bytes()).await;
		}
	});
	(HttpTransport::new(&address).unwrap(), received)
}

#[tokio::test]
async fn calls_have_the_names_and_forms_that_nodes_serve() {
	let (node, mut asked) =
		server(json!({ "result": { "warp": "0x0001", "storage": null } })).await;
	let bundle = node.prove([0xab; 32], &[vec![1, 2], vec![]]).await.unwrap();
	assert_eq!((bundle.warp, bundle.storage), (vec![0, 1], None));
	let request = asked.recv().await.unwrap();
	assert_eq!(request["method"], "symbolon_prove");
	let begin = format!("0x{}", "ab".repeat(32));
	assert_eq!(request["params"], json!([begin, ["0x0102", "0x"]]));

	let permit = format!("0x{}", "cd".repeat(48));
	let answer = json!({ "result": { "level": 40, "index": 0, "permit": permit } });
	let (node, mut asked) = server(answer).await;
	let serial = Serial::new(7).unwrap();
	let given = node.permit(serial, 9).await.unwrap().unwrap();
	assert_eq!((given.level, given.index, given.permit.0), (40, 0, [0xcd; 48]));
	let request = asked.recv().await.unwrap();
	assert_eq!(
		(&request["method"], &request["params"]),
		(&"symbolon_permit".into(), &json!([7, 9]))
	);
	let (node, _asked) = server(json!({ "result": null })).await;
	assert_eq!(node.permit(serial, 9).await.unwrap(), None);

	let (node, mut asked) = server(json!({ "result": begin })).await;
	assert_eq!(node.genesis_hash().await.unwrap(), [0xab; 32]);
	assert_eq!(asked.recv().await.unwrap()["method"], "chain_getBlockHash");
	assert_eq!(node.submit(&[1, 2]).await.unwrap(), [0xab; 32]);
	let request = asked.recv().await.unwrap();
	assert_eq!(request["method"], "author_submitExtrinsic");
	assert_eq!(request["params"], json!(["0x0102"]));

	let version = json!({ "specName": "symbolon", "specVersion": 4, "transactionVersion": 2 });
	let (node, _asked) = server(json!({ "result": version })).await;
	let version = node.runtime_version().await.unwrap();
	assert_eq!((version.spec, version.transaction), (4, 2));

	let (node, mut asked) = server(json!({ "result": 5 })).await;
	assert_eq!(node.next_nonce(&[1; 32]).await.unwrap(), 5);
	assert_eq!(asked.recv().await.unwrap()["method"], "system_accountNextIndex");
}

#[tokio::test]
async fn a_nodes_own_errors_keep_code_message_and_data() {
	let error = json!({ "error": { "code": 1010, "message": "Invalid Transaction", "data": "Custom error: 6" } });
	let (node, _asked) = server(error).await;
	let error = node.submit(&[0]).await.unwrap_err();
	let TransportError::Rejected { code: 1010, message, .. } = &error else { panic!("{error}") };
	assert!(message.contains("Invalid Transaction") && message.contains("Custom error: 6"));
}

#[tokio::test]
async fn answers_of_another_form_are_malformed() {
	for result in [
		json!("0x00"),
		json!({ "warp": "0xzz", "storage": null }),
		json!({ "warp": 7 }),
		json!(null),
	] {
		let (node, _asked) = server(json!({ "result": result })).await;
		let error = node.prove([0; 32], &[]).await.unwrap_err();
		assert!(matches!(error, TransportError::Malformed { .. }), "{result}: {error}");
	}
	let (node, _asked) =
		server(json!({ "result": { "level": 1, "index": 0, "permit": "0x00" } })).await;
	let error = node.permit(Serial::new(7).unwrap(), 9).await.unwrap_err();
	assert!(error.to_string().contains("expected 48 bytes"), "{error}");
}

/// A server that answers every call with these bytes.
async fn raw_server(answer: &'static str) -> HttpTransport {
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let address = format!("http://me:secret@{}", listener.local_addr().unwrap());
	tokio::spawn(async move {
		while let Ok((mut stream, _)) = listener.accept().await {
			let _ = read_request(&mut stream).await;
			let _ = stream.write_all(answer.as_bytes()).await;
		}
	});
	HttpTransport::new(&address).unwrap()
}

#[tokio::test]
async fn what_is_no_node_is_told_so_without_the_password() {
	for answer in [
		"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 9\r\nconnection: close\r\n\r\n<html>hi<",
		"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
	] {
		let error = raw_server(answer).await.genesis_hash().await.unwrap_err();
		assert!(matches!(error, TransportError::NotRpc { .. }), "{error}");
		assert!(!error.to_string().contains("secret"), "{error}");
	}
	let error = HttpTransport::new("ws://me:secret@host").err().unwrap();
	assert!(!error.to_string().contains("secret"), "{error}");
}

#[tokio::test]
async fn a_nodes_words_are_short_and_harmless() {
	let data = "x".repeat(100_000);
	let error = json!({ "error": { "code": 1, "message": "\u{1b}[2Jgone\n", "data": data } });
	let (node, _asked) = server(error).await;
	let text = node.genesis_hash().await.unwrap_err().to_string();
	assert!(text.len() < 600 && !text.contains(char::is_control), "{text}");
}

#[tokio::test]
async fn a_node_that_hangs_is_waited_for_a_bounded_time() {
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let address = format!("http://{}", listener.local_addr().unwrap());
	let node = HttpTransport::with_timeout(&address, Duration::from_millis(200)).unwrap();
	let began = Instant::now();
	// Connections are accepted by the system, and nobody reads them.
	let error = node.prove([0; 32], &[]).await.unwrap_err();
	assert!(matches!(error, TransportError::Hanging { .. }), "{error}");
	assert!(began.elapsed() < Duration::from_secs(5));
	drop(listener);
}

#[tokio::test]
async fn nobody_there_and_no_address_are_told_plainly() {
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let address = format!("http://{}", listener.local_addr().unwrap());
	drop(listener);
	let error = HttpTransport::new(&address).unwrap().genesis_hash().await.unwrap_err();
	assert!(matches!(error, TransportError::Down { .. }), "{error}");
	assert!(error.to_string().contains("refused"), "{error}");
	for address in ["", "localhost:9944", "ws://127.0.0.1:9944", "http://"] {
		let error = HttpTransport::new(address).err().map(|error| error.kind());
		assert_eq!(error, Some("bad-address"), "{address}");
	}
}
