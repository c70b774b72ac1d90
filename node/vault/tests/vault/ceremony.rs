//! Ceremonies from register to active key.

use crate::{
	chain::account,
	net::{index, refusal, Net, Restarts, CONFIRM, DEAL, JUDGE, REGISTER},
};
use std::sync::{mpsc, Arc, Mutex};
use symbolon_crypto::{
	ceremony::{
		deal::{deal, Receiver},
		judge::Verdict,
		register::{register, Registration},
	},
	DealerIndex, Entropy, MemberIndex,
};
use symbolon_primitives::{
	dta::{Phase, ShareStatus},
	storage::dta,
};
use symbolon_vault::{
	hold, is_held, release, FinalizedState, StateError, StateSource, SystemClock, Vault,
	VaultBackend, VaultError, VaultHandle, VaultRequest, VaultResponse,
};

pub fn entropy(seed: u8) -> Entropy {
	Entropy::take(&mut [seed; 32])
}

#[test]
fn four_vaults_make_a_key() {
	let mut net = Net::new(4);
	net.genesis(1);
	assert_eq!(net.chain.key().public, net.chain.outcome().master_public_key().encode());
	for member in net.members().collect::<Vec<_>>() {
		assert_eq!(net.poke(member), VaultError::NotDue);
		let status = Vault::status(&net.dir(member)).unwrap();
		let [ceremony] = &status.ceremonies[..] else { panic!("{status:?}") };
		assert!(ceremony.active && ceremony.confirmed && ceremony.holds_share);
		assert!(!ceremony.holds_ceremony_key, "its confirmation is finalized");
	}
}

#[test]
fn a_committee_of_one_makes_a_key() {
	let mut net = Net::new(1);
	net.genesis(1);
}

#[test]
fn killed_between_any_two_steps_they_repeat_themselves() {
	let mut net = Net::new(4);
	net.restarts = Restarts::Always;
	net.genesis(1);
}

#[test]
fn two_lying_dealers_are_both_complained_of() {
	let mut net = Net::new(7);
	let (honest, liars): (Vec<_>, Vec<_>) = net.members().partition(|member| member.get() <= 5);
	net.chain.start(7, 1);
	let everyone: Vec<_> = net.members().collect();
	net.step(REGISTER, &everyone);
	net.chain.enter(Phase::Deal);
	net.step(DEAL, &honest);
	let ceremony = net.chain.ceremony();
	for liar in &liars {
		// Shares masked for other keys than the receivers': every proof holds, every share is
		// wrong but that of member 1.
		let (_, foreign) = register(&ceremony.sid, *liar, &[7; 32], entropy(7));
		let foreign = foreign.key.decode().unwrap();
		let key = |member: MemberIndex| {
			let key = dta::registration(1, member);
			net.chain.get::<Registration>(&key).unwrap().key.decode().unwrap()
		};
		let receivers: Vec<_> = everyone
			.iter()
			.map(|j| Receiver { index: *j, key: if j.get() == 1 { key(*j) } else { foreign } })
			.collect();
		let dealer = DealerIndex::from(*liar);
		let seed = liar.get() as u8;
		let lie = deal(&ceremony.sid, dealer, ceremony.threshold, &receivers, entropy(seed));
		net.chain.deal(dealer, &lie);
	}
	net.chain.enter(Phase::Judge);
	for member in &honest {
		let VaultResponse::Judgement(judgement) = net.ask(*member, JUDGE(1, *member)).unwrap()
		else {
			panic!()
		};
		let verdicts = net.chain.judge(*member, &judgement);
		let expected = if member.get() == 1 { 0 } else { 2 };
		assert_eq!(verdicts, vec![Verdict::Dealer; expected], "member {member}");
	}
	// A vault whose member's dealing on chain is another's shows nothing.
	let text = refusal(net.ask(liars[0], JUDGE(1, liars[0])));
	assert!(text.contains("did not make"), "{text}");
	net.chain.end_judging();
	assert_eq!(net.chain.outcome().qualified().len(), 5);
	net.step(CONFIRM, &honest);
	net.chain.activate(ShareStatus::Degraded);
}

