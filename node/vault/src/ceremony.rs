//! The requests of a ceremony: register, deal, judge, confirm.
//!
//! Each message is stored, then recorded, then released, and from then on repeated. A message
//! that was stored but not recorded when the process died is taken up again as it is.

use crate::{
	error::refused,
	hold,
	ledger::{CeremonyEntry, MessageKind, Part, Record},
	sealed::entropy,
	state::Finalized,
	store::{SecretKind, Slot},
	vault::Inner,
};
use codec::{Decode, Encode};
use symbolon_crypto::{
	ceremony::{
		confirm::Confirmation,
		deal::{self, Dealing, Receiver, VerifiedDealing},
		judge::{judged_digest, Judgement},
		register::{self, CeremonySecret, Registration},
		CeremonyKind,
	},
	hash::sha256,
	sharing::threshold,
	DealerIndex, MemberIndex,
};
use symbolon_host::VaultError;
use symbolon_primitives::{
	dta::{Ceremony, Phase},
	Account,
};

/// A ceremony whose phase is due, and the own place in it; checked against chain and ledger.
pub(crate) struct Turn {
	pub ceremony: Ceremony,
	pub slot: Slot,
	pub account: Account,
}

impl Inner {
	/// The turn, if the finalized ceremony is `number` in a phase that `kind` is made in.
	fn turn(
		&self,
		state: &Finalized,
		number: u32,
		member: MemberIndex,
		kind: MessageKind,
	) -> Result<Turn, VaultError> {
		let current = state.current_ceremony()?;
		let Some(ceremony) = current.filter(|ceremony| ceremony.number == number) else {
			return Err(VaultError::NotDue);
		};
		let genesis = ceremony.kind == CeremonyKind::Genesis;
		if (!genesis || kind == MessageKind::Dealing) && hold::is_held(&self.dir)? {
			return Err(VaultError::Held);
		}
		let due = match kind {
			MessageKind::Registration => ceremony.phase == Phase::Register,
			MessageKind::Dealing => ceremony.phase == Phase::Deal,
			MessageKind::Judgement => ceremony.phase == Phase::Judge,
			MessageKind::Confirmation => matches!(ceremony.phase, Phase::Confirm | Phase::Late),
		};
		if !due {
			return Err(VaultError::NotDue);
		}
		if !genesis {
			return Err(refused(format!(
				"ceremony {number} is no Genesis ceremony; this vault knows no other kind yet"
			)));
		}
		self.check_terms(&ceremony)?;
		let account = *ceremony
			.account(member)
			.ok_or_else(|| refused(format!("ceremony {number} has no member {member}")))?;
		let slot = Slot { ceremony: number, sid: ceremony.sid, member };
		match self.ledger.book().ceremony(number) {
			Some(entry) if Slot::from(&entry.part) != slot => Err(refused(format!(
				"ceremony {number}: the ledger holds another identifier or member of it"
			))),
			_ => Ok(Turn { ceremony, slot, account }),
		}
	}

	/// That the ceremony's identifier binds what the chain says of it, and its threshold is the
	/// protocol's.
	fn check_terms(&self, ceremony: &Ceremony) -> Result<(), VaultError> {
		let number = ceremony.number;
		let members = &ceremony.members[..];
		let expected = u16::try_from(members.len()).map(threshold).unwrap_or(0);
		if expected == 0 || ceremony.threshold != expected {
			return Err(refused(format!(
				"ceremony {number}: expected threshold {expected} for {} members, found {}",
				members.len(),
				ceremony.threshold
			)));
		}
		let mut sorted: Vec<&Account> = members.iter().collect();
		sorted.sort_unstable();
		if sorted.windows(2).any(|pair| pair.first() == pair.last()) {
			return Err(refused(format!("ceremony {number}: an account is listed twice")));
		}
		let terms = Ceremony::genesis_terms(
			self.source.genesis_hash(),
			ceremony.key_no,
			number,
			ceremony.new_share_version,
			members,
			ceremony.threshold,
		);
		if terms.id() != ceremony.sid {
			return Err(refused(format!(
				"ceremony {number}: its identifier does not bind the terms on chain"
			)));
		}
		Ok(())
	}

	/// The entry of a ceremony that the vault has registered in, by its ledger.
	fn entry(&self, slot: &Slot) -> Result<&CeremonyEntry, VaultError> {
		self.ledger.book().ceremony(slot.ceremony).ok_or(VaultError::NotDue)
	}

	/// The message that the ledger records, if it does.
	fn recorded<T: Decode + Encode>(
		&self,
		slot: &Slot,
		kind: MessageKind,
	) -> Result<Option<T>, VaultError> {
		let entry = self.ledger.book().ceremony(slot.ceremony);
		let Some(digest) = entry.and_then(|entry| entry.message(kind)) else { return Ok(None) };
		match self.store.load_message::<T>(slot, kind)? {
			Some(message) if sha256(&message.encode()) == digest => Ok(Some(message)),
			_ => Err(VaultError::Storage(format!(
				"the {} of ceremony {} is missing or altered; the ledger says it was stored: \
				 restore it from the backup",
				kind.as_str(),
				slot.ceremony
			))),
		}
	}

