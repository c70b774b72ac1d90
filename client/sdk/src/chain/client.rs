//! The client: a node to ask, an anchor to prove against, a memory that only goes forward.

use super::{follow, ChainError, Followed, Proved};
use crate::{
	clock::Clock,
	memory::{Memory, MemoryError},
	transport::{Transport, TransportError},
};
use std::{
	path::Path,
	sync::Arc,
	time::{Duration, Instant},
};
use symbolon_crypto::{identity::EpochError, Epoch};
use symbolon_light::{Anchor, ClockError};

/// Takes a line of text about what is being waited for.
pub type Notify = Arc<dyn Fn(&str) + Send + Sync>;

/// Bounds on waiting.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
	/// How long a node may be behind what was seen before it is an error; no longer than `wait`.
	pub patience: Duration,
	/// Between two looks at the chain.
	pub pace: Duration,
	/// How long the chain may take to do what it was asked for.
	pub wait: Duration,
}

impl Default for Limits {
	fn default() -> Self {
		Self {
			patience: Duration::from_secs(15),
			pace: Duration::from_secs(1),
			wait: Duration::from_secs(150),
		}
	}
}

/// Proves values of one chain through one node.
pub struct Client {
	transport: Arc<dyn Transport>,
	anchor: Anchor,
	memory: Memory,
	clock: Clock,
	limits: Limits,
	notify: Notify,
}

impl Client {
	/// A client of `anchor`'s chain that asks `transport` and remembers in the file `state`.
	///
	/// # Errors
	///
	/// [`MemoryError`] if there is a state file that cannot be used.
	pub fn open(
		transport: Arc<dyn Transport>,
		anchor: Anchor,
		state: &Path,
	) -> Result<Self, MemoryError> {
		let memory = Memory::open(&anchor, state)?;
		let (clock, limits, notify) = (Clock::system(), Limits::default(), Arc::new(|_: &str| {}));
		Ok(Self { transport, anchor, memory, clock, limits, notify })
	}

	/// With another clock than the system's.
	#[must_use]
	pub fn with_clock(self, clock: Clock) -> Self {
		Self { clock, ..self }
	}

	/// With other bounds on waiting.
	#[must_use]
	pub fn with_limits(self, limits: Limits) -> Self {
		Self { limits, ..self }
	}

	/// With somebody to tell what is being waited for.
	#[must_use]
	pub fn with_notify(self, notify: Notify) -> Self {
		Self { notify, ..self }
	}

	/// The anchor.
	pub const fn anchor(&self) -> &Anchor {
		&self.anchor
	}

	/// What was seen so far.
	pub const fn memory(&self) -> &Memory {
		&self.memory
	}

	/// The clock.
	pub const fn clock(&self) -> &Clock {
		&self.clock
	}

	/// Bounds on waiting.
	pub const fn limits(&self) -> &Limits {
		&self.limits
	}

	/// The node, for calls whose answers prove themselves or need no proof.
	pub fn transport(&self) -> &dyn Transport {
		&*self.transport
	}

	pub(crate) fn tell(&self, line: &str) {
		(self.notify)(line);
	}

	/// The clock, unless it is behind what is known to have passed.
	///
	/// # Errors
	///
	/// [`ChainError::Clock`].
	pub fn now(&self) -> Result<u64, ChainError> {
		let now = self.clock.now();
		self.memory.floor().check_now(now).map_err(ChainError::Clock)?;
		Ok(now)
	}

	/// Accepts an epoch whose permit was verified as the present one.
	///
	/// # Errors
	///
	/// [`ChainError::Clock`], [`ChainError::Memory`].
	pub fn accept(&mut self, epoch: &Epoch) -> Result<(), ChainError> {
		self.memory.accept(epoch, self.clock.now()).map_err(ChainError::Clock)?;
		Ok(self.memory.save()?)
	}

	/// Proves the newest finalized head that the node shows, without storage.
	///
	/// # Errors
	///
	/// As [`prove`](Self::prove).
	pub async fn sync(&mut self) -> Result<Proved, ChainError> {
		self.prove(&[]).await
	}

	/// Proves the newest finalized head that the node shows, and `keys` in its state. A node that
	/// is behind what was seen before is given [`Limits::patience`] to catch up.
	///
	/// # Errors
	///
	/// [`ChainError`]; nothing that was not proved is used or remembered.
	pub async fn prove(&mut self, keys: &[Vec<u8>]) -> Result<Proved, ChainError> {
		let began = Instant::now();
		let mut told = false;
		loop {
			let behind = match self.prove_once(keys).await {
				Err(error) if is_behind(&error) => error,
				other => return other,
			};
			if began.elapsed() >= self.limits.patience.min(self.limits.wait) {
				return Err(behind);
			}
			if !std::mem::replace(&mut told, true) {
				self.tell("the node is behind; waiting for it to catch up");
			}
			tokio::time::sleep(self.limits.pace).await;
		}
	}

	async fn prove_once(&mut self, keys: &[Vec<u8>]) -> Result<Proved, ChainError> {
		let now = self.now()?;
		self.memory.floor().check_trust(now).map_err(ChainError::Clock)?;
		let followed = match follow(&*self.transport, self.memory.base(), keys).await {
			Ok(followed) => followed,
			Err(error) => return Err(self.explain(error).await),
		};
		let Followed { header, base, state } = followed;
		let digest = header.symbolon_digest().map_err(ChainError::Digest)?;
		let epoch = digest.clone().map(|digest| digest.epoch);
		// First of all: what an old block says about the key is old.
		self.memory.floor().check_contact(&epoch, self.clock.now()).map_err(ChainError::Clock)?;
		let (expected, found) = (self.anchor.key_id(), digest.get().key_id);
		let found = found.ok_or_else(|| ChainError::BeforeKey {
			endpoint: self.transport.endpoint().into(),
			block: header.number(),
		})?;
		if found != expected {
			return Err(ChainError::OtherKey { expected, found });
		}
		if digest.get().conflict {
			return Err(ChainError::Conflict);
		}
		// Read again: the answer took its time.
		self.memory.contact(base, &epoch, self.clock.now()).map_err(ChainError::Clock)?;
		self.memory.save()?;
		Ok(Proved { header, digest: digest.into_inner(), state })
	}

	/// A node of another chain cannot prove anything; that is worth its own message.
	async fn explain(&self, error: ChainError) -> ChainError {
		let foreign = matches!(
			error,
			ChainError::Finality { .. } | ChainError::Transport(TransportError::Rejected { .. })
		);
		if !foreign {
			return error;
		}
		let expected = *self.anchor.genesis_hash();
		match self.transport.genesis_hash().await {
			Ok(found) if found != expected => {
				let endpoint = self.transport.endpoint().into();
				ChainError::OtherGenesis { endpoint, expected, found }
			}
			_ => error,
		}
	}
}

const fn is_behind(error: &ChainError) -> bool {
	matches!(
		error,
		ChainError::BeforeKey { .. }
			| ChainError::Clock(ClockError::Rollback | ClockError::Epoch(EpochError::Over))
	)
}
