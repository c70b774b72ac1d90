//! Both sides over plain TCP with tokio: who is there, bytes, a renewal.

mod shared;

use shared::Failure;
use symbolon_tls::{Accepted, Acceptor, Connector, Policy};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::{TcpListener, TcpStream},
};

/// Greets every client by name.
async fn serve(listener: TcpListener, acceptor: Acceptor) -> Result<(), Failure> {
	loop {
		let (tcp, _) = listener.accept().await?;
		let acceptor = acceptor.clone();
		tokio::spawn(async move {
			match acceptor.accept(tcp).await {
				Ok(Accepted::Connection(mut connection)) => {
					let Some(peer) = connection.peer().cloned() else { return };
					let greeting = format!("welcome, {}\n", peer.identity());
					// A client that is gone needs no greeting.
					let _ = connection.write_all(greeting.as_bytes()).await;
					let _ = connection.shutdown().await;
				}
				Ok(Accepted::Renewal(peer)) => {
					println!(
						"server: {} renewed in epoch {}",
						peer.identity(),
						peer.epoch().number
					);
				}
				Err(error) => eprintln!("server: {error}"),
			}
		});
	}
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
	let parties = shared::parties().await?;
	let server_name = parties.server.identity().clone();
	let anyone = Policy::namespace(parties.client.identity().namespace());
	let acceptor = Acceptor::builder(parties.server.clone()).policy(anyone).build()?;
	let listener = TcpListener::bind("127.0.0.1:0").await?;
	let address = listener.local_addr()?;
	tokio::spawn(serve(listener, acceptor));

	let connector = Connector::builder(parties.client.clone(), server_name).build()?;
	let mut connection = connector.connect(TcpStream::connect(address).await?).await?;
	let server = connection.peer().ok_or("a server always has a name")?;
	println!("client: connected to {}", server.identity());
	let mut greeting = String::new();
	connection.read_to_string(&mut greeting).await?;
	print!("client: {greeting}");

	// A long connection lives on by this, once in each epoch: `connection.lifetime()` says when.
	let server = connector.renew(TcpStream::connect(address).await?).await?;
	println!("client: renewed with {}", server.identity());
	Ok(())
}