	/// A message not recorded yet: the stored one if a crash left one, else made and stored;
	/// then recorded. `on_chain` is whether the chain has a message of this kind already: then
	/// ledger and chain do not fit, and nothing is made.
	fn produce<T: Decode + Encode>(
		&mut self,
		state: &Finalized,
		slot: &Slot,
		kind: MessageKind,
		on_chain: bool,
		make: impl FnOnce(&Self) -> Result<T, VaultError>,
		record: impl FnOnce(&T, [u8; 32]) -> Record,
	) -> Result<T, VaultError> {
		if on_chain {
			return Err(refused(format!(
				"the chain holds a {} of member {} in ceremony {} that the ledger does not know: \
				 the vault was put back to an older copy, or another vault serves this member",
				kind.as_str(),
				slot.member,
				slot.ceremony
			)));
		}
		let message = match self.store.load_message(slot, kind)? {
			Some(message) => message,
			None => {
				let message = make(self)?;
				self.store.save_message(slot, kind, &message)?;
				message
			}
		};
		let digest = sha256(&message.encode());
		self.commit(state, vec![record(&message, digest)])?;
		Ok(message)
	}

	/// Own registration.
	pub(crate) fn register(
		&mut self,
		state: &Finalized,
		number: u32,
		member: MemberIndex,
	) -> Result<Registration, VaultError> {
		const KIND: MessageKind = MessageKind::Registration;
		let Turn { ceremony, slot, account } = self.turn(state, number, member, KIND)?;
		if let Some(registration) = self.recorded(&slot, KIND)? {
			return Ok(registration);
		}
		let on_chain = state.registration(number, member)?.is_some();
		if !on_chain {
			self.drop_half_made_registration(&slot)?;
		}
		self.produce(
			state,
			&slot,
			KIND,
			on_chain,
			|vault| {
				let (secret, registration) =
					register::register(&slot.sid, member, &account, entropy()?);
				let kind = SecretKind::CeremonyKey;
				vault.store.save_secret(&slot, kind, &secret.to_bytes())?;
				Ok(registration)
			},
			|registration, message| {
				Record::Registered(Part {
					ceremony: number,
					sid: slot.sid,
					member,
					share_version: ceremony.new_share_version,
					key: registration.key,
					message,
				})
			},
		)
	}

	/// A stored registration counts only together with its `x_j`.
	fn drop_half_made_registration(&self, slot: &Slot) -> Result<(), VaultError> {
		const KIND: MessageKind = MessageKind::Registration;
		let Some(stored) = self.store.load_message::<Registration>(slot, KIND)? else {
			return Ok(());
		};
		let secret = self
			.store
			.load_secret(slot, SecretKind::CeremonyKey)?
			.and_then(|bytes| CeremonySecret::from_bytes(&bytes));
		if secret.is_none_or(|secret| secret.public().encode() != stored.key) {
			self.store.drop_message(slot.ceremony, KIND)?;
		}
		Ok(())
	}

	/// The registered members with their keys, ascending, each proof verified here. Not due
	/// unless the own registration is among them, as this vault made it.
	fn receivers(&self, state: &Finalized, turn: &Turn) -> Result<Vec<Receiver>, VaultError> {
		let Turn { ceremony, slot, .. } = turn;
		let own = self.entry(slot)?.part.message;
		let mut receivers: Vec<Receiver> = Vec::new();
		let mut registered = false;
		for index in ceremony.indices() {
			let Some(registration) = state.registration(ceremony.number, index)? else { continue };
			let account = ceremony.account(index).ok_or(VaultError::NotDue)?;
			let wrong = |what: &dyn std::fmt::Display| {
				refused(format!(
					"ceremony {}: the registration of member {index}, which the chain took, does \
					 not verify here: {what}",
					ceremony.number
				))
			};
			let key = registration
				.verify(&ceremony.sid, index, account)
				.map_err(|error| wrong(&error))?;
			if receivers.iter().any(|other| other.key == key) {
				return Err(wrong(&"its key is another member's"));
			}
			if index == slot.member {
				if sha256(&registration.encode()) != own {
					return Err(wrong(&"it is the own one, but not the one this vault made"));
				}
				registered = true;
			}
			receivers.push(Receiver { index, key });
		}
		if !registered || receivers.len() < usize::from(ceremony.threshold) {
			return Err(VaultError::NotDue);
		}
		Ok(receivers)
	}

	/// Own dealing, to the members registered at the finalized block (in Deal their set is
	/// closed).
	pub(crate) fn deal(
		&mut self,
		state: &Finalized,
		number: u32,
		member: MemberIndex,
	) -> Result<Dealing, VaultError> {
		const KIND: MessageKind = MessageKind::Dealing;
		let turn = self.turn(state, number, member, KIND)?;
		if let Some(dealing) = self.recorded(&turn.slot, KIND)? {
			return Ok(dealing);
		}
		let receivers = self.receivers(state, &turn)?;
		let dealer = DealerIndex::from(member);
		let on_chain = state.dealing(number, dealer)?.is_some();
		let Turn { ceremony, slot, .. } = turn;
		let threshold = ceremony.threshold;
		self.produce(
			state,
			&slot,
			KIND,
			on_chain,
			|_| Ok(deal::deal(&slot.sid, dealer, threshold, &receivers, entropy()?)),
			|_, message| Record::Dealt { ceremony: number, message },
		)
	}

