//! Mutual TLS by name between processes, on the permits of a real network.

use crate::{
	program::Program,
	service::Service,
	world::{World, LIMIT},
};
use std::{
	ffi::OsString,
	fs,
	net::SocketAddr,
	process::{Command, Output},
	time::{SystemTime, UNIX_EPOCH},
};
use symbolon_sdk::{registrar::Registrar, store::Store};
use symbolon_testnet::wait_for;

/// Arguments of mixed kinds.
fn arguments<const N: usize>(arguments: [&dyn AsRef<std::ffi::OsStr>; N]) -> Vec<OsString> {
	arguments.into_iter().map(|argument| argument.as_ref().to_owned()).collect()
}

/// Starts `symbolon tls serve` for `store` in front of `service`; the process and its address.
fn serve(world: &World, store: &Store, service: &Service) -> (Program, SocketAddr) {
	let (rpc, to) = (world.url(1), service.address().to_string());
	let mut serve = Program::symbolon(
		arguments([
			&"--json",
			&"--rpc",
			&rpc,
			&"tls",
			&"serve",
			&"--store",
			&store.dir(),
			&"--allow",
			&"*@demo",
			&"--listen",
			&"127.0.0.1:0",
			&"--to",
			&to,
			&"--tell",
			&"http-header",
			&"--log",
			&"json",
		]),
		&world.path("serve.log"),
	);
	let announced = serve.line();
	(serve, announced["listening"].as_str().unwrap().parse().unwrap())
}

/// Starts `symbolon tls connect` for `store` to `api@demo` at `server`.
fn connect(world: &World, store: &Store, server: SocketAddr) -> (Program, SocketAddr) {
	let (rpc, server) = (world.url(2), server.to_string());
	let mut connect = Program::symbolon(
		arguments([
			&"--json",
			&"--rpc",
			&rpc,
			&"tls",
			&"connect",
			&"--store",
			&store.dir(),
			&"--to",
			&"api@demo",
			&server,
			&"--listen",
			&"127.0.0.1:0",
		]),
		&world.path(format!("{}.log", store.identity())),
	);
	let announced = connect.line();
	(connect, announced["listening"].as_str().unwrap().parse().unwrap())
}

/// Two requests on one connection, the second with a forged name.
fn curl(address: SocketAddr) -> Output {
	let url = format!("http://{address}/");
	let program = Command::new("curl")
		.args(["--silent", "--show-error", "--max-time", "20", &url, "--next", "--silent"])
		.args(["--max-time", "20", "--header", "Symbolon-Peer: admin@demo"])
		.args(["--header", "SYMBOLON_PEER: admin@demo", &url])
		.output();
	program.expect("curl is installed by scripts/setup")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_and_its_devices_know_each_other_by_name() {
	let world = World::new().await;
	let [api, revoked, other] = world.enrolled_all(["api", "pump-1", "pump-2"]).await;
	let service = Service::start();
	let (serve, server) = serve(&world, &api, &service);
	let (connect_revoked, local_revoked) = connect(&world, &revoked, server);
	let (connect_other, local_other) = connect(&world, &other, server);

	for (local, name) in [(local_revoked, "pump-1@demo"), (local_other, "pump-2@demo")] {
		let before = service.requests().len();
		let output = curl(local);
		assert_eq!(output.stdout, b"hellohello", "{output:?}");
		let requests = &service.requests()[before..];
		assert_eq!(requests.len(), 2);
		for request in requests {
			assert_eq!(request.values("symbolon-peer"), [name], "{request:?}");
			assert_eq!(request.values("symbolon_peer"), [""; 0], "{request:?}");
		}
	}

	let (key, mut client) = (world.registrar_key(), world.client("registrar"));
	let done = Registrar::new(&mut client, &key).revoke(revoked.identity()).await.unwrap();
	// Past the grace of the epoch before: a tenth of its 30 s.
	let from = done.effective.start + 4;
	wait_for("the first epoch without it", LIMIT, async || {
		let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
		Ok((now >= from).then_some(()))
	})
	.await
	.unwrap();

	let before = service.requests().len();
	let refused = curl(local_revoked);
	assert!(!refused.status.success(), "{refused:?}");
	assert_eq!(service.requests().len(), before, "nothing of it reached the service");
	let output = curl(local_other);
	assert_eq!(output.stdout, b"hellohello", "{output:?}");
	for program in [connect_revoked, connect_other, serve] {
		assert!(program.stop().await);
	}
	let log = fs::read_to_string(world.path("serve.log")).unwrap();
	assert!(log.contains("pump-2@demo"), "{log}");
	world.network.shutdown().unwrap();
}
