//! Commands that ask a node.

use crate::kit::{bytes, Kit};
use serde_json::json;
use std::os::unix::fs::PermissionsExt;
use symbolon_sdk::{
	testing::{permit_key, Lie},
	Serial,
};

#[test]
fn an_anchor_is_exported_and_a_second_time_refused() {
	let kit = Kit::new();
	let args = ["anchor", "export", "--chain-spec", "spec.json", "-o", "made"];
	let made = kit.done(&args);
	assert_eq!(made["genesis"], kit.done(&["anchor", "show", "anchor"])["genesis"]);
	let before = bytes(&kit.path("made"));
	kit.json(&args).refused("anchor-exists");
	assert_eq!(bytes(&kit.path("made")), before);
	kit.write("spec.json", "{}");
	kit.json(&["anchor", "export", "--chain-spec", "spec.json", "-o", "new"])
		.refused("bad-chain-spec");
	assert!(!kit.path("new").exists());
}

#[test]
fn status_and_params_are_shown_with_what_was_not_proved() {
	let kit = Kit::new();
	let status = kit.done(&["status"]);
	assert_eq!(status["present_epoch"]["number"], 100);
	assert_eq!(status["snapshot"]["published"], 1);
	assert_eq!(status["revocations"], 0);
	assert!(status["not_proved"][0].as_str().unwrap().contains("node's word"));
	let params = kit.done(&["params"]);
	assert_eq!((&params["committee"]["threshold"], &params["key_no"]), (&json!(3), &json!(1)));
	for command in ["status", "params"] {
		let human = kit.run(&[command]);
		assert_eq!(human.code, 0);
		assert!(human.out.to_lowercase().contains("proved"), "{}", human.out);
	}
	kit.world.lie(&[Lie::Justification]);
	kit.json(&["status"]).refused("wrong-finality-proof");
	kit.world.lie(&[Lie::Storage]);
	kit.json(&["params"]).refused("wrong-storage-proof");
}

#[test]
fn a_csv_of_devices_is_registered_all_or_none() {
	let kit = Kit::new();
	let mut rows = vec!["identity,transport_key,proof".to_string()];
	for name in ["a", "b", "c"] {
		kit.done(&["device", "new", &format!("{name}@demo"), "--store", name]);
		let request: serde_json::Value =
			serde_json::from_slice(&bytes(&kit.path(name).join("request.json"))).unwrap();
		let column = |field: &str| request[field].as_str().unwrap().to_owned();
		rows.push(["identity", "transport_key", "proof"].map(column).join(","));
	}
	let register = || kit.json(&["registrar", "register", "--key", "key", "--csv", "devices.csv"]);
	kit.write("devices.csv", format!("{}\n{}\n", rows.join("\n"), rows[1]));
	let ran = register();
	ran.refused("duplicate-name");
	assert_eq!(ran.json()["error"]["rows"][0]["origin"], "devices.csv line 5");
	assert_eq!(kit.world.submitted(), 0);
	kit.write("devices.csv", rows.join("\n"));
	let done = register();
	assert_eq!(done.json()["registered"].as_array().unwrap().len(), 3, "{}", done.out);
	let again = register().json();
	let registered = again["registered"].as_array().unwrap();
	assert!(registered.iter().all(|one| one["already"] == true), "{again}");
}

#[test]
fn a_revocation_prints_its_first_epoch_and_the_refusal_its_proof() {
	let kit = Kit::new();
	let serial = kit.device("pump@demo", "pump");
	let revoked = kit.done(&["registrar", "revoke", "--key", "key", "pump@demo"]);
	assert_eq!(
		(&revoked["serial"], &revoked["effective"]["number"]),
		(&json!(serial.get()), &json!(101))
	);
	let again = kit.json(&["registrar", "revoke", "--key", "key", "pump@demo"]);
	again.refused("already-revoked");
	assert_eq!(again.json()["error"]["effective"], revoked["effective"]);
	kit.json(&["registrar", "revoke", "--key", "key", "nobody@demo"]).refused("unknown-identity");
	kit.json(&["registrar", "request-again", "--key", "key", "pump@demo"])
		.refused("already-revoked");
	// The running epoch, frozen anew as if the revocation had been in time.
	let root = Serial::new(0).unwrap().ancestor(40);
	kit.world.remove(&permit_key(100, &root));
	kit.world.publish(100);
	let ran = kit.json(&["device", "refresh", "--store", "pump"]);
	ran.refused("revoked");
	let error = &ran.json()["error"];
	assert_eq!((&error["position"], &error["epoch"]["number"]), (&json!(0), &json!(100)));
	assert!(error["block"].as_u64().is_some());
}

#[test]
fn a_withheld_permit_is_used_all_the_same_and_told() {
	let kit = Kit::new();
	kit.device("pump@demo", "pump");
	kit.world.lie(&[Lie::NoPermit]);
	let done = kit.done(&["device", "refresh", "--store", "pump"]);
	assert!(done["withheld"]["block"].as_u64().is_some(), "{done}");
	kit.world.lie(&[Lie::NoPermit, Lie::NoProof]);
	kit.json(&["device", "refresh", "--store", "pump"]).refused("withheld");
}

#[test]
fn other_chains_are_told_apart() {
	let kit = Kit::new();
	kit.done(&["device", "new", "pump@demo", "--store", "pump"]);
	kit.world.lie(&[Lie::OtherGenesis]);
	kit.json(&["status"]).refused("other-genesis");
	kit.json(&["device", "enroll", "--store", "pump"]).refused("other-genesis");
	// An anchor of another key.
	let other = kit.world.other_anchor();
	symbolon_sdk::anchor::save(&kit.path("other"), &other).unwrap();
	kit.json(&["device", "enroll", "--store", "pump", "--anchor", "other"])
		.refused("store-of-other-chain");
	kit.json(&["registrar", "register", "--key", "key", "--anchor", "other", "pump/request.json"])
		.refused("foreign-request");
	kit.write("bad-key", "0x00");
	std::fs::set_permissions(kit.path("bad-key"), std::fs::Permissions::from_mode(0o600)).unwrap();
	kit.json(&["registrar", "revoke", "--key", "bad-key", "a@demo"]).refused("bad-key-file");
	kit.write("junk.json", "{}");
	kit.json(&["registrar", "register", "--key", "key", "junk.json"]).refused("malformed-request");
}
