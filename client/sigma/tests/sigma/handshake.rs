//! Handshakes that succeed, and those that fail for what the ends are.

use crate::common::{
	api, identity, mallory, pump, randomness, session, End, Master, EPOCH, NEXT, NOW,
};
use symbolon_crypto::{
	identity::{EpochError, EpochPolicy},
	signature::{SignatureError, Verifier},
	Identity,
};
use symbolon_sigma::{
	Accept, HandshakeError, Initiator, Opened, Party, Responder, Transport, FIRST_LEN, MAX_SECOND,
	MAX_THIRD, MIN_SECOND, MIN_THIRD,
};

type Result<T> = core::result::Result<T, HandshakeError>;

/// A handshake at `now`: what each side ends with, or the first error.
fn run_at(left: &Party<'_>, right: &Party<'_>, now: u64) -> Result<(Transport, Transport)> {
	let (initiator, first) = Initiator::start(left, randomness("left"), now)?;
	let (responder, second) = Responder::respond(right, randomness("right"), &first, now)?;
	let (left, third) = initiator.finish(left, &second, now)?;
	Ok((left, responder.finish(right, &third, now)?))
}

fn run(left: &Party<'_>, right: &Party<'_>) -> Option<HandshakeError> {
	run_at(left, right, NOW).err()
}

#[test]
fn both_sides_know_each_other_and_talk() {
	let (mut left, mut right) = session("talk");
	assert_eq!(left.peer().identity(), &identity("api@demo"));
	assert_eq!(left.peer().serial().get(), 3);
	assert_eq!(right.peer().identity(), &identity("pump-7@demo"));
	assert_eq!(right.peer().serial().get(), 77);
	assert_eq!((left.peer().epoch(), right.peer().epoch()), (EPOCH, EPOCH));
	assert_eq!(left.binding().expose(), right.binding().expose());
	assert!(!left.confirmed() && right.confirmed());
	let there = left.seal(b"21.5 C", NOW).unwrap();
	assert_eq!(right.open(&there, NOW), Ok(Opened::Data(b"21.5 C".to_vec())));
	assert!(!left.confirmed());
	let back = right.seal(b"", NOW).unwrap();
	assert_eq!(left.open(&back, NOW), Ok(Opened::Data(vec![])));
	assert!(left.confirmed());
}

#[test]
fn sessions_differ() {
	let (one, other) = (session("one").0, session("other").0);
	assert_ne!(one.binding().expose(), other.binding().expose());
}

#[test]
fn lengths_are_those_stated() {
	let longest = format!("{}@{}", "n".repeat(64), "s".repeat(64));
	for (name, second, third) in
		[("a@b", MIN_SECOND, MIN_THIRD), (longest.as_str(), MAX_SECOND, MAX_THIRD)]
	{
		let (left, right) = (End::new(name, 1, name), End::new(name, 2, name));
		let (initiator, m1) = left.start("left");
		let (responder, m2) = right.respond("right", &m1).ok().unwrap();
		let (_, m3) = initiator.finish(&left.party(), &m2, NOW).ok().unwrap();
		assert_eq!((m1.len(), m2.len(), m3.len()), (FIRST_LEN, second, third));
		assert!(responder.finish(&right.party(), &m3, NOW).is_ok());
	}
	assert_eq!((FIRST_LEN, MIN_SECOND, MAX_SECOND, MIN_THIRD, MAX_THIRD), (97, 254, 381, 190, 317));
}

#[test]
fn the_policy_decides_about_names() {
	let demo = identity("x@demo").namespace();
	let other = identity("x@demo2").namespace();
	let accepting = |end: &'static End, accept| Party { accept, ..end.party() };
	let yes = |name: &Identity| name.as_str().starts_with("pump-");
	let no = |_: &Identity| false;
	for accept in [Accept::Namespace(&demo), Accept::If(&yes), Accept::Exactly(&api().wants)] {
		assert_eq!(run(&pump().party(), &accepting(api(), accept)), None);
	}
	let wrong = identity("pump-8@demo");
	for accept in [Accept::Namespace(&other), Accept::If(&no), Accept::Exactly(&wrong)] {
		assert_eq!(
			run(&pump().party(), &accepting(api(), accept)),
			Some(HandshakeError::NotAccepted(identity("pump-7@demo")))
		);
		assert_eq!(
			run(&accepting(pump(), accept), &api().party()),
			Some(HandshakeError::NotAccepted(identity("api@demo")))
		);
	}
	// Someone with a good key and another name.
	assert_eq!(
		run(&mallory().party(), &api().party()),
		Some(HandshakeError::NotAccepted(identity("mallory@demo")))
	);
}

#[test]
fn nobody_talks_to_himself() {
	let anyone = |_: &Identity| true;
	let own = Party { accept: Accept::If(&anyone), ..pump().party() };
	assert_eq!(run(&own, &own), Some(HandshakeError::Itself));
	// Another serial of the same name is someone else.
	let twin = End::new("pump-7@demo", 78, "pump-7@demo");
	assert_eq!(run(&own, &twin.party()), None);
}

