use crate::{mock::*, Call};
use frame_support::{assert_ok, BoundedVec};
use sp_runtime::AccountId32;
use symbolon_primitives::{
	limits::MAX_REVOCATIONS, refusal::Refusal, registry::RegistrationRequest,
};

fn admits(who: AccountId32, call: Call<Test>) -> Result<(), Refusal> {
	let before = sp_io::storage::root(sp_runtime::StateVersion::V1);
	let answer = Registry::admits(&who, &call);
	assert_eq!(sp_io::storage::root(sp_runtime::StateVersion::V1), before);
	answer
}

fn register(request: RegistrationRequest) -> Call<Test> {
	Call::register { request }
}

fn many(requests: Vec<RegistrationRequest>) -> Call<Test> {
	Call::register_many { requests: BoundedVec::try_from(requests).unwrap() }
}

#[test]
fn the_pool_takes_what_the_registrar_may_do() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(admits(alice(), register(request("a@acme", 1))));
		assert_ok!(admits(alice(), many(vec![request("a@acme", 1), request("b@tiny", 2)])));
		assert_ok!(Registry::register(RuntimeOrigin::signed(alice()), request("a@acme", 1)));
		assert_ok!(admits(alice(), Call::revoke { serial: serial(8) }));
	});
}

#[test]
fn the_pool_refuses_what_would_fail() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(Registry::register(RuntimeOrigin::signed(alice()), request("a@acme", 1)));
		for (who, call, refusal) in [
			(mallory(), register(request("b@acme", 2)), Refusal::WrongRegistrar),
			(bob(), many(vec![request("b@acme", 2)]), Refusal::WrongRegistrar),
			(alice(), register(request("b@nowhere", 2)), Refusal::UnknownNamespace),
			(alice(), register(request("a@acme", 2)), Refusal::NameTaken),
			(alice(), register(request("b@acme", 1)), Refusal::TransportKeySeen),
			(alice(), many(vec![]), Refusal::EmptyBatch),
			(alice(), many(vec![request("b@acme", 2), request("b@acme", 3)]), Refusal::NameTaken),
			(
				alice(),
				many(vec![request("b@acme", 2), request("c@acme", 2)]),
				Refusal::TransportKeySeen,
			),
			(
				alice(),
				many((1..=4).map(|n| request(&format!("t{n}@tiny"), n + 10)).collect()),
				Refusal::RegistrationQuota,
			),
			(alice(), Call::revoke { serial: serial(3) }, Refusal::UnknownSerial),
			(bob(), Call::revoke { serial: serial(8) }, Refusal::WrongRegistrar),
		] {
			assert_eq!(admits(who, call), Err(refusal));
		}
	});
}

#[test]
fn the_pool_refuses_when_bounds_are_reached() {
	ExtBuilder::default().build_and_execute(|| {
		let origin = RuntimeOrigin::signed(alice());
		for seed in 1..=2 {
			let asked = request(&format!("d{seed}@tiny"), seed);
			assert_ok!(Registry::register(origin.clone(), asked));
		}
		assert_ok!(Registry::revoke(origin, serial(0)));
		let revoke = |number| Call::revoke { serial: serial(number) };
		assert_eq!(admits(alice(), revoke(0)), Err(Refusal::AlreadyRevoked));
		assert_eq!(admits(alice(), revoke(1)), Err(Refusal::RevocationQuota));
		Room::set(1);
		assert_eq!(admits(alice(), register(request("a@acme", 3))), Err(Refusal::QueueFull));
		Room::set(9);
		Key::set(None);
		assert_eq!(admits(alice(), register(request("a@acme", 3))), Err(Refusal::NoKey));
		Key::set(Some(key(1)));
		let next = crate::NextBlock::<Test>::get();
		crate::NextBlock::<Test>::put(1 << 40);
		assert_eq!(admits(alice(), register(request("d3@tiny", 3))), Err(Refusal::BlocksExhausted));
		crate::NextBlock::<Test>::put(next);
		assert_ok!(Registry::register(RuntimeOrigin::signed(bob()), request("b@beta", 5)));
		let head = crate::Revocations::<Test>::get();
		crate::Revocations::<Test>::mutate(|head| head.count = MAX_REVOCATIONS.into());
		assert_eq!(admits(bob(), revoke(16)), Err(Refusal::TooManyRevocations));
		crate::Revocations::<Test>::put(head);
	});
}
