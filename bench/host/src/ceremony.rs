//! A ceremony from fixed entropy, and the committee that comes out of it.

use std::error::Error;
use symbolon_crypto::{
	ceremony::{
		confirm::{Confirmation, Outcome, SecretShare},
		deal::{deal, Dealing, Receiver, VerifiedDealing},
		judge::Complaint,
		register::{register, CeremonySecret, Registration},
		CeremonyId, CeremonyKind, CeremonyTerms,
	},
	hash::sha256,
	sharing::threshold,
	DealerIndex, Entropy, MemberIndex,
};

/// What every step here may fail with.
pub type Fallible<T> = Result<T, Box<dyn Error>>;

/// Entropy that is the same in every run.
pub fn entropy(label: &str) -> Entropy {
	Entropy::take(&mut sha256(label.as_bytes()))
}

/// Account of the member at `position`.
fn account(position: usize) -> [u8; 32] {
	sha256(format!("account {position}").as_bytes())
}

/// A member as it stands after the Register phase.
pub struct Member {
	pub index: MemberIndex,
	pub account: [u8; 32],
	pub registration: Registration,
	secret: CeremonySecret,
}

/// A Genesis ceremony in which all took part.
pub struct Ceremony {
	pub sid: CeremonyId,
	pub threshold: u16,
	pub members: Vec<Member>,
	pub dealings: Vec<Dealing>,
	verified: Vec<VerifiedDealing>,
	pub outcome: Outcome,
}

impl Ceremony {
	/// A ceremony of `n` members up to the end of judging, with no complaints.
	pub fn run(n: u16) -> Fallible<Self> {
		let terms = CeremonyTerms {
			genesis_hash: [7; 32],
			key_no: 1,
			ceremony_no: 1,
			kind: CeremonyKind::Genesis,
			old_share_version: 0,
			new_share_version: 1,
			old: None,
			members: (0..usize::from(n)).map(account).collect(),
			threshold_old: 0,
			threshold: threshold(n),
		};
		let (sid, threshold) = (terms.id(), terms.threshold);
		let members =
			(0..usize::from(n)).map(|i| join(&sid, i)).collect::<Fallible<Vec<Member>>>()?;
		let receivers = receivers(&members);
		let indices: Vec<_> = members.iter().map(|member| member.index).collect();
		let (mut dealings, mut verified) = (Vec::new(), Vec::new());
		for member in &members {
			let dealer = DealerIndex::from(member.index);
			let random = entropy(&format!("deal {dealer}"));
			let dealing = deal(&sid, dealer, threshold, &receivers, random);
			verified.push(dealing.verify(&sid, dealer, threshold, &indices)?);
			dealings.push(dealing);
		}
		let outcome = Outcome::genesis(&sid, &verified)?;
		Ok(Self { sid, threshold, members, dealings, verified, outcome })
	}

	/// All member indices.
	pub fn indices(&self) -> Vec<MemberIndex> {
		self.members.iter().map(|member| member.index).collect()
	}

	/// The share of the member at `position`.
	pub fn share(&self, position: usize) -> Fallible<SecretShare> {
		let member = self.members.get(position).ok_or("no such member")?;
		let open = |dealing: &VerifiedDealing| {
			let share = dealing.open_share(member.index, &member.secret, entropy("not needed"))?;
			Ok((dealing.dealer(), share.map_err(|_| "an honest dealing has a wrong share")?))
		};
		let opened = self.verified.iter().map(open).collect::<Fallible<Vec<_>>>()?;
		Ok(self.outcome.share(member.index, &opened)?)
	}

	/// The confirmation of the member at `position`.
	pub fn confirmation(&self, position: usize) -> Fallible<Confirmation> {
		Ok(self.share(position)?.confirm(&self.outcome, entropy("confirm")))
	}

	/// A dealing of the first member that holds a wrong share for the member at `position`, and
	/// that member's complaint: the share was masked for somebody else's key.
	pub fn complaint(&self, position: usize) -> Fallible<(Dealing, Complaint)> {
		let (first, member) = match (self.members.first(), self.members.get(position)) {
			(Some(first), Some(member)) if position > 0 => (first, member),
			_ => return Err("no such member".into()),
		};
		let mut receivers = receivers(&self.members);
		let key = first.secret.public();
		receivers.iter_mut().filter(|r| r.index == member.index).for_each(|r| r.key = key);
		let dealer = DealerIndex::from(first.index);
		let dealing = deal(&self.sid, dealer, self.threshold, &receivers, entropy("a lie"));
		let complaint = dealing
			.verify(&self.sid, dealer, self.threshold, &self.indices())?
			.open_share(member.index, &member.secret, entropy("complain"))?
			.err()
			.ok_or("the wrong share passed")?;
		Ok((dealing, complaint))
	}
}

fn join(sid: &CeremonyId, position: usize) -> Fallible<Member> {
	let index = MemberIndex::from_position(position).ok_or("no such index")?;
	let account = account(position);
	let (secret, registration) = register(sid, index, &account, entropy(&format!("join {index}")));
	Ok(Member { index, account, registration, secret })
}

fn receivers(members: &[Member]) -> Vec<Receiver> {
	let receiver = |member: &Member| Receiver { index: member.index, key: member.secret.public() };
	members.iter().map(receiver).collect()
}
