//! Every wrong credential, shown by a client and by a server: the reason, the alert, one log line,
//! and the next good peer is served.

use crate::{
	forge::{self, extension, shown, tlv, Claim, Draft, CLIENT, OID, OTHER_OID, SERVER},
	intruder::{assert_refused, client_config, intrude, lure, server_config},
	kit::{connector, joined, meet, name, policy, Kit, NOW, PIPE},
	logs::Logs,
};
use rcgen::KeyPair;
use rustls::{sign::CertifiedKey, AlertDescription};
use std::sync::Arc;
use symbolon_crypto::{signature::Domain, Epoch};
use symbolon_sdk::{store::Store, testing::World};
use symbolon_tls::{server_name, Acceptor, Connector, HandshakeError, Reason};
use tokio_rustls::TlsConnector;

/// A device whose credentials are forged, and the epoch.
struct Forger {
	store: Store,
	epoch: Epoch,
	role: u8,
}

type Case = (&'static str, Reason, Arc<CertifiedKey>);

impl Forger {
	fn right(&self) -> Draft {
		Draft::right(&self.store, &self.epoch, self.role)
	}

	/// A draft of `from` to `to` with the extension that fits it.
	fn valid(&self, from: u64, to: u64) -> Draft {
		let mut draft = Draft::new(from, to);
		let claim = Claim { role: self.role, spki: draft.spki.clone(), from, to };
		draft.extensions = vec![extension(OID, &claim.sign(&self.key()))];
		draft
	}

	fn key(&self) -> symbolon_crypto::signature::SigningKey {
		forge::signing_key(&self.store, &self.epoch)
	}

	/// A right certificate whose extension's value was altered.
	fn altered(&self, alter: impl Fn(&mut Vec<u8>)) -> Arc<CertifiedKey> {
		let draft = Draft::new(self.epoch.start, self.epoch.end);
		let mut value = self.claim(&draft).sign(&self.key());
		alter(&mut value);
		draft.with_value(&value).show()
	}

	fn claim(&self, draft: &Draft) -> Claim {
		let Epoch { start, end, .. } = self.epoch;
		Claim { role: self.role, spki: draft.spki.clone(), from: start, to: end }
	}

	/// A right certificate, altered and signed again by its key.
	fn changed(&self, change: impl Fn(&mut Draft)) -> Arc<CertifiedKey> {
		let mut draft = self.right();
		change(&mut draft);
		draft.show()
	}

	/// What is wrong with the certificate's form.
	fn forms(&self) -> Vec<Case> {
		use Reason::*;
		let one = self.right();
		let twice = |draft: &mut Draft| draft.extensions.push(draft.extensions[0].clone());
		let value = |bytes: &[u8]| tlv(0x04, &[&tlv(0x04, &[bytes])]);
		let ed25519 = tlv(0x30, &[&tlv(0x06, &[&[0x2b, 0x65, 0x70]])]);
		let critical = |flag: u8| {
			let right = self.claim(&one).sign(&self.key());
			let parts = [&tlv(0x06, &[OID])[..], &[1, 1, flag], &value(&right)];
			let extensions = vec![tlv(0x30, &parts)];
			self.changed(|draft| draft.extensions = extensions.clone())
		};
		let other = extension(OTHER_OID, b"api@demo");
		let der = one.der();
		let trailing = [&der[..], &[0]].concat();
		let inner_trailing = tlv(0x30, &[&der[4..], &[5, 0]]);
		let bare = |draft: &mut Draft| {
			let right = self.claim(draft).sign(&self.key());
			draft.extensions = vec![tlv(0x30, &[&tlv(0x06, &[OID]), &tlv(0x04, &[&right])])];
		};
		vec![
			("two certificates", Chain, shown(vec![der.clone(), der.clone()], &one.key)),
			("stranger", NoExtension, self.changed(|draft| draft.extensions.clear())),
			("other extension", NoExtension, {
				self.changed(|draft| draft.extensions = vec![other.clone()])
			}),
			("doubled", DoubledExtension, self.changed(twice)),
			("critical", CriticalExtension, critical(0xff)),
			("says not critical", CriticalExtension, critical(0)),
			("extra after", OtherExtension, self.changed(|d| d.extensions.push(other.clone()))),
			("extra before", OtherExtension, {
				self.changed(|draft| draft.extensions.insert(0, other.clone()))
			}),
			("no octet string", Credential, self.changed(bare)),
			("oversized", Oversized, self.altered(|value| value.resize(2_000, 0))),
			("subject", Malformed, self.changed(|draft| draft.subject = tlv(0x30, &[]))),
			("issuer", Malformed, self.changed(|draft| draft.issuer = tlv(0x30, &[]))),
			("version 1", Malformed, self.changed(|draft| draft.version[4] = 0)),
			("serial 0", Malformed, self.changed(|draft| draft.serial = tlv(2, &[&[0]]))),
			("serial < 0", Malformed, self.changed(|draft| draft.serial = tlv(2, &[&[0x80]]))),
			("long serial", Malformed, self.changed(|draft| draft.serial = tlv(2, &[&[7; 17]]))),
			("serial 007", Malformed, self.changed(|draft| draft.serial = tlv(2, &[&[0, 7]]))),
			("time's form", Malformed, {
				self.changed(|draft| draft.not_after = forge::generalized(self.epoch.end))
			}),
			("outer algorithm", Malformed, shown(vec![one.seal_as(&ed25519)], &one.key)),
			("trailing byte", Malformed, shown(vec![trailing], &one.key)),
			("trailing item", Malformed, shown(vec![inner_trailing], &one.key)),
		]
	}

	/// What is wrong with the fields in the extension. All are SCALE: version, name, serial,
	/// epoch, level, index, role, points.
	fn fields(&self) -> Vec<Case> {
		use Reason::*;
		let name = self.store.identity().as_bytes().len();
		let (serial, epoch, level) = (2 + name, 10 + name, 34 + name);
		let (index, role) = (level + 1, level + 9);
		let set = |at: usize, byte: u8| self.altered(move |value| value[at] = byte);
		let mut cases = vec![
			("empty", Credential, self.altered(Vec::clear)),
			("version 2", Credential, set(0, 2)),
			("a name's length", Credential, set(1, 255)),
			("a name's letter", Credential, set(2, b'A')),
			("serial 2^40", Credential, set(serial + 5, 1)),
			("serial's subtree", Credential, set(index, 1)),
			("role 0", Credential, set(role, 0)),
			("role 3", Credential, set(role, 3)),
			("epoch's number", Signature, set(epoch, 101)),
			("level 39", Signature, set(level, 39)),
			("U", Signature, set(role + 10, 0x11)),
			("V", Signature, set(role + 60, 0x11)),
			("other serial", Signature, set(serial, 63)),
		];
		for (what, byte) in [("level 41", 41), ("level 64", 64), ("level 255", 255)] {
			cases.push((what, Credential, set(level, byte)));
		}
		for (what, length) in [("1 byte less", 1), ("a point less", 48), ("points less", 96)] {
			let cut = self.altered(move |value| value.truncate(value.len() - length));
			cases.push((what, Credential, cut));
		}
		cases.push(("1 byte more", Credential, self.altered(|value| value.push(0))));
		cases.push(("as long as may be", Credential, self.altered(|value| value.resize(500, 0))));
		cases
	}

	/// What is wrong with times and keys.
	fn bindings(&self) -> Vec<Case> {
		use Reason::*;
		let Epoch { start, end, .. } = self.epoch;
		let until = self.epoch.accepted_until();
		let other = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
		let one = self.right();
		let p384 = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
		let big =
			Draft::right_with(Draft::with(p384, start, end), &self.store, &self.epoch, self.role);
		let mut foreign = Draft::new(start, end);
		foreign.extensions.clone_from(&one.extensions);
		let sealed_by_other = one.seal(&one.body(), &other);
		let file = {
			let draft = Draft::new(start, end);
			let value = self.claim(&draft).sign_in(&self.key(), Domain::FILE);
			draft.with_value(&value)
		};
		let reflected = Draft::right(&self.store, &self.epoch, 3 - self.role);
		let relabelled = {
			let draft = Draft::new(start, end);
			let mut claim = self.claim(&draft);
			claim.role = 3 - self.role;
			let mut value = claim.sign(&self.key());
			let role = value.len() - 97;
			value[role] = self.role;
			draft.with_value(&value)
		};
		vec![
			("copied to another connection key", HandshakeSignature, {
				shown(vec![one.der()], &other)
			}),
			("extension of another key", Signature, foreign.show()),
			("self-signature", SelfSignature, shown(vec![sealed_by_other], &one.key)),
			("P-384", KeyType, shown(vec![big.der()], &other)),
			("validity altered", Signature, {
				self.changed(|draft| draft.not_after = forge::utc(end - 1))
			}),
			("not before the window", Validity, self.valid(start - 31, end).show()),
			("not after the window", Validity, self.valid(start, until + 1).show()),
			("turned round", Validity, self.valid(end, start).show()),
			("no time", Validity, self.valid(start, start).show()),
			("later", NotYetValid, self.valid(NOW + 31, end).show()),
			("earlier", Expired, self.valid(start, NOW - 1).show()),
			("domain of files", Signature, file.show()),
			("role", Role, reflected.show()),
			("role relabelled", Signature, relabelled.show()),
		]
	}

	fn cases(&self) -> Vec<Case> {
		[self.forms(), self.fields(), self.bindings()].concat()
	}
}

#[tokio::test]
async fn every_wrong_client_is_refused_with_its_own_alert_and_the_next_good_one_served() {
	let kit = Kit::new();
	let acceptor = kit.acceptor().await;
	let good = kit.connector("valve@demo").await;
	let epoch = kit.world.epoch(100);
	let forger = Forger { store: kit.store("pump@demo").await, epoch, role: CLIENT };
	let cases = forger.cases();
	assert!(cases.len() > 50);
	let logs = Logs::keep();
	for (what, reason, shown) in cases {
		let before = acceptor.metrics().counters();
		let found = intrude(&acceptor, client_config(Some(shown))).await;
		assert_refused(found, reason, &logs, what);
		let after = acceptor.metrics().counters();
		assert_eq!(after.refused(reason), before.refused(reason) + 1, "{what}");
		let signed = matches!(reason, Reason::Signature | Reason::HandshakeSignature);
		let paired = after.pairings - before.pairings;
		assert!(paired <= u64::from(signed), "{what}: a pairing for {reason}");
		joined(&acceptor, &good).await;
		assert_eq!(logs.warnings(), [""; 0], "{what}");
	}
	// And the right one, to show that the forger's hand is steady.
	let (fate, found) = intrude(&acceptor, client_config(Some(forger.right().show()))).await;
	fate.unwrap();
	found.unwrap();
}

#[tokio::test]
async fn every_wrong_server_is_refused_with_its_own_alert() {
	let kit = Kit::new();
	let epoch = kit.world.epoch(100);
	let forger = Forger { store: kit.store("api@demo").await, epoch, role: SERVER };
	let connector = kit.connector("pump@demo").await;
	let logs = Logs::keep();
	for (what, reason, shown) in forger.cases() {
		let found = lure(&connector, server_config(shown)).await;
		assert_refused(found, reason, &logs, what);
	}
	let (fate, found) = lure(&connector, server_config(forger.right().show())).await;
	fate.unwrap();
	found.unwrap();
}

#[tokio::test]
async fn a_client_without_certificate_is_told_that_one_is_required() {
	let kit = Kit::new();
	let acceptor = kit.acceptor().await;
	let good = kit.connector("valve@demo").await;
	let logs = Logs::keep();
	let found = intrude(&acceptor, client_config(None)).await;
	assert_eq!(Reason::NoCertificate.alert(), AlertDescription::CertificateRequired);
	assert_refused(found, Reason::NoCertificate, &logs, "none");
	joined(&acceptor, &good).await;
}

#[tokio::test]
async fn any_other_kind_of_certificate_is_a_stranger() {
	let kit = Kit::new();
	let acceptor = kit.acceptor().await;
	let logs = Logs::keep();
	let pair = KeyPair::generate().unwrap();
	let names = vec!["pump@demo".to_owned(), "api.demo".to_owned()];
	let ordinary = rcgen::CertificateParams::new(names).unwrap().self_signed(&pair).unwrap();
	let chain = vec![ordinary.der().to_vec()];
	let found = intrude(&acceptor, client_config(Some(shown(chain, &pair)))).await;
	assert_refused(found, Reason::NoExtension, &logs, "a certificate with names");
	for (what, bytes, reason) in [
		("empty", vec![], Reason::Malformed),
		("noise", vec![0x30; 300], Reason::Malformed),
		("an endless length", vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff], Reason::Malformed),
		("an indefinite length", vec![0x30, 0x80, 0, 0], Reason::Malformed),
		("1025 bytes", vec![0; 1025], Reason::Oversized),
		("60000 bytes", vec![0; 60_000], Reason::Oversized),
	] {
		let found = intrude(&acceptor, client_config(Some(shown(vec![bytes], &pair)))).await;
		assert_refused(found, reason, &logs, what);
	}
}

