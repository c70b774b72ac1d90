//! The worker: answers requests, and checks what the other members answered.
//!
//! What is due is read from the chain; the vault decides on the finalized state whether it agrees.
//! Only two things are remembered, in the node's persistent off-chain storage: which serials were
//! submitted a moment ago, and up to where answers were checked.

use crate::{
	answers::in_time, Answers, BarredAnswers, Call, Config, Pallet, Partials, Queue, LATE_ANSWERS,
};
use alloc::vec::Vec;
use frame_system::offchain::SubmitTransaction;
use sp_runtime::offchain::storage::StorageValueRef;
use symbolon_api::{Committee, Identities, LocalMember};
use symbolon_crypto::{extraction::PartialKey, MemberIndex, Purpose, Serial};
use symbolon_host::{vault, VaultError, VaultRequest, VaultResponse};
use symbolon_primitives::{
	issuance::QueueEntry, limits::MAX_PARTIALS_PER_CALL, member::CallTag, BlockNumber,
};

const LOG_TARGET: &str = "offchain::issuance";

/// Blocks after which an answer that is not on chain is submitted again. That the pool took a
/// transaction proves nothing.
const RESUBMIT_AFTER: BlockNumber = 4;
/// Calls that one worker submits in one block at most.
const CALLS_PER_BLOCK: usize = 4;
/// Requests whose answers are checked in one block at most.
const CHECKS_PER_BLOCK: usize = 4;
/// Blocks after which the vault must know of an answered request; later on it is passed over.
const CHECK_WITHIN: BlockNumber = 64;
/// When answers are checked, in blocks after the threshold was reached, and where it is
/// remembered up to which request that was done. Once early, for the sake of the device that
/// waits, and once when no more answers can come.
const PASSES: [(BlockNumber, &[u8]); 2] = [
	(3, b"symbolon::issuance::checked-early"),
	(LATE_ANSWERS + 12, b"symbolon::issuance::checked-late"),
];
/// Where it is remembered which serials were submitted in which block.
const CLAIMS: &[u8] = b"symbolon::issuance::claims";

/// Why a worker did nothing, or stopped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Idle {
	/// There is no master key.
	NoKey,
	/// This node holds no session key of a member.
	NotAMember,
	/// No request waits for this member, no answer for its check.
	NothingDue,
	/// What is due was submitted a moment ago.
	Submitted,
	/// Another worker of this node claimed work at the same time.
	Raced,
	/// The vault gave no answer.
	Vault(VaultError),
	/// The vault answered another question.
	WrongAnswer,
	/// The session key has gone from the keystore.
	NoSignature,
	/// The pool refused.
	Pool,
}

/// What the worker works with in one block.
struct Bench {
	now: BlockNumber,
	share_version: u32,
	local: LocalMember,
	/// The queue, oldest requests first.
	queue: Vec<(Serial, QueueEntry)>,
}

impl<T: Config> Pallet<T> {
	/// Does what is due in block `now`.
	pub(crate) fn work(now: BlockNumber) {
		let bench = match Self::bench(now) {
			Ok(bench) => bench,
			Err(idle) => return log::debug!(target: LOG_TARGET, "block {now}: {idle:?}"),
		};
		if let Err(idle) = Self::answer(&bench) {
			log::debug!(target: LOG_TARGET, "block {now}: no answers: {idle:?}");
		}
		for (delay, cursor) in PASSES {
			if let Err(idle) = Self::check(&bench, delay, cursor) {
				log::debug!(target: LOG_TARGET, "block {now}: no checks at {delay}: {idle:?}");
			}
		}
	}

	fn bench(now: BlockNumber) -> Result<Bench, Idle> {
		let key = T::Committee::current_key().ok_or(Idle::NoKey)?;
		let share_version = key.share_version;
		let local = T::Committee::local_member(share_version).ok_or(Idle::NotAMember)?;
		let mut queue: Vec<_> =
			Queue::<T>::iter().filter(|(_, entry)| entry.share_version == share_version).collect();
		queue.sort_unstable_by_key(|(serial, entry)| (entry.queued, *serial));
		Ok(Bench { now, share_version, local, queue })
	}

