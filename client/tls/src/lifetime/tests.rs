use super::*;
use symbolon_crypto::Epoch;

fn peer(serial: u64, number: u64) -> Peer {
	let start = 1_000 + number * 100;
	Peer {
		identity: "pump@demo".parse().unwrap(),
		serial: Serial::new(serial).unwrap(),
		epoch: Epoch { number, start, end: start + 100 },
	}
}

#[test]
fn entries_without_connections_are_swept() {
	let register = Register::new(Clock::new(|| 0), 1);
	let kept: Vec<_> = (0..100).map(|serial| register.show(&peer(serial, 1))).collect();
	for serial in 100..10_000 {
		register.show(&peer(serial, 1));
	}
	assert!(register.len() <= 400, "{}", register.len());
	for (serial, lifetime) in kept.iter().enumerate() {
		register.show(&peer(serial as u64, 2));
		assert_eq!(lifetime.deadline(), 1_310, "its entry is still there");
	}
}

#[test]
fn a_lifetime_never_shrinks() {
	let register = Register::new(Clock::new(|| 0), 1);
	let lifetime = register.show(&peer(7, 5));
	register.show(&peer(7, 4));
	assert_eq!((lifetime.renewal_at(), lifetime.deadline()), (1_600, 1_610));
	register.show(&peer(7, 6));
	assert_eq!((lifetime.renewal_at(), lifetime.deadline()), (1_700, 1_710));
}

#[test]
fn a_clock_that_is_set_back_ends_connections() {
	let time = Arc::new(AtomicU64::new(1_505));
	let read = time.clone();
	let register = Register::new(Clock::new(move || read.load(Ordering::SeqCst)), 1);
	let lifetime = register.show(&peer(7, 5));
	assert!(!lifetime.is_over());
	time.store(1_590, Ordering::SeqCst);
	assert!(!lifetime.is_over());
	time.store(1_560, Ordering::SeqCst);
	assert!(!lifetime.is_over(), "what clocks differ by is forgiven");
	time.store(1_559, Ordering::SeqCst);
	assert!(lifetime.is_over());
	assert!(!Lifetime::unbounded().is_over());
	time.store(1_600, Ordering::SeqCst);
	assert!(!lifetime.is_over(), "right again, and in its grace");
	time.store(1_610, Ordering::SeqCst);
	assert!(lifetime.is_over());
}
