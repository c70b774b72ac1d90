//! The permit of the present epoch, or a proof of why there is none.

use super::{permit::ask, DeviceError, NodeAnswer};
use crate::{
	chain::{ChainError, Client, Proved},
	params::present_epoch,
	store::Store,
};
use symbolon_crypto::{
	cover::Subtree,
	identity::{EpochError, TREE_HEIGHT},
	permit::Permit,
	Epoch, G1Bytes, Serial,
};
use symbolon_light::ClockError;
use symbolon_primitives::{
	epochs::{Schedule, Snapshot},
	registry::{IndexKey, Registration},
	storage::{epochs, registry},
};

/// Seconds after which the chain is proved again even if the permit is at hand, so that trust does
/// not run out unnoticed: a day.
const CONTACT_EVERY: u64 = 24 * 60 * 60;

/// Where a permit came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PermitSource {
	/// The node gave it when asked.
	Node,
	/// The node withheld it, but had to prove the state that holds it.
	Proof {
		/// What the node said when asked.
		answer: NodeAnswer,
		/// The block of the proof.
		block: u32,
	},
}

/// A permit that the device now has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refreshed {
	/// The device's serial.
	pub serial: Serial,
	/// The present epoch.
	pub epoch: Epoch,
	/// The subtree of the permit.
	pub subtree: Subtree,
	/// Where it came from.
	pub source: PermitSource,
	/// The next epoch, if its permit is at hand already.
	pub next: Option<Epoch>,
}

/// Gets the permit of the epoch that holds the device's clock, and keeps it; that of the next epoch
/// too, if it is published.
///
/// The schedule that was proved last says which epoch that is. If it has changed since, no permit of
/// the interval it gives verifies, and the chain is asked to prove everything.
///
/// # Errors
///
/// [`DeviceError::Revoked`], [`DeviceError::NotYetPublished`] with a proof,
/// [`DeviceError::Withheld`] without one; others. The store keeps what it has.
pub async fn refresh(store: &Store, client: &mut Client) -> Result<Refreshed, DeviceError> {
	let serial = store.keys()?.serial;
	// A run that was killed between storing the keys and erasing the secret.
	store.erase_secret()?;
	let now = client.now()?;
	let contact = client.memory().floor().progress().last_contact;
	let fresh = now.saturating_sub(contact) < CONTACT_EVERY;
	let schedule = match store.schedule()?.filter(|_| fresh) {
		Some(schedule) => schedule,
		None => prove_schedule(store, client).await?,
	};
	let policy = client.anchor().epoch_policy();
	let mut epoch = present_epoch(&schedule, now, &policy)?;
	let (permit, source) = match ask(client, serial, &epoch).await? {
		Ok(permit) => (permit, PermitSource::Node),
		Err(answer) => {
			let mut found = prove(store, client, serial, &epoch, &answer).await?;
			if let Found::OtherEpoch(present) = found {
				epoch = present;
				if let Ok(permit) = ask(client, serial, &epoch).await? {
					return finish(store, client, permit, PermitSource::Node).await;
				}
				found = prove(store, client, serial, &epoch, &answer).await?;
			}
			match found {
				Found::Permit(permit, block) => (permit, PermitSource::Proof { answer, block }),
				// Time passed into another epoch twice within two answers.
				Found::OtherEpoch(epoch) => {
					let published = None;
					let block = client.memory().floor().progress().block;
					return Err(DeviceError::NotYetPublished { epoch, published, block });
				}
			}
		}
	};
	finish(store, client, permit, source).await
}

async fn finish(
	store: &Store,
	client: &mut Client,
	permit: Permit,
	source: PermitSource,
) -> Result<Refreshed, DeviceError> {
	let (serial, epoch) = (store.keys()?.serial, permit.epoch());
	client.accept(&epoch)?;
	let mut permits = vec![permit];
	// Ahead of time, so that the device does not go dark at the boundary. No permit, or a wrong
	// one, is nothing to complain about: it is not due yet.
	let following = store.schedule()?.and_then(|s| s.epoch(epoch.number.saturating_add(1)));
	if let Some(following) = following {
		if let Ok(Ok(ahead)) = ask(client, serial, &following).await {
			permits.push(ahead);
		}
	}
	store.save_permits(&permits)?;
	let next = permits.get(1).map(Permit::epoch);
	Ok(Refreshed { serial, epoch, subtree: permit.subtree(), source, next })
}

async fn prove_schedule(store: &Store, client: &mut Client) -> Result<Schedule, DeviceError> {
	let key = epochs::schedule();
	let proved = client.prove(std::slice::from_ref(&key)).await?;
	keep_schedule(store, &proved, &key)
}

fn keep_schedule(store: &Store, proved: &Proved, key: &[u8]) -> Result<Schedule, DeviceError> {
	let schedule: Schedule = proved.require(key, "epoch schedule")?.into_inner();
	store.save_schedule(&schedule)?;
	Ok(schedule)
}

enum Found {
	/// The permit is on the chain.
	Permit(Permit, u32),
	/// The present epoch is not the one that was asked for.
	OtherEpoch(Epoch),
}