#[tokio::test]
async fn names_outside_the_policy_are_refused_on_both_sides() {
	let kit = Kit::new();
	let acceptor = kit.acceptor().await;
	let stranger = kit.connector("pump@demo.org").await;
	let logs = Logs::keep();
	let (server, client) = meet(&acceptor, &stranger).await;
	let HandshakeError::Refused(refusal) = server.unwrap_err() else { panic!() };
	assert_eq!((refusal.reason, refusal.claimed), (Reason::Policy, Some(name("pump@demo.org"))));
	assert_eq!(logs.last()["claimed"], "pump@demo.org");
	assert_eq!(logs.warnings(), ["policy"]);
	let alert = client.unwrap_err();
	assert!(matches!(alert, HandshakeError::Alert(AlertDescription::AccessDenied)), "{alert}");

	// The server is another one than was asked for.
	let db = Draft::right(&kit.store("db@demo").await, &kit.world.epoch(100), SERVER);
	let pump = kit.connector("pump@demo").await;
	let found = lure(&pump, server_config(db.show())).await;
	assert_refused(found, Reason::Policy, &logs, "db for api");
}

/// One configuration for a namespace, as an HTTP client has: `db@demo` answers where `api@demo` is
/// meant.
#[tokio::test]
async fn a_namespace_policy_does_not_confuse_two_servers() {
	let kit = Kit::new();
	let db = kit.identity("db@demo").await;
	let db = Acceptor::builder(db).policy(policy("*@demo")).build().unwrap();
	let any = Connector::builder(kit.identity("pump@demo").await, policy("*@demo"));
	let any = any.build().unwrap();
	let epoch = kit.world.epoch(100);
	let shows_db = server_config(Draft::right(&kit.again("db@demo"), &epoch, SERVER).show());
	let logs = Logs::keep();
	let (near, far) = tokio::io::duplex(PIPE);
	let server = tokio_rustls::TlsAcceptor::from(Arc::new(shows_db.clone()));
	let client = TlsConnector::from(any.config());
	let api = server_name(&name("api@demo"));
	let (server, client) = tokio::join!(server.accept(far), client.connect(api, near));
	server.unwrap_err();
	client.unwrap_err();
	assert_eq!(logs.warnings(), ["server-name"]);
	// The same through connect_to.
	let (near, far) = tokio::io::duplex(PIPE);
	let server = tokio_rustls::TlsAcceptor::from(Arc::new(shows_db));
	let api = name("api@demo");
	let (server, client) = tokio::join!(server.accept(far), any.connect_to(&api, near));
	server.unwrap_err();
	assert_eq!(client.unwrap_err().kind(), "policy");
	logs.warnings();
	// An honest server of another name says so itself, before it shows anything.
	let (near, far) = tokio::io::duplex(PIPE);
	let (server, client) = tokio::join!(db.accept(far), any.connect_to(&api, near));
	assert_eq!(server.unwrap_err().kind(), "server-name");
	let alert = client.unwrap_err();
	assert!(matches!(alert, HandshakeError::Alert(AlertDescription::AccessDenied)), "{alert}");
	assert_eq!(logs.warnings(), ["server-name"]);
	// A name that says no identity is no server of ours.
	let (near, far) = tokio::io::duplex(PIPE);
	let client = TlsConnector::from(any.config());
	let localhost = "localhost".try_into().unwrap();
	let (_, client) = tokio::join!(db.accept(far), client.connect(localhost, near));
	client.unwrap_err();
	assert_eq!(logs.warnings(), ["server-name"]);
}

