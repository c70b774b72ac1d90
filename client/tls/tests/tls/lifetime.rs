//! Connections end when their peer's credentials do.

use crate::kit::{connector, exchange, joined, meet, name, policy, Kit, PIPE};
use rustls::AlertDescription;
use std::time::Duration;
use symbolon_sdk::testing::EPOCH;
use symbolon_tls::{
	connection::DRAIN, Accepted, Acceptor, Connector, HandshakeError, Lifetime, Peer,
};

async fn renew(
	acceptor: &Acceptor,
	connector: &Connector,
) -> (Result<Peer, HandshakeError>, Result<Peer, HandshakeError>) {
	let (near, far) = tokio::io::duplex(PIPE);
	let server = async {
		match acceptor.accept(far).await? {
			Accepted::Renewal(peer) => Ok(peer),
			Accepted::Connection(connection) => panic!("{connection:?}"),
		}
	};
	tokio::join!(server, connector.renew(near))
}

/// Waits for what must come to pass; the limit only keeps a failure from hanging.
async fn soon<T>(what: impl std::future::Future<Output = T>) -> T {
	tokio::time::timeout(Duration::from_secs(60), what).await.expect("in a minute")
}

async fn is_pending(lifetime: &Lifetime) -> bool {
	let ended = lifetime.ended();
	tokio::pin!(ended);
	std::future::poll_fn(|cx| std::task::Poll::Ready(ended.as_mut().poll(cx).is_pending())).await
}

use std::future::Future;

#[tokio::test]
async fn a_connection_ends_at_its_epochs_end_and_grace() {
	let kit = Kit::new();
	let (acceptor, pump) = (kit.acceptor().await, kit.connector("pump@demo").await);
	let (mut server, mut client) = joined(&acceptor, &pump).await;
	let end = kit.world.epoch(100).end;
	for lifetime in [server.lifetime(), client.lifetime()] {
		assert_eq!((lifetime.renewal_at(), lifetime.deadline()), (end, end + 60));
		kit.world.set_now(end - 1);
		assert!(is_pending(&lifetime).await && !lifetime.is_over());
		kit.world.set_now(end);
		soon(lifetime.renewal_due()).await;
		kit.world.set_now(end + 59);
		assert!(is_pending(&lifetime).await && !lifetime.is_over());
		kit.world.set_now(end + 60);
		soon(lifetime.ended()).await;
		assert!(lifetime.is_over());
	}
	// Time to drain, then it is cut, also under a reader that waits.
	let (a, b) = tokio::join!(exchange(&mut server, b"last"), exchange(&mut client, b"word"));
	assert_eq!((a.unwrap(), b.unwrap()), (b"word".to_vec(), b"last".to_vec()));
	let reading = exchange(&mut server, b"more");
	kit.world.set_now(end + 60 + DRAIN);
	let error = soon(reading).await.unwrap_err();
	assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
	let error = exchange(&mut client, b"more").await.unwrap_err();
	assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
}

#[tokio::test]
async fn a_renewal_carries_connections_on_on_both_sides() {
	let kit = Kit::new();
	let (acceptor, pump) = (kit.acceptor().await, kit.connector("pump@demo").await);
	let (mut server, mut client) = joined(&acceptor, &pump).await;
	kit.enter(101, &["api@demo", "pump@demo"]).await;
	let (shown, seen) = renew(&acceptor, &pump).await;
	let (shown, seen) = (shown.unwrap(), seen.unwrap());
	assert_eq!((shown.identity(), shown.epoch().number), (&name("pump@demo"), 101));
	assert_eq!((seen.identity(), seen.epoch().number), (&name("api@demo"), 101));
	assert_eq!(acceptor.metrics().counters().renewals, 1);
	assert_eq!(acceptor.metrics().counters().handshakes, 1);
	assert_eq!(pump.metrics().counters().renewals, 1);
	let until = kit.world.epoch(101).accepted_until();
	for lifetime in [server.lifetime(), client.lifetime()] {
		assert_eq!(lifetime.deadline(), until);
		kit.world.set_now(kit.world.epoch(101).start + 60 + DRAIN);
		assert!(is_pending(&lifetime).await);
	}
	let (a, b) = tokio::join!(exchange(&mut server, b"on"), exchange(&mut client, b"on"));
	a.unwrap();
	b.unwrap();
	// An old credential shown later takes nothing away.
	kit.world.set_now(until);
	assert!(server.lifetime().is_over());
}

#[tokio::test]
async fn a_new_connection_carries_the_old_ones_on_as_well() {
	let kit = Kit::new();
	let (acceptor, pump) = (kit.acceptor().await, kit.connector("pump@demo").await);
	let (old, _client) = joined(&acceptor, &pump).await;
	kit.enter(101, &["api@demo", "pump@demo"]).await;
	let (_new, _client) = joined(&acceptor, &pump).await;
	assert_eq!(old.lifetime().deadline(), kit.world.epoch(101).accepted_until());
}

