//! The next GRANDPA set, from a finalized header's digest.

use super::{
	error::FragmentFault,
	header::Header,
	set::{check_set, Voter},
};
use alloc::vec::Vec;
use codec::DecodeAll;
use sp_consensus_grandpa::{ConsensusLog, GRANDPA_ENGINE_ID};
use sp_core::ed25519;
use sp_runtime::DigestItem;

/// The set that `header` hands over to, if any.
///
/// Refuses what GRANDPA's own documentation leaves to the state of a full node: a forced change,
/// a delay, a second change in the same block, and an item of GRANDPA's that does not decode.
pub(super) fn next_set(header: &Header) -> Result<Option<Vec<Voter>>, FragmentFault> {
	let mut next = None;
	for item in header.digest.logs() {
		// Authors can write items of the other kinds; only `Consensus` is the runtime's.
		let DigestItem::Consensus(GRANDPA_ENGINE_ID, bytes) = item else { continue };
		let change = match ConsensusLog::<u32>::decode_all(&mut bytes.as_slice()) {
			Ok(ConsensusLog::ScheduledChange(change)) => change,
			Ok(ConsensusLog::ForcedChange(..)) => return Err(FragmentFault::ForcedChange),
			Ok(_) => continue,
			Err(_) => return Err(FragmentFault::UnknownChange),
		};
		if change.delay != 0 {
			return Err(FragmentFault::DelayedChange);
		}
		if next.replace(change.next_authorities).is_some() {
			return Err(FragmentFault::SeveralChanges);
		}
	}
	let Some(authorities) = next else { return Ok(None) };
	let set: Vec<Voter> =
		authorities.into_iter().map(|(id, weight)| (ed25519::Public::from(id).0, weight)).collect();
	check_set(&set).map_err(FragmentFault::NextSet)?;
	Ok(Some(set))
}
