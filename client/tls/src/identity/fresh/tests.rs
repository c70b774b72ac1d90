use super::*;
use symbolon_crypto::{cover::Subtree, Serial};
use symbolon_sdk::device::PermitSource;

fn done(length: u64, next: bool, serial: u64) -> Refreshed {
	let epoch = Epoch { number: 7, start: 1_000_000, end: 1_000_000 + length };
	let following = Epoch { number: 8, start: epoch.end, end: epoch.end + length };
	Refreshed {
		serial: Serial::new(serial).unwrap(),
		epoch,
		subtree: Subtree::ROOT,
		source: PermitSource::Node,
		next: next.then_some(following),
	}
}

#[test]
fn the_next_permit_is_asked_for_before_the_boundary_and_after_the_lead_has_begun() {
	for length in [20, 60, 300, 3_600, 86_400, 604_800] {
		for serial in [0, 1, 77, 1 << 39] {
			for (next, end) in [(false, 1_000_000 + length), (true, 1_000_000 + 2 * length)] {
				let look = next_look(&done(length, next, serial), 1_000_000);
				assert!(look < end, "{length} {serial}");
				assert!(end - look <= (length / 8).max(10), "{length} {serial}");
			}
		}
	}
}

#[test]
fn a_permit_that_is_late_is_asked_for_again_within_the_time_left() {
	for length in [20, 60, 3_600, 86_400] {
		let (done, mut looks) = (done(length, false, 3), 0);
		let mut now = next_look(&done, 1_000_000);
		while now < done.epoch.end {
			let next = next_look(&done, now);
			assert!(next > now && next <= now + MAX_BACK_OFF);
			(now, looks) = (next, looks + 1);
		}
		assert!(looks >= 4, "{length}: {looks}");
	}
}