	/// All dealings on chain by ascending dealer, shape and proofs verified here.
	pub(crate) fn dealings(
		&self,
		state: &Finalized,
		turn: &Turn,
	) -> Result<Vec<VerifiedDealing>, VaultError> {
		let Turn { ceremony, slot, .. } = turn;
		let receivers = self.receivers(state, turn)?;
		let indices: Vec<MemberIndex> = receivers.iter().map(|receiver| receiver.index).collect();
		let mut dealings = Vec::new();
		for index in &indices {
			let dealer = DealerIndex::from(*index);
			let Some(dealing) = state.dealing(ceremony.number, dealer)? else { continue };
			if *index == slot.member && self.entry(slot)?.dealing != Some(sha256(&dealing.encode()))
			{
				return Err(refused(format!(
					"ceremony {}: the chain holds a dealing of member {index} that this vault did \
					 not make: it was put back to an older copy, or another vault serves this \
					 member",
					ceremony.number
				)));
			}
			let verified = dealing
				.verify(&ceremony.sid, dealer, ceremony.threshold, &indices)
				.map_err(|error| {
					refused(format!(
						"ceremony {}: the dealing of member {dealer}, which the chain took, does \
						 not verify here: {error}",
						ceremony.number
					))
				})?;
			dealings.push(verified);
		}
		Ok(dealings)
	}

	/// Own `x_j`, which must be the registered one.
	pub(crate) fn ceremony_secret(&self, slot: &Slot) -> Result<CeremonySecret, VaultError> {
		let key = self.entry(slot)?.part.key;
		self.store
			.load_secret(slot, SecretKind::CeremonyKey)?
			.and_then(|bytes| CeremonySecret::from_bytes(&bytes))
			.filter(|secret| secret.public().encode() == key)
			.ok_or_else(|| {
				VaultError::Storage(format!(
					"the ceremony key of ceremony {} is missing or not the registered one",
					slot.ceremony
				))
			})
	}

	/// Own judgement: complaints against dealings whose own share is wrong, as many as one member
	/// may make, each dealing's proofs verified before anything is shown.
	pub(crate) fn judge(
		&mut self,
		state: &Finalized,
		number: u32,
		member: MemberIndex,
	) -> Result<Judgement, VaultError> {
		const KIND: MessageKind = MessageKind::Judgement;
		let turn = self.turn(state, number, member, KIND)?;
		if let Some(judgement) = self.recorded(&turn.slot, KIND)? {
			return Ok(judgement);
		}
		let dealings = self.dealings(state, &turn)?;
		let on_chain = state.judged(number, member)?;
		let most = turn.ceremony.max_complaints();
		let slot = turn.slot;
		self.produce(
			state,
			&slot,
			KIND,
			on_chain,
			|vault| {
				let secret = vault.ceremony_secret(&slot)?;
				let mut complaints = Vec::new();
				for dealing in &dealings {
					if complaints.len() >= most {
						break;
					}
					let opened = dealing
						.open_share(member, &secret, entropy()?)
						.map_err(|error| refused(error.to_string()))?;
					complaints.extend(opened.err());
				}
				let judged: Vec<_> =
					dealings.iter().map(|dealing| (dealing.dealer(), dealing.digest())).collect();
				Ok(Judgement { judged: judged_digest(&slot.sid, &judged), complaints })
			},
			|_, message| Record::Judged { ceremony: number, message },
		)
	}

	/// Own confirmation. The share is sealed under its share version before the confirmation is
	/// stored.
	pub(crate) fn confirm(
		&mut self,
		state: &Finalized,
		number: u32,
		member: MemberIndex,
	) -> Result<Confirmation, VaultError> {
		const KIND: MessageKind = MessageKind::Confirmation;
		let turn = self.turn(state, number, member, KIND)?;
		if let Some(confirmation) = self.recorded(&turn.slot, KIND)? {
			return Ok(confirmation);
		}
		let on_chain = state.confirmed(number, member)?;
		let dealings = self.dealings(state, &turn)?;
		let (outcome, dealings) = self.outcome(state, &turn, dealings)?;
		let slot = turn.slot;
		let share = self.secure_share(&slot, &outcome, &dealings)?;
		let (master, own) =
			(outcome.master_public_key().encode(), share.verification_key().encode());
		self.produce(
			state,
			&slot,
			KIND,
			on_chain,
			|_| Ok(share.confirm(&outcome, entropy()?)),
			|_, message| {
				Record::Confirmed(crate::ledger::Confirmed {
					ceremony: number,
					message,
					master,
					own,
				})
			},
		)
	}
}