#[test]
fn one_that_was_away_confirms_late() {
	let mut net = Net::new(4);
	let members: Vec<_> = net.members().collect();
	net.chain.start(4, 1);
	net.step(REGISTER, &members);
	net.chain.enter(Phase::Deal);
	net.step(DEAL, &members[..3]);
	net.chain.enter(Phase::Judge);
	net.step(JUDGE, &members[..3]);
	net.chain.end_judging();
	net.step(CONFIRM, &members[..3]);
	net.chain.activate(ShareStatus::Degraded);
	net.kill(members[3]);
	net.step(CONFIRM, &members[3..]);
	net.poke(members[3]);
	assert!(net.ceremony_file(members[3], 1, "share").exists());
	assert!(!net.ceremony_file(members[3], 1, "ceremony-key").exists());
}

#[test]
fn a_share_that_is_wrong_after_judging_is_not_confirmed() {
	let mut net = Net::new(4);
	let members: Vec<_> = net.members().collect();
	net.chain.start(4, 1);
	net.step(REGISTER, &members);
	net.chain.enter(Phase::Deal);
	net.step(DEAL, &members[..3]);
	let ceremony = net.chain.ceremony();
	let (_, foreign) = register(&ceremony.sid, members[3], &[7; 32], entropy(7));
	let foreign = foreign.key.decode().unwrap();
	let receivers: Vec<_> =
		members.iter().map(|index| Receiver { index: *index, key: foreign }).collect();
	let dealer = DealerIndex::from(members[3]);
	net.chain.deal(dealer, &deal(&ceremony.sid, dealer, 3, &receivers, entropy(1)));
	net.chain.enter(Phase::Judge);
	net.chain.end_judging();
	let text = refusal(net.ask(members[0], CONFIRM(1, members[0])));
	assert!(text.contains("qualified dealer 4 is wrong"), "{text}");
	assert!(!net.ceremony_file(members[0], 1, "share").exists());
}

#[test]
fn nothing_before_its_phase_or_for_another_ceremony() {
	let mut net = Net::new(4);
	let me = index(1);
	for ask in [REGISTER, DEAL, JUDGE, CONFIRM] {
		assert_eq!(net.ask(me, ask(1, me)), Err(VaultError::NotDue), "no ceremony");
	}
	net.chain.start(4, 1);
	assert_eq!(net.ask(me, REGISTER(2, me)), Err(VaultError::NotDue), "another number");
	for ask in [DEAL, JUDGE, CONFIRM] {
		assert_eq!(net.ask(me, ask(1, me)), Err(VaultError::NotDue), "not its phase");
	}
	let text = refusal(net.ask(me, REGISTER(1, index(5))));
	assert!(text.contains("no member 5"), "{text}");
	net.step(REGISTER, &[me]);
	let text = refusal(net.ask(me, REGISTER(1, index(2))));
	assert!(text.contains("another identifier or member"), "{text}");
	net.chain.enter(Phase::Deal);
	assert_eq!(net.ask(me, DEAL(1, me)), Err(VaultError::NotDue), "too few registered");
	assert_eq!(net.ask(index(2), DEAL(1, index(2))), Err(VaultError::NotDue), "not registered");
}

#[test]
fn a_held_vault_deals_no_more() {
	let mut net = Net::new(1);
	let me = index(1);
	net.chain.start(1, 1);
	net.step(REGISTER, &[me]);
	net.chain.enter(Phase::Deal);
	hold(&net.dir(me)).unwrap();
	hold(&net.dir(me)).unwrap();
	assert!(is_held(&net.dir(me)).unwrap());
	assert_eq!(net.ask(me, DEAL(1, me)), Err(VaultError::Held));
	release(&net.dir(me)).unwrap();
	release(&net.dir(me)).unwrap();
	net.step(DEAL, &[me]);
	hold(&net.dir(me)).unwrap();
	net.chain.enter(Phase::Judge);
	net.step(JUDGE, &[me]);
}

