//! Commands that need no node, and the command line itself.

use crate::kit::{bytes, Kit, Ran};
use serde_json::json;
use std::time::Duration;

#[test]
fn usage_is_exit_code_2() {
	let kit = Kit::new();
	for args in [
		&["no-such-command"][..],
		&["verify", "file"],
		&["registrar", "register", "--key", "key"],
		&["registrar", "register", "--key", "key", "a.json", "--csv", "b.csv"],
		&["device", "new", "pump@demo"],
		&["verify", "--identity", "a@demo", "key", "key", "--at", "yesterday"],
		&["device", "new", "no-namespace", "--store", "new"],
		&["anchor", "export", "--chain-spec", "spec.json", "-o", "new", "--max-epoch", "0"],
		&["status", "--rpc", "localhost:9944"],
	] {
		assert_eq!(kit.run(args).code, 2, "{args:?}");
		let ran = kit.json(args);
		assert_eq!((ran.code, &ran.json()["error"]["kind"]), (2, &json!("usage")), "{args:?}");
	}
	// What is missing may also come from the environment, so only the command can tell.
	let bare = |args: &[&str]| Ran::of(kit.bare().args(args).output().unwrap());
	let ran = bare(&["status"]);
	assert_eq!((ran.code, ran.err.contains("SYMBOLON_ANCHOR")), (2, true), "{}", ran.err);
	let ran = bare(&["status", "--anchor", "anchor"]);
	assert_eq!((ran.code, ran.err.contains("SYMBOLON_RPC")), (2, true), "{}", ran.err);
	assert_eq!(bare(&["device", "new", "a@demo", "--store", "d"]).code, 2);
	assert_eq!(bare(&["--version"]).code, 0);
}

#[test]
fn a_signature_is_made_and_verified_without_a_node() {
	let kit = Kit::new();
	let serial = kit.device("pump-7@demo", "pump");
	kit.write("file", vec![7; 300_000]);
	let offline = |args: &[&str]| {
		let mut command = kit.bare();
		command.args(["--anchor", "anchor", "--rpc", "http://127.0.0.1:1", "--json"]).args(args);
		Ran::of(command.output().unwrap())
	};
	let signed = offline(&["sign", "--store", "pump", "file"]);
	assert_eq!(signed.code, 0, "{}", signed.out);
	assert_eq!(signed.json()["signature"], "file.sig");
	let verify = |name: &str, extra: &[&str]| {
		offline(&[&["verify", "--identity", name, "file", "file.sig"], extra].concat())
	};
	let valid = verify("pump-7@demo", &[]);
	assert_eq!(valid.code, 0, "{}", valid.out);
	assert_eq!(valid.json()["valid"], true);
	assert_eq!(valid.json()["serial"], serial.get());
	assert!(kit.path("anchor.state").exists(), "the clock floor is kept");
	verify("pump-8@demo", &[]).refused("other-identity");
	assert_eq!(verify("pump 8", &[]).json()["error"]["kind"], "usage");
	let now = kit.world.now().to_string();
	let at = verify("pump-7@demo", &["--at", &now]);
	assert!(at.json()["statement"].as_str().unwrap().contains("not proved"), "{}", at.out);
	verify("pump-7@demo", &["--at", "2020-01-01T00:00:00Z"]).refused("other-time");
	kit.write("file", "another file");
	verify("pump-7@demo", &[]).refused("signature-wrong");
	kit.write("file.sig", "junk");
	verify("pump-7@demo", &[]).refused("signature-malformed");
	// What is no signature is not written over.
	offline(&["sign", "--store", "pump", "file"]).refused("not-overwritten");
	assert_eq!(bytes(&kit.path("file.sig")), b"junk");
	verify("pump-7@demo", &["--state", "no/such/folder"]).refused("signature-malformed");
	offline(&["sign", "--store", "pump", "none"]).refused("file");
	offline(&["sign", "--store", "pump", "/dev/zero"]).refused("not-a-regular-file");
	offline(&["verify", "--identity", "a@demo", "file", "/dev/zero"]).refused("not-a-regular-file");
}

#[test]
fn a_signature_of_an_epoch_that_is_over_is_refused() {
	// The command's clock cannot be moved, but the epoch that a signature names can.
	let kit = Kit::new();
	kit.device("pump@demo", "pump");
	kit.write("file", "text");
	kit.done(&["sign", "--store", "pump", "file"]);
	let mut signature = bytes(&kit.path("file.sig"));
	// version, compact length and name, serial, epoch number: then the epoch's start and end.
	let start = 1 + 1 + "pump@demo".len() + 8 + 8;
	for field in [start, start + 8] {
		let time = u64::from_le_bytes(signature[field..field + 8].try_into().unwrap());
		signature[field..field + 8].copy_from_slice(&(time - 86_400).to_le_bytes());
	}
	kit.write("old.sig", signature);
	kit.json(&["verify", "--identity", "pump@demo", "file", "old.sig"])
		.refused("epoch-not-present");
}

