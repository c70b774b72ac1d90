//! What other pallets ask of this one.

use crate::*;
use sp_runtime::RuntimeAppPublic;
use symbolon_api::{authority::AuthorityId, Committee, LocalMember};
use symbolon_crypto::{G2Bytes, MemberIndex};
use symbolon_primitives::{
	dta::{Blame, Fault, MasterKey, ShareVersion},
	limits::MAX_BLAMES,
	Account,
};

impl<T: Config> Committee for Pallet<T> {
	fn current_key() -> Option<MasterKey> {
		CurrentKey::<T>::get()
	}

	fn share_version(version: u32) -> Option<ShareVersion> {
		ShareVersions::<T>::get(version)
	}

	fn verification_key(version: u32, member: MemberIndex) -> Option<G2Bytes> {
		VerificationKeys::<T>::get(version, member)
	}

	fn session_key(account: &Account) -> Option<AuthorityId> {
		SessionKeys::<T>::get(account)
	}

	fn blame(account: &Account, share_version: u32, fault: Fault) {
		let blame = Blame { at: Self::now(), account: *account, share_version, fault };
		let number = BlameCount::<T>::get();
		Blames::<T>::insert(number, blame);
		if let Some(old) = number.checked_sub(MAX_BLAMES) {
			Blames::<T>::remove(old);
		}
		BlameCount::<T>::put(number.saturating_add(1));
		Self::deposit_event(Event::Blamed { account: *account, fault });
	}

	fn local_member(version: u32) -> Option<LocalMember> {
		let version = ShareVersions::<T>::get(version)?;
		Self::local_member_of(&version.members)
	}
}

impl<T: Config> Pallet<T> {
	/// The first of `members` whose session key lies in this node's keystore.
	pub(crate) fn local_member_of(members: &[Account]) -> Option<LocalMember> {
		let local = AuthorityId::all();
		members.iter().enumerate().find_map(|(position, account)| {
			let key = SessionKeys::<T>::get(account).filter(|key| local.contains(key))?;
			Some(LocalMember { index: MemberIndex::from_position(position)?, key })
		})
	}
}
