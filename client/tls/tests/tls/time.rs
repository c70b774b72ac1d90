//! Epochs come and go.

use crate::{
	forge::{signing_key, Claim, Draft, CLIENT, SERVER},
	intruder::{assert_refused, client_config, intrude, lure, server_config},
	kit::{joined, meet, name, Kit},
	logs::Logs,
};
use symbolon_crypto::signature::SigningKey;
use symbolon_tls::{Connector, HandshakeError, Reason, Role};

#[tokio::test]
async fn credentials_renew_themselves_at_the_boundary_and_serve_through_the_grace() {
	let kit = Kit::new();
	let (acceptor, pump) = (kit.acceptor().await, kit.connector("pump@demo").await);
	let number = |connection: &crate::kit::Server| connection.peer().unwrap().epoch().number;
	let boundary = kit.world.epoch(101).start;
	kit.world.set_now(boundary - 1);
	assert_eq!(number(&joined(&acceptor, &pump).await.0), 100);
	// Nothing is published yet: the old ones serve until the grace is over.
	for second in [0, 59] {
		kit.world.set_now(boundary + second);
		assert_eq!(number(&joined(&acceptor, &pump).await.0), 100);
	}
	kit.world.set_now(boundary + 60);
	let (server, client) = meet(&acceptor, &pump).await;
	assert_eq!(client.unwrap_err().kind(), "no-permit");
	assert_eq!(server.unwrap_err().kind(), "connection");
	// The folders have permits again, put there by another process.
	kit.world.set_now(boundary + 61);
	kit.world.publish(101);
	kit.world.refresh(&kit.again("api@demo")).await;
	kit.world.refresh(&kit.again("pump@demo")).await;
	kit.world.set_now(boundary + 62);
	assert_eq!(number(&joined(&acceptor, &pump).await.0), 101);
}

#[tokio::test]
async fn a_server_without_permit_says_so_and_serves_once_it_has_one() {
	let kit = Kit::new();
	let (acceptor, pump) = (kit.acceptor().await, kit.connector("pump@demo").await);
	kit.enter(101, &["pump@demo"]).await;
	kit.world.set_now(kit.world.epoch(101).start + 60);
	let logs = Logs::keep();
	let (server, client) = meet(&acceptor, &pump).await;
	let error = server.unwrap_err();
	assert_eq!(error.kind(), "no-permit");
	assert!(error.to_string().contains("keep_fresh"), "{error}");
	assert!(matches!(client.unwrap_err(), HandshakeError::Alert(_)));
	assert_eq!(logs.warnings(), ["no-permit"]);
	assert!(acceptor.identity().ready(Role::Server).is_err());
	kit.world.refresh(&kit.again("api@demo")).await;
	// In the same second the folder is not read again, unless it is said to.
	assert!(acceptor.identity().ready(Role::Server).is_err());
	acceptor.identity().reload().unwrap();
	acceptor.identity().ready(Role::Server).unwrap();
	joined(&acceptor, &pump).await;
}

#[tokio::test]
async fn early_and_late_epochs_are_accepted_by_skew_and_grace_only() {
	let kit = Kit::new();
	kit.world.publish(101);
	let (acceptor, store) = (kit.acceptor().await, kit.store("pump@demo").await);
	let (present, next) = (kit.world.epoch(100), kit.world.epoch(101));
	let logs = Logs::keep();
	for (now, epoch, reason) in [
		(next.start - 31, next, Some(Reason::NotYetValid)),
		(next.start - 30, next, None),
		(present.end + 59, present, None),
		(present.end + 60, present, Some(Reason::Expired)),
		(next.end + 60, next, Some(Reason::Expired)),
	] {
		kit.world.set_now(now);
		kit.world.publish(102);
		kit.world.refresh(&kit.again("api@demo")).await;
		let (from, to) = (epoch.start, epoch.accepted_until());
		let draft = Draft::new(from, to);
		let claim = Claim { role: CLIENT, spki: draft.spki.clone(), from, to };
		let shown = draft.with_value(&claim.sign(&signing_key(&store, &epoch)));
		let found = intrude(&acceptor, client_config(Some(shown.show()))).await;
		match reason {
			Some(reason) => assert_refused(found, reason, &logs, &format!("{now}")),
			None => {
				found.0.unwrap();
				found.1.unwrap();
			}
		}
	}
}

#[tokio::test]
async fn an_epoch_longer_than_the_anchor_allows_is_refused() {
	let kit = Kit::new();
	let (acceptor, store) = (kit.acceptor().await, kit.store("pump@demo").await);
	let epoch = kit.world.epoch(100);
	let logs = Logs::keep();
	for (start, end) in [(epoch.start, epoch.start + 604_801), (epoch.end, epoch.start)] {
		// A signature of such an epoch there is none; its claim is refused before that matters.
		let draft = Draft::new(epoch.start, epoch.end);
		let claim =
			Claim { role: CLIENT, spki: draft.spki.clone(), from: epoch.start, to: epoch.end };
		let mut value = claim.sign(&signing_key(&store, &epoch));
		let at = 2 + "pump@demo".len() + 8 + 8;
		value[at..at + 8].copy_from_slice(&start.to_le_bytes());
		value[at + 8..at + 16].copy_from_slice(&end.to_le_bytes());
		let found = intrude(&acceptor, client_config(Some(draft.with_value(&value).show()))).await;
		assert_refused(found, Reason::EpochLength, &logs, "too long");
	}
}

