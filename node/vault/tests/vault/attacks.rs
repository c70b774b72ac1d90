//! Chains that were rolled back or lie, and vaults that were put back.

use crate::{
	ceremony::entropy,
	net::{copy_dir, index, refusal, replace_dir, Net, CONFIRM, DEAL, JUDGE, REGISTER},
};
use symbolon_crypto::{
	ceremony::{deal::Dealing, register::register},
	curve::G2,
	DealerIndex,
};
use symbolon_primitives::{
	dta::{Phase, StoredOutcome},
	storage::{self, dta},
};
use symbolon_vault::VaultError;

#[test]
fn a_chain_that_was_rolled_back_is_refused() {
	let mut net = Net::new(4);
	let me = index(1);
	net.chain.block();
	let early = net.chain.state();
	net.chain.start(4, 1);
	net.chain.block();
	net.step(REGISTER, &[me]);
	let late = net.chain.state();
	net.chain.set_state(early);
	let text = refusal(net.ask(me, REGISTER(1, me)));
	assert!(text.contains("rolled back"), "{text}");
	net.kill(me);
	let text = refusal(net.ask(me, REGISTER(1, me)));
	assert!(text.contains("rolled back"), "after a restart: {text}");
	net.chain.set_state(late);
	assert!(net.ask(me, REGISTER(1, me)).is_ok(), "back on the chain it knows");
}

#[test]
fn another_history_is_refused_at_the_same_height_and_above() {
	let mut net = Net::new(4);
	let me = index(1);
	net.chain.start(4, 1);
	net.ask(me, REGISTER(1, me)).unwrap();
	let good = net.chain.state();
	for blocks in [0, 3] {
		for restart in [false, true] {
			let mut fork = good.clone();
			fork.salt = 1;
			net.chain.set_state(fork);
			(0..blocks).for_each(|_| net.chain.block());
			if restart {
				net.kill(me);
			}
			let text = refusal(net.ask(me, REGISTER(1, me)));
			assert!(text.contains("another history"), "{blocks} blocks above: {text}");
		}
	}
	net.chain.set_state(good);
	assert!(net.ask(me, REGISTER(1, me)).is_ok());
}

#[test]
fn a_vault_put_back_to_an_older_copy_makes_no_second_message() {
	let mut net = Net::new(4);
	let me = index(1);
	let scratch = tempfile::tempdir().unwrap();
	let members: Vec<_> = net.members().collect();
	net.chain.start(4, 1);
	net.poke(me);
	let phases = [
		(REGISTER, "registration", Phase::Deal),
		(DEAL, "dealing", Phase::Judge),
		(JUDGE, "judgement", Phase::Confirm),
	];
	for (ask, what, next) in phases {
		let copy = scratch.path().join(what);
		net.kill(me);
		copy_dir(&net.dir(me), &copy);
		net.step(ask, &members);
		net.kill(me);
		let now = scratch.path().join("now");
		copy_dir(&net.dir(me), &now);
		replace_dir(&copy, &net.dir(me));
		let text = refusal(net.ask(me, ask(1, me)));
		assert!(text.contains(what) && text.contains("older copy"), "{text}");
		net.kill(me);
		replace_dir(&now, &net.dir(me));
		if next == Phase::Confirm {
			net.chain.end_judging();
		} else {
			net.chain.enter(next);
		}
	}
	let copy = scratch.path().join("before-confirm");
	net.kill(me);
	copy_dir(&net.dir(me), &copy);
	net.step(CONFIRM, &members);
	net.kill(me);
	replace_dir(&copy, &net.dir(me));
	let text = refusal(net.ask(me, CONFIRM(1, me)));
	assert!(text.contains("confirmation") && text.contains("older copy"), "{text}");
}

#[test]
fn registrations_that_the_chain_took_but_do_not_verify_are_refused() {
	let mut net = Net::new(4);
	let (me, other) = (index(1), index(2));
	let members: Vec<_> = net.members().collect();
	net.chain.start(4, 1);
	net.step(REGISTER, &members);
	net.chain.enter(Phase::Deal);
	let sid = net.chain.ceremony().sid;
	let good = net.chain.state();
	// Another account's proof; a copy of the own key; a foreign one in the own place.
	let (_, foreign) = register(&sid, other, &[0; 32], entropy(1));
	net.chain.put(dta::registration(1, other), &foreign);
	let text = refusal(net.ask(me, DEAL(1, me)));
	assert!(text.contains("member 2") && text.contains("does not verify"), "{text}");
	net.chain.set_state(good.clone());
	let (_, mine) = register(&sid, me, &crate::chain::account(me), entropy(1));
	net.chain.put(dta::registration(1, me), &mine);
	let text = refusal(net.ask(me, DEAL(1, me)));
	assert!(text.contains("not the one this vault made"), "{text}");
	net.chain.set_state(good.clone());
	net.chain.remove(&dta::registration(1, me));
	assert_eq!(net.ask(me, DEAL(1, me)), Err(VaultError::NotDue));
	net.chain.set_state(good);
	net.step(DEAL, &[me]);
}