#[test]
fn stores_and_anchors_are_shown_without_secrets() {
	let kit = Kit::new();
	kit.device("pump@demo", "pump");
	let shown = kit.done(&["device", "show", "--store", "pump"]);
	assert_eq!((&shown["enrolled"], &shown["identity"]), (&json!(true), &json!("pump@demo")));
	assert_eq!(shown["permits"].as_array().unwrap().len(), 1);
	let keys = bytes(&kit.path("pump/keys"));
	for secret in [&keys[9..57], &keys[57..105]] {
		let hex = symbolon_sdk::hexed::encode(secret);
		assert!(!shown.to_string().contains(&hex[2..]));
	}
	let anchor = kit.done(&["anchor", "show", "anchor"]);
	assert_eq!(anchor["fingerprint"], kit.world.anchor().fingerprint().to_string());
	assert_eq!(anchor["key_id"], shown["key_id"]);
	let human = kit.run(&["anchor", "show", "anchor"]);
	assert!(human.out.contains("fingerprint") && !human.out.contains('{'), "{}", human.out);
	kit.write("bad", "junk");
	kit.json(&["anchor", "show", "bad"]).refused("bad-anchor");
	kit.json(&["anchor", "show", "none"]).refused("anchor-file");
	kit.json(&["device", "show", "--store", "none"]).refused("no-store");
}

#[test]
fn a_newer_anchor_is_pinned_once_it_proved_itself() {
	let kit = Kit::new();
	kit.device("pump@demo", "pump");
	// A newer anchor is named, and nothing is proved here: it is not pinned.
	let pinned = bytes(&kit.path("pump/anchor"));
	kit.world.set_now(kit.world.now() + 5);
	symbolon_sdk::anchor::save(&kit.path("newer"), &kit.world.anchor()).unwrap();
	kit.done(&["device", "show", "--store", "pump", "--anchor", "newer"]);
	assert_eq!(bytes(&kit.path("pump/anchor")), pinned);
	let ran = kit.json(&["device", "refresh", "--store", "pump", "--anchor", "newer"]);
	assert!(ran.err.contains("pinned a newer anchor, fingerprint"), "{}", ran.err);
	assert_eq!(bytes(&kit.path("pump/anchor")), bytes(&kit.path("newer")));
	kit.world.set_now(kit.world.now() + 5_000);
	symbolon_sdk::anchor::save(&kit.path("future"), &kit.world.anchor()).unwrap();
	kit.json(&["device", "refresh", "--store", "pump", "--anchor", "future"])
		.refused("anchor-from-future");
}

#[test]
fn a_store_is_never_overwritten() {
	let kit = Kit::new();
	kit.done(&["device", "new", "pump@demo", "--store", "pump"]);
	let secret = bytes(&kit.path("pump/transport-secret"));
	kit.json(&["device", "new", "other@demo", "--store", "pump"]).refused("store-exists");
	assert_eq!(bytes(&kit.path("pump/transport-secret")), secret);
	assert_eq!(kit.json(&["device", "new", "Pump@demo", "--store", "new"]).code, 2);
	assert!(!kit.path("new").exists());
	kit.json(&["sign", "--store", "pump", "key"]).refused("not-enrolled");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
	let kit = Kit::new();
	let (reader, writer) = std::io::pipe().unwrap();
	drop(reader);
	let output = kit.bare().args(["anchor", "show", "anchor"]).stdout(writer).output().unwrap();
	assert_eq!(Ran::of(output).code, 0);
}

#[test]
fn a_node_that_is_away_is_told_plainly_and_soon() {
	let kit = Kit::new();
	let began = std::time::Instant::now();
	let rpc = ["--anchor", "anchor", "--rpc", "http://127.0.0.1:1"];
	for args in [&["status"][..], &["params"], &["registrar", "revoke", "--key", "key", "a@demo"]] {
		let output = kit.bare().args(rpc).args(args).output().unwrap();
		let ran = Ran::of(output);
		assert_eq!((ran.code, ran.out.as_str()), (1, ""));
		assert!(ran.err.contains("no node answers at http://127.0.0.1:1"), "{}", ran.err);
	}
	assert!(began.elapsed() < Duration::from_secs(30));
}
