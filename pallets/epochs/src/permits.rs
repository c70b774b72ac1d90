//! Members' shares, combined permits, and whose turn it is.

use crate::*;
use frame_support::pallet_prelude::*;
use symbolon_api::Committee;
use symbolon_crypto::{permit::Chunk, MemberIndex};
use symbolon_primitives::{
	dta::{Fault, MasterKey, ShareVersion},
	epochs::{ChunkPoints, CoverChunk, PermitShares, Snapshot},
	limits::{PERMITS_PER_CHUNK, SUBMIT_TURN},
};

/// A chunk whose permits are still wanted.
pub(crate) struct OpenChunk {
	pub snapshot: Snapshot,
	pub subtrees: CoverChunk,
	pub key: MasterKey,
	pub committee: ShareVersion,
}

impl<T: Config> Pallet<T> {
	/// The chunk, if its permits are wanted under the current key.
	pub(crate) fn open_chunk(epoch: u64, chunk: u32) -> Option<OpenChunk> {
		let snapshot = Snapshots::<T>::get(epoch)?;
		if Published::<T>::contains_key(epoch, chunk) {
			return None;
		}
		let subtrees = CoverChunks::<T>::get(epoch, chunk)?;
		let key = T::Committee::current_key().filter(|key| key.key_no == snapshot.key_no)?;
		let committee = T::Committee::share_version(key.share_version)?;
		Some(OpenChunk { snapshot, subtrees, key, committee })
	}

	/// Whether `member` confirmed its share: without a verification key nobody could check what it
	/// posts.
	pub(crate) fn is_holder(open: &OpenChunk, member: MemberIndex) -> bool {
		let version = open.key.share_version;
		member.position() < open.committee.members.len()
			&& T::Committee::verification_key(version, member).is_some()
	}

	/// Whether `member` may submit the combined permits now. The first is member
	/// `(epoch + chunk) mod n`; every [`SUBMIT_TURN`] blocks one more may.
	pub(crate) fn has_turn(open: &OpenChunk, epoch: u64, chunk: u32, member: MemberIndex) -> bool {
		let n = open.committee.members.len() as u64;
		let position = member.position() as u64;
		if position >= n || BarredSubmitters::<T>::contains_key((epoch, chunk, member)) {
			return false;
		}
		let Some(ready) = Ready::<T>::get(epoch, chunk) else { return false };
		let first = epoch.wrapping_add(u64::from(chunk)) % n;
		let rank = (position + n - first) % n;
		let turns = Self::now().saturating_sub(ready) / SUBMIT_TURN;
		rank <= u64::from(turns)
	}

	pub(crate) fn do_submit_shares(
		member: MemberIndex,
		epoch: u64,
		chunk: u32,
		shares: PermitShares,
	) -> DispatchResult {
		let open = Self::open_chunk(epoch, chunk).ok_or(Error::<T>::NoSuchChunk)?;
		let known = Self::is_holder(&open, member);
		let current = shares.share_version == open.key.share_version;
		let complete = shares.points.len() == open.subtrees.len();
		let again = Shares::<T>::get((epoch, chunk, member))
			.is_some_and(|stored| stored.share_version == shares.share_version);
		ensure!(known && current && complete && !again, Error::<T>::NotEntitled);
		Shares::<T>::insert((epoch, chunk, member), shares);
		let version = open.key.share_version;
		let posted = Shares::<T>::iter_prefix_values((epoch, chunk))
			.filter(|stored| stored.share_version == version)
			.count();
		if posted >= usize::from(open.committee.threshold)
			&& !Ready::<T>::contains_key(epoch, chunk)
		{
			Ready::<T>::insert(epoch, chunk, Self::now());
		}
		Ok(())
	}

	pub(crate) fn do_publish(
		member: MemberIndex,
		epoch: u64,
		chunk: u32,
		points: ChunkPoints,
	) -> DispatchResult {
		let open = Self::open_chunk(epoch, chunk).ok_or(Error::<T>::NoSuchChunk)?;
		ensure!(Self::has_turn(&open, epoch, chunk, member), Error::<T>::NotEntitled);
		let public = open.key.public.decode().map_err(|_| Error::<T>::CorruptState)?;
		let batch = Chunk {
			key_id: &open.key.key_id,
			epoch: &open.snapshot.epoch,
			first: chunk.saturating_mul(PERMITS_PER_CHUNK),
			subtrees: &open.subtrees,
		};
		if batch.verify(&points, &public).is_err() {
			BarredSubmitters::<T>::insert((epoch, chunk, member), ());
			if let Some(account) = open.committee.members.get(member.position()) {
				T::Committee::blame(account, open.key.share_version, Fault::Permits);
			}
			return Ok(());
		}
		for (subtree, permit) in open.subtrees.iter().zip(points) {
			Permits::<T>::insert(epoch, subtree, permit);
		}
		Self::close_chunk(epoch, chunk, open.snapshot);
		Self::deposit_event(Event::PermitsPublished { epoch, chunk, member });
		Ok(())
	}

	fn close_chunk(epoch: u64, chunk: u32, mut snapshot: Snapshot) {
		Published::<T>::insert(epoch, chunk, ());
		Ready::<T>::remove(epoch, chunk);
		let members = symbolon_primitives::limits::MAX_MEMBERS;
		let _ = Shares::<T>::clear_prefix((epoch, chunk), members, None);
		let _ = BarredSubmitters::<T>::clear_prefix((epoch, chunk), members, None);
		snapshot.published = snapshot.published.saturating_add(1);
		if snapshot.published >= snapshot.chunks() {
			Self::deposit_event(Event::EpochPublished { epoch });
		}
		Snapshots::<T>::insert(epoch, snapshot);
	}
}
