//! Partial keys, and the check of the members' partial keys on chain.

use crate::{
	error::refused,
	ledger::Record,
	outcome::{Current, OwnShare},
	sealed::entropy,
	state::Finalized,
	vault::Inner,
	LOG,
};
use symbolon_crypto::{
	cover::Subtree,
	curve::{G1, G2},
	extraction::{KeyRequest, PartialKey},
	hash::sha256,
	identity::TREE_HEIGHT,
	MemberIndex, Purpose, Serial,
};
use symbolon_host::VaultError;
use symbolon_primitives::{
	issuance::PartialPair, limits::MAX_PARTIALS_PER_CALL, registry::Registration,
};

/// A request for a key that is due, everything about it verified here.
struct DueKey {
	serial: Serial,
	registration: Registration,
	transport: G1,
}

/// Why a queued serial is not answered.
enum Skip {
	/// Not queued, answered, revoked or of another key.
	NotDue,
	/// It contradicts the ledger or does not verify.
	Wrong(String),
}

impl Inner {
	/// Partial keys for both purposes of those serials that are due. One that does not verify
	/// or contradicts the ledger is left out; refused only if nothing else is left.
	pub(crate) fn partial_keys(
		&mut self,
		state: &Finalized,
		share_version: u32,
		mut serials: Vec<Serial>,
	) -> Result<Vec<(PartialKey, PartialKey)>, VaultError> {
		if serials.len() > MAX_PARTIALS_PER_CALL as usize {
			return Err(refused(format!(
				"expected at most {MAX_PARTIALS_PER_CALL} serials in one request, found {}",
				serials.len()
			)));
		}
		let current = self.current(state)?;
		if current.key.share_version != share_version {
			return Err(VaultError::NotDue);
		}
		let own = self.own_share(state, &current)?;
		serials.sort_unstable();
		serials.dedup();
		let (mut due, mut wrong) = (Vec::new(), None);
		for serial in serials {
			match self.due_key(state, &current, own.member, serial)? {
				Ok(key) => due.push(key),
				Err(Skip::NotDue) => (),
				Err(Skip::Wrong(why)) => {
					log::error!(target: LOG, "no partial key: {why}");
					wrong = Some(why);
				}
			}
		}
		if due.is_empty() {
			return Err(wrong.map_or(VaultError::NotDue, refused));
		}
		let partials = due
			.iter()
			.map(|key| {
				let sign = extract(&own, &current, key, Purpose::Sign)?;
				Ok((sign, extract(&own, &current, key, Purpose::Decrypt)?))
			})
			.collect::<Result<Vec<_>, VaultError>>()?;
		self.commit(state, due.iter().map(issued).collect())?;
		Ok(partials)
	}

	fn due_key(
		&self,
		state: &Finalized,
		current: &Current,
		member: MemberIndex,
		serial: Serial,
	) -> Result<Result<DueKey, Skip>, VaultError> {
		let version = current.key.share_version;
		let queued = state.queue(serial)?.is_some_and(|entry| entry.share_version == version);
		let answered =
			state.partials(serial, member)?.is_some_and(|pair| pair.sign.share_version == version);
		let registration = state.identity(serial)?.filter(|registration| {
			registration.revoked.is_none() && registration.key_no == current.key.key_no
		});
		let Some(registration) = registration.filter(|_| queued && !answered) else {
			return Ok(Err(Skip::NotDue));
		};
		for level in 0..=TREE_HEIGHT {
			if state.revoked(&Subtree::above(serial, level))? {
				return Ok(Err(Skip::NotDue));
			}
		}
		let transport = registration.transport.verify(&current.key.key_id, &registration.identity);
		let key = match transport {
			Ok(transport) => DueKey { serial, registration, transport },
			Err(error) => {
				return Ok(Err(Skip::Wrong(format!(
					"serial {serial}: its transport key, which the chain took, does not verify \
					 here: {error}"
				))));
			}
		};
		Ok(match self.ledger.book().check(&issued(&key)) {
			Ok(_) => Ok(key),
			Err(contradiction) => Err(Skip::Wrong(contradiction.to_string())),
		})
	}

	/// Maker and purpose of each partial key on chain for `serial` that fails its public check,
	/// by ascending member.
	pub(crate) fn check_partials(
		&self,
		state: &Finalized,
		serial: Serial,
	) -> Result<Vec<(MemberIndex, Purpose)>, VaultError> {
		let current = self.current(state)?;
		let version = current.key.share_version;
		let queued = state.queue(serial)?.filter(|entry| entry.share_version == version);
		let (Some(_), Some(registration)) = (queued, state.identity(serial)?) else {
			return Err(VaultError::NotDue);
		};
		let transport = registration
			.transport
			.point
			.decode()
			.map_err(|error| refused(format!("serial {serial}: its transport key: {error}")))?;
		let mut wrong = Vec::new();
		for member in current.version.indices() {
			let Some(PartialPair { sign, decrypt }) = state.partials(serial, member)? else {
				continue;
			};
			let Some(key) = self.member_key(state, version, member)? else { continue };
			for (purpose, partial) in [(Purpose::Sign, sign), (Purpose::Decrypt, decrypt)] {
				let request = KeyRequest {
					key_id: current.key.key_id,
					serial,
					identity: registration.identity.clone(),
					purpose,
				};
				let fits = partial.member == member && partial.share_version == version;
				if !fits || partial.verify(&request, &transport, &key).is_err() {
					wrong.push((member, purpose));
				}
			}
		}
		Ok(wrong)
	}

	/// `P_j` on chain; none if the member has not confirmed.
	pub(crate) fn member_key(
		&self,
		state: &Finalized,
		version: u32,
		member: MemberIndex,
	) -> Result<Option<G2>, VaultError> {
		let Some(key) = state.verification_key(version, member)? else { return Ok(None) };
		key.decode().map(Some).map_err(|error| {
			refused(format!(
				"share version {version}: the verification key of member {member} on chain: {error}"
			))
		})
	}
}

/// The ledger's record of an answer.
fn issued(key: &DueKey) -> Record {
	Record::Issued {
		serial: key.serial,
		identity: sha256(key.registration.identity.as_bytes()),
		transport: key.registration.transport.point,
	}
}

/// One partial key, with entropy of its own.
fn extract(
	own: &OwnShare,
	current: &Current,
	key: &DueKey,
	purpose: Purpose,
) -> Result<PartialKey, VaultError> {
	let request = KeyRequest {
		key_id: current.key.key_id,
		serial: key.serial,
		identity: key.registration.identity.clone(),
		purpose,
	};
	Ok(own.share.extract(&request, current.key.share_version, &key.transport, entropy()?))
}