#[tokio::test]
async fn a_device_of_another_chain_is_refused_though_all_else_is_the_same() {
	let kit = Kit::new();
	let acceptor = kit.acceptor().await;
	let here = kit.connector("pump@demo").await;
	let there = Kit::of(World::another(NOW));
	assert_eq!(kit.world.anchor().master_key(), there.world.anchor().master_key());
	assert_eq!(kit.world.epoch(100), there.world.epoch(100));
	let foreign = there.store("pump@demo").await;
	let logs = Logs::keep();
	let shown = Draft::right(&foreign, &there.world.epoch(100), CLIENT).show();
	let found = intrude(&acceptor, client_config(Some(shown))).await;
	assert_refused(found, Reason::Signature, &logs, "another chain");
	joined(&acceptor, &here).await;
	// The other way round: the foreign device refuses this chain's server.
	let connector = connector(&there.identity_of(foreign));
	let api = Draft::right(&kit.again("api@demo"), &kit.world.epoch(100), SERVER).show();
	let found = lure(&connector, server_config(api)).await;
	assert_refused(found, Reason::Signature, &logs, "another chain's server");
}

/// A hello of TLS 1.2: the cipher suites and extensions that servers of it want.
fn tls12_hello() -> Vec<u8> {
	let extensions = [
		&[0, 10, 0, 4, 0, 2, 0, 23][..],
		&[0, 11, 0, 2, 1, 0],
		&[0, 13, 0, 6, 0, 4, 4, 3, 8, 7],
		&[0, 23, 0, 0],
	]
	.concat();
	let length = (extensions.len() as u16).to_be_bytes();
	let body =
		[&[3, 3][..], &[7; 32], &[0], &[0, 2, 0xc0, 0x2b], &[1, 0], &length, &extensions].concat();
	let handshake = [&[1, 0, 0, body.len() as u8][..], &body].concat();
	[&[22, 3, 1, 0, handshake.len() as u8][..], &handshake].concat()
}

