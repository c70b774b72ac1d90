//! Own shares of an epoch's permits, and permits combined from the members' shares.

use crate::{
	error::refused, ledger::Record, outcome::Current, state::Finalized, vault::Inner, LOG,
};
use codec::Encode;
use symbolon_crypto::{
	cover::{cover, Subtree},
	curve::G2,
	hash::sha256,
	permit::Chunk,
	Epoch, G1Bytes, MemberIndex,
};
use symbolon_host::VaultError;
use symbolon_primitives::{
	epochs::{RevocationHead, Snapshot},
	limits::{self, MAX_REVOCATIONS, PERMITS_PER_CHUNK, VAULT_SKEW},
	registry::IndexKey,
};

/// The cover computed last, so that the chunks of one epoch cost one computation.
pub(crate) struct CachedCover {
	revocations: RevocationHead,
	cover: Vec<Subtree>,
}

impl Inner {
	/// Own shares of the permits of a chunk, with the share version they are under.
	pub(crate) fn permit_shares(
		&mut self,
		state: &Finalized,
		number: u64,
		chunk: u32,
	) -> Result<(u32, Vec<G1Bytes>), VaultError> {
		let current = self.current(state)?;
		let snapshot = frozen(state, &current, number, chunk)?;
		self.check_time(state, &snapshot.epoch)?;
		let own = self.own_share(state, &current)?;
		let cover = self.cover(state, &snapshot.revocations)?;
		let subtrees = chunk_of(&cover, chunk);
		let on_chain = state.cover_chunk(number, chunk)?;
		if cover.len() as u64 != u64::from(snapshot.cover_len)
			|| on_chain.as_deref().map(|list| &list[..]) != Some(subtrees)
		{
			return Err(refused(format!(
				"epoch {number}, chunk {chunk}: the cover on chain ({} subtrees) is not the one of \
				 the revocations it was frozen for ({} subtrees)",
				snapshot.cover_len,
				cover.len()
			)));
		}
		let key_id = current.key.key_id;
		if !self.ledger.book().has_permits(&key_id, number)
			&& state.permit_shares(number, chunk, own.member)?.is_some()
		{
			return Err(refused(format!(
				"epoch {number}: the chain holds permit shares of this member that the ledger does \
				 not know: the vault was put back to an older copy; it signs from the next epoch on"
			)));
		}
		let epoch = snapshot.epoch;
		let digest = sha256(&(&epoch, &cover).encode());
		self.commit(state, vec![Record::Permits { key_id, epoch, cover: digest }])?;
		let first = chunk.saturating_mul(PERMITS_PER_CHUNK);
		let shares =
			own.share.permit_shares(&Chunk { key_id: &key_id, epoch: &epoch, first, subtrees });
		Ok((current.key.share_version, shares))
	}

	/// That both the finalized time and the local clock have reached the epoch's lead, and that
	/// the epoch is the running one or the next.
	fn check_time(&self, state: &Finalized, epoch: &Epoch) -> Result<(), VaultError> {
		let schedule = state.schedule()?;
		let number = epoch.number;
		if schedule.epoch(number) != Some(*epoch) {
			return Err(refused(format!(
				"epoch {number}: the snapshot's interval {}..{} is not that of the schedule",
				epoch.start, epoch.end
			)));
		}
		let finalized = state.time()?;
		if finalized >= epoch.end {
			return Err(VaultError::NotDue);
		}
		let running = schedule.epoch_at(finalized).ok_or(VaultError::NotDue)?.number;
		if number > running.saturating_add(1) {
			return Err(refused(format!(
				"epoch {number}: expected at most epoch {}, the one after the running one",
				running.saturating_add(1)
			)));
		}
		let lead = limits::lead(epoch.length(), state.slot_millis()?);
		let earliest = epoch.start.saturating_sub(lead).saturating_sub(VAULT_SKEW);
		for (time, whose) in [(finalized, "the finalized block"), (self.clock.now(), "this host")] {
			if time < earliest {
				return Err(refused(format!(
					"epoch {number}: its permits are due from second {earliest}, {whose} is at \
					 {time}; if this is not the chain's fault, set the clock right"
				)));
			}
		}
		Ok(())
	}

	/// The cover of the revocations of `head`, computed from the revocation log, which must hash
	/// to the head and be the sorted index.
	fn cover(
		&mut self,
		state: &Finalized,
		head: &RevocationHead,
	) -> Result<Vec<Subtree>, VaultError> {
		if let Some(cached) = self.cover.as_ref().filter(|cached| cached.revocations == *head) {
			return Ok(cached.cover.clone());
		}
		let revoked = revoked(state, head)?;
		let cover: Vec<Subtree> = cover(revoked).collect();
		self.cover = Some(CachedCover { revocations: *head, cover: cover.clone() });
		Ok(cover)
	}

