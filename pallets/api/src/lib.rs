//! What the pallets ask of each other, and the session key their workers sign with.
//!
//! Pallets know each other by these traits only; the runtime ties them together.

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod costs;

use alloc::vec::Vec;
use codec::Encode;
use sp_runtime::{DispatchError, DispatchResult};
use symbolon_crypto::{cover::Subtree, Epoch, G2Bytes, MemberIndex, Serial};
use symbolon_primitives::{
	dta::{Fault, MasterKey, ShareVersion},
	epochs::RevocationHead,
	member::CallTag,
	registry::Registration,
	Account,
};

/// The members' session key: sr25519 under a key type of its own, so that nothing it signs can
/// be taken for a vote of the consensus.
pub mod authority {
	mod app {
		use sp_application_crypto::{app_crypto, sr25519, KeyTypeId};
		app_crypto!(sr25519, KeyTypeId(symbolon_primitives::member::KEY_TYPE));
	}

	/// A member's public session key.
	pub type AuthorityId = app::Public;
	/// A signature by it.
	pub type AuthoritySignature = app::Signature;
	/// A pair of it; native only.
	#[cfg(feature = "std")]
	pub type AuthorityPair = app::Pair;
}

use authority::{AuthorityId, AuthoritySignature};

/// The committee that serves the current key, as other pallets see it. Offered by `dta`.
pub trait Committee {
	/// The current master key, once there is one.
	fn current_key() -> Option<MasterKey>;

	/// A share version.
	fn share_version(version: u32) -> Option<ShareVersion>;

	/// `P_j` of a share version.
	fn verification_key(version: u32, member: MemberIndex) -> Option<G2Bytes>;

	/// The session key of an account, as of the present session.
	fn session_key(account: &Account) -> Option<AuthorityId>;

	/// Puts a provable fault on record.
	fn blame(account: &Account, share_version: u32, fault: Fault);

	/// The member of `version` that account's session key lies in this node's keystore. Off-chain
	/// workers only.
	fn local_member(version: u32) -> Option<LocalMember>;
}

/// A member whose session key this node holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LocalMember {
	/// Its index.
	pub index: MemberIndex,
	/// Its session key.
	pub key: AuthorityId,
}

impl LocalMember {
	/// Signs a call's payload. `None` if the key has gone from the keystore.
	pub fn sign<P: Encode>(
		&self,
		genesis_hash: &[u8; 32],
		tag: CallTag,
		payload: &P,
	) -> Option<AuthoritySignature> {
		use sp_runtime::RuntimeAppPublic;
		let bytes =
			symbolon_primitives::member::signed_bytes(genesis_hash, tag, self.index, payload);
		self.key.sign(&bytes)
	}
}

/// Whether `signature` is member `member`'s of share version `version` over the call. Cheap
/// checks come first; used from `authorize`.
pub fn verify_member<C: Committee, P: Encode>(
	genesis_hash: &[u8; 32],
	version: u32,
	member: MemberIndex,
	tag: CallTag,
	payload: &P,
	signature: &AuthoritySignature,
) -> bool {
	use sp_runtime::RuntimeAppPublic;
	let Some(share_version) = C::share_version(version) else { return false };
	let Some(account) = share_version.members.get(member.position()) else { return false };
	let Some(key) = C::session_key(account) else { return false };
	let bytes = symbolon_primitives::member::signed_bytes(genesis_hash, tag, member, payload);
	key.verify(&bytes, signature)
}

/// Registered identities and revocations. Offered by `registry`.
pub trait Identities {
	/// What the chain knows of a serial.
	fn registration(serial: Serial) -> Option<Registration>;

	/// Whether `account` is the registrar of the serial's namespace.
	fn is_registrar_of(account: &Account, serial: Serial) -> bool;

	/// Count and accumulator of all revocations up to now.
	fn revocations() -> RevocationHead;

	/// Revoked subtrees of log positions below `count`, by ascending first serial, larger ones
	/// first.
	fn revoked_sorted(count: u64) -> Vec<Subtree>;
}

/// Takes requests for keys. Offered by `issuance`.
pub trait KeyQueue {
	/// Whether `more` further requests fit.
	fn has_room(more: u32) -> bool;

	/// Queues a newly registered serial. Fails when the queue is full or there is no key.
	fn enqueue(serial: Serial) -> DispatchResult;

	/// Drops what waits for a serial that was revoked, since no vault answers it any more. Nothing
	/// happens if enough members answered already, or nothing waits.
	fn withdraw(serial: Serial);
}

/// The epochs, as other pallets see them. Offered by `epochs`.
pub trait EpochClock {
	/// The epoch that holds the present block's time.
	fn current() -> Result<Epoch, DispatchError>;

	/// The first epoch whose snapshot is not frozen yet: a revocation made now holds from it.
	fn first_unfrozen() -> Result<Epoch, DispatchError>;
}
