//! Both sides know each other.

use crate::{
	forge::{Draft, CLIENT, SERVER},
	intruder::{client_config, intrude, lure, server_config},
	kit::{connection, connector, joined, meet, name, policy, Kit, PIPE},
};
use std::sync::Arc;
use symbolon_tls::{
	host_name, server_name, Acceptor, Connector, HandshakeError, KeyType, Policy, Reason,
	TlsIdentity,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

#[tokio::test]
async fn both_sides_learn_each_others_name_serial_and_epoch() {
	let kit = Kit::new();
	let (acceptor, connector) = (kit.acceptor().await, kit.connector("pump@demo").await);
	let (server, client) = joined(&acceptor, &connector).await;
	let epoch = kit.world.epoch(100);
	let seen = server.peer().unwrap();
	assert_eq!((seen.identity(), seen.epoch()), (&name("pump@demo"), epoch));
	assert_eq!(seen.serial(), kit.world.serial_of(&name("pump@demo")));
	let seen = client.peer().unwrap();
	assert_eq!((seen.identity(), seen.epoch()), (&name("api@demo"), epoch));
	assert_eq!(seen.serial(), kit.world.serial_of(&name("api@demo")));
	for counters in [acceptor.metrics().counters(), connector.metrics().counters()] {
		assert_eq!((counters.handshakes, counters.pairings, counters.renewals), (1, 1, 0));
		assert!(counters.refusals.iter().all(|(_, count)| *count == 0));
	}
}

#[tokio::test]
async fn ed25519_connection_keys_do_as_well() {
	let kit = Kit::new();
	let store = kit.store("pump@demo").await;
	let identity = TlsIdentity::open_with(store, kit.world.clock(), KeyType::Ed25519).unwrap();
	let acceptor = kit.acceptor().await;
	joined(&acceptor, &connector(&identity)).await;
	let store = kit.store("db@demo").await;
	let identity = TlsIdentity::open_with(store, kit.world.clock(), KeyType::Ed25519).unwrap();
	let acceptor = Acceptor::builder(identity).policy(policy("*@demo")).build().unwrap();
	let client = kit.identity("valve@demo").await;
	joined(&acceptor, &Connector::builder(client, name("db@demo")).build().unwrap()).await;
}

#[tokio::test]
async fn certificates_made_from_the_specification_are_accepted() {
	let kit = Kit::new();
	let (acceptor, store) = (kit.acceptor().await, kit.store("pump@demo").await);
	let epoch = kit.world.epoch(100);
	let draft = Draft::right(&store, &epoch, CLIENT);
	let (fate, found) = intrude(&acceptor, client_config(Some(draft.show()))).await;
	fate.unwrap();
	found.unwrap();
	let server = Draft::right(&kit.again("api@demo"), &epoch, SERVER);
	let connector = connector(&kit.identity_of(store));
	let (fate, found) = lure(&connector, server_config(server.show())).await;
	fate.unwrap();
	found.unwrap();
}

#[tokio::test]
async fn raw_rustls_users_learn_the_peer_too() {
	let kit = Kit::new();
	let (acceptor, connector) = (kit.acceptor().await, kit.connector("pump@demo").await);
	let (near, far) = tokio::io::duplex(PIPE);
	let server = TlsAcceptor::from(acceptor.config());
	let client = TlsConnector::from(connector.config());
	let name_of = server_name(&name("api@demo"));
	let (server, client) = tokio::join!(server.accept(far), client.connect(name_of, near));
	let (server, client) = (server.unwrap(), client.unwrap());
	let peer = acceptor.peer(server.get_ref().1).unwrap().unwrap();
	assert_eq!(peer.identity(), &name("pump@demo"));
	assert_eq!(connector.peer(client.get_ref().1).unwrap().identity(), &name("api@demo"));
	assert_eq!(acceptor.metrics().counters().pairings, 1, "the second look is by the cache");
	assert_eq!(acceptor.lifetime(&peer).deadline(), kit.world.epoch(100).accepted_until());

	let unfinished = rustls::ServerConnection::new(acceptor.config()).unwrap();
	let error = acceptor.peer(&unfinished).unwrap_err();
	assert!(matches!(error, HandshakeError::Tls(_)), "{error}");
	// In the next epoch the old credential is no peer any more.
	kit.world.set_now(kit.world.epoch(101).start + 60);
	let error = acceptor.peer(server.get_ref().1).unwrap_err();
	assert_eq!(error.kind(), Reason::Expired.as_str());
}

#[tokio::test]
async fn alpn_is_negotiated_and_renewals_do_not_disturb_it() {
	let kit = Kit::new();
	let identity = kit.identity("api@demo").await;
	let both = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
	let acceptor =
		Acceptor::builder(identity).policy(policy("*@demo")).alpn(both.clone()).build().unwrap();
	let client = kit.identity("pump@demo").await;
	let connector =
		Connector::builder(client.clone(), name("api@demo")).alpn(both).build().unwrap();
	let (server, _) = joined(&acceptor, &connector).await;
	assert_eq!(server.get_ref().get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
	// A client without ALPN.
	let (server, _) = joined(&acceptor, &crate::kit::connector(&client)).await;
	assert_eq!(server.get_ref().get_ref().1.alpn_protocol(), None);
}

#[tokio::test]
async fn anonymous_clients_are_nobody_and_identities_still_count() {
	let kit = Kit::new();
	let identity = kit.identity("api@demo").await;
	let open = Acceptor::builder(identity.clone()).anonymous_clients().build().unwrap();
	let both = Acceptor::builder(identity.clone())
		.policy(name("pump@demo"))
		.anonymous_clients()
		.build()
		.unwrap();
	let pump = kit.identity("pump@demo").await;
	let nobody = Connector::builder(pump.clone(), name("api@demo")).anonymous().build().unwrap();
	for acceptor in [&open, &both] {
		let (server, client) = joined(acceptor, &nobody).await;
		assert_eq!(server.peer(), None);
		assert_eq!(server.lifetime().deadline(), u64::MAX);
		assert_eq!(client.peer().unwrap().identity(), &name("api@demo"));
	}
	// Nobody is asked: who has an identity is nobody, too.
	let (server, _) = joined(&open, &connector(&pump)).await;
	assert_eq!(server.peer(), None);
	let (server, _) = joined(&both, &connector(&pump)).await;
	assert_eq!(server.peer().unwrap().identity(), &name("pump@demo"));
	let (server, _) = meet(&both, &kit.connector("valve@demo").await).await;
	assert_eq!(server.unwrap_err().kind(), Reason::Policy.as_str());
}

#[tokio::test]
async fn a_policy_of_several_names_needs_to_be_told_which() {
	let kit = Kit::new();
	let acceptor = kit.acceptor().await;
	let pump = kit.identity("pump@demo").await;
	let any = Connector::builder(pump, policy("*@demo")).build().unwrap();
	let error = any.connect(tokio::io::duplex(PIPE).0).await.unwrap_err();
	assert_eq!(error.kind(), "which-name");
	let (near, far) = tokio::io::duplex(PIPE);
	let api = name("api@demo");
	let (server, client) = tokio::join!(acceptor.accept(far), any.connect_to(&api, near));
	connection(server.unwrap());
	assert_eq!(client.unwrap().peer().unwrap().identity(), &name("api@demo"));
}

#[test]
fn policies_say_whom_they_accept() {
	let accepts = |text: &str, who: &str| policy(text).accepts(&name(who));
	assert!(accepts("api@demo", "api@demo"));
	assert!(!accepts("api@demo", "api@demo2") && !accepts("api@demo", "ap@demo"));
	assert!(accepts("*@demo", "api@demo") && accepts("*@demo", "x.y@demo"));
	for who in ["api@demo.org", "api@emo", "api@xdemo", "demo@api", "demo@demo2"] {
		assert!(!accepts("*@demo", who), "{who}");
	}
	let list = Policy::any_of([policy("a@x"), policy("*@y")]);
	assert!(list.accepts(&name("a@x")) && list.accepts(&name("b@y")));
	assert!(!list.accepts(&name("b@x")) && !Policy::any_of([]).accepts(&name("b@x")));
	let odd = Policy::custom("odd lengths", |who| who.as_bytes().len() % 2 == 1);
	assert!(odd.accepts(&name("a@b")) && !odd.accepts(&name("aa@b")));
	for (policy, text) in [
		(policy("a@x"), "a@x"),
		(policy("*@y"), "*@y"),
		(list, "a@x, *@y"),
		(Policy::any_of([]), "nobody"),
		(odd, "odd lengths"),
	] {
		assert_eq!(policy.to_string(), text);
	}
	for wrong in ["", "*", "*@", "@demo", "a@b@c", "*a@demo", "a@*", "A@demo", "*@a..b", "*@*"] {
		let error = wrong.parse::<Policy>().unwrap_err();
		assert!(error.to_string().contains("no policy"), "{error}");
	}
}

#[test]
fn server_names_are_hashes() {
	// printf api@demo | sha256sum
	let host = host_name(&name("api@demo"));
	assert_eq!(host, "56fb6a61ecdc332ac36e9f7f02b04a35.symbolon.alt");
	assert_ne!(host, host_name(&name("db@demo")));
	assert_eq!(server_name(&name("api@demo")).to_str(), host);
}

#[tokio::test]
async fn builders_refuse_what_cannot_be() {
	let kit = Kit::new();
	let identity = kit.identity("api@demo").await;
	let builder = || Acceptor::builder(identity.clone()).policy(policy("*@demo"));
	for (built, word) in [
		(Acceptor::builder(identity.clone()).build(), "who may connect"),
		(builder().max_pairings(0).build(), "max_pairings"),
		(builder().max_connection_epochs(0).build(), "max_connection_epochs"),
		(builder().alpn(vec![Vec::new()]).build(), "1 to 255"),
		(builder().alpn(vec![vec![7; 256]]).build(), "1 to 255"),
		(builder().alpn(vec![symbolon_tls::RENEWAL_ALPN.to_vec()]).build(), "renewal"),
	] {
		let error = built.err().unwrap();
		assert_eq!(error.kind(), "bad-configuration");
		assert!(error.to_string().contains(word), "{error}");
	}
	let build = |epochs| {
		let builder = Connector::builder(identity.clone(), name("db@demo"));
		builder.max_connection_epochs(epochs).build()
	};
	assert_eq!(build(0).err().unwrap().kind(), "bad-configuration");
	build(1).unwrap();
	let _: Arc<TlsIdentity> = identity;
}
