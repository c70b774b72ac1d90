use super::{answer, apply, assert_applied, validate};
use crate::{mock::*, Call, Partials, Queue, LATE_ANSWERS};
use codec::Decode;
use frame_support::traits::Hooks;
use sp_core::{
	crypto::KeyTypeId,
	offchain::{
		testing::{PoolState, TestOffchainExt, TestTransactionPoolExt},
		OffchainDbExt, OffchainWorkerExt, TransactionPoolExt,
	},
};
use sp_keystore::{testing::MemoryKeystore, Keystore, KeystoreExt};
use std::{
	collections::BTreeSet,
	sync::{Arc, Mutex},
};
use symbolon_crypto::{MemberIndex, Purpose, Serial};
use symbolon_host::{VaultBackend, VaultError, VaultExt, VaultRequest, VaultResponse};
use symbolon_primitives::member::KEY_TYPE;

/// What the mock vault does besides answering rightly.
#[derive(Default)]
struct Mood {
	/// It fails so.
	error: Option<VaultError>,
	/// Serials that are not due in its eyes.
	undue: BTreeSet<Serial>,
	/// Serials over which it refuses the whole request.
	refused: BTreeSet<Serial>,
	/// What it finds wrong.
	wrong: Vec<(MemberIndex, Purpose)>,
	/// What it was asked.
	asked: Vec<VaultRequest>,
}

#[derive(Clone, Default)]
struct MockVault(Arc<Mutex<Mood>>);

impl MockVault {
	fn set(&self, change: impl FnOnce(&mut Mood)) {
		change(&mut self.0.lock().unwrap());
	}

	fn asked(&self) -> Vec<VaultRequest> {
		std::mem::take(&mut self.0.lock().unwrap().asked)
	}
}

impl VaultBackend for MockVault {
	fn answer(&self, request: VaultRequest) -> Result<VaultResponse, VaultError> {
		let mut mood = self.0.lock().unwrap();
		mood.asked.push(request.clone());
		if let Some(error) = &mood.error {
			return Err(error.clone());
		}
		match request {
			VaultRequest::PartialKeys { serials, .. } => {
				if serials.iter().any(|serial| mood.refused.contains(serial)) {
					return Err(VaultError::Refused("another transport key".into()));
				}
				let index = Local::get().unwrap().get();
				let due = serials.into_iter().filter(|serial| !mood.undue.contains(serial));
				let pairs = due.map(|serial| pair_of(index, serial)).collect();
				Ok(VaultResponse::PartialKeys(pairs))
			}
			VaultRequest::CheckPartials { .. } => {
				Ok(VaultResponse::WrongPartials(mood.wrong.clone()))
			}
			_ => Err(VaultError::Refused("not asked here".into())),
		}
	}
}

/// A node with the session key of member `index`, the pool, and the vault.
struct Node {
	pool: Arc<parking_lot::RwLock<PoolState>>,
	vault: MockVault,
}

impl Node {
	/// Runs `test` as the node of member `index`.
	fn run(index: u16, with_vault: bool, test: impl FnOnce(&Self)) {
		let mut ext = new_ext();
		let (offchain, _) = TestOffchainExt::new();
		let (pool, state) = TestTransactionPoolExt::new();
		let keystore = MemoryKeystore::new();
		keystore.sr25519_generate_new(KeyTypeId(KEY_TYPE), Some(&session_uri(index))).unwrap();
		ext.register_extension(OffchainDbExt::new(offchain.clone()));
		ext.register_extension(OffchainWorkerExt::new(offchain));
		ext.register_extension(TransactionPoolExt::new(pool));
		ext.register_extension(KeystoreExt::new(keystore));
		let vault = MockVault::default();
		if with_vault {
			let backend: Box<dyn VaultBackend> = Box::new(vault.clone());
			ext.register_extension(VaultExt::from(backend));
		}
		Local::set(Some(member(index)));
		let node = Self { pool: state, vault };
		ext.execute_with(|| {
			test(&node);
			Issuance::do_try_state().unwrap();
		});
	}