	/// The permits of a chunk, combined from the first shares on chain; if they fail, from those
	/// that verify one by one. Not due while fewer than the threshold do.
	pub(crate) fn permits(
		&self,
		state: &Finalized,
		number: u64,
		chunk: u32,
	) -> Result<Vec<G1Bytes>, VaultError> {
		let current = self.current(state)?;
		let snapshot = frozen(state, &current, number, chunk)?;
		let subtrees = state.cover_chunk(number, chunk)?.ok_or(VaultError::NotDue)?;
		let master = current.key.public.decode().map_err(|error| {
			refused(format!("key {}: its public key on chain: {error}", current.key.key_no))
		})?;
		let mut shares = Vec::new();
		for member in current.version.indices() {
			let found = state.permit_shares(number, chunk, member)?;
			let version = current.key.share_version;
			if let Some(found) = found.filter(|found| found.share_version == version) {
				shares.push((member, found.points.into_inner()));
			}
		}
		let chunk = Chunk {
			key_id: &current.key.key_id,
			epoch: &snapshot.epoch,
			first: chunk.saturating_mul(PERMITS_PER_CHUNK),
			subtrees: &subtrees,
		};
		let threshold = current.version.threshold;
		if let Some(permits) = combined(&chunk, &shares, threshold, &master) {
			return Ok(permits);
		}
		let good = self.good_shares(state, &current, &chunk, shares)?;
		combined(&chunk, &good, threshold, &master).ok_or(VaultError::NotDue)
	}

	/// Those members' shares that verify against their `P_j`.
	fn good_shares(
		&self,
		state: &Finalized,
		current: &Current,
		chunk: &Chunk<'_>,
		shares: Vec<(MemberIndex, Vec<G1Bytes>)>,
	) -> Result<Vec<(MemberIndex, Vec<G1Bytes>)>, VaultError> {
		if shares.len() < usize::from(current.version.threshold) {
			return Err(VaultError::NotDue);
		}
		let mut good = Vec::new();
		for (member, points) in shares {
			let version = current.key.share_version;
			let Some(key) = self.member_key(state, version, member)? else { continue };
			match chunk.verify(&points, &key) {
				Ok(()) => good.push((member, points)),
				Err(error) => log::error!(
					target: LOG,
					"epoch {}: the permit shares of member {member} from position {} are wrong: \
					 {error}",
					chunk.epoch.number,
					chunk.first
				),
			}
		}
		Ok(good)
	}
}

/// Permits combined from `shares`, if they verify.
fn combined(
	chunk: &Chunk<'_>,
	shares: &[(MemberIndex, Vec<G1Bytes>)],
	threshold: u16,
	master: &G2,
) -> Option<Vec<G1Bytes>> {
	let permits = chunk.combine(shares, threshold).ok()?;
	chunk.verify(&permits, master).ok()?;
	Some(permits)
}

/// The epoch's snapshot, if it is frozen for the current key and has such a chunk.
fn frozen(
	state: &Finalized,
	current: &Current,
	number: u64,
	chunk: u32,
) -> Result<Snapshot, VaultError> {
	state
		.snapshot(number)?
		.filter(|snapshot| {
			snapshot.epoch.number == number
				&& snapshot.key_no == current.key.key_no
				&& chunk < snapshot.chunks()
		})
		.ok_or(VaultError::NotDue)
}

/// One chunk of a cover; empty past its end.
fn chunk_of(cover: &[Subtree], chunk: u32) -> &[Subtree] {
	let (chunk, size) = (chunk as usize, PERMITS_PER_CHUNK as usize);
	cover.chunks(size).nth(chunk).unwrap_or_default()
}

/// The revoked subtrees of `head` in the order that a cover wants.
fn revoked(state: &Finalized, head: &RevocationHead) -> Result<Vec<Subtree>, VaultError> {
	if head.count > u64::from(MAX_REVOCATIONS) {
		return Err(refused(format!(
			"expected at most {MAX_REVOCATIONS} revocations, the snapshot counts {}",
			head.count
		)));
	}
	let mut found = RevocationHead::default();
	let mut log = Vec::new();
	for position in 0..head.count {
		let subtree = state.revocation(position)?.ok_or_else(|| {
			refused(format!("the revocation log lacks position {position} of {}", head.count))
		})?;
		found = found.append(&subtree);
		log.push((IndexKey::new(&subtree), position));
	}
	log.sort_unstable();
	let mut index = state.revoked_index()?;
	index.retain(|(_, position)| *position < head.count);
	if found != *head || index != log {
		return Err(refused(format!(
			"the first {} revocations on chain are not those that the snapshot was frozen for",
			head.count
		)));
	}
	log.iter()
		.map(|(key, _)| key.subtree().ok_or_else(|| refused("an index key that names no subtree")))
		.collect()
}