	/// Answers the oldest requests that this member has not answered.
	fn answer(bench: &Bench) -> Result<(), Idle> {
		let due = Self::due(bench);
		if due.is_empty() {
			return Err(Idle::NothingDue);
		}
		let claimed = claim(bench.now, &due)?;
		let mut outcome = Ok(());
		for serials in claimed.chunks(MAX_PARTIALS_PER_CALL as usize) {
			let answered = Self::answer_some(bench, serials).or_else(|idle| match idle {
				// One serial that the vault refuses must not hold up the others.
				Idle::Vault(VaultError::Refused(_)) if serials.len() > 1 => {
					Self::answer_singly(bench, serials)
				}
				idle => Err(idle),
			});
			outcome = outcome.and(answered);
		}
		outcome
	}

	fn due(bench: &Bench) -> Vec<Serial> {
		let member = bench.local.index;
		let waits = |serial, entry| {
			// The worker of this block builds for the next one.
			in_time(entry, bench.now.saturating_add(1))
				&& !Partials::<T>::contains_key(serial, member)
				&& BarredAnswers::<T>::get(serial, member) != Some(bench.share_version)
		};
		let live = |serial: &Serial| {
			let registration = T::Identities::registration(*serial);
			registration.is_some_and(|registration| registration.revoked.is_none())
		};
		let due = bench.queue.iter().filter(|(serial, entry)| waits(serial, entry) && live(serial));
		due.map(|(serial, _)| *serial).collect()
	}

	fn answer_singly(bench: &Bench, serials: &[Serial]) -> Result<(), Idle> {
		let mut outcome = Ok(());
		for serial in serials {
			// One that fails keeps no other from being asked for.
			let one = Self::answer_some(bench, core::slice::from_ref(serial));
			outcome = outcome.and(one);
		}
		outcome
	}

	/// Asks the vault for partial keys of up to a call's worth of claimed serials and submits what
	/// it gives. Serials that were not due yet are given free again.
	fn answer_some(bench: &Bench, serials: &[Serial]) -> Result<(), Idle> {
		let share_version = bench.share_version;
		let mut serials = serials.to_vec();
		serials.sort_unstable();
		let request = VaultRequest::PartialKeys { share_version, serials: serials.clone() };
		let mut answers = match ask(request) {
			Ok(VaultResponse::PartialKeys(answers)) => answers,
			Ok(_) => return Err(Idle::WrongAnswer),
			Err(error) => {
				// What the vault refuses stays claimed, to be asked for again some blocks later.
				if !matches!(error, VaultError::Refused(_)) {
					release(&serials);
				}
				return Err(Idle::Vault(error));
			}
		};
		answers.sort_unstable_by_key(|(sign, _)| sign.serial);
		let given = |serial: &Serial| answers.iter().any(|(sign, _)| sign.serial == *serial);
		let open: Vec<_> = serials.iter().copied().filter(|serial| !given(serial)).collect();
		release(&open);
		if answers.is_empty() {
			return Err(Idle::Vault(VaultError::NotDue));
		}
		Self::submit_answers(bench, answers)
	}

	fn submit_answers(bench: &Bench, answers: Vec<(PartialKey, PartialKey)>) -> Result<(), Idle> {
		let Bench { share_version, local, .. } = bench;
		let answers = Answers::try_from(answers).map_err(|_| Idle::WrongAnswer)?;
		let signature = local
			.sign(&Self::genesis_hash(), CallTag::Partials, &(share_version, &answers))
			.ok_or(Idle::NoSignature)?;
		let number = answers.len();
		Self::submit(Call::submit_partials {
			member: local.index,
			share_version: *share_version,
			answers,
			signature,
		})?;
		log::info!(
			target: LOG_TARGET,
			"submitted partial keys for {number} serials as member {}",
			local.index
		);
		Ok(())
	}

	fn submit(call: Call<T>) -> Result<(), Idle> {
		let transaction = T::create_authorized_transaction(call.into());
		SubmitTransaction::<T, Call<T>>::submit_transaction(transaction).map_err(|()| Idle::Pool)
	}

