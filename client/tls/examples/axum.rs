//! An axum service whose handlers know the caller's name, and a hyper client.

mod shared;

use axum::{
	body::Body,
	extract::{
		connect_info::{ConnectInfo, Connected},
		Request,
	},
	routing::get,
	serve::IncomingStream,
	Router,
};
use http_body_util::BodyExt;
use hyper_util::rt::TokioIo;
use shared::{listener::TlsListener, Failure};
use symbolon_tls::{Acceptor, Connector, Peer, Policy};
use tokio::net::{TcpListener, TcpStream};

/// Who called, for handlers.
#[derive(Clone)]
struct Caller(Option<Peer>);

impl Connected<IncomingStream<'_, TlsListener>> for Caller {
	fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
		Self(stream.io().peer().cloned())
	}
}

async fn hello(ConnectInfo(Caller(peer)): ConnectInfo<Caller>) -> String {
	peer.map_or("hello, nobody".into(), |peer| format!("hello, {}", peer.identity()))
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
	let parties = shared::parties().await?;
	let server_name = parties.server.identity().clone();
	let anyone = Policy::namespace(parties.client.identity().namespace());
	let acceptor = Acceptor::builder(parties.server.clone())
		.policy(anyone)
		.alpn(vec![b"http/1.1".to_vec()])
		.build()?;
	let tcp = TcpListener::bind("127.0.0.1:0").await?;
	let address = tcp.local_addr()?;
	let listener = TlsListener::new(tcp, acceptor)?;
	let app = Router::new().route("/", get(hello));
	tokio::spawn(async {
		axum::serve(listener, app.into_make_service_with_connect_info::<Caller>()).await
	});

	let connector = Connector::builder(parties.client.clone(), server_name).build()?;
	let connection = connector.connect(TcpStream::connect(address).await?).await?;
	let (mut http, driver) =
		hyper::client::conn::http1::handshake::<_, Body>(TokioIo::new(connection)).await?;
	tokio::spawn(driver);
	let request = Request::get("/").header("host", "api").body(Body::empty())?;
	let answer = http.send_request(request).await?;
	println!("status {}", answer.status());
	let body = answer.into_body().collect().await?.to_bytes();
	println!("{}", String::from_utf8_lossy(&body));
	Ok(())
}
