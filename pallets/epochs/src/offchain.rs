//! The worker: posts this member's shares of permits, and combines them when it is its turn.

use crate::*;
use alloc::vec::Vec;
use codec::Encode;
use frame_system::offchain::SubmitTransaction;
use sp_runtime::offchain::storage::StorageValueRef;
use symbolon_api::{Committee, LocalMember};
use symbolon_host::{vault, VaultError, VaultRequest, VaultResponse};
use symbolon_primitives::{epochs::ChunkPoints, limits::CHUNKS_PER_BLOCK, member::CallTag};

/// Blocks after which work that is not on chain is submitted again.
const RESUBMIT_AFTER: u32 = 4;

/// Why a worker did nothing.
#[derive(Debug)]
pub(crate) enum Idle {
	/// There is no active key.
	NoKey,
	/// This node holds no session key of a member.
	NotAMember,
	/// The vault gave no answer.
	Vault(#[allow(dead_code)] VaultError),
	/// The vault answered another question.
	WrongAnswer,
	/// The session key has gone.
	NoSignature,
	/// The pool refused.
	Pool,
}

/// One thing to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode)]
pub(crate) enum Task {
	/// Post own shares of a chunk.
	Share(u64, u32),
	/// Combine and publish a chunk.
	Publish(u64, u32),
}

impl<T: Config> Pallet<T> {
	/// Does a bounded part of what is due for the epochs that are frozen and not published.
	pub(crate) fn work() -> Result<(), Idle> {
		let key = T::Committee::current_key().ok_or(Idle::NoKey)?;
		let member = T::Committee::local_member(key.share_version).ok_or(Idle::NotAMember)?;
		for task in Self::due_tasks(&member) {
			if let Err(reason) = Self::attempt(task, &member) {
				log::debug!(target: "offchain::epochs", "{task:?}: {reason:?}");
			}
		}
		Ok(())
	}

	/// What this member can do now, oldest epoch first, without what was submitted a moment ago.
	pub(crate) fn due_tasks(member: &LocalMember) -> Vec<Task> {
		let Some(current) = EpochSchedule::<T>::get().epoch_at(Self::seconds()) else {
			return Vec::new();
		};
		let epochs = [current.number, current.number.saturating_add(1)];
		epochs
			.into_iter()
			.filter_map(|epoch| Some((epoch, Snapshots::<T>::get(epoch)?)))
			.filter(|(_, snapshot)| snapshot.published < snapshot.chunks())
			.flat_map(|(epoch, snapshot)| (0..snapshot.chunks()).map(move |chunk| (epoch, chunk)))
			.filter_map(|(epoch, chunk)| Self::task(epoch, chunk, member))
			.filter(|task| !Self::is_locked(*task))
			.take(CHUNKS_PER_BLOCK as usize)
			.collect()
	}

	fn task(epoch: u64, chunk: u32, member: &LocalMember) -> Option<Task> {
		let open = Self::open_chunk(epoch, chunk)?;
		let posted = Shares::<T>::get((epoch, chunk, member.index))
			.is_some_and(|shares| shares.share_version == open.key.share_version);
		if !posted {
			return Some(Task::Share(epoch, chunk));
		}
		Self::has_turn(&open, epoch, chunk, member.index).then_some(Task::Publish(epoch, chunk))
	}

	fn lock_key(task: Task) -> Vec<u8> {
		("epochs::submitted", task).encode()
	}

	fn is_locked(task: Task) -> bool {
		let now = Self::now();
		let key = Self::lock_key(task);
		let at = StorageValueRef::persistent(&key).get::<u32>().ok().flatten();
		at.is_some_and(|at| now >= at && now < at.saturating_add(RESUBMIT_AFTER))
	}

	fn attempt(task: Task, member: &LocalMember) -> Result<(), Idle> {
		let call = match task {
			Task::Share(epoch, chunk) => Self::share_call(epoch, chunk, member)?,
			Task::Publish(epoch, chunk) => Self::publish_call(epoch, chunk, member)?,
		};
		let transaction = T::create_authorized_transaction(call.into());
		SubmitTransaction::<T, Call<T>>::submit_transaction(transaction)
			.map_err(|()| Idle::Pool)?;
		let key = Self::lock_key(task);
		StorageValueRef::persistent(&key).set(&Self::now());
		log::info!(target: "offchain::epochs", "submitted {task:?} as member {}", member.index);
		Ok(())
	}

	fn ask(request: VaultRequest) -> Result<VaultResponse, Idle> {
		vault::ask(request).map_err(|error| {
			if !matches!(error, VaultError::NotDue | VaultError::Busy) {
				log::warn!(target: "offchain::epochs", "the vault gives no answer: {error:?}");
			}
			Idle::Vault(error)
		})
	}

	fn share_call(epoch: u64, chunk: u32, local: &LocalMember) -> Result<Call<T>, Idle> {
		let answer = Self::ask(VaultRequest::PermitShares { epoch, chunk })?;
		let VaultResponse::PermitShares(share_version, points) = answer else {
			return Err(Idle::WrongAnswer);
		};
		let points = ChunkPoints::try_from(points).map_err(|_| Idle::WrongAnswer)?;
		let payload = (epoch, chunk, share_version, &points);
		let signature = local
			.sign(&Self::genesis_hash(), CallTag::PermitShares, &payload)
			.ok_or(Idle::NoSignature)?;
		let member = local.index;
		Ok(Call::submit_permit_shares { member, epoch, chunk, share_version, points, signature })
	}

	fn publish_call(epoch: u64, chunk: u32, local: &LocalMember) -> Result<Call<T>, Idle> {
		let answer = Self::ask(VaultRequest::Permits { epoch, chunk })?;
		let VaultResponse::Permits(points) = answer else { return Err(Idle::WrongAnswer) };
		let points = ChunkPoints::try_from(points).map_err(|_| Idle::WrongAnswer)?;
		let signature = local
			.sign(&Self::genesis_hash(), CallTag::Permits, &(epoch, chunk, &points))
			.ok_or(Idle::NoSignature)?;
		Ok(Call::publish_permits { member: local.index, epoch, chunk, points, signature })
	}
}
