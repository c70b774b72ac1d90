//! Permit shares and permits.

use crate::{
	chain::{BEGIN, SLOT},
	net::{index, refusal, Net},
};
use std::sync::atomic::Ordering;
use symbolon_crypto::{
	cover::{cover, Subtree},
	permit::Permit,
	Epoch, G1Bytes, MemberIndex,
};
use symbolon_primitives::{
	epochs::{PermitShares, RevocationHead, Schedule, ScheduleEntry, Snapshot},
	limits::{MAX_REVOCATIONS, PERMITS_PER_CHUNK, VAULT_SKEW},
	registry::IndexKey,
	storage::{epochs, registry},
};
use symbolon_vault::{VaultError, VaultRequest, VaultResponse};

const LENGTH: u64 = 800;
/// An eighth of it, more than ten blocks.
const LEAD: u64 = 100;

/// A committee of `members` with a key, and a schedule whose epoch 0 holds the present.
fn net(members: u16) -> Net {
	let mut net = Net::new(members);
	net.genesis(1);
	let entry = ScheduleEntry { first_number: 0, start: BEGIN, length: LENGTH };
	net.chain.put(epochs::schedule(), &Schedule(vec![entry].try_into().unwrap()));
	net.chain.put(epochs::slot_millis(), &(SLOT * 1000));
	net
}

fn epoch(number: u64) -> Epoch {
	let start = BEGIN + number * LENGTH;
	Epoch { number, start, end: start + LENGTH }
}

fn leaf(serial: u64) -> Subtree {
	Subtree::new(0, serial).unwrap()
}

/// Puts both clocks to a time.
fn set_time(net: &Net, time: u64) {
	net.chain.set_time(time);
	net.clock.0.store(time, Ordering::SeqCst);
}

/// Revokes subtrees, in this order, as the whole log.
fn revoke(net: &Net, revoked: &[Subtree]) {
	for (position, subtree) in (0u64..).zip(revoked) {
		net.chain.put(registry::revocation_log(position), subtree);
		net.chain.put(registry::revoked(&IndexKey::new(subtree)), &position);
	}
}

/// Freezes the snapshot of an epoch for `revoked`, as the runtime would.
fn freeze(net: &Net, number: u64, revoked: &[Subtree]) -> Vec<Subtree> {
	let head = revoked.iter().fold(RevocationHead::default(), |head, next| head.append(next));
	let mut sorted = revoked.to_vec();
	sorted.sort_by_key(IndexKey::new);
	let cover: Vec<Subtree> = cover(sorted).collect();
	let snapshot = Snapshot {
		epoch: epoch(number),
		key_no: 1,
		revocations: head,
		cover_len: cover.len() as u32,
		frozen: 1,
		published: 0,
	};
	net.chain.put(epochs::snapshot(number), &snapshot);
	for (chunk, subtrees) in (0u32..).zip(cover.chunks(PERMITS_PER_CHUNK as usize)) {
		net.chain.put(epochs::cover_chunk(number, chunk), &subtrees.to_vec());
	}
	net.chain.block();
	cover
}

fn shares_of(number: u64, chunk: u32) -> VaultRequest {
	VaultRequest::PermitShares { epoch: number, chunk }
}

fn shares(net: &mut Net, member: MemberIndex, number: u64, chunk: u32) -> Vec<G1Bytes> {
	match net.ask(member, shares_of(number, chunk)).unwrap() {
		VaultResponse::PermitShares(1, points) => points,
		other => panic!("{other:?}"),
	}
}

fn put_shares(net: &Net, member: MemberIndex, number: u64, chunk: u32, points: Vec<G1Bytes>) {
	let points = points.try_into().unwrap();
	let key = epochs::permit_shares(number, chunk, member);
	net.chain.put(key, &PermitShares { share_version: 1, points });
	net.chain.block();
}

fn permits(net: &mut Net, number: u64, chunk: u32) -> Result<Vec<G1Bytes>, VaultError> {
	match net.ask(index(1), VaultRequest::Permits { epoch: number, chunk })? {
		VaultResponse::Permits(permits) => Ok(permits),
		other => panic!("{other:?}"),
	}
}

fn assert_permits(net: &Net, number: u64, subtrees: &[Subtree], permits: &[G1Bytes]) {
	assert_eq!(subtrees.len(), permits.len());
	let key = net.chain.key();
	let master = key.public.decode().unwrap();
	for (subtree, permit) in subtrees.iter().zip(permits) {
		assert!(Permit::verify(&key.key_id, &epoch(number), subtree, permit, &master).is_ok());
	}
}