#[test]
fn a_key_of_a_past_epoch_ends_where_its_time_ends() {
	let grace = EPOCH.end + 60;
	assert!(run_at(&pump().party(), &api().party(), grace - 1).is_ok());
	assert_eq!(
		run_at(&pump().party(), &api().party(), grace).err(),
		Some(HandshakeError::OwnEpoch(EpochError::Over))
	);
	assert_eq!(
		run_at(&pump().party(), &api().party(), EPOCH.start - 31).err(),
		Some(HandshakeError::OwnEpoch(EpochError::NotYet))
	);
	assert!(run_at(&pump().party(), &api().party(), EPOCH.start - 30).is_ok());
}

/// A revoked device has no permit of the next epoch: all that it has is its key of the last one. It
/// may well lie to itself about the time.
#[test]
fn a_revoked_peer_is_refused_in_the_next_epoch() {
	let next = |name: &str, serial, wants: &str| {
		let key = Master::demo().key(name, serial, NEXT, 3);
		End { key, verifier: Master::demo().verifier, wants: identity(wants) }
	};
	let (fresh_api, fresh_pump) =
		(next("api@demo", 3, "pump-7@demo"), next("pump-7@demo", 77, "api@demo"));
	let now = NEXT.start + 60;
	let over = Some(HandshakeError::Proof(SignatureError::Epoch(EpochError::Over)));

	let (initiator, first) = pump().start("revoked");
	let (responder, second) =
		Responder::respond(&fresh_api.party(), randomness("right"), &first, now).ok().unwrap();
	// The revoked initiator's own clock stands at a time when both epochs are accepted.
	let (_, third) = initiator.finish(&pump().party(), &second, NEXT.start - 1).ok().unwrap();
	assert_eq!(responder.finish(&fresh_api.party(), &third, now).err(), over);

	let (initiator, first) =
		Initiator::start(&fresh_pump.party(), randomness("left"), now).ok().unwrap();
	let (_, second) = api().respond("revoked", &first).ok().unwrap();
	assert_eq!(initiator.finish(&fresh_pump.party(), &second, now).err(), over);

	// Within the grace it still may, and the session ends with the older epoch.
	let (left, right) = run_at(&fresh_pump.party(), &api().party(), now - 1).ok().unwrap();
	assert_eq!((left.valid_until(), right.valid_until()), (EPOCH.end + 60, EPOCH.end + 60));
}

#[test]
fn an_epoch_longer_than_the_anchor_allows_is_refused() {
	let verifier = api().verifier;
	let policy = EpochPolicy { max_epoch: 3_599, ..verifier.policy };
	let strict = Verifier { policy, ..verifier };
	let party = Party { verifier: &strict, ..api().party() };
	assert_eq!(run(&pump().party(), &party), Some(HandshakeError::OwnEpoch(EpochError::Length)));
	let short = Master::demo().key(
		"api@demo",
		3,
		symbolon_crypto::Epoch { end: EPOCH.start + 3_000, ..EPOCH },
		40,
	);
	let party = Party { key: &short, ..party };
	assert_eq!(
		run(&pump().party(), &party),
		Some(HandshakeError::Proof(SignatureError::Epoch(EpochError::Length)))
	);
}

#[test]
fn devices_of_another_chain_are_refused() {
	let other = Master::new(102);
	let key = other.key("pump-7@demo", 77, EPOCH, 40);
	let foreign = End { key, verifier: other.verifier, wants: identity("api@demo") };
	assert_eq!(run(&foreign.party(), &api().party()), Some(HandshakeError::KeyId));
	assert_eq!(run(&api().party(), &foreign.party()), Some(HandshakeError::KeyId));
	// Key and verifier of two chains in one party.
	let mixed = Party { key: &foreign.key, ..pump().party() };
	assert_eq!(run(&mixed, &api().party()), Some(HandshakeError::OwnKey));
	assert_eq!(
		run(&pump().party(), &Party { key: &foreign.key, ..api().party() }),
		Some(HandshakeError::OwnKey)
	);
	// Begun under one key, finished under another.
	let (initiator, first) = pump().start("moved");
	let (responder, second) = api().respond("moved", &first).ok().unwrap();
	assert_eq!(
		initiator.finish(&foreign.party(), &second, NOW).err(),
		Some(HandshakeError::OwnKey)
	);
	assert_eq!(
		responder.finish(&foreign.party(), &[0; 200], NOW).err(),
		Some(HandshakeError::OwnKey)
	);
	// It claims our key's identifier, and signs with the other.
	let claims = Verifier { key_id: pump().verifier.key_id, ..other.verifier };
	let forged = Party { verifier: &claims, ..foreign.party() };
	assert_eq!(run(&forged, &api().party()), Some(HandshakeError::OwnKey));
}
