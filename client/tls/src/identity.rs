//! One store as a party of TLS: its name, its keys, its permits, and the credentials made of them.

mod fresh;

use crate::{
	credential::{make, KeyType, Made, Role},
	error::TlsError,
};
use arc_swap::ArcSwap;
use rustls::sign::CertifiedKey;
use std::{
	fmt,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use symbolon_crypto::{
	extraction::{IdentityKey, Signing},
	permit::Permit,
	signature::{SigningKey, Verifier},
	Epoch, Identity, Serial,
};
use symbolon_light::{Anchor, ClockError, ClockFloor};
use symbolon_sdk::{anchor, sign::choose_permit, store::Store, ChainError, Clock, Memory};

/// What is known of the store's permits.
#[derive(Default)]
struct Permits {
	known: Vec<Permit>,
	/// The second of the clock at which the store was read last.
	read_at: Option<u64>,
}

/// Name, keys and permits of one store. It makes a credential for each role and epoch, ahead of
/// time where it can, and checks peers against the store's anchor and clock floor.
pub struct TlsIdentity {
	store: Store,
	clock: Clock,
	key: IdentityKey<Signing>,
	key_type: KeyType,
	verifier: Verifier,
	/// What handshakes look at.
	floor: Mutex<ClockFloor>,
	/// What is written, once an epoch: nobody else waits for the disk.
	memory: Mutex<Memory>,
	/// Held while a credential is made.
	permits: Mutex<Permits>,
	client: ArcSwap<Vec<Made>>,
	server: ArcSwap<Vec<Made>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
	mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

const fn is_over(made: &Made, now: u64) -> bool {
	now >= made.epoch.accepted_until()
}

impl TlsIdentity {
	/// The identity of an enrolled store, with connection keys of P-256. A missing permit is no
	/// error here: handshakes fail with a clear one until there is one.
	///
	/// # Errors
	///
	/// [`TlsError::Store`], [`TlsError::Chain`] for its state file, [`TlsError::Anchor`].
	pub fn open(store: Store, clock: Clock) -> Result<Arc<Self>, TlsError> {
		Self::open_with(store, clock, KeyType::default())
	}

	/// As [`open`](Self::open), with connection keys of `key_type`.
	///
	/// # Errors
	///
	/// As [`open`](Self::open).
	pub fn open_with(store: Store, clock: Clock, key_type: KeyType) -> Result<Arc<Self>, TlsError> {
		let key = store.keys()?.sign;
		let anchor = store.anchor();
		let verifier = anchor::verifier(anchor).map_err(TlsError::Anchor)?;
		let memory = Memory::open(anchor, &store.state_path())?;
		let (floor, memory) = (Mutex::new(*memory.floor()), Mutex::new(memory));
		let (client, server) = (ArcSwap::default(), ArcSwap::default());
		let permits = Mutex::default();
		let identity =
			Self { store, clock, key, key_type, verifier, floor, memory, permits, client, server };
		Ok(Arc::new(identity))
	}

	/// The name.
	pub fn identity(&self) -> &Identity {
		self.store.identity()
	}

	/// The serial.
	pub fn serial(&self) -> Serial {
		self.key.serial()
	}

	/// The anchor that peers are checked against.
	pub fn anchor(&self) -> &Anchor {
		self.store.anchor()
	}

	/// The clock.
	pub const fn clock(&self) -> &Clock {
		&self.clock
	}

	/// Reads the store's permits again. Done by itself when there is none for the present epoch, at
	/// most once in a second of the clock.
	///
	/// # Errors
	///
	/// [`TlsError::Store`].
	pub fn reload(&self) -> Result<(), TlsError> {
		self.read(&mut lock(&self.permits), self.clock.now())
	}

	fn read(&self, permits: &mut Permits, now: u64) -> Result<(), TlsError> {
		permits.read_at = Some(now);
		permits.known = self.store.permits()?;
		Ok(())
	}

	/// The clock, unless it is behind what is known to have passed.
	///
	/// # Errors
	///
	/// [`TlsError::Chain`].
	pub fn now(&self) -> Result<u64, TlsError> {
		let now = self.clock.now();
		let floor = lock(&self.floor).check_now(now);
		floor.map_err(|error| TlsError::Chain(ChainError::Clock(error)))?;
		Ok(now)
	}

	/// Checks that a credential can be shown now, and makes it if need be.
	///
	/// # Errors
	///
	/// [`TlsError`]: no permit for the present epoch, a clock that was set back, no randomness.
	pub fn ready(&self, role: Role) -> Result<(), TlsError> {
		self.credential(role).map(|_| ())
	}

	const fn made(&self, role: Role) -> &ArcSwap<Vec<Made>> {
		match role {
			Role::Client => &self.client,
			Role::Server => &self.server,
		}
	}

	/// The credential to show in `role` now: of the epoch that holds the clock, or else of one that
	/// verifiers still or already accept.
	pub(crate) fn credential(&self, role: Role) -> Result<Arc<CertifiedKey>, TlsError> {
		Ok(self.present(role)?.certified)
	}

	/// The epoch of the credential that is shown in `role` now: once it is a later one, a renewal
	/// makes connections live on.
	///
	/// # Errors
	///
	/// As [`ready`](Self::ready).
	pub fn shown_epoch(&self, role: Role) -> Result<Epoch, TlsError> {
		Ok(self.present(role)?.epoch)
	}

	fn present(&self, role: Role) -> Result<Made, TlsError> {
		let now = self.now()?;
		let list = self.made(role).load();
		if let Some(made) = list.iter().find(|made| made.epoch.holds(now)) {
			if list.iter().any(|made| is_over(made, now)) {
				self.drop_old(role, now);
			}
			return Ok(made.clone());
		}
		let mut permits = lock(&self.permits);
		let choose = |known: &[Permit]| choose_permit(known, now, &self.verifier.policy);
		let mut chosen = choose(&permits.known);
		let holds = chosen.as_ref().is_some_and(|permit| permit.epoch().holds(now));
		if !holds && permits.read_at != Some(now) {
			self.read(&mut permits, now)?;
			chosen = choose(&permits.known);
		}
		let newest = || permits.known.iter().map(Permit::epoch).max();
		let permit = chosen.ok_or_else(|| TlsError::NoPermit {
			identity: self.identity().clone(),
			now,
			newest: newest(),
		})?;
		self.make(role, &permit, now)
	}

	/// The credential of `permit`'s epoch, made now unless it is there. The permits are locked.
	fn make(&self, role: Role, permit: &Permit, now: u64) -> Result<Made, TlsError> {
		let (place, epoch) = (self.made(role), permit.epoch());
		let before = place.load();
		if let Some(made) = before.iter().find(|made| made.epoch == epoch) {
			return Ok(made.clone());
		}
		let key = SigningKey::new(&self.key, permit).map_err(TlsError::Key)?;
		let made = make(&key, role, self.key_type)?;
		let kept = before.iter().filter(|made| !is_over(made, now)).cloned();
		place.store(Arc::new(kept.chain([made.clone()]).collect()));
		Ok(made)
	}

	/// Connection keys whose epoch is over are of no use to anybody but a thief.
	fn drop_old(&self, role: Role, now: u64) {
		let _made_by_nobody_else = lock(&self.permits);
		let place = self.made(role);
		let kept = place.load().iter().filter(|made| !is_over(made, now)).cloned().collect();
		place.store(Arc::new(kept));
	}

	/// Makes the credentials of all permits at hand that are not over, for both roles.
	fn prepare(&self) -> Result<(), TlsError> {
		let now = self.now()?;
		let permits = lock(&self.permits);
		for permit in permits.known.iter().filter(|p| now < p.epoch().accepted_until()) {
			self.make(Role::Client, permit, now)?;
			self.make(Role::Server, permit, now)?;
		}
		Ok(())
	}

	/// What peers' signatures are checked with.
	pub(crate) const fn verifier(&self) -> &Verifier {
		&self.verifier
	}

	/// The clock floor rises to the start of an epoch that a peer proved. Saved when it rose, which
	/// is once an epoch; a failure to save is a log line, since the floor of this process holds.
	pub(crate) fn accept(&self, epoch: &Epoch, now: u64) -> Result<(), ClockError> {
		let rose = {
			let mut floor = lock(&self.floor);
			let before = floor.progress().floor;
			floor.accept(epoch, now)?;
			floor.progress().floor > before
		};
		if rose {
			let mut memory = lock(&self.memory);
			memory.accept(epoch, now)?;
			if let Err(error) = memory.save() {
				tracing::warn!(reason = "state-file", "the clock floor was not saved: {error}");
			}
		}
		Ok(())
	}

	/// Refuses a clock that is behind the floor.
	pub(crate) fn check_now(&self, now: u64) -> Result<(), ClockError> {
		lock(&self.floor).check_now(now)
	}
}

impl fmt::Debug for TlsIdentity {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "TlsIdentity({}, serial {})", self.identity(), self.serial())
	}
}
