//! Programs that know nothing of Symbolon: `openssl` and `curl`.

use crate::kit::{certificate_of, Kit};
use std::{net::SocketAddr, process::Stdio, time::Duration};
use symbolon_tls::{credential::OID, Accepted, Acceptor, HandshakeError, Peer, Role};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpListener,
	process::Command,
	task::JoinHandle,
};

/// What a program said, on both outputs, and whether it was content.
async fn run(program: &str, arguments: &[&str], input: &str) -> (String, bool) {
	let mut command = Command::new(program);
	command.args(arguments).kill_on_drop(true);
	command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
	let spawned = command.spawn();
	let mut child = spawned.unwrap_or_else(|error| {
		panic!("this test needs the program {program}, which does not start: {error}; install it")
	});
	let mut stdin = child.stdin.take().unwrap();
	stdin.write_all(input.as_bytes()).await.unwrap();
	// Held open: openssl says goodbye when its input ends.
	let output = tokio::time::timeout(Duration::from_secs(60), child.wait_with_output());
	let output = output.await.expect("it ends in a minute").unwrap();
	drop(stdin);
	let said = [output.stdout, output.stderr].concat();
	(String::from_utf8_lossy(&said).into_owned(), output.status.success())
}

type Outcome = Result<Option<Peer>, HandshakeError>;

/// An HTTP server of one connection.
async fn serve_one(acceptor: Acceptor) -> (SocketAddr, JoinHandle<Outcome>) {
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let address = listener.local_addr().unwrap();
	let serving = tokio::spawn(async move {
		let (tcp, _) = listener.accept().await.unwrap();
		let Accepted::Connection(mut connection) = acceptor.accept(tcp).await? else { panic!() };
		let mut request = Vec::new();
		while !request.ends_with(b"\r\n\r\n") {
			let byte = connection.read_u8().await.map_err(HandshakeError::from_io)?;
			request.push(byte);
		}
		let answer = b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello";
		connection.write_all(answer).await.unwrap();
		connection.shutdown().await.unwrap();
		Ok(connection.peer().cloned())
	});
	(address, serving)
}

async fn open(kit: &Kit) -> Acceptor {
	let identity = kit.identity("api@demo").await;
	Acceptor::builder(identity).anonymous_clients().build().unwrap()
}

const REQUEST: &str = "GET / HTTP/1.0\r\n\r\n";

#[tokio::test]
async fn curl_is_served_where_nobody_is_asked_for() {
	let kit = Kit::new();
	let (address, serving) = serve_one(open(&kit).await).await;
	let url = format!("https://{address}/");
	let (said, content) = run("curl", &["--insecure", "-sv", "--tlsv1.3", &url], "").await;
	assert!(content && said.contains("hello"), "{said}");
	assert!(said.contains("TLSv1.3"), "{said}");
	assert_eq!(serving.await.unwrap().unwrap(), None);
}

#[tokio::test]
async fn curl_is_refused_where_identity_is_demanded() {
	let kit = Kit::new();
	let (address, serving) = serve_one(kit.acceptor().await).await;
	let url = format!("https://{address}/");
	let (said, content) = run("curl", &["--insecure", "-sS", &url], "").await;
	assert!(!content && said.contains("certificate required"), "{said}");
	assert_eq!(serving.await.unwrap().unwrap_err().kind(), "no-certificate");
}

#[tokio::test]
async fn openssl_is_served_where_nobody_is_asked_for() {
	let kit = Kit::new();
	let (address, serving) = serve_one(open(&kit).await).await;
	let address = address.to_string();
	// The names that such programs ask for mean nothing here.
	let asks = ["s_client", "-ign_eof", "-servername", "example.com", "-connect", &address];
	let (said, _) = run("openssl", &asks, REQUEST).await;
	assert!(said.contains("New, TLSv1.3") && said.contains("hello"), "{said}");
	assert!(said.contains("Server certificate") && said.contains("CN = symbolon"), "{said}");
	assert_eq!(serving.await.unwrap().unwrap(), None);
}

#[tokio::test]
async fn openssl_is_refused_where_identity_is_demanded() {
	let kit = Kit::new();
	let (address, serving) = serve_one(kit.acceptor().await).await;
	let address = address.to_string();
	let (said, content) =
		run("openssl", &["s_client", "-ign_eof", "-connect", &address], REQUEST).await;
	assert!(!content && said.contains("alert number 116"), "{said}");
	assert_eq!(serving.await.unwrap().unwrap_err().kind(), "no-certificate");
}

#[tokio::test]
async fn openssl_with_a_certificate_of_its_own_is_a_stranger() {
	let kit = Kit::new();
	let (key, certificate) = (kit.path().join("key.pem"), kit.path().join("certificate.pem"));
	let (key, certificate) = (key.to_str().unwrap(), certificate.to_str().unwrap());
	let subject = ["req", "-x509", "-subj", "/CN=pump@demo", "-newkey", "ec", "-nodes"];
	let curve = ["-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", key, "-out", certificate];
	let (said, content) = run("openssl", &[&subject[..], &curve].concat(), "").await;
	assert!(content, "{said}");
	let (address, serving) = serve_one(kit.acceptor().await).await;
	let address = address.to_string();
	let arguments =
		["s_client", "-ign_eof", "-connect", &address, "-cert", certificate, "-key", key];
	let (said, content) = run("openssl", &arguments, REQUEST).await;
	assert!(!content && said.contains("bad certificate"), "{said}");
	assert_eq!(serving.await.unwrap().unwrap_err().kind(), "no-extension");
}

#[tokio::test]
async fn openssl_of_tls_1_2_is_told_the_version() {
	let kit = Kit::new();
	let (address, serving) = serve_one(open(&kit).await).await;
	let address = address.to_string();
	let arguments = ["s_client", "-ign_eof", "-tls1_2", "-connect", &address];
	let (said, content) = run("openssl", &arguments, REQUEST).await;
	assert!(!content && said.contains("alert protocol version"), "{said}");
	assert_eq!(serving.await.unwrap().unwrap_err().kind(), "tls");
}

#[tokio::test]
async fn openssl_reads_the_extension_of_a_128_bit_arc() {
	let kit = Kit::new();
	let identity = kit.identity("pump@demo").await;
	let der = certificate_of(&identity, Role::Server).await;
	let path = kit.path().join("certificate.der");
	std::fs::write(&path, der).unwrap();
	let arguments = ["x509", "-inform", "DER", "-noout", "-text", "-in", path.to_str().unwrap()];
	let (said, content) = run("openssl", &arguments, "").await;
	assert!(content, "{said}");
	assert!(said.contains(&format!("{}: \n", OID)), "{said}");
	assert!(said.contains("ecdsa-with-SHA256") && !said.contains("critical"), "{said}");
}
