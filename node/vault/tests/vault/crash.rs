//! Killed inside a request: every state that the order of writes allows.

use crate::net::{copy_dir, index, replace_dir, Ask, Net, CONFIRM, DEAL, JUDGE, REGISTER};
use std::{fs, path::PathBuf};
use symbolon_crypto::MemberIndex;
use symbolon_primitives::dta::Phase;
use symbolon_vault::VaultResponse;

/// Files that a request writes, in its order; the ledger comes last.
const REGISTER_FILES: [&str; 3] = ["ceremony-key.key", "ceremony-key", "registration"];
const DEAL_FILES: [&str; 1] = ["dealing"];
const JUDGE_FILES: [&str; 1] = ["judgement"];
const CONFIRM_FILES: [&str; 3] = ["share.key", "share", "confirmation"];

struct Sweep<'a> {
	net: &'a mut Net,
	me: MemberIndex,
	ask: Ask,
	files: &'a [&'a str],
}

impl Sweep<'_> {
	/// Answers the request, then again from each folder that a kill could have left. Once the
	/// message is stored, the answer must be the same; before, nothing has left, and any answer
	/// that the chain takes will do.
	fn run(self) -> VaultResponse {
		let Self { net, me, ask, files } = self;
		let scratch = tempfile::tempdir().unwrap();
		let (before, after) = (scratch.path().join("before"), scratch.path().join("after"));
		let dir = net.dir(me);
		net.kill(me);
		copy_dir(&dir, &before);
		let answer = net.ask(me, ask(1, me)).unwrap();
		net.kill(me);
		copy_dir(&dir, &after);
		let ceremony = PathBuf::from("ceremonies/1");
		for written in 0..=files.len() {
			replace_dir(&before, &dir);
			if written > 0 {
				fs::create_dir_all(dir.join(&ceremony)).unwrap();
				chmod(&dir.join("ceremonies"));
				chmod(&dir.join(&ceremony));
			}
			for name in &files[..written] {
				let name = ceremony.join(name);
				fs::copy(after.join(&name), dir.join(&name)).unwrap();
			}
			if let Some(next) = files.get(written).filter(|_| written > 0) {
				// The next one was being written under its temporary name.
				let next = dir.join(&ceremony).join(format!("{next}.tmp"));
				fs::write(&next, b"half").unwrap();
			}
			let again = net.ask(me, ask(1, me)).unwrap();
			net.kill(me);
			assert_eq!(written == files.len(), again == answer, "{written} files were written");
			assert_eq!(net.ask(me, ask(1, me)).unwrap(), again, "and stays so");
			net.kill(me);
		}
		replace_dir(&after, &dir);
		assert_eq!(net.ask(me, ask(1, me)).unwrap(), answer);
		answer
	}
}

fn chmod(path: &std::path::Path) {
	use std::os::unix::fs::PermissionsExt;
	fs::set_permissions(path, fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn killed_anywhere_inside_a_request_nothing_is_contradicted() {
	let mut net = Net::new(4);
	let me = index(1);
	let members: Vec<_> = net.members().collect();
	let others = &members[1..];
	net.chain.start(4, 1);
	net.poke(me);
	Sweep { net: &mut net, me, ask: REGISTER, files: &REGISTER_FILES }.run();
	net.step(REGISTER, &members);
	net.chain.enter(Phase::Deal);
	Sweep { net: &mut net, me, ask: DEAL, files: &DEAL_FILES }.run();
	net.step(DEAL, &members);
	net.chain.enter(Phase::Judge);
	// No complaint is due, so there is no randomness in a judgement.
	net.step(JUDGE, others);
	let judged = net.ask(me, JUDGE(1, me)).unwrap();
	net.kill(me);
	fs::remove_file(net.ceremony_file(me, 1, JUDGE_FILES[0])).unwrap();
	let missing = net.ask(me, JUDGE(1, me));
	assert!(matches!(missing, Err(symbolon_vault::VaultError::Storage(_))), "{missing:?}");
	let VaultResponse::Judgement(judged) = judged else { panic!() };
	net.chain.judge(me, &judged);
	net.chain.end_judging();
	Sweep { net: &mut net, me, ask: CONFIRM, files: &CONFIRM_FILES }.run();
	net.step(CONFIRM, &members);
}

#[test]
fn a_ceremony_key_that_was_never_recorded_is_erased() {
	let mut net = Net::new(4);
	let me = index(1);
	net.chain.start(4, 1);
	net.poke(me);
	net.kill(me);
	let before = fs::read(net.dir(me).join("ledger")).unwrap();
	net.ask(me, REGISTER(1, me)).unwrap();
	net.kill(me);
	fs::write(net.dir(me).join("ledger"), before).unwrap();
	net.poke(me);
	assert!(net.ceremony_file(me, 1, "ceremony-key.key").exists(), "still under way");
	net.chain.close();
	net.poke(me);
	assert!(!net.ceremony_file(me, 1, "ceremony-key.key").exists());
	assert!(!net.ceremony_file(me, 1, "ceremony-key").exists());
}
