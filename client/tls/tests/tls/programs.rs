//! The examples, run as programs: on a chain that they make, and on stores given to them.

use crate::kit::Kit;
use std::{
	path::{Path, PathBuf},
	process::Command,
	time::SystemTime,
};
use symbolon_sdk::testing::World;

/// `cargo test` builds examples beside the tests' folder.
fn example(name: &str) -> PathBuf {
	let own = std::env::current_exe().unwrap();
	let path = own.parent().and_then(Path::parent).unwrap().join("examples").join(name);
	let text = "build it: cargo test -p symbolon-tls, or cargo build -p symbolon-tls --examples";
	assert!(path.is_file(), "the example {name} is not there; {text}");
	path
}

fn run(name: &str, arguments: &[&str]) -> String {
	let output = Command::new(example(name)).args(arguments).output().unwrap();
	let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
	assert!(output.status.success(), "{name}: {said}");
	said
}

const LINES: [(&str, &[&str]); 3] = [
	(
		"tokio_rustls",
		&[
			"client: connected to api@demo",
			"client: welcome, pump@demo",
			"client: renewed with api@demo",
		],
	),
	("axum", &["status 200 OK", "hello, pump@demo"]),
	("reqwest", &["api@demo says that I am pump@demo"]),
];

#[test]
fn each_runs_on_a_chain_of_its_own() {
	for (name, lines) in LINES {
		let said = run(name, &[]);
		for line in lines {
			assert!(said.lines().any(|found| found == *line), "{name}: {line:?} in {said}");
		}
	}
}

#[tokio::test]
async fn each_runs_on_stores_that_it_is_given() {
	let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
	let kit = Kit::of(World::new(now));
	let (api, pump) = (kit.store("api@demo").await, kit.store("pump@demo").await);
	let (api, pump) = (api.dir().to_str().unwrap(), pump.dir().to_str().unwrap());
	for (name, lines) in LINES {
		let said = run(name, &["--server", api, "--client", pump]);
		assert!(said.contains(lines[0]), "{name}: {said}");
	}
}

#[test]
fn a_wrong_command_line_is_told() {
	let output = Command::new(example("axum")).arg("--help").output().unwrap();
	assert!(!output.status.success());
	assert!(String::from_utf8_lossy(&output.stderr).contains("expected --server STORE"));
}
