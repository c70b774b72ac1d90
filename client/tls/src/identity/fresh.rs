//! Keeping permits at hand: the next epoch's before it begins.

use super::TlsIdentity;
use crate::lifetime::reaches;
use std::{convert::Infallible, sync::Arc};
use symbolon_crypto::Epoch;
use symbolon_sdk::{
	device::{refresh, DeviceError, Refreshed},
	Client,
};

/// Longest wait after a failure, in seconds.
const MAX_BACK_OFF: u64 = 60;

impl TlsIdentity {
	/// Gets the permit of the present epoch, and of the next if it is published, and makes the
	/// credentials of both.
	///
	/// # Errors
	///
	/// [`DeviceError`]. Permits that are at hand go on being used.
	pub async fn refresh(&self, client: &mut Client) -> Result<Refreshed, DeviceError> {
		let done = refresh(&self.store, client).await?;
		self.take_over(&done);
		Ok(done)
	}

	/// Gets the permit of each epoch ahead of its boundary, for as long as it is polled: spawn it.
	/// Failures are log lines and tried again, the waits doubling up to a minute, or a sixteenth of
	/// the epoch if that is less. Without it, permits that another process puts into the store's
	/// folder are found when they are needed.
	pub async fn keep_fresh(self: Arc<Self>, mut client: Client) -> Infallible {
		let (mut back_off, mut longest) = (1, MAX_BACK_OFF);
		loop {
			let next = match self.refresh(&mut client).await {
				Ok(done) => {
					(back_off, longest) = (1, longest_wait(&done.epoch));
					next_look(&done, self.clock.now())
				}
				Err(error) => {
					if let DeviceError::NotYetPublished { epoch, .. }
					| DeviceError::Withheld { epoch, .. } = &error
					{
						longest = longest_wait(epoch);
					}
					// Who is revoked stays so.
					let revoked = matches!(error, DeviceError::Revoked { .. });
					let wait = if revoked { MAX_BACK_OFF } else { longest.min(back_off) };
					back_off = wait.saturating_mul(2);
					tell(&error, wait);
					self.clock.now().saturating_add(wait)
				}
			};
			reaches(|| Some(self.clock.now()), || next).await;
		}
	}

	fn take_over(&self, done: &Refreshed) {
		let (epoch, next) = (done.epoch.number, done.next.map(|next| next.number));
		// The floor of this process follows what its client has proved.
		if let Err(error) = self.accept(&done.epoch, self.clock.now()) {
			tracing::warn!(reason = "clock-set-back", "{error}");
		}
		match self.reload().and_then(|()| self.prepare()) {
			Ok(()) => tracing::info!(epoch, next, "permits are at hand"),
			Err(error) => {
				tracing::warn!(reason = error.kind(), "no credential could be made: {error}");
			}
		}
	}
}

/// No wait is longer than a sixteenth of an epoch, or than a minute.
fn longest_wait(epoch: &Epoch) -> u64 {
	(epoch.length() / 16).clamp(1, MAX_BACK_OFF)
}

fn tell(error: &DeviceError, wait: u64) {
	let reason = error.kind();
	if matches!(error, DeviceError::Revoked { .. }) {
		tracing::error!(reason, wait, "no permit: {error}");
	} else {
		tracing::warn!(reason, wait, "no permit: {error}");
	}
}

/// How long before an epoch's end its successor's permit is asked for, in seconds: a sixteenth of
/// the epoch, and ten seconds at least where that is not more than half of it. Permits are
/// published an eighth of the epoch or more before it begins.
fn ahead(epoch: &Epoch) -> u64 {
	let length = epoch.length();
	(length / 16).max(10.min(length / 2))
}

/// When to ask again. A permit that is late is asked for several times in the time left; serials
/// spread the devices, so that they do not all ask in the same second.
fn next_look(done: &Refreshed, now: u64) -> u64 {
	let newest = done.next.unwrap_or(done.epoch);
	let ahead = ahead(&newest);
	let spread = done.serial.get() % (ahead / 2).max(1);
	let first = newest.end.saturating_sub(ahead).saturating_add(spread);
	first.max(now.saturating_add((ahead / 8).clamp(1, MAX_BACK_OFF)))
}

#[cfg(test)]
mod tests;
