//! The folder: modes, passphrase, ledger, lock, status.

use crate::{
	chain::GENESIS,
	net::{index, Net, DEAL, REGISTER},
};
use std::{
	fs,
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
	sync::Arc,
};
use symbolon_primitives::dta::Phase;
use symbolon_vault::{
	FileError, FinalizedState, LedgerError, StateError, StateSource, SystemClock, Vault,
	VaultError, VaultOpenError,
};

fn files(dir: &Path) -> Vec<PathBuf> {
	let mut found = vec![dir.to_path_buf()];
	for entry in fs::read_dir(dir).unwrap() {
		let path = entry.unwrap().path();
		if path.is_dir() {
			found.extend(files(&path));
		} else {
			found.push(path);
		}
	}
	found
}

#[test]
fn nobody_else_can_reach_the_files() {
	let mut net = Net::new(1);
	net.genesis(1);
	let me = index(1);
	let all = files(&net.dir(me));
	assert!(all.len() > 8, "{all:?}");
	for path in &all {
		let mode = fs::metadata(path).unwrap().permissions().mode() & 0o7777;
		assert_eq!(mode, if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
		assert_ne!(path.extension().and_then(|e| e.to_str()), Some("tmp"), "{}", path.display());
	}
	net.kill(me);
	for name in ["", "ledger", "protection"] {
		let path = net.dir(me).join(name);
		let old = fs::metadata(&path).unwrap().permissions();
		fs::set_permissions(&path, fs::Permissions::from_mode(old.mode() | 0o040)).unwrap();
		let error = net.open(me).err().unwrap();
		let exposed = matches!(
			error,
			VaultOpenError::File(FileError::Exposed { .. })
				| VaultOpenError::Ledger(LedgerError::File(FileError::Exposed { .. }))
		);
		assert!(exposed, "{name}: {error}");
		fs::set_permissions(&path, old).unwrap();
	}
	net.open(me).unwrap();
}

#[test]
fn an_exposed_secret_is_not_used() {
	let mut net = Net::new(1);
	let me = index(1);
	net.chain.start(1, 1);
	net.step(REGISTER, &[me]);
	net.chain.enter(Phase::Deal);
	net.step(DEAL, &[me]);
	net.chain.enter(Phase::Judge);
	let key = net.ceremony_file(me, 1, "ceremony-key.key");
	fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
	let error = net.ask(me, crate::net::JUDGE(1, me));
	assert!(
		matches!(&error, Err(VaultError::Storage(text)) if text.contains("chmod")),
		"{error:?}"
	);
	fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
	net.step(crate::net::JUDGE, &[me]);
}

#[test]
fn an_altered_secret_is_noticed() {
	for (name, passphrase) in
		[("ceremony-key", None), ("ceremony-key.key", None), ("ceremony-key.key", Some("words"))]
	{
		let mut net = Net::new(1);
		net.passphrase = passphrase;
		let me = index(1);
		net.chain.start(1, 1);
		net.step(REGISTER, &[me]);
		net.chain.enter(Phase::Deal);
		net.step(DEAL, &[me]);
		net.chain.enter(Phase::Judge);
		let path = net.ceremony_file(me, 1, name);
		let mut bytes = fs::read(&path).unwrap();
		bytes[30] ^= 1;
		fs::write(&path, bytes).unwrap();
		let error = net.ask(me, crate::net::JUDGE(1, me));
		assert!(matches!(error, Err(VaultError::Storage(_))), "{error:?}");
	}
}

#[test]
fn the_passphrase_is_asked_for() {
	let mut net = Net::new(1);
	net.passphrase = Some("correct horse");
	let me = index(1);
	net.genesis(1);
	net.kill(me);
	net.passphrase = Some("correct horse ");
	assert!(matches!(net.open(me).err(), Some(VaultOpenError::WrongPassphrase)));
	net.passphrase = None;
	assert!(matches!(net.open(me).err(), Some(VaultOpenError::PassphraseNeeded)));
	assert!(Vault::status(&net.dir(me)).unwrap().passphrase);
	// Bare, a file key would be 32 bytes; sealed, it is 72.
	assert_eq!(fs::read(net.ceremony_file(me, 1, "share.key")).unwrap().len(), 72);
	net.passphrase = Some("correct horse");
	net.open(me).unwrap();

	let mut bare = Net::new(1);
	bare.open(me).unwrap();
	bare.passphrase = Some("correct horse");
	assert!(matches!(bare.open(me).err(), Some(VaultOpenError::PassphraseUnused)));
}

#[test]
fn a_damaged_folder_does_not_open() {
	let mut net = Net::new(1);
	let me = index(1);
	net.genesis(1);
	net.kill(me);
	let ledger = net.dir(me).join("ledger");
	let whole = fs::read(&ledger).unwrap();
	let mut corrupt = whole.clone();
	corrupt[whole.len() / 2] ^= 0x10;
	fs::write(&ledger, &corrupt).unwrap();
	assert!(matches!(
		net.open(me).err(),
		Some(VaultOpenError::Ledger(LedgerError::Corrupt { .. }))
	));
	assert_eq!(fs::read(&ledger).unwrap(), corrupt, "nothing was changed");
	fs::remove_file(&ledger).unwrap();
	assert!(matches!(net.open(me).err(), Some(VaultOpenError::Incomplete("ledger"))));
	assert!(matches!(Vault::status(&net.dir(me)), Err(VaultOpenError::Incomplete("ledger"))));
	fs::write(&ledger, &whole[..whole.len() - 1]).unwrap();
	fs::set_permissions(&ledger, fs::Permissions::from_mode(0o600)).unwrap();
	net.open(me).unwrap();
	let protection = net.dir(me).join("protection");
	fs::write(&protection, [9, 9, 9]).unwrap();
	assert!(matches!(net.open(me).err(), Some(VaultOpenError::Format("protection"))));
	fs::remove_file(&protection).unwrap();
	assert!(matches!(net.open(me).err(), Some(VaultOpenError::Incomplete("protection"))));
}

#[test]
fn two_processes_do_not_share_a_vault() {
	let net = Net::new(1);
	let first = net.open(index(1)).unwrap();
	assert!(matches!(net.open(index(1)).err(), Some(VaultOpenError::InUse)));
	drop(first);
	net.open(index(1)).unwrap();
}

struct OtherChain;

impl StateSource for OtherChain {
	fn genesis_hash(&self) -> [u8; 32] {
		[1; 32]
	}

	fn finalized(&self) -> Result<Box<dyn FinalizedState>, StateError> {
		Err(StateError::Unavailable("none".into()))
	}
}

#[test]
fn a_vault_serves_one_chain() {
	let net = Net::new(1);
	let dir = net.dir(index(1));
	drop(net.open(index(1)).unwrap());
	let open = |dir: &Path| Vault::open(dir, None, Arc::new(OtherChain), Box::new(SystemClock));
	let error = open(&dir).err().unwrap();
	assert!(
		matches!(error, VaultOpenError::OtherChain { vault: GENESIS, node } if node == [1; 32])
	);
	let fresh = net.dir(index(2));
	let vault = open(&fresh).unwrap();
	let error = vault.answer(REGISTER(1, index(1)));
	assert!(matches!(&error, Err(VaultError::Refused(text)) if text.contains("none")), "{error:?}");
}

#[test]
fn the_status_shows_what_is_held_and_no_secret() {
	let mut net = Net::new(1);
	let me = index(1);
	net.genesis(1);
	// Open while it is shown.
	net.poke(me);
	let status = Vault::status(&net.dir(me)).unwrap();
	assert_eq!(status.genesis_hash, GENESIS);
	assert_eq!(status.ledger_bytes, fs::metadata(net.dir(me).join("ledger")).unwrap().len());
	assert!(status.finalized.is_some() && !status.passphrase && !status.held);
	let text = status.to_string();
	assert!(text.contains("share version 1 (active: yes)"), "{text}");
	let share = hex::encode(fs::read(net.ceremony_file(me, 1, "share.key")).unwrap());
	assert!(!text.contains(&share));
}
