//! A reqwest client that calls a service by its identity.

mod shared;

use axum::{
	extract::connect_info::{ConnectInfo, Connected},
	routing::get,
	serve::IncomingStream,
	Router,
};
use shared::{listener::TlsListener, Failure};
use std::{net::SocketAddr, time::Duration};
use symbolon_sdk::Identity;
use symbolon_tls::{host_name, Acceptor, Connector};
use tokio::net::TcpListener;

#[derive(Clone)]
struct Caller(String);

impl Connected<IncomingStream<'_, TlsListener>> for Caller {
	fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
		let peer = stream.io().peer().map(|peer| peer.identity().to_string());
		Self(peer.unwrap_or("nobody".into()))
	}
}

/// An HTTP client for `server` at `address`. Its host name stands for the identity, so that each
/// URL names who is meant; its connections are closed when they idle, so that none of them
/// outlives an epoch for long.
fn client(
	connector: &Connector,
	server: &Identity,
	address: SocketAddr,
) -> Result<reqwest::Client, reqwest::Error> {
	reqwest::Client::builder()
		.tls_backend_preconfigured((*connector.config()).clone())
		.resolve(&host_name(server), address)
		.pool_idle_timeout(Duration::from_secs(30))
		.https_only(true)
		.no_proxy()
		.build()
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
	let parties = shared::parties().await?;
	let server = parties.server.identity().clone();
	let acceptor = Acceptor::builder(parties.server.clone())
		.policy(parties.client.identity())
		.alpn(vec![b"http/1.1".to_vec()])
		.build()?;
	let tcp = TcpListener::bind("127.0.0.1:0").await?;
	let address = tcp.local_addr()?;
	let listener = TlsListener::new(tcp, acceptor)?;
	let whoami = |ConnectInfo(Caller(name)): ConnectInfo<Caller>| async move { name };
	let app = Router::new().route("/whoami", get(whoami));
	tokio::spawn(async {
		axum::serve(listener, app.into_make_service_with_connect_info::<Caller>()).await
	});

	let connector = Connector::builder(parties.client.clone(), server.clone()).build()?;
	let http = client(&connector, &server, address)?;
	let url = format!("https://{}:{}/whoami", host_name(&server), address.port());
	let answer = http.get(url).send().await?.error_for_status()?;
	println!("{server} says that I am {}", answer.text().await?);
	Ok(())
}