	/// Runs the worker in block `now`; what it submitted.
	fn work(&self, now: u32) -> Vec<RuntimeCall> {
		System::set_block_number(now);
		Issuance::offchain_worker(now);
		let sent = std::mem::take(&mut self.pool.write().transactions);
		sent.iter()
			.map(|bytes| UncheckedExtrinsic::decode(&mut &bytes[..]).unwrap().function)
			.collect()
	}
}

/// The serials that a call answers.
fn answered(call: &RuntimeCall) -> Vec<u64> {
	match call {
		RuntimeCall::Issuance(Call::submit_partials { answers, .. }) => {
			answers.iter().map(|(sign, _)| sign.serial.get()).collect()
		}
		other => panic!("no answers: {other:?}"),
	}
}

#[test]
fn a_request_is_answered_and_the_answer_is_taken() {
	Node::run(2, true, |node| {
		request(7);
		let calls = node.work(1);
		assert_eq!(calls.len(), 1);
		System::set_block_number(2);
		assert_applied(calls[0].clone());
		assert!(Partials::<Test>::contains_key(serial(7), member(2)));
		assert!(node.work(9).is_empty(), "nothing is left to do");
	});
}

#[test]
fn a_lost_answer_is_sent_again_after_some_blocks() {
	Node::run(2, true, |node| {
		request(7);
		assert_eq!(node.work(1).len(), 1);
		for block in 1..5 {
			assert!(node.work(block).is_empty(), "block {block}");
		}
		let again = node.work(5);
		assert_eq!(again.len(), 1);
		validate(again[0].clone()).unwrap();
		// A new request does not wait for the old one's turn.
		request(8);
		let next = node.work(6);
		assert_eq!(next.iter().map(answered).collect::<Vec<_>>(), [[8]]);
		// The best chain was reorganised to a lower block: the claims are void.
		assert_eq!(node.work(3).len(), 1);
	});
}

#[test]
fn many_requests_are_answered_oldest_first_within_bounds() {
	Node::run(1, true, |node| {
		System::set_block_number(1);
		(100..140).for_each(request);
		System::set_block_number(2);
		(0..10).for_each(request);
		let calls = node.work(2);
		let sent: Vec<_> = calls.iter().map(answered).collect();
		assert_eq!(sent.concat(), (100..132).collect::<Vec<_>>());
		assert!(sent.iter().all(|serials| serials.len() == 8));
		calls.into_iter().for_each(assert_applied);
		let sent: Vec<_> = node.work(3).iter().map(answered).collect::<Vec<_>>().concat();
		let expected: BTreeSet<_> = (132..140).chain(0..10).collect();
		assert_eq!(sent.into_iter().collect::<BTreeSet<_>>(), expected);
	});
}

#[test]
fn what_is_not_due_yet_is_asked_for_at_the_next_block() {
	Node::run(1, true, |node| {
		request(7);
		request(8);
		node.vault.set(|mood| mood.undue = [serial(7)].into());
		let sent: Vec<_> = node.work(1).iter().map(answered).collect();
		assert_eq!(sent, [[8]]);
		node.vault.set(|mood| mood.undue.clear());
		let sent: Vec<_> = node.work(2).iter().map(answered).collect();
		assert_eq!(sent, [[7]]);
		for error in [VaultError::Busy, VaultError::NotDue, VaultError::Held] {
			request(9);
			node.vault.set(|mood| mood.error = Some(error));
			assert!(node.work(3).is_empty());
			node.vault.set(|mood| mood.error = None);
			assert_eq!(node.work(3).len(), 1, "a failed attempt leaves no claim");
			apply(submit_call(1, vec![pair_of(1, serial(9))])).unwrap().unwrap();
			Partials::<Test>::remove(serial(9), member(1));
			Queue::<Test>::remove(serial(9));
			for block in [4, 5, 6, 7] {
				node.work(block);
			}
		}
	});
}