	/// Has the vault check the answers to the next requests in the order in which they reached the
	/// threshold, `delay` blocks ago or earlier, and reports wrong ones.
	fn check(bench: &Bench, delay: BlockNumber, cursor: &'static [u8]) -> Result<(), Idle> {
		let memory = StorageValueRef::persistent(cursor);
		let last = memory.get::<(BlockNumber, Serial)>().ok().flatten();
		// A block that is still to come: the chain was begun anew.
		let last = last.filter(|(block, _)| *block <= bench.now);
		let ripe = |(serial, entry): &(Serial, QueueEntry)| {
			let answered = entry.answered?;
			let next = (answered, *serial);
			let due = answered.saturating_add(delay) <= bench.now && Some(next) > last;
			due.then_some(next)
		};
		let mut due: Vec<_> = bench.queue.iter().filter_map(ripe).collect();
		if due.is_empty() {
			return Err(Idle::NothingDue);
		}
		due.sort_unstable();
		for (answered, serial) in due.into_iter().take(CHECKS_PER_BLOCK) {
			match ask(VaultRequest::CheckPartials { serial }) {
				Ok(VaultResponse::WrongPartials(wrong)) => Self::report(bench, serial, wrong)?,
				Ok(_) => return Err(Idle::WrongAnswer),
				Err(VaultError::Refused(_)) => {}
				Err(VaultError::NotDue)
					if bench.now > answered.saturating_add(delay + CHECK_WITHIN) => {}
				Err(error) => return Err(Idle::Vault(error)),
			}
			memory.set(&(answered, serial));
		}
		Ok(())
	}

	fn report(
		bench: &Bench,
		serial: Serial,
		wrong: Vec<(MemberIndex, Purpose)>,
	) -> Result<(), Idle> {
		let Bench { share_version, local, .. } = bench;
		let mut reported = Vec::new();
		for (accused, purpose) in wrong {
			// One report removes the whole pair. A member does not accuse itself.
			if accused == local.index || reported.contains(&accused) {
				continue;
			}
			reported.push(accused);
			let payload = (share_version, serial, accused, purpose);
			let signature = local
				.sign(&Self::genesis_hash(), CallTag::Report, &payload)
				.ok_or(Idle::NoSignature)?;
			log::warn!(
				target: LOG_TARGET,
				"member {accused} answered serial {serial} wrongly ({purpose:?}): reported"
			);
			Self::submit(Call::report_partial {
				reporter: local.index,
				share_version: *share_version,
				serial,
				accused,
				purpose,
				signature,
			})?;
		}
		Ok(())
	}
}

/// Asks the vault; what an operator should see of its refusal is logged.
fn ask(request: VaultRequest) -> Result<VaultResponse, VaultError> {
	vault::ask(request).inspect_err(|error| {
		if matches!(error, VaultError::Refused(_) | VaultError::Storage(_)) {
			log::warn!(target: LOG_TARGET, "the vault gives no partial keys: {error:?}");
		}
	})
}

/// Serials and the block in which they were submitted.
type Claims = Vec<(Serial, BlockNumber)>;

/// Claims those of `due` that were not submitted a moment ago, as many as one block's calls hold.
fn claim(now: BlockNumber, due: &[Serial]) -> Result<Vec<Serial>, Idle> {
	let mut claimed = Vec::new();
	StorageValueRef::persistent(CLAIMS)
		.mutate::<Claims, (), _>(|claims| {
			let mut claims = claims.ok().flatten().unwrap_or_default();
			// A block ahead of this one is as good as an old one: the best chain changed.
			claims.retain(|(_, at)| *at <= now && now < at.saturating_add(RESUBMIT_AFTER));
			let free = |serial: &&Serial| !claims.iter().any(|(claimed, _)| claimed == *serial);
			let limit = CALLS_PER_BLOCK * MAX_PARTIALS_PER_CALL as usize;
			claimed = due.iter().filter(free).take(limit).copied().collect();
			claims.extend(claimed.iter().map(|serial| (*serial, now)));
			Ok(claims)
		})
		.map_err(|_| Idle::Raced)?;
	if claimed.is_empty() {
		return Err(Idle::Submitted);
	}
	Ok(claimed)
}

/// Gives up claims. If another worker writes at the same time they run out by themselves.
fn release(serials: &[Serial]) {
	if serials.is_empty() {
		return;
	}
	let _ = StorageValueRef::persistent(CLAIMS).mutate::<Claims, (), _>(|claims| {
		let mut claims = claims.ok().flatten().unwrap_or_default();
		claims.retain(|(serial, _)| !serials.contains(serial));
		Ok(claims)
	});
}
