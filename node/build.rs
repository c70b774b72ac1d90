//! Gives the binary its version string: the crate's version and the commit.

fn main() {
	// Without `rerun_if_git_head_changed`: it would link the node again after every commit, of
	// documentation too. A build from a clean checkout always has the right commit.
	substrate_build_script_utils::generate_cargo_keys();
	println!("cargo:rerun-if-changed=Cargo.toml");
	println!("cargo:rerun-if-changed=build.rs");
	println!("cargo:rerun-if-env-changed=SUBSTRATE_CLI_GIT_COMMIT_HASH");
}
