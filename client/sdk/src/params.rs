//! Public parameters of the chain, proved.

use crate::chain::{ChainError, Client};
use symbolon_crypto::{identity::EpochPolicy, Epoch};
use symbolon_light::{ClockError, Verified};
use symbolon_primitives::{
	dta::{Ceremony, MasterKey, ShareVersion},
	epochs::{RevocationHead, Schedule},
	storage,
};

pub use symbolon_primitives::epochs::Snapshot;

/// What everybody must agree on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Params {
	/// The master key.
	pub key: Verified<MasterKey>,
	/// The committee that serves it.
	pub committee: Verified<ShareVersion>,
	/// When epochs begin.
	pub schedule: Verified<Schedule>,
	/// Length of a block's slot, in milliseconds.
	pub slot_millis: Verified<u64>,
	/// The epoch that holds the device's clock.
	pub present: Epoch,
}

impl Params {
	/// The lowest block at which any of it was proved.
	pub fn block(&self) -> u32 {
		let Self { key, committee, schedule, slot_millis, .. } = self;
		key.block_number()
			.min(committee.block_number())
			.min(schedule.block_number())
			.min(slot_millis.block_number())
	}
}

/// Where the chain stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Status {
	/// Public parameters.
	pub params: Params,
	/// Number of the newest finalized block that was proved.
	pub block: u32,
	/// Its hash.
	pub hash: [u8; 32],
	/// Its time, Unix milliseconds.
	pub time: Verified<u64>,
	/// The device's clock, Unix seconds.
	pub now: u64,
	/// What is frozen for the present epoch.
	pub snapshot: Verified<Option<Snapshot>>,
	/// What is frozen for the next one.
	pub next: Verified<Option<Snapshot>>,
	/// All revocations up to the block.
	pub revocations: RevocationHead,
	/// The ceremony under way.
	pub ceremony: Verified<Option<Ceremony>>,
}

/// The epoch of `schedule` that holds second `now`, if `policy` believes it.
///
/// # Errors
///
/// [`ChainError::BeforeSchedule`], [`ChainError::Clock`] if the epoch is longer than the anchor
/// allows.
pub fn present_epoch(
	schedule: &Schedule,
	now: u64,
	policy: &EpochPolicy,
) -> Result<Epoch, ChainError> {
	let epoch = schedule.epoch_at(now).ok_or(ChainError::BeforeSchedule { now })?;
	policy.check(&epoch, now).map_err(|error| ChainError::Clock(ClockError::Epoch(error)))?;
	Ok(epoch)
}

/// Proves the public parameters.
///
/// # Errors
///
/// [`ChainError`].
pub async fn params(client: &mut Client) -> Result<Params, ChainError> {
	let (current, schedule, slot) =
		(storage::dta::current_key(), storage::epochs::schedule(), storage::epochs::slot_millis());
	let proved = client.prove(&[current.clone(), schedule.clone(), slot.clone()]).await?;
	let key: Verified<MasterKey> = proved.require(&current, "master key")?;
	if key.get().public != *client.anchor().master_key() {
		let (expected, found) = (client.anchor().key_id(), key.get().key_id);
		return Err(ChainError::OtherKey { expected, found });
	}
	let schedule: Verified<Schedule> = proved.require(&schedule, "epoch schedule")?;
	let slot_millis = proved.require(&slot, "slot length")?;
	let version = storage::dta::share_version(key.get().share_version);
	let committee =
		client.prove(std::slice::from_ref(&version)).await?.require(&version, "committee")?;
	let present = present_epoch(schedule.get(), client.now()?, &client.anchor().epoch_policy())?;
	Ok(Params { key, committee, schedule, slot_millis, present })
}

/// Proves where the chain stands.
///
/// # Errors
///
/// [`ChainError`].
pub async fn status(client: &mut Client) -> Result<Status, ChainError> {
	let params = params(client).await?;
	let number = params.present.number;
	let keys = [
		storage::timestamp::now(),
		storage::epochs::snapshot(number),
		storage::epochs::snapshot(number.saturating_add(1)),
		storage::dta::current_ceremony(),
	];
	let proved = client.prove(&keys).await?;
	let [time, snapshot, next, ceremony] = &keys;
	Ok(Status {
		block: proved.number(),
		hash: *proved.header().hash(),
		time: proved.require(time, "time")?,
		now: client.now()?,
		snapshot: proved.get(snapshot)?,
		next: proved.get(next)?,
		revocations: proved.digest().revocations,
		ceremony: proved.get(ceremony)?,
		params,
	})
}