#[tokio::test]
async fn another_serial_of_the_same_name_carries_nothing() {
	let kit = Kit::new();
	let (acceptor, pump) = (kit.acceptor().await, kit.connector("pump@demo").await);
	let (old, _client) = joined(&acceptor, &pump).await;
	// The name is enrolled again: another device.
	let before = kit.world.serial_of(&name("pump@demo"));
	let store = kit.world.device(&kit.path().join("pump-2"), "pump@demo").await;
	assert_ne!(before, kit.world.serial_of(&name("pump@demo")));
	kit.enter(101, &["api@demo"]).await;
	kit.world.refresh(&store).await;
	let second = connector(&kit.identity_of(store));
	let (new, _client) = joined(&acceptor, &second).await;
	assert_eq!(new.peer().unwrap().identity(), old.peer().unwrap().identity());
	assert_eq!(new.lifetime().deadline(), kit.world.epoch(101).accepted_until());
	assert_eq!(old.lifetime().deadline(), kit.world.epoch(100).accepted_until());
	let (shown, _) = renew(&acceptor, &second).await;
	shown.unwrap();
	assert_eq!(old.lifetime().deadline(), kit.world.epoch(100).accepted_until());
}

#[tokio::test]
async fn a_revoked_peer_cannot_renew_and_its_connections_end() {
	let kit = Kit::new();
	let (acceptor, pump) = (kit.acceptor().await, kit.connector("pump@demo").await);
	let (server, _client) = joined(&acceptor, &pump).await;
	kit.world.revoke(kit.world.serial_of(&name("pump@demo")));
	kit.enter(101, &["api@demo", "pump@demo"]).await;
	// Within the grace it may show what it has: nothing is carried on by it.
	renew(&acceptor, &pump).await.0.unwrap();
	assert_eq!(server.lifetime().deadline(), kit.world.epoch(100).accepted_until());
	kit.world.set_now(kit.world.epoch(101).start + 60);
	let (_, client) = renew(&acceptor, &pump).await;
	assert_eq!(client.unwrap_err().kind(), "no-permit");
	soon(server.lifetime().ended()).await;
}

#[tokio::test]
async fn more_connection_epochs_are_more_lag() {
	let kit = Kit::new();
	let identity = kit.identity("api@demo").await;
	let acceptor = Acceptor::builder(identity)
		.policy(policy("*@demo"))
		.max_connection_epochs(3)
		.build()
		.unwrap();
	let (server, client) = joined(&acceptor, &kit.connector("pump@demo").await).await;
	let end = kit.world.epoch(100).end;
	assert_eq!(server.lifetime().deadline(), end + 60 + 2 * EPOCH);
	assert_eq!(server.lifetime().renewal_at(), end);
	assert_eq!(client.lifetime().deadline(), end + 60, "each side's own policy");
}

#[tokio::test]
async fn a_refused_renewal_is_told_and_carries_nothing() {
	let kit = Kit::new();
	let identity = kit.identity("api@demo").await;
	let acceptor =
		Acceptor::builder(identity).policy(name("pump@demo")).anonymous_clients().build().unwrap();
	let (shown, seen) = renew(&acceptor, &kit.connector("valve@demo").await).await;
	assert_eq!(shown.unwrap_err().kind(), "policy");
	let alert = seen.unwrap_err();
	assert!(matches!(alert, HandshakeError::Alert(AlertDescription::AccessDenied)), "{alert}");
	// Nobody cannot renew, even where nobody may connect.
	let pump = kit.identity("pump@demo").await;
	let nobody = Connector::builder(pump, name("api@demo")).anonymous().build().unwrap();
	let (shown, seen) = renew(&acceptor, &nobody).await;
	assert_eq!(shown.unwrap_err().kind(), "no-certificate");
	seen.unwrap_err();
	assert_eq!(acceptor.metrics().counters().renewals, 0);
}

#[tokio::test]
async fn a_server_that_knows_no_renewals_says_so() {
	let kit = Kit::new();
	let identity = kit.identity("api@demo").await;
	let open = Acceptor::builder(identity).anonymous_clients().build().unwrap();
	let pump = kit.connector("pump@demo").await;
	let (near, far) = tokio::io::duplex(PIPE);
	let (_server, client) = tokio::join!(open.accept(far), pump.renew(near));
	assert_eq!(client.unwrap_err().kind(), "renewal");
	let with_alpn = Acceptor::builder(kit.identity("db@demo").await)
		.anonymous_clients()
		.alpn(vec![b"h2".to_vec()])
		.build()
		.unwrap();
	let pump = Connector::builder(pump.identity().clone(), name("db@demo")).build().unwrap();
	let (near, far) = tokio::io::duplex(PIPE);
	let (server, client) = tokio::join!(with_alpn.accept(far), pump.renew(near));
	server.unwrap_err();
	client.unwrap_err();
}

/// A server replays the credential that a client renewed with, on a connection of its own: without
/// the connection key the handshake fails and carries nothing on.
#[tokio::test]
async fn a_renewed_credential_without_its_key_carries_nothing() {
	use crate::{
		forge::{shown, Draft},
		intruder::{client_config, intrude},
	};
	let kit = Kit::new();
	let (acceptor, pump) = (kit.acceptor().await, kit.connector("pump@demo").await);
	let (old, _client) = joined(&acceptor, &pump).await;
	kit.enter(101, &["api@demo", "pump@demo"]).await;
	let theirs = crate::kit::certificate_of(pump.identity(), symbolon_tls::Role::Client).await;
	let own = Draft::new(0, 1);
	let (_, found) = intrude(&acceptor, client_config(Some(shown(vec![theirs], &own.key)))).await;
	assert_eq!(found.unwrap_err().kind(), "handshake-signature");
	assert_eq!(old.lifetime().deadline(), kit.world.epoch(100).accepted_until());
	let (server, _) = meet(&acceptor, &pump).await;
	assert_eq!(server.unwrap().lifetime().deadline(), kit.world.epoch(101).accepted_until());
}
