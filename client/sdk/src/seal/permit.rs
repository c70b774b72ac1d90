//! The permit that opens a message: from the store, or else from a node.

use super::{Preamble, SealError};
use crate::{
	chain::{ChainError, Client},
	clock::Clock,
	device::{ask_permit, refresh, NodeAnswer},
	store::Store,
};
use symbolon_crypto::{permit::Permit, Epoch};
use symbolon_primitives::{epochs::Schedule, storage::epochs};

/// The permit of the message's epoch for the store's serial, checked against `P`. What a node gives
/// is kept, so that messages of that epoch open offline from then on.
///
/// # Errors
///
/// [`SealError`]: the message is for somebody else, its epoch has not come, or no permit is to be
/// had.
pub async fn permit_for(
	store: &Store,
	client: Option<&mut Client>,
	clock: &Clock,
	preamble: &Preamble,
) -> Result<Permit, SealError> {
	let header = preamble.header();
	let (own, found) = (store.anchor().key_id(), header.key_id());
	if own != found {
		return Err(SealError::OtherKey { own, found });
	}
	let serial = store.keys()?.serial;
	if header.identity() != store.identity() || header.serial() != serial {
		return Err(SealError::OtherRecipient {
			own: store.identity().clone(),
			serial,
			found: header.identity().clone(),
			found_serial: header.serial(),
		});
	}
	let epoch = header.epoch();
	if let Some(permit) = at_hand(store, &epoch)? {
		return Ok(permit);
	}
	let Some(client) = client else {
		let now = clock.now();
		let future = now < epoch.start;
		return Err(if future {
			SealError::NotYet { epoch, now }
		} else {
			SealError::Offline { epoch }
		});
	};
	let now = client.now()?;
	if epoch.holds(now) {
		// With a proof of why, if there is none.
		refresh(store, client).await?;
		if let Some(permit) = at_hand(store, &epoch)? {
			return Ok(permit);
		}
	}
	match ask_permit(client, serial, &epoch).await? {
		Ok(permit) => {
			store.keep_past(&[permit])?;
			Ok(permit)
		}
		Err(NodeAnswer::Refused(error)) if error.is_silence() => {
			Err(SealError::Chain(ChainError::Transport(error)))
		}
		Err(answer) => {
			check_interval(client, &epoch).await?;
			let future = now < epoch.start;
			Err(if future {
				SealError::NotYet { epoch, now }
			} else {
				SealError::NoPermit { epoch, answer }
			})
		}
	}
}

/// Whether the chain has, or will have, the epoch that the message names. No permit can ever be of
/// one that it has not.
async fn check_interval(client: &mut Client, epoch: &Epoch) -> Result<(), SealError> {
	let key = epochs::schedule();
	let proved = client.prove(std::slice::from_ref(&key)).await?;
	let schedule: Schedule = proved.require(&key, "epoch schedule")?.into_inner();
	match schedule.epoch(epoch.number) {
		Some(scheduled) if scheduled == *epoch => Ok(()),
		scheduled => Err(SealError::NoSuchEpoch { found: *epoch, scheduled }),
	}
}

fn at_hand(store: &Store, epoch: &Epoch) -> Result<Option<Permit>, SealError> {
	let mut present = store.permits()?.into_iter();
	match present.find(|permit| permit.epoch() == *epoch) {
		Some(permit) => Ok(Some(permit)),
		None => Ok(store.past_permit(epoch)?),
	}
}
