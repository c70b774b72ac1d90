//! What a ceremony made, recomputed here, and the own share of it.

use crate::{
	ceremony::Turn,
	error::refused,
	ledger::Confirmed,
	sealed::entropy,
	state::Finalized,
	store::{SecretKind, Slot},
	vault::Inner,
};
use symbolon_crypto::{
	ceremony::{
		confirm::{Outcome, SecretShare},
		deal::VerifiedDealing,
	},
	KeyId, MemberIndex,
};
use symbolon_host::VaultError;
use symbolon_primitives::dta::{MasterKey, ShareVersion};

/// The current key, checked, with its share version.
pub(crate) struct Current {
	pub key: MasterKey,
	pub version: ShareVersion,
}

/// The own share of the current key.
pub(crate) struct OwnShare {
	pub member: MemberIndex,
	pub share: SecretShare,
}

impl Inner {
	/// The sums over the dealings that were not disqualified, equal to those on chain; and
	/// those dealings.
	pub(crate) fn outcome(
		&self,
		state: &Finalized,
		turn: &Turn,
		dealings: Vec<VerifiedDealing>,
	) -> Result<(Outcome, Vec<VerifiedDealing>), VaultError> {
		let number = turn.ceremony.number;
		let mut qualified = Vec::new();
		for dealing in dealings {
			if !state.disqualified(number, dealing.dealer())? {
				qualified.push(dealing);
			}
		}
		let outcome = Outcome::genesis(&turn.ceremony.sid, &qualified)
			.map_err(|error| refused(format!("ceremony {number}: no outcome: {error}")))?;
		let stored = state.outcome(number)?.ok_or_else(|| {
			refused(format!("ceremony {number} is in Confirm, but has no outcome on chain"))
		})?;
		if outcome.qualified() != &stored.qualified[..] || outcome.sums() != stored.sums[..] {
			return Err(refused(format!(
				"ceremony {number}: the outcome on chain is not the sum of the dealings that \
				 were not disqualified"
			)));
		}
		let active = state.current_key()?.filter(|key| key.key_no == turn.ceremony.key_no);
		if active.is_some_and(|key| key.public != outcome.master_public_key().encode()) {
			return Err(refused(format!(
				"ceremony {number}: the key on chain is not the one that its dealings make"
			)));
		}
		Ok((outcome, qualified))
	}

	/// The own share: the stored one if it fits the outcome, else opened from the dealings and
	/// stored.
	pub(crate) fn secure_share(
		&self,
		slot: &Slot,
		outcome: &Outcome,
		qualified: &[VerifiedDealing],
	) -> Result<SecretShare, VaultError> {
		let stored = self
			.store
			.load_secret(slot, SecretKind::Share)?
			.and_then(|bytes| SecretShare::from_bytes(slot.member, &bytes))
			.filter(|share| share.verification_key() == outcome.verification_key(slot.member));
		if let Some(share) = stored {
			return Ok(share);
		}
		let number = slot.ceremony;
		let secret = self.ceremony_secret(slot)?;
		let mut opened = Vec::new();
		for dealing in qualified {
			let share = dealing
				.open_share(slot.member, &secret, entropy()?)
				.map_err(|error| refused(error.to_string()))?
				.map_err(|_| {
					refused(format!(
						"ceremony {number}: the share of qualified dealer {} is wrong, and judging \
						 is over: this member has no share before the next refresh",
						dealing.dealer()
					))
				})?;
			opened.push((dealing.dealer(), share));
		}
		let share = outcome
			.share(slot.member, &opened)
			.map_err(|error| refused(format!("ceremony {number}: no share: {error}")))?;
		self.store.save_secret(slot, SecretKind::Share, &share.to_bytes())?;
		Ok(share)
	}

	/// The current key with its identifier recomputed. Not due if there is none.
	pub(crate) fn current(&self, state: &Finalized) -> Result<Current, VaultError> {
		let key = state.current_key()?.ok_or(VaultError::NotDue)?;
		let version = state.share_version(key.share_version)?.ok_or_else(|| {
			refused(format!(
				"share version {} of the current key is not on chain",
				key.share_version
			))
		})?;
		if key.key_id != KeyId::derive(&self.source.genesis_hash(), key.key_no, &key.public) {
			return Err(refused(format!(
				"key {}: its identifier on chain is not that of its public key",
				key.key_no
			)));
		}
		if version.key_no != key.key_no {
			return Err(refused(format!(
				"share version {} belongs to key {}, expected key {}",
				key.share_version, version.key_no, key.key_no
			)));
		}
		Ok(Current { key, version })
	}

	/// The own share of the current share version, held against the ledger and the chain. Not
	/// due if this vault has none.
	pub(crate) fn own_share(
		&self,
		state: &Finalized,
		current: &Current,
	) -> Result<OwnShare, VaultError> {
		let ceremony = current.version.ceremony_no;
		let version = current.key.share_version;
		let entry = self.ledger.book().ceremony(ceremony).ok_or(VaultError::NotDue)?;
		let Some(Confirmed { master, own, .. }) = &entry.confirmed else {
			return Err(VaultError::NotDue);
		};
		let member = entry.part.member;
		let on_chain = state.verification_key(version, member)?;
		if on_chain.is_none() {
			// Confirmed here, but not yet on the finalized chain.
			return Err(VaultError::NotDue);
		}
		if *master != current.key.public || on_chain != Some(*own) {
			return Err(refused(format!(
				"share version {version}: the public key, or member {member}'s verification key, \
				 is not the one that this vault confirmed"
			)));
		}
		let share = self
			.store
			.load_secret(&Slot::from(&entry.part), SecretKind::Share)?
			.and_then(|bytes| SecretShare::from_bytes(member, &bytes))
			.filter(|share| share.verification_key().encode() == *own)
			.ok_or_else(|| {
				VaultError::Storage(format!(
					"the share of share version {version} is missing or not the confirmed one: \
					 restore it from the backup"
				))
			})?;
		Ok(OwnShare { member, share })
	}
}
