//! Keeping permits at hand.

use crate::{
	kit::{connector, joined, Kit},
	logs::Logs,
};
use std::{future::Future, time::Duration};
use symbolon_sdk::testing::Lie;
use symbolon_tls::Role;

/// Waits until `holds`; the limit only keeps a failure from hanging.
async fn until(holds: impl Fn() -> bool) {
	let look = async {
		while !holds() {
			tokio::time::sleep(Duration::from_millis(5)).await;
		}
	};
	tokio::time::timeout(Duration::from_secs(60), look).await.expect("in a minute");
}

#[tokio::test]
async fn the_next_permit_is_there_before_the_boundary_and_the_credentials_are_made() {
	let kit = Kit::new();
	let (acceptor, pump) = (kit.acceptor().await, kit.identity("pump@demo").await);
	let client = kit.world.client_of(&kit.again("pump@demo"));
	let keeping = tokio::spawn(pump.clone().keep_fresh(client));
	let server = kit.world.client_of(&kit.again("api@demo"));
	let keeping_server = tokio::spawn(acceptor.identity().clone().keep_fresh(server));
	let connector = connector(&pump);
	for number in 101..104 {
		kit.world.publish(number);
		// Within the last sixteenth of the epoch, before the boundary.
		kit.world.set_now(kit.world.epoch(number).start - 100);
		let have = |name: &str| {
			let permits = kit.again(name).permits().unwrap();
			permits.iter().any(|permit| permit.epoch().number == number)
		};
		until(|| have("pump@demo") && have("api@demo")).await;
		kit.world.set_now(kit.world.epoch(number).start);
		let (server, client) = joined(&acceptor, &connector).await;
		assert_eq!(server.peer().unwrap().epoch().number, number);
		assert_eq!(client.peer().unwrap().epoch().number, number);
	}
	keeping.abort();
	keeping_server.abort();
}

#[tokio::test]
async fn failures_are_said_and_tried_again() {
	let kit = Kit::new();
	let pump = kit.identity("pump@demo").await;
	kit.enter(101, &[]).await;
	kit.world.set_now(kit.world.epoch(101).start + 60);
	kit.world.lie(&[Lie::NoPermit, Lie::NoProof]);
	let logs = Logs::keep();
	let client = kit.world.client_of(&kit.again("pump@demo"));
	let keeping = pump.clone().keep_fresh(client);
	tokio::pin!(keeping);
	// One look: it fails and waits.
	std::future::poll_fn(|cx| {
		assert!(keeping.as_mut().poll(cx).is_pending());
		std::task::Poll::Ready(())
	})
	.await;
	assert_eq!(logs.last()["reason"], "withheld");
	assert_eq!(logs.last()["wait"], "1");
	assert_eq!(pump.ready(Role::Client).unwrap_err().kind(), "no-permit");
	kit.world.lie(&[]);
	kit.world.set_now(kit.world.now() + 1);
	let ready = until(|| pump.ready(Role::Client).is_ok());
	tokio::select! {
		_ = &mut keeping => unreachable!(),
		() = ready => {}
	}
}