#[test]
fn a_failed_ceremony_is_erased_and_the_next_one_works() {
	let mut net = Net::new(4);
	let members: Vec<_> = net.members().collect();
	net.chain.start(4, 1);
	net.step(REGISTER, &members);
	net.chain.enter(Phase::Deal);
	net.step(DEAL, &members);
	net.chain.enter(Phase::Judge);
	net.step(JUDGE, &members);
	net.chain.end_judging();
	net.step(CONFIRM, &members[..2]);
	let secrets = ["ceremony-key", "ceremony-key.key", "share", "share.key"];
	let there = |net: &Net, j| secrets.map(|name| net.ceremony_file(index(j), 1, name).exists());
	// The own confirmation of 2 is finalized, that of 3 was never made.
	net.poke(index(2));
	net.poke(index(3));
	assert_eq!(there(&net, 2), [true; 4], "no key is active yet");
	assert_eq!(there(&net, 3), [true, true, false, false]);
	net.chain.close();
	for member in &members {
		net.kill(*member);
		net.poke(*member);
		assert_eq!(there(&net, member.get()), [false; 4], "member {member}");
		let status = Vault::status(&net.dir(*member)).unwrap();
		assert!(!status.ceremonies[0].holds_ceremony_key && !status.ceremonies[0].holds_share);
	}
	net.genesis(2);
	assert_eq!(net.chain.key().share_version, 2);
}

/// A source whose state is given out only when the test says so.
struct Gate {
	chain: crate::chain::Chain,
	entered: mpsc::Sender<()>,
	go: Mutex<mpsc::Receiver<()>>,
}

impl StateSource for Gate {
	fn genesis_hash(&self) -> [u8; 32] {
		self.chain.genesis_hash()
	}

	fn finalized(&self) -> Result<Box<dyn FinalizedState>, StateError> {
		self.entered.send(()).unwrap();
		self.go.lock().unwrap().recv().unwrap();
		self.chain.finalized()
	}
}

#[test]
fn one_request_at_a_time() {
	let net = Net::new(1);
	let ((entered, inside), (go, wait)) = (mpsc::channel(), mpsc::channel());
	let gate = Gate { chain: net.chain.clone(), entered, go: Mutex::new(wait) };
	let vault = Vault::open(&net.dir(index(1)), None, Arc::new(gate), Box::new(SystemClock));
	let handle = VaultHandle::new(vault.unwrap());
	let request = VaultRequest::Permits { epoch: 0, chunk: 0 };
	let first = {
		let (handle, request) = (handle.clone(), request.clone());
		std::thread::spawn(move || handle.answer(request))
	};
	inside.recv().unwrap();
	assert_eq!(handle.answer(request), Err(VaultError::Busy));
	go.send(()).unwrap();
	assert_eq!(first.join().unwrap(), Err(VaultError::NotDue));
}

#[test]
fn terms_that_the_identifier_does_not_bind_are_refused() {
	let mut net = Net::new(4);
	let me = index(1);
	net.chain.start(4, 1);
	let good = net.chain.ceremony();
	let mut low = good.clone();
	low.threshold = 2;
	let mut twice = good.clone();
	twice.members[1] = account(index(1));
	let mut foreign = good.clone();
	foreign.members[3] = [1; 32];
	let mut version = good.clone();
	version.new_share_version = 9;
	let cases = [
		(low, "expected threshold 3"),
		(twice, "listed twice"),
		(foreign, "does not bind"),
		(version, "does not bind"),
	];
	for (ceremony, expected) in cases {
		net.chain.put(dta::current_ceremony(), &ceremony);
		let text = refusal(net.ask(me, REGISTER(1, me)));
		assert!(text.contains(expected), "{text}");
		assert!(!net.dir(me).join("ceremonies").exists(), "nothing changed");
	}
	net.chain.put(dta::current_ceremony(), &good);
	net.step(REGISTER, &[me]);
}
