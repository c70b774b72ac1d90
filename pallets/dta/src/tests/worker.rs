use crate::{mock::*, offchain::Idle, Call};
use codec::Decode;
use sp_core::offchain::{
	testing::{TestOffchainExt, TestTransactionPoolExt},
	OffchainDbExt, OffchainWorkerExt, TransactionPoolExt,
};
use std::sync::{Arc, Mutex};
use symbolon_host::{VaultBackend, VaultError, VaultExt, VaultRequest, VaultResponse};

/// A vault that gives one answer and remembers what it was asked.
struct OneAnswer {
	answer: Result<VaultResponse, VaultError>,
	asked: Arc<Mutex<Vec<VaultRequest>>>,
}

impl VaultBackend for OneAnswer {
	fn answer(&self, request: VaultRequest) -> Result<VaultResponse, VaultError> {
		self.asked.lock().unwrap().push(request);
		self.answer.clone()
	}
}

struct Fixture {
	asked: Arc<Mutex<Vec<VaultRequest>>>,
	submitted: Box<dyn Fn() -> Vec<Vec<u8>>>,
}

/// Runs `test` as the node of member 2 of 4, whose vault answers with `answer`.
fn as_second_member(
	answer: impl FnOnce(&[Member]) -> Option<Result<VaultResponse, VaultError>>,
	local: &[usize],
	test: impl FnOnce(&Fixture, &[Member]),
) {
	let members = members(4);
	let mut ext = new_test_ext(&members, local);
	let (offchain, _) = TestOffchainExt::new();
	let (pool, state) = TestTransactionPoolExt::new();
	ext.register_extension(OffchainDbExt::new(offchain.clone()));
	ext.register_extension(OffchainWorkerExt::new(offchain));
	ext.register_extension(TransactionPoolExt::new(pool));
	let asked = Arc::new(Mutex::new(vec![]));
	if let Some(answer) = ext.execute_with(|| answer(&members)) {
		let vault = OneAnswer { answer, asked: asked.clone() };
		ext.register_extension(VaultExt::from(Box::new(vault) as Box<dyn VaultBackend>));
	}
	let submitted = Box::new(move || state.read().transactions.clone());
	ext.execute_with(|| test(&Fixture { asked, submitted }, &members));
}

fn right_answer(members: &[Member]) -> Option<Result<VaultResponse, VaultError>> {
	Some(Ok(VaultResponse::Registration(registration(&members[1]).1)))
}

#[test]
fn asks_the_vault_and_submits_a_signed_call_and_waits_before_it_repeats() {
	as_second_member(right_answer, &[1], |fixture, members| {
		Dta::work().unwrap();
		let member = members[1].index;
		assert_eq!(
			*fixture.asked.lock().unwrap(),
			vec![VaultRequest::Register { ceremony: 1, member }]
		);
		let submitted = (fixture.submitted)();
		let extrinsic = UncheckedExtrinsic::decode(&mut &submitted[0][..]).unwrap();
		let RuntimeCall::Dta(Call::register { member: by, ceremony, registration, signature }) =
			extrinsic.function
		else {
			panic!("not a registration")
		};
		assert_eq!((by, ceremony), (member, 1));
		assert!(Dta::authorize_register(by, ceremony, &registration, &signature).is_ok());

		assert!(matches!(Dta::work(), Err(Idle::Submitted)));
		(0..4).for_each(|_| next_block());
		Dta::work().unwrap();
		assert_eq!((fixture.submitted)().len(), 2, "what did not reach the chain is repeated");
	});
}

#[test]
fn does_nothing_once_the_member_has_acted() {
	as_second_member(right_answer, &[1], |fixture, members| {
		register_all(&members[1..2]);
		assert!(matches!(Dta::work(), Err(Idle::NothingDue)));
		assert!(fixture.asked.lock().unwrap().is_empty());
	});
}

#[test]
fn does_nothing_on_a_node_of_no_member_or_without_a_vault() {
	as_second_member(right_answer, &[], |fixture, _| {
		assert!(matches!(Dta::work(), Err(Idle::NotAMember)));
		assert!(fixture.asked.lock().unwrap().is_empty());
	});
	as_second_member(
		|_| None,
		&[1],
		|fixture, _| {
			assert!(matches!(Dta::work(), Err(Idle::Vault(VaultError::Unavailable))));
			assert!((fixture.submitted)().is_empty());
		},
	);
}

#[test]
fn an_answer_to_another_question_is_not_submitted() {
	let other = |_: &[Member]| Some(Ok(VaultResponse::Permits(vec![])));
	as_second_member(other, &[1], |fixture, _| {
		assert!(matches!(Dta::work(), Err(Idle::WrongAnswer)));
		assert!((fixture.submitted)().is_empty());
	});
}