#[test]
fn one_refused_serial_does_not_hold_up_the_others() {
	Node::run(1, true, |node| {
		(1..=4).for_each(request);
		node.vault.set(|mood| mood.refused = [serial(2)].into());
		let sent: Vec<_> = node.work(1).iter().map(answered).collect();
		assert_eq!(sent, [[1], [3], [4]]);
		node.vault.asked();
		node.work(2);
		assert_eq!(node.vault.asked(), [], "it is asked for again some blocks later only");
		node.work(5);
		assert!(!node.vault.asked().is_empty());
	});
}

#[test]
fn without_vault_key_membership_or_work_nothing_happens() {
	Node::run(1, false, |node| {
		request(7);
		assert!(node.work(1).is_empty());
	});
	Node::run(1, true, |node| {
		assert!(node.work(1).is_empty());
		request(7);
		// The session key is not in the keystore.
		Local::set(Some(member(2)));
		assert!(node.work(1).is_empty());
		Local::set(None);
		assert!(node.work(6).is_empty());
		Local::set(Some(member(1)));
		Key::set(None);
		assert!(node.work(6).is_empty());
		node.vault.asked();
		Key::set(Some(made().key.clone()));
		answer(7, &[2, 3, 4]);
		let late = 6 + LATE_ANSWERS;
		assert!(node.work(late).is_empty(), "too late to be taken in the next block");
	});
}

fn wrong_request(node: &Node) {
	request(7);
	System::set_block_number(10);
	answer(7, &[1, 2]);
	assert_applied(submit_call(3, vec![wrong_pair_of(3, serial(7), Purpose::Decrypt)]));
	node.vault.set(|mood| {
		mood.wrong = vec![(member(3), Purpose::Decrypt), (member(3), Purpose::Sign)];
	});
}

#[test]
fn a_wrong_answer_is_reported_and_blamed() {
	Node::run(1, true, |node| {
		wrong_request(node);
		assert!(node.work(12).is_empty(), "not before it can be final");
		let calls = node.work(13);
		assert_eq!(calls.len(), 1, "once for each accused");
		System::set_block_number(14);
		assert_applied(calls[0].clone());
		assert_eq!(Blames::get().len(), 1);
		assert!(node.work(14).is_empty(), "a request is checked once in a pass");
	});
}

#[test]
fn answers_are_checked_early_and_once_more_at_the_end() {
	Node::run(1, true, |node| {
		wrong_request(node);
		assert_eq!(node.work(13).len(), 1);
		for block in 14..22 + LATE_ANSWERS {
			assert!(node.work(block).is_empty(), "block {block}");
		}
		// The report got lost.
		assert_eq!(node.work(22 + LATE_ANSWERS).len(), 1);
		assert!(node.work(23 + LATE_ANSWERS).is_empty());
	});
}

#[test]
fn checks_are_bounded_in_a_block_and_wait_for_the_vault() {
	Node::run(4, true, |node| {
		(1..=6).for_each(request);
		(1..=6).for_each(|number| answer(number, &[1, 2, 3, 4]));
		let checks = |node: &Node| {
			let is_check =
				|asked: &VaultRequest| matches!(asked, VaultRequest::CheckPartials { .. });
			node.vault.asked().into_iter().filter(is_check).count()
		};
		node.vault.set(|mood| mood.error = Some(VaultError::NotDue));
		node.work(4);
		assert_eq!(checks(node), 1, "what is not due holds the order");
		node.vault.set(|mood| mood.error = None);
		node.work(5);
		assert_eq!(checks(node), 4);
		node.work(6);
		assert_eq!(checks(node), 2);
		node.work(7);
		assert_eq!(checks(node), 0);
	});
}

#[test]
fn nobody_reports_itself() {
	Node::run(3, true, |node| {
		wrong_request(node);
		assert!(node.work(13).is_empty());
	});
}
