use super::*;
use std::{
	sync::{
		atomic::{AtomicUsize, Ordering},
		Barrier,
	},
	thread,
};

#[test]
fn no_more_than_its_places_are_taken() {
	for places in [1, 2, 3] {
		let (limit, running, barrier) = (Limit::new(places), AtomicUsize::new(0), Barrier::new(8));
		thread::scope(|scope| {
			for _ in 0..8 {
				scope.spawn(|| {
					barrier.wait();
					for _ in 0..2_000 {
						let _place = limit.take();
						let now = running.fetch_add(1, Ordering::SeqCst) + 1;
						assert!(now <= places);
						thread::yield_now();
						running.fetch_sub(1, Ordering::SeqCst);
					}
				});
			}
		});
		assert_eq!(*limit.free.lock().unwrap(), places, "all are given back");
	}
}

#[test]
fn a_place_is_given_back_by_a_panic() {
	let limit = Limit::new(1);
	let panicked = thread::scope(|scope| {
		let panics = || {
			let _place = limit.take();
			panic!("on purpose");
		};
		scope.spawn(panics).join().is_err()
	});
	assert!(panicked);
	drop(limit.take());
}