#[tokio::test]
async fn tls_1_2_is_not_spoken() {
	use tokio::io::{AsyncReadExt, AsyncWriteExt};
	let kit = Kit::new();
	let (acceptor, good) = (kit.acceptor().await, kit.connector("pump@demo").await);
	for (bytes, alert) in [(tls12_hello(), 70), (b"GET / HTTP/1.1\r\n\r\n".to_vec(), 0)] {
		let (mut near, far) = tokio::io::duplex(PIPE);
		near.write_all(&bytes).await.unwrap();
		let error = acceptor.accept(far).await.unwrap_err();
		assert_eq!(error.kind(), "tls", "{error}");
		let mut answer = Vec::new();
		near.read_to_end(&mut answer).await.unwrap();
		if alert != 0 {
			assert_eq!(answer, [21, 3, 3, 0, 2, 2, alert], "protocol_version");
		}
		joined(&acceptor, &good).await;
	}
	// Who breaks off, or says nothing, is an error and no more.
	let (near, far) = tokio::io::duplex(PIPE);
	drop(near);
	assert_eq!(acceptor.accept(far).await.unwrap_err().kind(), "connection");
	joined(&acceptor, &good).await;
}

#[tokio::test]
async fn one_bit_anywhere_in_a_certificate_spoils_it() {
	let kit = Kit::new();
	let acceptor: Acceptor = kit.acceptor().await;
	let store = kit.store("pump@demo").await;
	let draft = Draft::right(&store, &kit.world.epoch(100), CLIENT);
	let der = draft.der();
	for at in 0..der.len() {
		let mut altered = der.clone();
		altered[at] ^= 1 << (at % 8);
		let shown = shown(vec![altered], &draft.key);
		let (fate, found) = intrude(&acceptor, client_config(Some(shown))).await;
		assert!(matches!(found, Err(HandshakeError::Refused(_))), "{at}: {found:?}");
		fate.unwrap_err();
	}
}
