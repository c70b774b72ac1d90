//! A plain HTTP service that knows nothing of Symbolon. It remembers what it was asked.

use std::{
	io::{BufRead, BufReader, Write},
	net::{SocketAddr, TcpListener, TcpStream},
	sync::{Arc, Mutex, PoisonError},
	thread,
};

/// One request: its first line, and its header fields as they came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
	pub line: String,
	pub fields: Vec<(String, String)>,
}

impl Request {
	/// All values of a field, whatever the case of its name.
	pub fn values(&self, name: &str) -> Vec<&str> {
		let named = self.fields.iter().filter(|(field, _)| field.eq_ignore_ascii_case(name));
		named.map(|(_, value)| value.as_str()).collect()
	}
}

/// The service. It answers as long as the test runs.
pub struct Service {
	address: SocketAddr,
	requests: Arc<Mutex<Vec<Request>>>,
}

impl Service {
	pub fn start() -> Self {
		let listener = TcpListener::bind("127.0.0.1:0").unwrap();
		let address = listener.local_addr().unwrap();
		let requests = Arc::new(Mutex::new(Vec::new()));
		let seen = requests.clone();
		thread::spawn(move || {
			for connection in listener.incoming().flatten() {
				let seen = seen.clone();
				thread::spawn(move || serve(connection, &seen));
			}
		});
		Self { address, requests }
	}

	pub fn address(&self) -> SocketAddr {
		self.address
	}

	/// What was asked so far.
	pub fn requests(&self) -> Vec<Request> {
		self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
	}
}

/// Answers requests without a body until the other side closes.
fn serve(connection: TcpStream, seen: &Mutex<Vec<Request>>) {
	let Ok(mut out) = connection.try_clone() else { return };
	let mut lines = BufReader::new(connection).lines();
	while let Some(Ok(line)) = lines.next() {
		let mut fields = Vec::new();
		while let Some(Ok(field)) = lines.next() {
			let Some((name, value)) = field.split_once(':') else { break };
			fields.push((name.to_owned(), value.trim().to_owned()));
		}
		let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
		seen.push(Request { line, fields });
		drop(seen);
		if out.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").is_err() {
			return;
		}
	}
}
