//! A reqwest client that calls a service by its identity.

mod shared;

use axum::{
	extract::connect_info::{ConnectInfo, Connected},
	routing::get,
	serve::IncomingStream,
	Router,
};
use shared::{listener::TlsListener, Failure};
use std::net::SocketAddr;
use symbolon_sdk::{Epoch, Identity};
use symbolon_tls::{host_name, Acceptor, Connector, Role};
use tokio::{net::TcpListener, sync::Mutex};

#[derive(Clone)]
struct Caller(String);

impl Connected<IncomingStream<'_, TlsListener>> for Caller {
	fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
		let peer = stream.io().peer().map(|peer| peer.identity().to_string());
		Self(peer.unwrap_or("nobody".into()))
	}
}

/// HTTP clients for one server, a new one each epoch. The connections of the one before are closed
/// once they idle, so that none lives on without a credential of the present epoch.
struct Http {
	connector: Connector,
	server: Identity,
	address: SocketAddr,
	present: Mutex<Option<(Epoch, reqwest::Client)>>,
}

impl Http {
	/// The client of the present epoch: ask for it with each request.
	async fn client(&self) -> Result<reqwest::Client, Failure> {
		let epoch = self.connector.identity().shown_epoch(Role::Client)?;
		let mut present = self.present.lock().await;
		if let Some((_, client)) = present.as_ref().filter(|(of, _)| *of == epoch) {
			return Ok(client.clone());
		}
		let client = self.make()?;
		*present = Some((epoch, client.clone()));
		Ok(client)
	}

	/// A client whose host name stands for the server's identity, so that each URL names who is
	/// meant.
	fn make(&self) -> Result<reqwest::Client, reqwest::Error> {
		reqwest::Client::builder()
			.tls_backend_preconfigured((*self.connector.config()).clone())
			.resolve(&host_name(&self.server), self.address)
			.https_only(true)
			.no_proxy()
			.build()
	}
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
	let http = Http { connector, server: server.clone(), address, present: Mutex::default() };
	let url = format!("https://{}:{}/whoami", host_name(&server), address.port());
	let answer = http.client().await?.get(url).send().await?.error_for_status()?;
	println!("{server} says that I am {}", answer.text().await?);
	Ok(())
}
