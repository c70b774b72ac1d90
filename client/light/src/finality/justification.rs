//! One GRANDPA justification: votes of a set that finalize a block.

use super::{error::FragmentFault, header::Header, set::Base};
use alloc::{collections::BTreeMap, vec::Vec};
use finality_grandpa::{validate_commit, voter_set::VoterSet, Chain, Error, Message};
use sp_consensus_grandpa::{
	check_message_signature_with_buffer, AuthorityId, Commit, GrandpaJustification, SignatureResult,
};
use sp_core::H256;

/// Most headers between the votes' targets. Honest votes of one round differ by what their
/// senders had seen of it, usually by no block at all.
const MAX_ANCESTRY: usize = 4_096;

/// Checks that `justification` finalizes `target` by the set of `base`.
///
/// As GRANDPA has it: every vote is for a descendant of the lowest vote's target; a member counts
/// once, for every block up to its target; a member with two different votes counts for all
/// blocks, and one that repeats itself counts once; the highest block that reaches the threshold,
/// n - floor((n-1)/3) of n equal members, must be `target`. The last rule ties the votes to the
/// header: a justification of another block, put under a new header, has its weight elsewhere.
///
/// `validate_commit` alone checks neither signatures nor that votes name their targets' true
/// numbers, on which its arithmetic relies.
pub(super) fn verify(
	justification: &GrandpaJustification<Header>,
	target: (H256, u32),
	base: &Base,
) -> Result<(), FragmentFault> {
	let commit = &justification.commit;
	if (commit.target_hash, commit.target_number) != target {
		return Err(FragmentFault::TargetMismatch);
	}
	let voters = base.voters().ok_or(FragmentFault::NotFinal)?;
	let mut ancestry = Ancestry::new(&justification.votes_ancestries)?;
	ancestry.check_links(commit)?;
	check_signatures(commit, &voters, justification.round, base.set_id)?;
	match validate_commit(commit, &voters, &ancestry) {
		Ok(result) if result.is_valid() => Ok(()),
		_ => Err(FragmentFault::NotFinal),
	}
}

fn check_signatures(
	commit: &Commit<Header>,
	voters: &VoterSet<AuthorityId>,
	round: u64,
	set_id: u64,
) -> Result<(), FragmentFault> {
	let mut buffer = Vec::new();
	let mut votes_of = BTreeMap::<&AuthorityId, u8>::new();
	for vote in &commit.precommits {
		if !voters.contains(&vote.id) {
			return Err(FragmentFault::NotInSet);
		}
		// Two votes that differ prove an equivocation; a third adds nothing to it.
		let count = votes_of.entry(&vote.id).or_default();
		*count = count.saturating_add(1);
		if *count > 2 {
			return Err(FragmentFault::TooManyVotes);
		}
		let message = Message::Precommit(vote.precommit.clone());
		match check_message_signature_with_buffer(
			&message,
			&vote.id,
			&vote.signature,
			round,
			set_id,
			&mut buffer,
		) {
			SignatureResult::Valid => {}
			SignatureResult::Invalid => return Err(FragmentFault::Signature),
			SignatureResult::OutdatedSet => return Err(FragmentFault::OutdatedSet),
		}
	}
	Ok(())
}

struct Link {
	parent: H256,
	number: u32,
	used: bool,
}

/// The headers from the votes' targets down to the lowest target, which is not among them.
struct Ancestry(BTreeMap<H256, Link>);

impl Ancestry {
	fn new(headers: &[Header]) -> Result<Self, FragmentFault> {
		if headers.len() > MAX_ANCESTRY {
			return Err(FragmentFault::TooManyAncestors);
		}
		let mut links = BTreeMap::new();
		for header in headers {
			let link = Link { parent: header.parent_hash, number: header.number, used: false };
			if links.insert(header.hash(), link).is_some() {
				return Err(FragmentFault::AncestryUnused);
			}
		}
		Ok(Self(links))
	}

	/// Walks from every vote's target to the lowest one, numbers falling by one; every header
	/// must have been met. Stops where an earlier walk passed, so it is linear.
	fn check_links(&mut self, commit: &Commit<Header>) -> Result<(), FragmentFault> {
		let votes = || commit.precommits.iter().map(|signed| &signed.precommit);
		let lowest =
			votes().min_by_key(|vote| vote.target_number).ok_or(FragmentFault::NotFinal)?;
		for vote in votes() {
			let (mut hash, mut number) = (vote.target_hash, vote.target_number);
			while hash != lowest.target_hash {
				let link = self.0.get_mut(&hash).ok_or(FragmentFault::AncestryMissing)?;
				if link.number != number {
					return Err(FragmentFault::AncestryNumber);
				}
				number = number.checked_sub(1).ok_or(FragmentFault::AncestryNumber)?;
				hash = link.parent;
				if core::mem::replace(&mut link.used, true) {
					number = lowest.target_number;
					hash = lowest.target_hash;
				}
			}
			if number != lowest.target_number {
				return Err(FragmentFault::AncestryNumber);
			}
		}
		if self.0.values().all(|link| link.used) {
			Ok(())
		} else {
			Err(FragmentFault::AncestryUnused)
		}
	}
}

impl Chain<H256, u32> for Ancestry {
	fn ancestry(&self, base: H256, block: H256) -> Result<Vec<H256>, Error> {
		let mut route = Vec::new();
		let mut at = block;
		while at != base {
			at = self.0.get(&at).ok_or(Error::NotDescendent)?.parent;
			route.push(at);
		}
		// "Up to but not including the base."
		route.pop();
		Ok(route)
	}
}
