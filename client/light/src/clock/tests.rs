use super::*;
use crate::{anchor::UnverifiedAnchor, finality::Base};
use symbolon_crypto::curve::G2;

const EXPORTED: u64 = 1_800_000_000;
const DAY: u64 = 86_400;

fn anchor(exported_at: u64) -> Anchor {
	let key = G2::generator().encode();
	let set = alloc::vec![([1; 32], 1)];
	UnverifiedAnchor {
		version: 1,
		genesis_hash: [7; 32],
		key_no: 0,
		master_key: key,
		checkpoint_key: key,
		base: Base { number: 100, hash: [8; 32], set_id: 3, set },
		exported_at,
		max_epoch: 40 * DAY,
		skew: 30,
	}
	.check()
	.unwrap()
}

/// Epoch `number` of 600 s, the first of which starts with the anchor.
fn epoch(number: u64) -> Epoch {
	let start = EXPORTED + 600 * number;
	Epoch { number, start, end: start + 600 }
}

fn proved(block: u32, epoch: Epoch) -> Verified<Epoch> {
	Verified::new(epoch, block, [block as u8; 32])
}

#[test]
fn a_clock_set_back_is_refused_and_not_corrected() {
	let mut clock = ClockFloor::new(&anchor(EXPORTED));
	assert_eq!(clock.check_now(EXPORTED - 31), Err(ClockError::SetBack));
	assert_eq!(clock.check_now(EXPORTED - 30), Ok(()));
	assert_eq!(clock.check_now(0), Err(ClockError::SetBack));

	let sixth = epoch(6);
	assert_eq!(clock.accept(&sixth, sixth.start + 500), Ok(()));
	assert_eq!(clock.progress().floor, sixth.start);
	// The permit of an epoch that is over would be good again under the old clock.
	let second = epoch(2);
	assert_eq!(clock.accept(&second, second.start + 1), Err(ClockError::SetBack));
	assert_eq!(clock.contact(&proved(200, second), second.start), Err(ClockError::SetBack));
	assert_eq!(clock.check_now(sixth.start - 31), Err(ClockError::SetBack));
	assert_eq!(clock.check_now(sixth.start - 30), Ok(()));
	assert_eq!(clock.progress().floor, sixth.start);
}

#[test]
fn only_the_present_epoch_raises_the_floor() {
	let mut clock = ClockFloor::new(&anchor(EXPORTED));
	let (past, future) = (epoch(1), epoch(9));
	let now = epoch(5).start;
	assert_eq!(clock.accept(&future, now), Err(ClockError::Epoch(EpochError::NotYet)));
	assert_eq!(clock.accept(&past, now), Err(ClockError::Epoch(EpochError::Over)));
	let endless = Epoch { number: 5, start: now, end: u64::MAX };
	assert_eq!(clock.accept(&endless, now), Err(ClockError::Epoch(EpochError::Length)));
	assert_eq!(clock, ClockFloor::new(&anchor(EXPORTED)));
}

#[test]
fn a_floor_ahead_of_the_clock_by_the_skew_does_not_lock_out() {
	let mut clock = ClockFloor::new(&anchor(EXPORTED));
	let next = epoch(3);
	let now = next.start - 30;
	assert_eq!(clock.accept(&next, now), Ok(()));
	assert_eq!(clock.check_now(now), Ok(()));
	// The epoch before, in the same second.
	assert_eq!(clock.accept(&epoch(2), now), Ok(()));
	assert_eq!(clock.progress().floor, next.start);
}

#[test]
fn neither_block_nor_epoch_goes_back() {
	let mut clock = ClockFloor::new(&anchor(EXPORTED));
	let (fourth, fifth) = (epoch(4), epoch(5));
	let now = fifth.start + 1;
	assert_eq!(clock.contact(&proved(99, fifth), now), Err(ClockError::Rollback));
	assert_eq!(clock.contact(&proved(250, fifth), now), Ok(()));
	let seen = *clock.progress();
	let expected = Progress { block: 250, epoch_number: 5, floor: fifth.start, last_contact: now };
	assert_eq!(seen, expected);

	assert_eq!(clock.contact(&proved(249, fifth), now), Err(ClockError::Rollback));
	// Still present by its grace, and at a higher block: yet it goes back.
	assert_eq!(clock.contact(&proved(251, fourth), now), Err(ClockError::Rollback));
	assert_eq!(*clock.progress(), seen);
	assert_eq!(clock.contact(&proved(250, fifth), now), Ok(()));
	// A peer's signature of that epoch is another matter.
	assert_eq!(clock.accept(&fourth, now), Ok(()));
}

#[test]
fn an_old_block_is_no_contact() {
	let mut clock = ClockFloor::new(&anchor(EXPORTED));
	let stale = proved(250, epoch(1));
	let now = EXPORTED + 29 * DAY;
	assert_eq!(clock.contact(&stale, now), Err(ClockError::Epoch(EpochError::Over)));
	assert_eq!(clock.progress().last_contact, EXPORTED);
	assert_eq!(clock.check_trust(EXPORTED + 31 * DAY), Err(ClockError::TrustExpired));
}

#[test]
fn finality_alone_is_trusted_for_thirty_days() {
	let mut clock = ClockFloor::new(&anchor(EXPORTED));
	let last = EXPORTED + TRUST_WINDOW;
	assert_eq!(clock.check_trust(last), Ok(()));
	assert_eq!(clock.check_trust(last + 1), Err(ClockError::TrustExpired));

	let at = |number, now| {
		proved(number, Epoch { number: u64::from(number), start: now, end: now + 600 })
	};
	assert_eq!(clock.contact(&at(300, last + 1), last + 1), Err(ClockError::TrustExpired));
	assert_eq!(clock.contact(&at(300, last), last), Ok(()));
	assert_eq!(clock.check_trust(last + TRUST_WINDOW), Ok(()));
	assert_eq!(clock.check_trust(last + TRUST_WINDOW + 1), Err(ClockError::TrustExpired));
	// What a peer shows is no contact with the chain.
	let now = last + TRUST_WINDOW;
	assert_eq!(clock.accept(at(1, now).get(), now), Ok(()));
	assert_eq!(clock.check_trust(now + 1), Err(ClockError::TrustExpired));
}

#[test]
fn progress_survives_a_restart_and_a_newer_anchor() {
	let mut clock = ClockFloor::new(&anchor(EXPORTED));
	let now = EXPORTED + 10 * DAY;
	let seen = Epoch { number: 77, start: now, end: now + 600 };
	clock.contact(&proved(4_000, seen), now).unwrap();
	let bytes = clock.progress().encode();
	assert_eq!(bytes.len(), 28);
	let stored = Progress::decode(&mut &bytes[..]).unwrap();
	assert_eq!(ClockFloor::resume(&anchor(EXPORTED), stored), clock);

	let newer = ClockFloor::resume(&anchor(now + DAY), stored);
	let expected =
		Progress { block: 4_000, epoch_number: 77, floor: now + DAY, last_contact: now + DAY };
	assert_eq!(*newer.progress(), expected);
	// Stored zeroes do not take a device below its anchor.
	let zero = Progress { block: 0, epoch_number: 0, floor: 0, last_contact: 0 };
	let resumed = ClockFloor::resume(&anchor(EXPORTED), zero);
	assert_eq!(resumed, ClockFloor::new(&anchor(EXPORTED)));
}
