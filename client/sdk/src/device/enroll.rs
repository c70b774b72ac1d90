//! Getting the device's keys: combine first, look for a culprit only if that fails.

use super::DeviceError;
use crate::{
	chain::{ChainError, Client, Proved},
	store::{Keys, Store, StoreError},
};
use std::time::{Duration, Instant};
use symbolon_crypto::{
	curve::G2,
	extraction::{
		combine, ExtractionError, IdentityKey, KeyRequest, KeyUse, PartialKey, TransportSecret,
	},
	sharing::CombineError,
	G2Bytes, Identity, MemberIndex, Purpose, Serial,
};
use symbolon_light::StorageError;
use symbolon_primitives::{
	dta::ShareVersion,
	issuance::{PartialPair, QueueEntry},
	limits::MAX_MEMBERS,
	registry::Registration,
	storage::{dta, issuance, registry},
	BlockNumber,
};

/// How long a name may take to show: another node may have been ahead when it was registered.
const NAME_WAIT: Duration = Duration::from_secs(10);

/// A device that has its keys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Enrolled {
	/// Its serial.
	pub serial: Serial,
	/// The share version whose members answered.
	pub share_version: u32,
	/// Members whose answers were wrong, and were done without.
	pub wrong: Vec<MemberIndex>,
	/// The finalized block at which the answers were proved.
	pub block: BlockNumber,
}

/// What the device compares and combines with.
struct Wanted {
	serial: Serial,
	secret: TransportSecret,
	master: G2,
}

/// Waits until enough authorities have answered, opens the device's keys of both purposes, checks
/// them against the master key, keeps them and erases the transport secret.
///
/// # Errors
///
/// [`DeviceError`]; the store is as it was, and enrolment can be tried again.
pub async fn enroll(store: &Store, client: &mut Client) -> Result<Enrolled, DeviceError> {
	let identity = store.identity().clone();
	let secret = match store.keys() {
		Ok(Keys { serial, .. }) => {
			// A run that was killed between storing the keys and erasing the secret.
			store.erase_secret()?;
			return Err(DeviceError::AlreadyEnrolled { identity, serial });
		}
		Err(StoreError::NotEnrolled { .. }) => store.secret()?,
		// The answers make the keys again as long as the secret is there.
		Err(damaged) => store.secret().map_err(|_| damaged)?,
	};
	let serial = find_serial(client, &identity).await?;
	let master = client.anchor().master_key().decode()?;
	let wanted = Wanted { serial, secret, master };
	let (began, limits) = (Instant::now(), *client.limits());
	let (mut told, mut judged) = (None, Vec::new());
	loop {
		let answers = Answers::read(client, &wanted, &identity).await?;
		let attempt = answers.open(client, store, &wanted, &mut judged).await?;
		let (have, wrong) = match attempt {
			Attempt::Opened(keys, wrong) => {
				store.save_keys(&keys)?;
				store.erase_secret()?;
				let (share_version, block) = (answers.share_version, answers.block);
				return Ok(Enrolled { serial, share_version, wrong, block });
			}
			Attempt::TooFew { have, wrong } => (have, wrong),
		};
		let need = answers.threshold;
		if began.elapsed() >= limits.wait {
			let seconds = limits.wait.as_secs();
			return Err(DeviceError::TooFewAnswers { have, need, seconds, wrong });
		}
		if told.replace(have) != Some(have) {
			client.tell(&format!("{have} of {need} answers are there; waiting for the others"));
		}
		tokio::time::sleep(limits.pace).await;
	}
}

async fn find_serial(client: &mut Client, identity: &Identity) -> Result<Serial, DeviceError> {
	let (key, began) = (registry::name(identity), Instant::now());
	let wait = NAME_WAIT.min(client.limits().wait);
	loop {
		let proved = client.prove(std::slice::from_ref(&key)).await?;
		if let Some(serial) = proved.value(&key)? {
			return Ok(serial);
		}
		if began.elapsed() >= wait {
			let (identity, block) = (identity.clone(), proved.number());
			return Err(DeviceError::NotRegistered { identity, block });
		}
		tokio::time::sleep(client.limits().pace).await;
	}
}

