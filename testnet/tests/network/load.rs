//! Epoch changes under load: no handshake fails that should have passed, and no connection ends of
//! a peer that was not revoked.

use crate::world::{World, LIMIT};
use std::{
	collections::BTreeSet,
	net::SocketAddr,
	sync::{
		atomic::{AtomicBool, AtomicUsize, Ordering},
		Arc, Mutex,
	},
	time::{Duration, SystemTime, UNIX_EPOCH},
};
use symbolon_sdk::{store::Store, Clock, Identity};
use symbolon_testnet::{wait_for, Network};
use symbolon_tls::{Accepted, Acceptor, Connector, Policy, Role, TlsIdentity};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::{TcpListener, TcpStream},
	task::JoinSet,
	time::{interval, timeout},
};

const EPOCH: Duration = Duration::from_secs(20);
const BOUNDARIES: u64 = 3;
const DEVICES: usize = 10;
const CONNECTIONS: usize = 200;
/// Longest wait for one answer. Far longer than any takes: it ends a test that hangs.
const ANSWER: Duration = Duration::from_secs(15);

fn now() -> u64 {
	SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// What went wrong and how much was done.
#[derive(Default)]
struct Record {
	failures: Mutex<Vec<String>>,
	handshakes: AtomicUsize,
	renewals: AtomicUsize,
	answers: AtomicUsize,
	epochs: Mutex<BTreeSet<u64>>,
	over: AtomicBool,
}

impl Record {
	fn fail(&self, what: String) {
		self.failures.lock().unwrap().push(what);
	}

	fn is_over(&self) -> bool {
		self.over.load(Ordering::SeqCst)
	}
}

/// Opens the store's identity and keeps its permits fresh.
fn identity(world: &World, store: &Store, node: usize) -> Arc<TlsIdentity> {
	let store = Store::open(store.dir()).unwrap();
	let client = world.client_at(&world.url(node), &format!("{}-fresh", store.identity()));
	let identity = TlsIdentity::open(store, Clock::system()).unwrap();
	tokio::spawn(identity.clone().keep_fresh(client));
	identity
}

/// An echo that holds its connections to their lifetimes.
async fn serve(acceptor: Acceptor, listener: TcpListener, record: Arc<Record>) {
	loop {
		let (stream, _) = listener.accept().await.unwrap();
		let (acceptor, record) = (acceptor.clone(), record.clone());
		tokio::spawn(async move {
			let mut connection = match acceptor.accept(stream).await {
				Ok(Accepted::Connection(connection)) => connection,
				Ok(Accepted::Renewal(_)) => return,
				Err(error) => return record.fail(format!("the server refused: {error}")),
			};
			let lifetime = connection.lifetime();
			let mut buffer = [0; 64];
			loop {
				tokio::select! {
					() = lifetime.ended() => {
						return record.fail(format!("{:?} was ended", connection.peer()));
					}
					read = connection.read(&mut buffer) => match read {
						Ok(0) | Err(_) => return,
						Ok(length) => {
							let Some(bytes) = buffer.get(..length) else { return };
							if connection.write_all(bytes).await.is_err() { return }
							if connection.flush().await.is_err() { return }
						}
					}
				}
			}
		});
	}
}

/// One connection: asks once a second until it is over, `asks` times at most.
async fn ask(connector: Connector, server: SocketAddr, asks: usize, record: Arc<Record>) {
	let work = async {
		let stream = TcpStream::connect(server).await.map_err(|error| error.to_string())?;
		let connected = timeout(ANSWER, connector.connect(stream)).await;
		let connected = connected.map_err(|_| "a handshake hangs".to_owned())?;
		let mut connection = connected.map_err(|error| format!("a handshake failed: {error}"))?;
		record.handshakes.fetch_add(1, Ordering::SeqCst);
		if let Some(peer) = connection.peer() {
			record.epochs.lock().unwrap().insert(peer.epoch().number);
		}
		let lifetime = connection.lifetime();
		let mut seconds = interval(Duration::from_secs(1));
		for _ in 0..asks {
			if record.is_over() {
				break;
			}
			tokio::select! {
				() = lifetime.ended() => return Err("the client's side was ended".to_owned()),
				_ = seconds.tick() => {}
			}
			let answered = timeout(ANSWER, async {
				connection.write_all(b"are you there").await?;
				connection.flush().await?;
				let mut answer = [0; 13];
				connection.read_exact(&mut answer).await
			});
			let answered = answered.await.map_err(|_| "an answer hangs".to_owned())?;
			answered.map_err(|error| format!("a connection broke: {error}"))?;
			record.answers.fetch_add(1, Ordering::SeqCst);
		}
		let _ = connection.shutdown().await;
		Ok(())
	};
	if let Err(error) = work.await {
		record.fail(error);
	}
}

/// Shows the server each new credential, as `symbolon tls connect` does.
async fn renew(
	connector: Connector,
	identity: Arc<TlsIdentity>,
	server: SocketAddr,
	record: Arc<Record>,
) {
	let mut shown = None;
	let mut seconds = interval(Duration::from_millis(500));
	while !record.is_over() {
		seconds.tick().await;
		let Ok(epoch) = identity.shown_epoch(Role::Client) else { continue };
		if shown == Some(epoch) {
			continue;
		}
		let renewed = async {
			let stream = TcpStream::connect(server).await.map_err(|error| error.to_string())?;
			connector.renew(stream).await.map_err(|error| error.to_string())
		};
		match renewed.await {
			Ok(_) => {
				shown = Some(epoch);
				record.renewals.fetch_add(1, Ordering::SeqCst);
			}
			Err(error) => record.fail(format!("a renewal failed: {error}")),
		}
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn epochs_change_under_load() {
	let world = World::of(Network::builder().epoch(EPOCH)).await;
	let names = ["api", "p-0", "p-1", "p-2", "p-3", "p-4", "p-5", "p-6", "p-7", "p-8", "p-9"];
	let stores = world.enrolled_all(names).await;
	let identities: Vec<_> =
		stores.iter().enumerate().map(|(i, store)| identity(&world, store, i % 4)).collect();
	wait_for("everybody's permit", LIMIT, async || {
		Ok(identities.iter().all(|one| one.ready(Role::Client).is_ok()).then_some(()))
	})
	.await
	.unwrap();

	let record = Arc::new(Record::default());
	let policy: Policy = "*@demo".parse().unwrap();
	let acceptor = Acceptor::builder(identities[0].clone()).policy(policy).build().unwrap();
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let server = listener.local_addr().unwrap();
	tokio::spawn(serve(acceptor, listener, record.clone()));

	let api: Identity = "api@demo".parse().unwrap();
	let connectors: Vec<Connector> = identities[1..]
		.iter()
		.map(|one| Connector::builder(one.clone(), api.clone()).build().unwrap())
		.collect();
	assert_eq!(connectors.len(), DEVICES);
	let mut tasks = JoinSet::new();
	for (connector, identity) in connectors.iter().zip(&identities[1..]) {
		tasks.spawn(renew(connector.clone(), identity.clone(), server, record.clone()));
	}
	for connector in connectors.iter().cycle().take(CONNECTIONS) {
		tasks.spawn(ask(connector.clone(), server, usize::MAX, record.clone()));
	}
	let begin = now();
	let end = (begin / EPOCH.as_secs() + BOUNDARIES) * EPOCH.as_secs() + EPOCH.as_secs() / 2;
	let mut seconds = interval(Duration::from_secs(1));
	for connector in connectors.iter().cycle() {
		seconds.tick().await;
		tasks.spawn(ask(connector.clone(), server, 2, record.clone()));
		if now() >= end {
			break;
		}
	}
	record.over.store(true, Ordering::SeqCst);
	while let Some(ended) = tasks.join_next().await {
		ended.unwrap();
	}
	let failures = record.failures.lock().unwrap();
	assert!(failures.is_empty(), "{} failures, such as {:?}", failures.len(), &failures[0]);
	let epochs = record.epochs.lock().unwrap();
	assert!(epochs.len() as u64 >= BOUNDARIES, "credentials of epochs {epochs:?} were seen");
	assert!(record.handshakes.load(Ordering::SeqCst) >= CONNECTIONS + 40);
	assert!(record.renewals.load(Ordering::SeqCst) >= DEVICES * BOUNDARIES as usize);
	assert!(record.answers.load(Ordering::SeqCst) >= CONNECTIONS * 40);
	world.network.shutdown().unwrap();
}
