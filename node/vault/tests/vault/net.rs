//! Vaults of a committee over one [`Chain`].

use crate::chain::{Chain, BEGIN};
use std::{
	fs,
	path::{Path, PathBuf},
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc,
	},
};
use symbolon_crypto::{DealerIndex, MemberIndex};
use symbolon_primitives::dta::{Phase, ShareStatus};
use symbolon_vault::{
	Clock, Passphrase, Vault, VaultBackend, VaultError, VaultHandle, VaultOpenError, VaultRequest,
	VaultResponse,
};

/// The local clock of all vaults, set by the test.
#[derive(Clone)]
pub struct TestClock(pub Arc<AtomicU64>);

impl Clock for TestClock {
	fn now(&self) -> u64 {
		self.0.load(Ordering::SeqCst)
	}
}

/// `VaultRequest` of one kind for a ceremony.
pub type Ask = fn(u32, MemberIndex) -> VaultRequest;

pub const REGISTER: Ask = |ceremony, member| VaultRequest::Register { ceremony, member };
pub const DEAL: Ask = |ceremony, member| VaultRequest::Deal { ceremony, member };
pub const JUDGE: Ask = |ceremony, member| VaultRequest::Judge { ceremony, member };
pub const CONFIRM: Ask = |ceremony, member| VaultRequest::Confirm { ceremony, member };

/// Whether every vault is closed and opened again around each request.
#[derive(Clone, Copy, PartialEq)]
pub enum Restarts {
	Never,
	Always,
}

pub struct Net {
	pub chain: Chain,
	pub clock: TestClock,
	pub passphrase: Option<&'static str>,
	pub restarts: Restarts,
	root: tempfile::TempDir,
	vaults: Vec<Option<VaultHandle>>,
}

pub fn index(number: u16) -> MemberIndex {
	MemberIndex::new(number).unwrap()
}

impl Net {
	pub fn new(members: u16) -> Self {
		Self {
			chain: Chain::new(),
			clock: TestClock(Arc::new(AtomicU64::new(BEGIN))),
			passphrase: None,
			restarts: Restarts::Never,
			root: tempfile::tempdir().unwrap(),
			vaults: (0..members).map(|_| None).collect(),
		}
	}

	pub fn members(&self) -> impl Iterator<Item = MemberIndex> {
		(1..=self.vaults.len() as u16).map(index)
	}

	pub fn dir(&self, member: MemberIndex) -> PathBuf {
		self.root.path().join(format!("vault-{member}"))
	}

	pub fn ceremony_file(&self, member: MemberIndex, ceremony: u32, name: &str) -> PathBuf {
		self.dir(member).join("ceremonies").join(ceremony.to_string()).join(name)
	}

	pub fn open(&self, member: MemberIndex) -> Result<Vault, VaultOpenError> {
		let passphrase = self.passphrase.map(|text| Passphrase::new(text.into()));
		let source = Arc::new(self.chain.clone());
		Vault::open(&self.dir(member), passphrase, source, Box::new(self.clock.clone()))
	}

	/// As if the process were killed: the vault is opened again at its next request.
	pub fn kill(&mut self, member: MemberIndex) {
		self.vaults[member.position()] = None;
	}

	fn ask_once(
		&mut self,
		member: MemberIndex,
		request: VaultRequest,
	) -> Result<VaultResponse, VaultError> {
		if self.vaults[member.position()].is_none() {
			let vault = self.open(member).unwrap();
			self.vaults[member.position()] = Some(VaultHandle::new(vault));
		}
		self.vaults[member.position()].as_ref().unwrap().answer(request)
	}

	/// Asks a member's vault, across restarts if the net is set to it.
	pub fn ask(
		&mut self,
		member: MemberIndex,
		request: VaultRequest,
	) -> Result<VaultResponse, VaultError> {
		if self.restarts == Restarts::Never {
			return self.ask_once(member, request);
		}
		self.kill(member);
		let first = self.ask_once(member, request.clone());
		let again = self.ask_once(member, request.clone());
		self.kill(member);
		let after = self.ask_once(member, request);
		assert_eq!(first, again, "asked twice");
		assert_eq!(first, after, "asked after a restart");
		first
	}

	/// Asks the members' vaults in a phase and applies their answers.
	pub fn step(&mut self, ask: Ask, members: &[MemberIndex]) {
		let number = self.chain.ceremony().number;
		for member in members {
			match self.ask(*member, ask(number, *member)).unwrap() {
				VaultResponse::Registration(message) => self.chain.register(*member, &message),
				VaultResponse::Dealing(message) => {
					self.chain.deal(DealerIndex::from(*member), &message);
				}
				VaultResponse::Judgement(message) => {
					self.chain.judge(*member, &message);
				}
				VaultResponse::Confirmation(message) => self.chain.confirm(*member, &message),
				other => panic!("{other:?}"),
			}
		}
	}

	/// The ceremony of all members, until the key is active and all have confirmed.
	pub fn genesis(&mut self, number: u32) {
		let members: Vec<_> = self.members().collect();
		self.chain.start(members.len() as u16, number);
		self.step(REGISTER, &members);
		self.chain.enter(Phase::Deal);
		self.step(DEAL, &members);
		self.chain.enter(Phase::Judge);
		self.step(JUDGE, &members);
		self.chain.end_judging();
		self.step(CONFIRM, &members);
		self.chain.activate(ShareStatus::Active);
	}

	/// A request that any state answers with an error but lets the vault do its housekeeping.
	pub fn poke(&mut self, member: MemberIndex) -> VaultError {
		self.ask(member, VaultRequest::Permits { epoch: u64::MAX, chunk: 0 }).unwrap_err()
	}
}

/// Copies a folder, contents and modes.
pub fn copy_dir(from: &Path, to: &Path) {
	fs::create_dir_all(to).unwrap();
	fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
	for entry in fs::read_dir(from).unwrap() {
		let path = entry.unwrap().path();
		let target = to.join(path.file_name().unwrap());
		if path.is_dir() {
			copy_dir(&path, &target);
		} else {
			fs::copy(&path, &target).unwrap();
		}
	}
}

/// Puts a folder in the place of another.
pub fn replace_dir(from: &Path, to: &Path) {
	fs::remove_dir_all(to).unwrap();
	copy_dir(from, to);
}

/// The text of a refusal.
pub fn refusal<T: std::fmt::Debug>(result: Result<T, VaultError>) -> String {
	match result {
		Err(VaultError::Refused(text)) => text,
		other => panic!("expected a refusal, got {other:?}"),
	}
}
