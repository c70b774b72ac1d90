//! What a device remembers so that nobody can take it back in time.

use crate::{anchor::Anchor, verified::Verified};
use codec::{Decode, Encode};
use core::fmt;
use symbolon_crypto::{
	identity::{EpochError, EpochPolicy},
	Epoch,
};

/// How long finality alone is trusted, in seconds, after the anchor was made or after the last
/// proved contact with the chain: 30 days.
pub const TRUST_WINDOW: u64 = 30 * 24 * 60 * 60;

/// What a device stores between runs. `SCALE`, 28 B.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Progress {
	/// Highest finalized block seen.
	pub block: u32,
	/// Highest epoch number seen in a finalized block.
	pub epoch_number: u64,
	/// No clock can be right that is before this Unix second, less the skew.
	pub floor: u64,
	/// Unix second of the last proved contact with the chain; that of the anchor before any.
	pub last_contact: u64,
}

/// Why time, or the chain, is not believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClockError {
	/// The device's clock is before the floor, less the skew.
	SetBack,
	/// The epoch is not the present one.
	Epoch(EpochError),
	/// A lower block or epoch number than was seen before.
	Rollback,
	/// No proved contact for [`TRUST_WINDOW`]: a new anchor is needed.
	TrustExpired,
}

impl fmt::Display for ClockError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::SetBack => f.write_str("the clock is behind a time that is known to have passed"),
			Self::Epoch(error) => error.fmt(f),
			Self::Rollback => f.write_str("the chain shown is older than one seen before"),
			Self::TrustExpired => {
				f.write_str("no proved contact with the chain for 30 days: a new anchor is needed")
			}
		}
	}
}

impl core::error::Error for ClockError {}

/// The clock floor: the greatest of the anchor's time and the starts of the epochs that were
/// accepted as present. Time comes from the caller and is refused if it is too early, never
/// raised: a device whose clock was set back must not pass for one that is right.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClockFloor {
	policy: EpochPolicy,
	progress: Progress,
}

impl ClockFloor {
	/// Starts from an anchor, nothing seen yet.
	pub fn new(anchor: &Anchor) -> Self {
		let progress = Progress {
			block: anchor.base().number,
			epoch_number: 0,
			floor: anchor.exported_at(),
			last_contact: anchor.exported_at(),
		};
		Self { policy: anchor.epoch_policy(), progress }
	}

	/// Goes on from what was stored. An anchor that is newer than that prevails, field by field.
	pub fn resume(anchor: &Anchor, stored: Progress) -> Self {
		let Self { policy, progress: fresh } = Self::new(anchor);
		let progress = Progress {
			block: stored.block.max(fresh.block),
			epoch_number: stored.epoch_number,
			floor: stored.floor.max(fresh.floor),
			last_contact: stored.last_contact.max(fresh.last_contact),
		};
		Self { policy, progress }
	}

	/// What to store.
	pub const fn progress(&self) -> &Progress {
		&self.progress
	}

	/// Refuses a clock that is behind the floor by more than the skew.
	///
	/// # Errors
	///
	/// [`ClockError::SetBack`].
	pub const fn check_now(&self, now: u64) -> Result<(), ClockError> {
		if now < self.progress.floor.saturating_sub(self.policy.skew) {
			return Err(ClockError::SetBack);
		}
		Ok(())
	}

	/// Refuses finality from the anchor's own set once nothing was proved for [`TRUST_WINDOW`].
	///
	/// # Errors
	///
	/// [`ClockError::TrustExpired`].
	pub const fn check_trust(&self, now: u64) -> Result<(), ClockError> {
		if now.saturating_sub(self.progress.last_contact) > TRUST_WINDOW {
			return Err(ClockError::TrustExpired);
		}
		Ok(())
	}

	/// Accepts an epoch whose permit was verified (a peer's signature, a permit of one's own) as
	/// the present one, and raises the floor to its start.
	///
	/// The number seen on the chain stays: finality may lag behind the boundary at which a peer
	/// signed, and a peer may still use its grace after it.
	///
	/// # Errors
	///
	/// [`ClockError::SetBack`], [`ClockError::Epoch`]; nothing changes then.
	pub fn accept(&mut self, epoch: &Epoch, now: u64) -> Result<(), ClockError> {
		self.check_now(now)?;
		self.policy.check(epoch, now).map_err(ClockError::Epoch)?;
		self.progress.floor = self.progress.floor.max(epoch.start);
		Ok(())
	}

	/// Whether [`contact`](Self::contact) would accept this, without recording anything.
	///
	/// # Errors
	///
	/// [`ClockError`].
	pub fn check_contact(&self, epoch: &Verified<Epoch>, now: u64) -> Result<(), ClockError> {
		self.check_trust(now)?;
		let (block, number) = (epoch.block_number(), epoch.get().number);
		if block < self.progress.block || number < self.progress.epoch_number {
			return Err(ClockError::Rollback);
		}
		self.check_now(now)?;
		self.policy.check(epoch.get(), now).map_err(ClockError::Epoch)
	}

	/// Records a contact with the chain: `epoch` as a finalized header commits to it.
	///
	/// A header whose epoch is not the present one is no contact, however final it is: it may be
	/// an old one that a server shows as the newest.
	///
	/// # Errors
	///
	/// [`ClockError`]; nothing changes then.
	pub fn contact(&mut self, epoch: &Verified<Epoch>, now: u64) -> Result<(), ClockError> {
		self.check_contact(epoch, now)?;
		self.accept(epoch.get(), now)?;
		self.progress.block = epoch.block_number();
		self.progress.epoch_number = epoch.get().number;
		self.progress.last_contact = self.progress.last_contact.max(now);
		Ok(())
	}
}

#[cfg(test)]
mod tests;
