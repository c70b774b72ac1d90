//! Invariants of the state, checked after every test and by try-runtime.

use crate::{BarredAnswers, BarredReports, Config, Pallet, Partials, PruneLog, PruneRange, Queue};
use frame_support::ensure;
use sp_runtime::DispatchError;
use symbolon_api::{Committee, Identities};
use symbolon_crypto::{extraction::PartialKey, Purpose, Serial};
use symbolon_primitives::{issuance::QueueEntry, limits::MAX_QUEUE};

impl<T: Config> Pallet<T> {
	/// Checks all invariants:
	///
	/// - the queue is within its bound and holds registered serials only, none of them revoked
	///   before it was answered;
	/// - an entry counts its answers, and is answered iff they reach the threshold;
	/// - every answer belongs to a queued serial and names itself rightly; a barred member has none;
	/// - the prune log is without gaps, rises, and holds every answered entry.
	pub fn do_try_state() -> Result<(), DispatchError> {
		let mut entries = 0;
		let mut answers = 0;
		for (serial, entry) in Queue::<T>::iter() {
			Self::check_entry(serial, &entry)?;
			entries += 1;
			answers += usize::from(entry.answers);
		}
		ensure!(Queue::<T>::count() == entries, "the queue's counter");
		ensure!(entries <= MAX_QUEUE, "the queue is over its bound");
		ensure!(Partials::<T>::iter().count() == answers, "answers of no request");
		for (serial, member, version) in BarredAnswers::<T>::iter() {
			let answer = Partials::<T>::get(serial, member);
			let stays = answer.is_some_and(|pair| pair.sign.share_version == version);
			ensure!(!stays, "an answer of a barred member");
		}
		for (serial, _, ()) in BarredReports::<T>::iter() {
			ensure!(Queue::<T>::contains_key(serial), "a bar for a serial that is not queued");
		}
		Self::check_prune_log()
	}

	fn check_entry(serial: Serial, entry: &QueueEntry) -> Result<(), DispatchError> {
		let registration = T::Identities::registration(serial);
		let registration = registration.ok_or("a request for no registration")?;
		let version = T::Committee::share_version(entry.share_version);
		let version = version.ok_or("a request for no share version")?;
		let mut answers = 0;
		for (member, pair) in Partials::<T>::iter_prefix(serial) {
			let fits = |partial: &PartialKey, purpose| {
				(partial.serial, partial.purpose, partial.share_version, partial.member)
					== (serial, purpose, entry.share_version, member)
			};
			let both = fits(&pair.sign, Purpose::Sign) && fits(&pair.decrypt, Purpose::Decrypt);
			ensure!(both, "an answer under another's name");
			answers += 1;
		}
		ensure!(entry.answers == answers, "a count of answers");
		let enough = answers >= version.threshold;
		ensure!(entry.answered.is_some() == enough, "answered, but not enough, or the reverse");
		ensure!(enough || registration.revoked.is_none(), "a revoked serial waits");
		if let Some(answered) = entry.answered {
			let logged = PruneLog::<T>::iter_values().any(|due| due == (serial, answered));
			ensure!(logged, "an answered request will never be pruned");
		}
		Ok(())
	}

	fn check_prune_log() -> Result<(), DispatchError> {
		let (first, end) = PruneRange::<T>::get();
		let mut previous = 0;
		for position in first..end {
			let (_, answered) = PruneLog::<T>::get(position).ok_or("a gap in the prune log")?;
			ensure!(previous <= answered, "the prune log does not rise");
			previous = answered;
		}
		let kept = PruneLog::<T>::iter().count() as u64;
		ensure!(kept == end.saturating_sub(first), "entries outside the prune log's range");
		Ok(())
	}
}