/// Before anything else: is this registration the device's own?
fn check_registration(
	client: &Client,
	registration: &Registration,
	wanted: &Wanted,
	identity: &Identity,
) -> Result<(), DeviceError> {
	let (serial, own) = (wanted.serial, wanted.secret.point());
	let recorded = registration.transport.point;
	if recorded != own {
		let (identity, recorded, own) = (identity.clone(), recorded.into(), own.into());
		return Err(DeviceError::SwappedTransportKey { identity, serial, recorded, own });
	}
	if registration.identity != *identity {
		let (expected, found) = (identity.clone(), registration.identity.clone());
		return Err(DeviceError::OtherRegistration { serial, expected, found });
	}
	let (expected, found) = (client.anchor().key_no(), registration.key_no);
	if expected != found {
		return Err(DeviceError::OtherKeyNumber { serial, expected, found });
	}
	if registration.revoked.is_some() {
		return Err(DeviceError::RevokedBeforeEnrolment { identity: identity.clone(), serial });
	}
	Ok(())
}

/// The answers of one share version's members, proved.
struct Answers {
	share_version: u32,
	threshold: u16,
	pairs: Vec<PartialPair>,
	block: BlockNumber,
}

/// An answer that was checked against its maker's `P_j`, and whether it is right.
type Judged = (PartialPair, bool);

enum Attempt {
	Opened(Keys, Vec<MemberIndex>),
	TooFew { have: usize, wrong: Vec<MemberIndex> },
}

impl Answers {
	async fn read(
		client: &mut Client,
		wanted: &Wanted,
		identity: &Identity,
	) -> Result<Self, DeviceError> {
		let serial = wanted.serial;
		let (registration, queue) = (registry::registration(serial), issuance::queue(serial));
		let answers: Vec<Vec<u8>> = (0..MAX_MEMBERS as usize)
			.filter_map(MemberIndex::from_position)
			.map(|member| issuance::partials(serial, member))
			.collect();
		let keys: Vec<Vec<u8>> =
			[&registration, &queue].into_iter().chain(&answers).cloned().collect();
		let proved = client.prove(&keys).await?;
		let recorded = proved.require::<Registration>(&registration, "registration")?;
		check_registration(client, recorded.get(), wanted, identity)?;
		let entry: QueueEntry = proved
			.value(&queue)?
			.ok_or_else(|| DeviceError::AnswersPruned { identity: identity.clone(), serial })?;
		let pairs = read_pairs(&proved, &answers, entry.share_version)?;
		let version = dta::share_version(entry.share_version);
		let committee: ShareVersion = client
			.prove(std::slice::from_ref(&version))
			.await?
			.require(&version, "share version")?
			.into_inner();
		let (share_version, block) = (entry.share_version, proved.number());
		Ok(Self { share_version, threshold: committee.threshold, pairs, block })
	}

	/// Combines any `threshold` answers. Only if the keys fail is each answer checked against its
	/// maker's proved `P_j`, and the right ones are combined.
	async fn open(
		&self,
		client: &mut Client,
		store: &Store,
		wanted: &Wanted,
		judged: &mut Vec<Judged>,
	) -> Result<Attempt, DeviceError> {
		let need = usize::from(self.threshold);
		let known = |pair: &&PartialPair| judged.contains(&((*pair).clone(), false));
		let (bad, hopeful): (Vec<&PartialPair>, Vec<&PartialPair>) =
			self.pairs.iter().partition(known);
		let wrong: Vec<MemberIndex> = bad.iter().map(|pair| pair.sign.member).collect();
		let hopeful: Vec<PartialPair> = hopeful.into_iter().cloned().collect();
		if hopeful.len() < need {
			return Ok(Attempt::TooFew { have: hopeful.len(), wrong });
		}
		if let Ok(keys) = open_pairs(store, wanted, &hopeful, self.threshold) {
			return Ok(Attempt::Opened(keys, wrong));
		}
		client.tell("the answers do not make a key; checking each");
		let (right, wrong) = self.sort(client, store, wanted, judged).await?;
		if right.len() < need {
			return Ok(Attempt::TooFew { have: right.len(), wrong });
		}
		let keys =
			open_pairs(store, wanted, &right, self.threshold).map_err(DeviceError::Combination)?;
		Ok(Attempt::Opened(keys, wrong))
	}

