//! Verified once, and never for longer than it is right.

use crate::{
	forge::{Claim, Draft, CLIENT},
	intruder::{assert_refused, client_config, intrude},
	kit::{connection, connector, joined, meet, name, policy, Kit, PIPE},
	logs::Logs,
};
use std::sync::{
	atomic::{AtomicBool, Ordering},
	Arc,
};
use symbolon_tls::{Acceptor, Policy, Reason};

async fn pairings(acceptor: &Acceptor, of: impl std::future::Future) -> (u64, u64) {
	let before = acceptor.metrics().counters();
	of.await;
	let after = acceptor.metrics().counters();
	(after.pairings - before.pairings, after.cache_hits - before.cache_hits)
}

#[tokio::test]
async fn a_hit_gives_the_same_peer_without_a_pairing() {
	let kit = Kit::new();
	let (acceptor, pump) = (kit.acceptor().await, kit.connector("pump@demo").await);
	let first = joined(&acceptor, &pump).await.0.peer().cloned();
	for _ in 0..3 {
		let paired = pairings(&acceptor, async {
			assert_eq!(joined(&acceptor, &pump).await.0.peer().cloned(), first);
		});
		assert_eq!(paired.await, (0, 1));
	}
	// Another process of the same device has another key, and so another certificate.
	let again = connector(&kit.identity_of(kit.again("pump@demo")));
	assert_eq!(pairings(&acceptor, joined(&acceptor, &again)).await, (1, 0));
}

#[tokio::test]
async fn the_least_recently_used_goes_first() {
	let kit = Kit::new();
	let identity = kit.identity("api@demo").await;
	let acceptor =
		Acceptor::builder(identity.clone()).policy(policy("*@demo")).cache(2).build().unwrap();
	let (a, b, c) = (
		kit.connector("a@demo").await,
		kit.connector("b@demo").await,
		kit.connector("c@demo").await,
	);
	for (who, expected) in
		[(&a, (1, 0)), (&b, (1, 0)), (&a, (0, 1)), (&c, (1, 0)), (&a, (0, 1)), (&b, (1, 0))]
	{
		assert_eq!(pairings(&acceptor, joined(&acceptor, who)).await, expected);
	}
	let none = Acceptor::builder(identity).policy(policy("*@demo")).cache(0).build().unwrap();
	for _ in 0..2 {
		assert_eq!(pairings(&none, joined(&none, &a)).await, (1, 0));
	}
}

#[tokio::test]
async fn the_policy_is_asked_at_every_hit() {
	let kit = Kit::new();
	let open = Arc::new(AtomicBool::new(true));
	let asked = open.clone();
	let policy = Policy::custom("while open", move |_| asked.load(Ordering::SeqCst));
	let identity = kit.identity("api@demo").await;
	let acceptor = Acceptor::builder(identity).policy(policy).build().unwrap();
	let pump = kit.connector("pump@demo").await;
	joined(&acceptor, &pump).await;
	open.store(false, Ordering::SeqCst);
	let (server, client) = meet(&acceptor, &pump).await;
	assert_eq!(server.unwrap_err().kind(), Reason::Policy.as_str());
	client.unwrap_err();
	open.store(true, Ordering::SeqCst);
	assert_eq!(pairings(&acceptor, joined(&acceptor, &pump)).await, (0, 1));
}

#[tokio::test]
async fn the_window_is_checked_at_every_hit() {
	let kit = Kit::new();
	let (acceptor, store) = (kit.acceptor().await, kit.store("pump@demo").await);
	let shown = Draft::right(&store, &kit.world.epoch(100), CLIENT).show();
	let config = || client_config(Some(shown.clone()));
	intrude(&acceptor, config()).await.1.unwrap();
	assert_eq!(pairings(&acceptor, intrude(&acceptor, config())).await, (0, 1));
	kit.enter(101, &["api@demo"]).await;
	kit.world.set_now(kit.world.epoch(101).start + 60);
	let logs = Logs::keep();
	assert_refused(intrude(&acceptor, config()).await, Reason::Expired, &logs, "a hit, expired");
}

#[tokio::test]
async fn failures_are_not_remembered_and_a_hit_is_of_one_role() {
	let kit = Kit::new();
	let (acceptor, store) = (kit.acceptor().await, kit.store("pump@demo").await);
	let epoch = kit.world.epoch(100);
	let draft = Draft::new(epoch.start, epoch.end);
	let claim = Claim { role: CLIENT, spki: vec![1; 40], from: epoch.start, to: epoch.end };
	let value = claim.sign(&crate::forge::signing_key(&store, &epoch));
	let wrong = draft.with_value(&value).show();
	let logs = Logs::keep();
	for _ in 0..3 {
		let before = acceptor.metrics().counters();
		let found = intrude(&acceptor, client_config(Some(wrong.clone()))).await;
		assert_refused(found, Reason::Signature, &logs, "wrong key");
		let after = acceptor.metrics().counters();
		assert_eq!((after.pairings - before.pairings, after.cache_hits), (1, 0));
	}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_more_pairings_at_a_time_than_were_allowed() {
	let kit = Kit::new();
	let identity = kit.identity("api@demo").await;
	let acceptor = Acceptor::builder(identity)
		.policy(policy("*@demo"))
		.max_pairings(1)
		.cache(0)
		.build()
		.unwrap();
	let pump = kit.identity("pump@demo").await;
	let mut running = Vec::new();
	for _ in 0..24 {
		let (acceptor, connector) = (acceptor.clone(), connector(&pump));
		running.push(tokio::spawn(async move {
			let (near, far) = tokio::io::duplex(PIPE);
			let (server, client) = tokio::join!(acceptor.accept(far), connector.connect(near));
			client.unwrap();
			assert_eq!(connection(server.unwrap()).peer().unwrap().identity(), &name("pump@demo"));
		}));
	}
	for one in running {
		one.await.unwrap();
	}
	let counters = acceptor.metrics().counters();
	assert_eq!((counters.pairings, counters.pairings_peak), (24, 1));
	assert_eq!(counters.pairings_running, 0);
}
