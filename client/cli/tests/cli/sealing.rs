//! `symbolon encrypt` and `symbolon decrypt`.

use crate::kit::{bytes, Kit, Ran};
use std::{
	io::Write,
	os::unix::fs::PermissionsExt,
	process::{Command, Stdio},
};

const LETTER: &str = "close the valve at noon\n";

/// A pump, an api, and a letter.
fn kit() -> Kit {
	let kit = Kit::new();
	kit.device("pump@demo", "pump");
	kit.device("api@demo", "api");
	kit.write("letter", LETTER);
	kit
}

#[test]
fn a_letter_is_sealed_to_a_name_and_opened_offline() {
	let kit = kit();
	let sealed = kit.done(&["encrypt", "--to", "pump@demo", "letter"]);
	assert_eq!((&sealed["sealed"], &sealed["length"]), (&"letter.sealed".into(), &24.into()));
	assert_eq!(sealed["epoch"]["number"], 100);
	assert!(sealed["signed_by"].is_null());
	std::fs::remove_file(kit.path("letter")).unwrap();
	let mut offline = kit.bare();
	offline.args(["decrypt", "--store", "pump", "letter.sealed"]);
	let ran = Ran::of(offline.output().unwrap());
	assert_eq!(ran.code, 0, "{}", ran.err);
	assert!(ran.out.contains("not signed"), "{}", ran.out);
	assert_eq!(bytes(&kit.path("letter")), LETTER.as_bytes());
	let mode = std::fs::metadata(kit.path("letter")).unwrap().permissions().mode();
	assert_eq!(mode & 0o777, 0o600);

	kit.json(&["decrypt", "--store", "pump", "letter.sealed"]).refused("not-overwritten");
	kit.json(&["decrypt", "--store", "api", "-o", "stolen", "letter.sealed"])
		.refused("other-recipient");
	assert!(!kit.path("stolen").exists());
	kit.done(&["decrypt", "--store", "pump", "--force", "letter.sealed"]);
}

#[test]
fn a_signed_letter_says_by_whom() {
	let kit = kit();
	let args = ["encrypt", "--to", "pump@demo", "--sign", "--store", "api", "letter"];
	assert_eq!(kit.done(&args)["signed_by"], "api@demo");
	let open = |from: &'static str| {
		["decrypt", "--store", "pump", "--from", from, "-o", "opened", "letter.sealed"]
	};
	kit.json(&open("pump@demo")).refused("other-identity");
	assert!(!kit.path("opened").exists());
	let opened = kit.done(&open("api@demo"));
	assert_eq!(opened["signed_by"]["identity"], "api@demo");
	assert_eq!(opened["signed_by"]["epoch"]["number"], 100);
	assert_eq!(bytes(&kit.path("opened")), LETTER.as_bytes());

	// Over an older sealed file, but over nothing else.
	kit.done(&["encrypt", "--to", "pump@demo", "letter"]);
	kit.json(&open("api@demo")).refused("not-overwritten");
	std::fs::remove_file(kit.path("opened")).unwrap();
	kit.json(&open("api@demo")).refused("unsigned");
	kit.write("letter.sealed", "my notes");
	kit.json(&["encrypt", "--to", "pump@demo", "letter"]).refused("not-overwritten");
	assert_eq!(bytes(&kit.path("letter.sealed")), b"my notes");
}

#[test]
fn a_letter_for_a_later_epoch_waits() {
	let kit = kit();
	let args = ["encrypt", "--to", "pump@demo", "--epoch", "102", "-o", "later", "letter"];
	assert_eq!(kit.done(&args)["epoch"]["number"], 102);
	let early = kit.json(&["decrypt", "--store", "pump", "-o", "opened", "later"]);
	early.refused("not-yet-published");
	assert_eq!(early.json()["error"]["epoch"]["number"], 102);
	let epoch = |number| ["encrypt", "--to", "pump@demo", "--epoch", number, "-o", "x", "letter"];
	kit.json(&epoch("99")).refused("past-epoch");
	kit.json(&epoch("100000")).refused("beyond-schedule");
	assert!(!kit.path("x").exists());
}

#[test]
fn nobody_is_sealed_to_by_mistake() {
	let kit = kit();
	let to = |name| kit.json(&["encrypt", "--to", name, "letter"]);
	to("pumps@demo").refused("unknown-recipient");
	kit.done(&["registrar", "revoke", "--key", "key", "pump@demo"]);
	to("pump@demo").refused("revoked-recipient");
	assert!(!kit.path("letter.sealed").exists());
	for args in [
		&["encrypt", "--to", "pump", "letter"][..],
		&["encrypt", "--to", "pump@demo", "--sign", "letter"],
		&["encrypt", "--to", "pump@demo", "-"],
		&["encrypt", "letter"],
		&["decrypt", "--store", "pump", "letter"],
		&["decrypt", "--store", "pump", "-o", "-", "letter.sealed"],
		&["decrypt", "--store", "pump", "--from", "api", "-o", "x", "letter"],
	] {
		let ran = kit.json(args);
		assert_eq!(ran.code, 2, "{args:?}: {}{}", ran.out, ran.err);
	}
	kit.json(&["decrypt", "--store", "pump", "-o", "x", "letter"]).refused("not-sealed");
	kit.json(&["decrypt", "--store", "pump", "-o", "x", "pump"]).refused("not-a-regular-file");
	kit.json(&["encrypt", "--to", "api@demo", "-o", "no/such/folder", "letter"]).refused("file");
}

#[test]
fn standard_input_is_sealed_to_a_named_file() {
	let kit = kit();
	let mut sealing: Command = kit.bare();
	sealing.env("SYMBOLON_RPC", &kit.rpc).env("SYMBOLON_ANCHOR", kit.path("anchor"));
	sealing.args(["encrypt", "--to", "pump@demo", "-o", "sealed", "-"]);
	let mut sealing = sealing.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
	sealing.stdin.take().unwrap().write_all(LETTER.as_bytes()).unwrap();
	assert!(sealing.wait().unwrap().success());
	kit.done(&["decrypt", "--store", "pump", "-o", "opened", "sealed"]);
	assert_eq!(bytes(&kit.path("opened")), LETTER.as_bytes());
}