	async fn sort(
		&self,
		client: &mut Client,
		store: &Store,
		wanted: &Wanted,
		judged: &mut Vec<Judged>,
	) -> Result<(Vec<PartialPair>, Vec<MemberIndex>), DeviceError> {
		let key_of =
			|pair: &PartialPair| dta::verification_key(self.share_version, pair.sign.member);
		let keys: Vec<Vec<u8>> = self.pairs.iter().map(key_of).collect();
		let proved = client.prove(&keys).await?;
		let transport = wanted.secret.point().decode()?;
		let (mut right, mut wrong) = (Vec::new(), Vec::new());
		for (pair, key) in self.pairs.iter().zip(&keys) {
			let known = judged.iter().find(|(other, _)| other == pair).map(|(_, holds)| *holds);
			let holds = match (known, verification_key(&proved, key)?) {
				(Some(holds), _) => holds,
				// It may still confirm its share, so this is not remembered.
				(None, None) => false,
				(None, Some(key)) => {
					let right = |partial: &PartialKey, purpose| {
						let request = request(store, wanted.serial, purpose);
						partial.verify(&request, &transport, &key).is_ok()
					};
					let holds =
						right(&pair.sign, Purpose::Sign) && right(&pair.decrypt, Purpose::Decrypt);
					judged.push((pair.clone(), holds));
					holds
				}
			};
			if holds {
				right.push(pair.clone());
			} else {
				wrong.push(pair.sign.member);
			}
		}
		Ok((right, wrong))
	}
}

/// A member's proved `P_j`. One that never confirmed its share has none, and no right answer.
fn verification_key(proved: &Proved, key: &[u8]) -> Result<Option<G2>, ChainError> {
	match proved.value::<G2Bytes>(key) {
		Ok(bytes) => Ok(bytes.and_then(|bytes| bytes.decode().ok())),
		Err(ChainError::Storage(StorageError::Value)) => Ok(None),
		Err(error) => Err(error),
	}
}

/// The answers of `share_version`, each from the member under whose index it is stored.
fn read_pairs(
	proved: &Proved,
	keys: &[Vec<u8>],
	share_version: u32,
) -> Result<Vec<PartialPair>, ChainError> {
	let mut pairs = Vec::new();
	for (position, key) in keys.iter().enumerate() {
		let Some(pair) = proved.value::<PartialPair>(key)? else { continue };
		let own = |partial: &PartialKey| {
			partial.share_version == share_version
				&& MemberIndex::from_position(position) == Some(partial.member)
		};
		if own(&pair.sign) && own(&pair.decrypt) {
			pairs.push(pair);
		}
	}
	Ok(pairs)
}

fn request(store: &Store, serial: Serial, purpose: Purpose) -> KeyRequest {
	let (key_id, identity) = (store.anchor().key_id(), store.identity().clone());
	KeyRequest { key_id, serial, identity, purpose }
}

fn open_pairs(
	store: &Store,
	wanted: &Wanted,
	pairs: &[PartialPair],
	threshold: u16,
) -> Result<Keys, ExtractionError> {
	let sign: Vec<PartialKey> = pairs.iter().map(|pair| pair.sign).collect();
	let decrypt: Vec<PartialKey> = pairs.iter().map(|pair| pair.decrypt).collect();
	Ok(Keys {
		serial: wanted.serial,
		sign: open_key(store, wanted, &sign, threshold)?,
		decrypt: open_key(store, wanted, &decrypt, threshold)?,
	})
}

fn open_key<U: KeyUse>(
	store: &Store,
	wanted: &Wanted,
	partials: &[PartialKey],
	threshold: u16,
) -> Result<IdentityKey<U>, ExtractionError> {
	// `combine` looks at neither serial nor purpose: an answer for another would fail in `open`.
	let Wanted { serial, secret, master } = wanted;
	if partials.len() < usize::from(threshold) {
		return Err(CombineError::TooFew.into());
	}
	let key_id = store.anchor().key_id();
	combine(partials, threshold)?.open(&key_id, *serial, store.identity(), secret, master)
}