#[tokio::test]
async fn a_revoked_device_is_out_at_the_next_epoch_and_the_others_are_not() {
	let kit = Kit::new();
	let (acceptor, pump) = (kit.acceptor().await, kit.connector("pump@demo").await);
	let valve = kit.connector("valve@demo").await;
	joined(&acceptor, &pump).await;
	kit.world.revoke(kit.world.serial_of(&name("pump@demo")));
	joined(&acceptor, &pump).await;
	kit.enter(101, &["api@demo", "pump@demo", "valve@demo"]).await;
	kit.world.set_now(kit.world.epoch(101).start + 60);
	let (_, client) = meet(&acceptor, &pump).await;
	assert_eq!(client.unwrap_err().kind(), "no-permit");
	joined(&acceptor, &valve).await;
	// With the permit of another's subtree it can only claim what is not so.
	let mine = kit.again("pump@demo").keys().unwrap();
	for permit in kit.again("valve@demo").permits().unwrap() {
		let key = SigningKey::new(&mine.sign, &permit);
		assert!(permit.epoch().number == 100 || key.is_err());
	}
}

#[tokio::test]
async fn what_a_peer_proves_raises_the_clock_floor_also_for_the_next_process() {
	let kit = Kit::new();
	let (acceptor, pump) = (kit.acceptor().await, kit.connector("pump@demo").await);
	let api = acceptor.identity().clone();
	kit.enter(101, &["pump@demo"]).await;
	let boundary = kit.world.now();
	kit.world.set_now(boundary + 10);
	// The server is still in its old epoch; the client proves that the new one has begun.
	let (server, client) = joined(&acceptor, &pump).await;
	assert_eq!(client.peer().unwrap().epoch().number, 100);
	assert_eq!(server.peer().unwrap().epoch().number, 101);
	let nobody = |identity| Connector::builder(identity, name("db@demo")).anonymous();
	for identity in [api, kit.identity_of(kit.again("api@demo"))] {
		kit.world.set_now(boundary - 30);
		assert_eq!(identity.now().unwrap(), boundary - 30);
		identity.ready(Role::Server).unwrap();
		kit.world.set_now(boundary - 31);
		assert_eq!(identity.ready(Role::Server).unwrap_err().kind(), "clock-set-back");
		// Nor does it believe anybody, right or wrong.
		let db = Draft::right(&kit.again("api@demo"), &kit.world.epoch(100), SERVER);
		let logs = Logs::keep();
		let connector = nobody(identity).build().unwrap();
		let found = lure(&connector, server_config(db.show())).await;
		assert_refused(found, Reason::ClockSetBack, &logs, "set back");
	}
}

#[tokio::test]
async fn connection_keys_are_dropped_once_their_epoch_is_over() {
	let kit = Kit::new();
	let (acceptor, pump) = (kit.acceptor().await, kit.connector("pump@demo").await);
	let resolver = pump.config().client_auth_cert_resolver.clone();
	joined(&acceptor, &pump).await;
	let key = std::sync::Arc::downgrade(&resolver.resolve(&[], &[]).unwrap().key);
	kit.enter(101, &["api@demo", "pump@demo"]).await;
	joined(&acceptor, &pump).await;
	assert!(key.upgrade().is_some(), "grace");
	kit.world.set_now(kit.world.epoch(101).start + 60);
	joined(&acceptor, &pump).await;
	assert!(key.upgrade().is_none());
}

/// Who took a connection key is the identity until its epoch ends, in that role only.
#[tokio::test]
async fn a_stolen_connection_key_is_of_use_for_one_epoch_and_one_role() {
	let kit = Kit::new();
	let (acceptor, pump) = (kit.acceptor().await, kit.connector("pump@demo").await);
	let resolver = pump.config().client_auth_cert_resolver.clone();
	let stolen = resolver.resolve(&[], &[]).unwrap();
	let thief = || client_config(Some(stolen.clone()));
	intrude(&acceptor, thief()).await.1.unwrap();
	let logs = Logs::keep();
	let victim = Connector::builder(kit.identity("valve@demo").await, name("pump@demo"));
	let victim = victim.build().unwrap();
	let found = lure(&victim, server_config(stolen.clone())).await;
	assert_refused(found, Reason::Role, &logs, "as a server");
	kit.enter(101, &["api@demo"]).await;
	kit.world.set_now(kit.world.epoch(101).start + 60);
	let found = intrude(&acceptor, thief()).await;
	assert_refused(found, Reason::Expired, &logs, "in the next epoch");
}
