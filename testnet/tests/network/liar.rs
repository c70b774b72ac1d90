//! A node's RPC with somebody in between who changes answers.

use serde_json::{json, Value};
use std::sync::{Arc, Mutex};
use symbolon_testnet::rpc::Rpc;
use tokio::{
	io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
	net::{TcpListener, TcpStream},
	task::JoinHandle,
};

/// Changes the answer to a method's call.
pub type Lie = Box<dyn Fn(&str, Value) -> Value + Send>;

/// An HTTP server that passes JSON-RPC calls on to a node and lies about the answers.
pub struct Liar {
	url: String,
	lie: Arc<Mutex<Lie>>,
	server: JoinHandle<()>,
}

impl Liar {
	/// A liar before the node at `upstream`; it tells the truth until told otherwise.
	pub async fn before(upstream: &str) -> Self {
		let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
		let url = format!("http://{}", listener.local_addr().unwrap());
		let lie: Arc<Mutex<Lie>> = Arc::new(Mutex::new(Box::new(|_, answer| answer)));
		let rpc = Arc::new(Rpc::new(upstream.to_owned()).unwrap());
		let shared = lie.clone();
		let server = tokio::spawn(async move {
			while let Ok((stream, _)) = listener.accept().await {
				tokio::spawn(serve(stream, rpc.clone(), shared.clone()));
			}
		});
		Self { url, lie, server }
	}

	pub fn url(&self) -> &str {
		&self.url
	}

	/// Lies from now on like this.
	pub fn tell(&self, lie: impl Fn(&str, Value) -> Value + Send + 'static) {
		*self.lie.lock().unwrap() = Box::new(lie);
	}

	/// Lies about the hex bytes in `field` of the answers to `method` only. `change` says whether
	/// it found what it was looking for; the returned counter how often it did.
	pub fn tell_bytes(
		&self,
		method: &'static str,
		field: &'static str,
		change: impl Fn(&mut Vec<u8>) -> bool + Send + 'static,
	) -> Arc<Mutex<u32>> {
		let told = Arc::new(Mutex::new(0));
		let counter = told.clone();
		self.tell(move |called, mut answer| {
			if called == method {
				if let Some(text) = answer[field].as_str() {
					let mut bytes = hex::decode(text.trim_start_matches("0x")).unwrap();
					if change(&mut bytes) {
						*counter.lock().unwrap() += 1;
					}
					answer[field] = json!(format!("0x{}", hex::encode(bytes)));
				}
			}
			answer
		});
		told
	}
}

impl Drop for Liar {
	fn drop(&mut self) {
		self.server.abort();
	}
}

/// Answers the requests of one connection, one after the other.
async fn serve(stream: TcpStream, rpc: Arc<Rpc>, lie: Arc<Mutex<Lie>>) {
	let mut stream = BufReader::new(stream);
	while let Some(body) = request_body(&mut stream).await {
		let request: Value = serde_json::from_slice(&body).unwrap();
		let answer = answer(&request, &rpc, &lie).await.to_string();
		let head = format!(
			"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
			answer.len()
		);
		let sent = stream.write_all(&[head.as_bytes(), answer.as_bytes()].concat()).await;
		if sent.is_err() {
			return;
		}
	}
}

/// The body of the next request; `None` at the connection's end.
async fn request_body(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
	let mut length = 0;
	loop {
		let mut line = String::new();
		if stream.read_line(&mut line).await.ok()? == 0 {
			return None;
		}
		let line = line.trim_end().to_ascii_lowercase();
		if let Some(text) = line.strip_prefix("content-length:") {
			length = text.trim().parse().ok()?;
		}
		if line.is_empty() {
			let mut body = vec![0; length];
			stream.read_exact(&mut body).await.ok()?;
			return Some(body);
		}
	}
}

async fn answer(request: &Value, rpc: &Rpc, lie: &Mutex<Lie>) -> Value {
	let method = request["method"].as_str().unwrap();
	let params = request["params"].as_array().cloned().unwrap_or_default();
	let id = &request["id"];
	match rpc.forward(method, &params).await {
		Ok(answer) => {
			let answer = lie.lock().unwrap()(method, answer);
			json!({ "jsonrpc": "2.0", "id": id, "result": answer })
		}
		Err(error) => {
			let error = json!({ "code": -32000, "message": error.to_string() });
			json!({ "jsonrpc": "2.0", "id": id, "error": error })
		}
	}
}