#[test]
fn dealings_that_the_chain_took_but_do_not_verify_are_refused() {
	let mut net = Net::new(4);
	let me = index(1);
	let members: Vec<_> = net.members().collect();
	net.chain.start(4, 1);
	net.step(REGISTER, &members);
	net.chain.enter(Phase::Deal);
	net.step(DEAL, &members);
	net.chain.enter(Phase::Judge);
	let good = net.chain.state();
	let key = dta::dealing(1, DealerIndex::new(3).unwrap());
	let dealing: Dealing = net.chain.get(&key).unwrap();
	let mut share = dealing.clone();
	share.shares[0].0[31] ^= 1;
	let mut short = dealing.clone();
	short.commitments.pop();
	let mut copied = dealing.clone();
	copied.c = net.chain.get::<Dealing>(&dta::dealing(1, DealerIndex::new(2).unwrap())).unwrap().c;
	for wrong in [share, short, copied] {
		net.chain.put(key.clone(), &wrong);
		let text = refusal(net.ask(me, JUDGE(1, me)));
		assert!(text.contains("dealing of member 3"), "{text}");
		assert!(!net.ceremony_file(me, 1, "judgement").exists());
	}
	net.chain.put(key, &vec![1u8, 2, 3]);
	let text = refusal(net.ask(me, JUDGE(1, me)));
	assert!(text.contains("Dta::Dealings"), "{text}");
	net.chain.set_state(good);
	net.step(JUDGE, &[me]);
}

#[test]
fn an_outcome_that_is_not_the_sum_is_refused() {
	let mut net = Net::new(4);
	let me = index(1);
	let members: Vec<_> = net.members().collect();
	net.chain.start(4, 1);
	net.step(REGISTER, &members);
	net.chain.enter(Phase::Deal);
	net.step(DEAL, &members);
	net.chain.enter(Phase::Judge);
	net.step(JUDGE, &members);
	net.chain.end_judging();
	let good: StoredOutcome = net.chain.get(&dta::outcome(1)).unwrap();
	let mut sums = good.clone();
	sums.sums[0] = G2::generator().encode();
	let mut fewer = good.clone();
	fewer.qualified.pop();
	for wrong in [sums, fewer] {
		net.chain.put(dta::outcome(1), &wrong);
		let text = refusal(net.ask(me, CONFIRM(1, me)));
		assert!(text.contains("not the sum"), "{text}");
	}
	net.chain.remove(&dta::outcome(1));
	let text = refusal(net.ask(me, CONFIRM(1, me)));
	assert!(text.contains("no outcome on chain"), "{text}");
	assert!(!net.ceremony_file(me, 1, "share").exists());
	net.chain.put(dta::outcome(1), &good);
	net.step(CONFIRM, &[me]);
}

#[test]
fn a_key_on_chain_that_is_not_the_confirmed_one_is_not_served() {
	let mut net = Net::new(1);
	let me = index(1);
	net.genesis(1);
	let request = symbolon_vault::VaultRequest::PartialKeys { share_version: 1, serials: vec![] };
	assert_eq!(net.ask(me, request.clone()), Err(VaultError::NotDue), "nothing queued");
	let good = net.chain.state();
	let mut key = net.chain.key();
	key.key_id.0[0] ^= 1;
	net.chain.put(dta::current_key(), &key);
	assert!(refusal(net.ask(me, request.clone())).contains("identifier"));
	net.chain.set_state(good.clone());
	let foreign = G2::generator().encode();
	net.chain.put(dta::verification_key(1, me), &foreign);
	assert!(refusal(net.ask(me, request.clone())).contains("not the one that this vault confirmed"));
	net.chain.set_state(good.clone());
	net.chain.remove(&storage::dta::share_version(1));
	assert!(refusal(net.ask(me, request.clone())).contains("not on chain"));
	net.chain.set_state(good);
	assert_eq!(net.ask(me, request), Err(VaultError::NotDue));
}