/// Storage keys that decide between the three reasons, in one proof.
struct Keys {
	schedule: Vec<u8>,
	registration: Vec<u8>,
	snapshot: Vec<u8>,
	/// For each subtree over the serial: its permit, and its place in the revoked index.
	paths: Vec<(Subtree, Vec<u8>, Vec<u8>)>,
}

impl Keys {
	fn new(serial: Serial, epoch: &Epoch) -> Self {
		let path = |level| {
			let subtree = serial.ancestor(level);
			let permit = epochs::permit(epoch.number, &subtree);
			(subtree, permit, registry::revoked(&IndexKey::new(&subtree)))
		};
		Self {
			schedule: epochs::schedule(),
			registration: registry::registration(serial),
			snapshot: epochs::snapshot(epoch.number),
			paths: (0..=TREE_HEIGHT).map(path).collect(),
		}
	}

	fn all(&self) -> Vec<Vec<u8>> {
		let Self { schedule, registration, snapshot, paths } = self;
		let paths = paths.iter().flat_map(|(_, permit, revoked)| [permit, revoked]);
		[schedule, registration, snapshot].into_iter().chain(paths).cloned().collect()
	}
}

/// Proves which it is: revoked, not yet published, or withheld by this node.
async fn prove(
	store: &Store,
	client: &mut Client,
	serial: Serial,
	epoch: &Epoch,
	answer: &NodeAnswer,
) -> Result<Found, DeviceError> {
	client.tell(&format!("no permit ({answer}); asking for a proof of why"));
	let keys = Keys::new(serial, epoch);
	let proved = client.prove(&keys.all()).await.map_err(|error| {
		// Who says nothing at all withholds nothing.
		let silent = matches!(answer, NodeAnswer::Refused(error) if error.is_silence())
			&& matches!(error, ChainError::Transport(_));
		if silent || !is_the_nodes(&error) {
			return DeviceError::Chain(error);
		}
		let (epoch, answer, error) = (*epoch, answer.clone(), Box::new(error));
		DeviceError::Withheld { epoch, answer, error }
	})?;
	let schedule = keep_schedule(store, &proved, &keys.schedule)?;
	let present = present_epoch(&schedule, client.now()?, &client.anchor().epoch_policy())?;
	if present != *epoch {
		return Ok(Found::OtherEpoch(present));
	}
	judge(store, client, serial, epoch, &proved, &keys)
}

/// Whether another node could do better: what is wrong is not this device's clock or files, nor
/// the chain itself.
const fn is_the_nodes(error: &ChainError) -> bool {
	match error {
		ChainError::Transport(_)
		| ChainError::Finality { .. }
		| ChainError::Endless { .. }
		| ChainError::Digest(_)
		| ChainError::Storage(_)
		| ChainError::StorageMissing
		| ChainError::BeforeKey { .. }
		| ChainError::Clock(ClockError::Rollback | ClockError::Epoch(EpochError::Over)) => true,
		ChainError::Memory(_)
		| ChainError::OtherGenesis { .. }
		| ChainError::Halt(_)
		| ChainError::NoKey
		| ChainError::OtherKey { .. }
		| ChainError::Conflict
		| ChainError::Clock(_)
		| ChainError::Absent { .. }
		| ChainError::BeforeSchedule { .. } => false,
	}
}

fn judge(
	store: &Store,
	client: &Client,
	serial: Serial,
	epoch: &Epoch,
	proved: &Proved,
	keys: &Keys,
) -> Result<Found, DeviceError> {
	let (block, epoch) = (proved.number(), *epoch);
	for (subtree, key, _) in &keys.paths {
		let Some(point) = proved.value::<G1Bytes>(key)? else { continue };
		let anchor = client.anchor();
		let master = anchor.master_key().decode()?;
		let permit = Permit::verify(&anchor.key_id(), &epoch, subtree, &point, &master)
			.map_err(|error| DeviceError::WrongPermitOnChain { block, error })?;
		return Ok(Found::Permit(permit, block));
	}
	let Some(snapshot) = proved.value::<Snapshot>(&keys.snapshot)? else {
		return Err(DeviceError::NotYetPublished { epoch, published: None, block });
	};
	if let Some(position) = revoked_in(proved, keys, &snapshot)? {
		let identity = store.identity().clone();
		return Err(DeviceError::Revoked { identity, serial, position, epoch, block });
	}
	let published = (snapshot.published, snapshot.chunks());
	if published.0 < published.1 {
		return Err(DeviceError::NotYetPublished { epoch, published: Some(published), block });
	}
	Err(DeviceError::NotCovered { serial, epoch, block })
}

/// Position of the first revocation, of the serial or of a subtree over it, that the snapshot holds.
fn revoked_in(
	proved: &Proved,
	keys: &Keys,
	snapshot: &Snapshot,
) -> Result<Option<u64>, ChainError> {
	let registration: Option<Registration> = proved.value(&keys.registration)?;
	let mut positions = vec![registration.and_then(|registration| registration.revoked)];
	for (_, _, key) in &keys.paths {
		positions.push(proved.value(key)?);
	}
	let counts = |position: &u64| *position < snapshot.revocations.count;
	Ok(positions.into_iter().flatten().filter(counts).min())
}
