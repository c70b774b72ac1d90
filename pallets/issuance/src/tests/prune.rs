use super::{answer, assert_applied};
use crate::{mock::*, BarredReports, Event, Partials, PruneLog, PruneRange, Queue, WeightInfo};
use frame_support::{traits::Hooks, weights::Weight};
use symbolon_crypto::Purpose;
use symbolon_primitives::limits::{MAX_PRUNED_PER_BLOCK, REPORT_WINDOW};

type Weights = crate::weights::SubstrateWeight<Test>;

#[test]
fn answers_go_when_the_report_window_is_over() {
	build_and_execute(|| {
		request(7);
		request(8);
		answer(7, &[1, 2, 3]);
		System::set_block_number(2);
		answer(8, &[1, 2, 3]);
		assert_applied(report_call(4, 7, 1, Purpose::Sign));
		run_to(REPORT_WINDOW);
		assert_eq!(Queue::<Test>::count(), 2);
		run_to(1 + REPORT_WINDOW);
		assert!(!Queue::<Test>::contains_key(serial(7)) && Queue::<Test>::contains_key(serial(8)));
		assert_eq!(Partials::<Test>::iter_prefix(serial(7)).count(), 0);
		assert_eq!(BarredReports::<Test>::iter().count(), 0);
		System::assert_last_event(Event::PartialsPruned { serial: serial(7) }.into());
		run_to(2 + REPORT_WINDOW);
		assert_eq!(Queue::<Test>::count(), 0);
		assert_eq!(PruneLog::<Test>::iter().count(), 0);
	});
}

#[test]
fn what_waits_is_never_pruned() {
	build_and_execute(|| {
		request(7);
		answer(7, &[1, 2]);
		run_to(10 * REPORT_WINDOW);
		assert_eq!(Queue::<Test>::count(), 1);
	});
}

#[test]
fn a_request_answered_anew_has_its_full_window() {
	build_and_execute(|| {
		request(7);
		answer(7, &[1, 2]);
		assert_applied(submit_call(3, vec![wrong_pair_of(3, serial(7), Purpose::Sign)]));
		assert_applied(report_call(1, 7, 3, Purpose::Sign));
		System::set_block_number(100);
		answer(7, &[4]);
		run_to(1 + REPORT_WINDOW);
		assert_eq!(Queue::<Test>::count(), 1);
		run_to(100 + REPORT_WINDOW);
		assert_eq!(Queue::<Test>::count(), 0);
	});
}

#[test]
fn an_entry_of_a_withdrawn_request_is_passed_over() {
	use symbolon_api::KeyQueue;
	build_and_execute(|| {
		request(7);
		answer(7, &[1, 2]);
		assert_applied(submit_call(3, vec![wrong_pair_of(3, serial(7), Purpose::Sign)]));
		assert_applied(report_call(1, 7, 3, Purpose::Sign));
		Issuance::withdraw(serial(7));
		run_to(1 + REPORT_WINDOW);
		assert_eq!(PruneRange::<Test>::get(), (1, 1));
	});
}

#[test]
fn pruning_is_bounded_and_loses_nothing() {
	new_ext().execute_with(|| {
		let extra = 10;
		let total = u64::from(MAX_PRUNED_PER_BLOCK) + extra;
		for number in 0..total {
			request(number);
			let mut entry = Queue::<Test>::get(serial(number)).unwrap();
			entry.answered = Some(1);
			Queue::<Test>::insert(serial(number), entry);
			Issuance::schedule_pruning(serial(number), 1);
		}
		let block = 1 + REPORT_WINDOW;
		let (base, one) = (Weights::prune_base(), Weights::prune_one());
		assert_eq!(Issuance::on_idle(block, Weight::zero()), Weight::zero());
		assert_eq!(Issuance::on_idle(block, base), base);
		assert_eq!(u64::from(Queue::<Test>::count()), total);
		// Room for three and a half.
		let room = base + one.saturating_mul(3) + one.saturating_div(2);
		assert_eq!(Issuance::on_idle(block, room), base + one.saturating_mul(3));
		assert_eq!(u64::from(Queue::<Test>::count()), total - 3);
		let used = Issuance::on_idle(block + 1, Weight::MAX);
		assert_eq!(used, base + one.saturating_mul(MAX_PRUNED_PER_BLOCK.into()));
		assert_eq!(u64::from(Queue::<Test>::count()), extra - 3);
		Issuance::on_idle(block + 2, Weight::MAX);
		assert_eq!(Queue::<Test>::count(), 0);
		assert_eq!(Issuance::on_idle(block + 3, Weight::MAX), base);
		Issuance::do_try_state().unwrap();
	});
}