#[test]
fn vaults_make_the_permits_of_every_chunk() {
	let mut net = net(4);
	let revoked = [leaf((1 << 39) + 77), Subtree::new(4, 1000).unwrap(), leaf((1 << 30) + 3)];
	revoke(&net, &revoked);
	// One more after the snapshot does not count.
	let later = [&revoked[..], &[leaf(9)]].concat();
	revoke(&net, &later);
	set_time(&net, BEGIN + 10);
	let cover = freeze(&net, 0, &revoked);
	assert!(cover.len() > 2 * PERMITS_PER_CHUNK as usize);
	let members: Vec<_> = net.members().collect();
	for (chunk, subtrees) in (0u32..).zip(cover.chunks(PERMITS_PER_CHUNK as usize)) {
		assert_eq!(permits(&mut net, 0, chunk), Err(VaultError::NotDue), "no shares yet");
		for member in &members[..3] {
			let points = shares(&mut net, *member, 0, chunk);
			assert_eq!(points, shares(&mut net, *member, 0, chunk));
			put_shares(&net, *member, 0, chunk, points);
		}
		let permits = permits(&mut net, 0, chunk).unwrap();
		assert_permits(&net, 0, subtrees, &permits);
	}
	let past = cover.len().div_ceil(PERMITS_PER_CHUNK as usize) as u32;
	for chunk in [past, u32::MAX] {
		assert_eq!(net.ask(index(1), shares_of(0, chunk)), Err(VaultError::NotDue));
	}
	assert_eq!(net.ask(index(1), shares_of(1, 0)), Err(VaultError::NotDue), "not frozen");
}

#[test]
fn a_poisoned_share_is_dropped() {
	let mut net = net(4);
	set_time(&net, BEGIN + 10);
	let cover = freeze(&net, 0, &[]);
	let members: Vec<_> = net.members().collect();
	let mut all: Vec<_> = members.iter().map(|j| shares(&mut net, *j, 0, 0)).collect();
	all[1] = all[2].clone();
	for (member, points) in members.iter().zip(&all) {
		put_shares(&net, *member, 0, 0, points.clone());
	}
	let good = permits(&mut net, 0, 0).unwrap();
	assert_permits(&net, 0, &cover, &good);
	// Points that do not decode, or too many, are wrong too.
	put_shares(&net, members[1], 0, 0, vec![G1Bytes([0xff; 48])]);
	assert_eq!(permits(&mut net, 0, 0).unwrap(), good);
	put_shares(&net, members[1], 0, 0, vec![all[0][0], all[0][0]]);
	assert_eq!(permits(&mut net, 0, 0).unwrap(), good);
	// Shares of another share version are not mixed in.
	let old = PermitShares { share_version: 0, points: all[0].clone().try_into().unwrap() };
	net.chain.put(epochs::permit_shares(0, 0, members[0]), &old);
	assert_eq!(permits(&mut net, 0, 0), Err(VaultError::NotDue), "two good ones are too few");
}

#[test]
fn no_second_cover_for_an_epoch() {
	let mut net = net(1);
	let me = index(1);
	set_time(&net, BEGIN + 10);
	revoke(&net, &[leaf(3)]);
	freeze(&net, 0, &[]);
	shares(&mut net, me, 0, 0);
	freeze(&net, 0, &[leaf(3)]);
	for restart in [false, true] {
		if restart {
			net.kill(me);
		}
		let text = refusal(net.ask(me, shares_of(0, 0)));
		assert!(text.contains("another interval or cover"), "{text}");
	}
	freeze(&net, 0, &[]);
	shares(&mut net, me, 0, 0);
}

#[test]
fn another_interval_under_the_same_number_is_refused() {
	let mut net = net(1);
	let me = index(1);
	set_time(&net, BEGIN + 10);
	freeze(&net, 0, &[]);
	shares(&mut net, me, 0, 0);
	// The schedule and the snapshot agree with each other, on another length.
	let entry = ScheduleEntry { first_number: 0, start: BEGIN, length: 2 * LENGTH };
	net.chain.put(epochs::schedule(), &Schedule(vec![entry].try_into().unwrap()));
	let text = refusal(net.ask(me, shares_of(0, 0)));
	assert!(text.contains("not that of the schedule"), "{text}");
	let mut snapshot: Snapshot = net.chain.get(&epochs::snapshot(0)).unwrap();
	snapshot.epoch.end = BEGIN + 2 * LENGTH;
	net.chain.put(epochs::snapshot(0), &snapshot);
	let text = refusal(net.ask(me, shares_of(0, 0)));
	assert!(text.contains("another interval or cover"), "{text}");
}

