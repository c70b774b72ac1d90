//! The program `symbolon-testnet up`.

use crate::program::Program;
use serde_json::Value;
use std::{
	ffi::OsStr,
	fs,
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
	time::Duration,
};
use symbolon_testnet::{rpc::Rpc, wait_for};

const LIMIT: Duration = Duration::from_secs(60);

/// Starts `up` with one authority.
fn start(folder: &Path) -> Program {
	let arguments = ["up", "--authorities", "1", "--epoch", "30s", "--json", "--dir"];
	let arguments = arguments.map(OsStr::new).into_iter().chain([folder.as_os_str()]);
	Program::start(Path::new(env!("CARGO_BIN_EXE_symbolon-testnet")), arguments)
}

/// The node that a process started, in `/proc`.
fn node_of(parent: u32) -> Option<PathBuf> {
	let field = format!("PPid:\t{parent}\n");
	let holds = |path: PathBuf, text: &str| {
		fs::read_to_string(path).is_ok_and(|content| content.contains(text))
	};
	let mut processes = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path());
	processes.find(|process| {
		holds(process.join("status"), &field) && holds(process.join("cmdline"), "--validator")
	})
}

fn node_process(announced: &Value) -> PathBuf {
	PathBuf::from(format!("/proc/{}", announced["nodes"][0]["pid"]))
}

async fn gone(path: &Path) {
	let what = format!("{} to be gone", path.display());
	wait_for(what, LIMIT, async || Ok((!path.exists()).then_some(()))).await.unwrap();
}

#[tokio::test]
async fn it_announces_a_network_and_leaves_nothing_behind() {
	let parent = tempfile::tempdir().unwrap();
	let folder = parent.path().join("network");
	let mut program = start(&folder);
	let announced = program.line();
	assert_eq!(announced["namespace"], "demo");
	let file = |name: &str| PathBuf::from(announced[name].as_str().unwrap());
	for name in ["anchor", "registrar_key", "chain_spec"] {
		assert!(file(name).is_absolute() && file(name).is_file(), "{announced}");
	}
	let mode = fs::metadata(file("registrar_key")).unwrap().permissions().mode();
	assert_eq!(mode & 0o777, 0o600);
	let rpc = Rpc::new(announced["nodes"][0]["rpc"].as_str().unwrap().to_owned()).unwrap();
	assert!(rpc.finalized_number().await.unwrap() > 0);
	assert!(node_process(&announced).exists());

	assert!(program.stop().await);
	assert!(!node_process(&announced).exists());
	assert!(!folder.exists());
}

#[tokio::test]
async fn its_nodes_end_even_if_it_is_killed() {
	let parent = tempfile::tempdir().unwrap();
	let program = start(&parent.path().join("network"));
	let node = wait_for("its node", LIMIT, async || Ok(node_of(program.id())));
	let node = node.await.unwrap();
	drop(program);
	gone(&node).await;
}
