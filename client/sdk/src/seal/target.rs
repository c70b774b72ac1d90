//! Whom and when a message is for, proved from the chain.

use super::SealError;
use crate::{
	chain::Client,
	device::ask_permit,
	params::{params, Params},
};
use symbolon_crypto::{encryption::SealTarget, identity::TREE_HEIGHT, Epoch, Identity, Serial};
use symbolon_primitives::{
	registry::{IndexKey, Registration},
	storage::registry,
};

/// How long before an epoch its interval is sure, in seconds: 7 days. A change of the schedule is
/// announced that long ahead, and begins two epochs ahead at least. A message that is sealed for an
/// interval that never comes opens never.
pub const SCHEDULE_NOTICE: u64 = 7 * 24 * 60 * 60;

/// Proves who `identity` is and which epoch is meant: the present one, or the later one of number
/// `epoch`. For the present one the recipient's permit says the subtree; a later one is sealed for
/// at every level, whatever is revoked until then.
///
/// # Errors
///
/// [`SealError`].
pub async fn target(
	client: &mut Client,
	identity: &Identity,
	epoch: Option<u64>,
) -> Result<SealTarget, SealError> {
	let params = params(client).await?;
	let serial = recipient(client, identity).await?;
	let present = params.present;
	match epoch {
		Some(asked) if asked < present.number => Err(SealError::PastEpoch { asked, present }),
		Some(asked) if asked > present.number => {
			let epoch = announced(&params, asked, client.now()?)?;
			let key_id = client.anchor().key_id();
			let target = SealTarget::at_all_levels(&key_id, identity, serial, &epoch);
			// The schedule is proved, and its epochs have a second at least.
			target.ok_or(SealError::BeyondSchedule { asked, last: present.number })
		}
		_ => {
			let permit = ask_permit(client, serial, &present).await?.map_err(|answer| {
				let identity = identity.clone();
				SealError::NoRecipientPermit { identity, serial, epoch: present, answer }
			})?;
			SealTarget::with_permit(identity, serial, &permit).map_err(SealError::Key)
		}
	}
}

/// The epoch of number `asked`, if its interval is sure: the next two, and what begins within
/// [`SCHEDULE_NOTICE`].
fn announced(params: &Params, asked: u64, now: u64) -> Result<Epoch, SealError> {
	let (schedule, horizon) = (params.schedule.get(), now.saturating_add(SCHEDULE_NOTICE));
	let two_ahead = params.present.number.saturating_add(2);
	let by_time = schedule.epoch_at(horizon).map_or(0, |epoch| epoch.number);
	let last = two_ahead.max(by_time);
	let epoch = schedule.epoch(asked).filter(|epoch| epoch.number <= last);
	epoch.ok_or(SealError::BeyondSchedule { asked, last })
}

/// The serial of a name that is registered and not revoked.
async fn recipient(client: &mut Client, identity: &Identity) -> Result<Serial, SealError> {
	let name = registry::name(identity);
	let proved = client.prove(std::slice::from_ref(&name)).await?;
	let unknown = |block| SealError::UnknownRecipient { identity: identity.clone(), block };
	let serial: Serial = proved.value(&name)?.ok_or_else(|| unknown(proved.number()))?;
	let registration = registry::registration(serial);
	let revoked = |level| registry::revoked(&IndexKey::new(&serial.ancestor(level)));
	let mut keys: Vec<Vec<u8>> = (0..=TREE_HEIGHT).map(revoked).collect();
	keys.push(registration.clone());
	let proved = client.prove(&keys).await?;
	let block = proved.number();
	let found: Option<Registration> = proved.value(&registration)?;
	let found = found.filter(|found| found.identity == *identity).ok_or_else(|| unknown(block))?;
	let (expected, key_no) = (client.anchor().key_no(), found.key_no);
	if key_no != expected {
		let identity = identity.clone();
		return Err(SealError::OtherKeyNumber { identity, expected, found: key_no });
	}
	let mut is_revoked = found.revoked.is_some();
	for key in keys.iter().take(usize::from(TREE_HEIGHT) + 1) {
		is_revoked |= proved.value::<u64>(key)?.is_some();
	}
	if is_revoked {
		return Err(SealError::RevokedRecipient { identity: identity.clone(), serial, block });
	}
	Ok(serial)
}