#[test]
fn a_cover_that_is_not_that_of_the_revocations_is_refused() {
	let mut net = net(1);
	let me = index(1);
	set_time(&net, BEGIN + 10);
	let revoked = [leaf(3), leaf(8)];
	revoke(&net, &revoked);
	let cover = freeze(&net, 0, &revoked);
	let good = net.chain.state();
	let expect = |net: &mut Net, expected: &str| {
		// A cover once computed is kept, by the head that it belongs to.
		net.kill(me);
		let text = refusal(net.ask(me, shares_of(0, 0)));
		assert!(text.contains(expected), "{text}");
		net.chain.set_state(good.clone());
	};
	// The chunk of a cover that lets serial 3 back in.
	net.chain.put(epochs::cover_chunk(0, 0), &vec![leaf(3)]);
	expect(&mut net, "not the one of the revocations");
	let mut snapshot: Snapshot = net.chain.get(&epochs::snapshot(0)).unwrap();
	snapshot.cover_len -= 1;
	net.chain.put(epochs::snapshot(0), &snapshot);
	expect(&mut net, "not the one of the revocations");
	// Index and log that differ, in both ways; a log that does not hash to the head.
	net.chain.remove(&registry::revoked(&IndexKey::new(&leaf(3))));
	expect(&mut net, "not those that the snapshot");
	net.chain.put(registry::revoked(&IndexKey::new(&leaf(4))), &1u64);
	expect(&mut net, "not those that the snapshot");
	revoke(&net, &[leaf(8), leaf(3)]);
	expect(&mut net, "not those that the snapshot");
	net.chain.remove(&registry::revocation_log(1));
	expect(&mut net, "lacks position 1");
	snapshot.revocations.count = u64::MAX;
	net.chain.put(epochs::snapshot(0), &snapshot);
	expect(&mut net, &format!("at most {MAX_REVOCATIONS}"));
	let expected = cover.len().min(PERMITS_PER_CHUNK as usize);
	assert_eq!(shares(&mut net, me, 0, 0).len(), expected);
}

#[test]
fn nothing_is_signed_before_its_time() {
	let mut net = net(1);
	let me = index(1);
	let earliest = epoch(1).start - LEAD - VAULT_SKEW;
	freeze(&net, 1, &[]);
	freeze(&net, 2, &[]);
	// The local clock says no.
	net.chain.set_time(epoch(1).start - LEAD);
	net.clock.0.store(earliest - 1, Ordering::SeqCst);
	let text = refusal(net.ask(me, shares_of(1, 0)));
	assert!(text.contains("this host is at"), "{text}");
	// The chain says no.
	net.chain.set_time(earliest - 1);
	net.clock.0.store(epoch(1).start, Ordering::SeqCst);
	let text = refusal(net.ask(me, shares_of(1, 0)));
	assert!(text.contains("the finalized block is at"), "{text}");
	let text = refusal(net.ask(me, shares_of(2, 0)));
	assert!(text.contains("at most epoch 1"), "{text}");
	set_time(&net, earliest);
	shares(&mut net, me, 1, 0);
	set_time(&net, epoch(1).end);
	assert_eq!(net.ask(me, shares_of(1, 0)), Err(VaultError::NotDue), "it is over");
}

#[test]
fn a_ledger_put_back_signs_only_new_epochs() {
	let mut net = net(1);
	let me = index(1);
	set_time(&net, BEGIN + 10);
	freeze(&net, 0, &[]);
	net.kill(me);
	let ledger = net.dir(me).join("ledger");
	let old = std::fs::read(&ledger).unwrap();
	let points = shares(&mut net, me, 0, 0);
	put_shares(&net, me, 0, 0, points);
	net.kill(me);
	std::fs::write(&ledger, old).unwrap();
	let text = refusal(net.ask(me, shares_of(0, 0)));
	assert!(text.contains("older copy"), "{text}");
	set_time(&net, epoch(1).start);
	freeze(&net, 1, &[]);
	shares(&mut net, me, 1, 0);
}

#[test]
fn permits_of_another_key_are_not_made() {
	let mut net = net(1);
	set_time(&net, BEGIN + 10);
	freeze(&net, 0, &[]);
	let mut snapshot: Snapshot = net.chain.get(&epochs::snapshot(0)).unwrap();
	snapshot.key_no = 2;
	net.chain.put(epochs::snapshot(0), &snapshot);
	assert_eq!(net.ask(index(1), shares_of(0, 0)), Err(VaultError::NotDue));
	assert_eq!(permits(&mut net, 0, 0), Err(VaultError::NotDue));
}
