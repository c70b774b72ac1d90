//! Storage keys: `twox128(pallet) ‖ twox128(item) ‖ hashed keys`, as FRAME lays them out.
//!
//! Keys that the chain assigns (numbers, indices) and keys that are hashes already use the
//! Identity hasher; names, which users choose, use Blake2_128Concat.

use crate::registry::IndexKey;
use alloc::vec::Vec;
use codec::Encode;
use sp_crypto_hashing::{blake2_128, twox_128};
use symbolon_crypto::{cover::Subtree, DealerIndex, Identity, MemberIndex, Namespace, Serial};

fn item(pallet: &str, name: &str) -> Vec<u8> {
	[twox_128(pallet.as_bytes()), twox_128(name.as_bytes())].concat()
}

fn identity_map<K: Encode>(pallet: &str, name: &str, key: &K) -> Vec<u8> {
	let mut full = item(pallet, name);
	key.encode_to(&mut full);
	full
}

fn blake_map<K: Encode>(pallet: &str, name: &str, key: &K) -> Vec<u8> {
	let encoded = key.encode();
	let mut full = item(pallet, name);
	full.extend_from_slice(&blake2_128(&encoded));
	full.extend_from_slice(&encoded);
	full
}

/// Items of pallet `System`.
pub mod system {
	use super::*;

	/// `System::Account(account)`: begins with the nonce, u32.
	pub fn account(account: &crate::Account) -> Vec<u8> {
		blake_map("System", "Account", account)
	}

	/// `System::BlockHash(number)`; Twox64Concat.
	pub fn block_hash(number: u32) -> Vec<u8> {
		let encoded = number.encode();
		let mut full = item("System", "BlockHash");
		full.extend_from_slice(&sp_crypto_hashing::twox_64(&encoded));
		full.extend_from_slice(&encoded);
		full
	}
}

/// Items of pallet `Timestamp`.
pub mod timestamp {
	use super::*;

	/// `Timestamp::Now`: u64, Unix milliseconds.
	pub fn now() -> Vec<u8> {
		item("Timestamp", "Now")
	}
}

/// Items of pallet `Grandpa`.
pub mod grandpa {
	use super::*;

	/// `Authorities`: the GRANDPA set, (Ed25519 key, u64 weight) each.
	pub fn authorities() -> Vec<u8> {
		item("Grandpa", "Authorities")
	}
}

/// Items of pallet `Dta`.
pub mod dta {
	use super::*;
	const PALLET: &str = "Dta";

	/// `CurrentKey`: [`MasterKey`](crate::dta::MasterKey).
	pub fn current_key() -> Vec<u8> {
		item(PALLET, "CurrentKey")
	}

	/// `CurrentCeremony`: [`Ceremony`](crate::dta::Ceremony).
	pub fn current_ceremony() -> Vec<u8> {
		item(PALLET, "CurrentCeremony")
	}

	/// `CeremonyCount`: u32, number of the newest ceremony.
	pub fn ceremony_count() -> Vec<u8> {
		item(PALLET, "CeremonyCount")
	}

	/// `Registrations(ceremony, member)`:
	/// [`Registration`](symbolon_crypto::ceremony::register::Registration).
	pub fn registration(ceremony: u32, member: MemberIndex) -> Vec<u8> {
		identity_map(PALLET, "Registrations", &(ceremony, member))
	}

	/// `Dealings(ceremony, dealer)`: [`Dealing`](symbolon_crypto::ceremony::deal::Dealing).
	pub fn dealing(ceremony: u32, dealer: DealerIndex) -> Vec<u8> {
		identity_map(PALLET, "Dealings", &(ceremony, dealer))
	}

	/// `Judgements(ceremony, member)`: 32 bytes, digest of what was judged.
	pub fn judgement(ceremony: u32, member: MemberIndex) -> Vec<u8> {
		identity_map(PALLET, "Judgements", &(ceremony, member))
	}

	/// `Disqualified(ceremony, dealer)`: empty value.
	pub fn disqualified(ceremony: u32, dealer: DealerIndex) -> Vec<u8> {
		identity_map(PALLET, "Disqualified", &(ceremony, dealer))
	}

	/// `Outcomes(ceremony)`: [`StoredOutcome`](crate::dta::StoredOutcome).
	pub fn outcome(ceremony: u32) -> Vec<u8> {
		identity_map(PALLET, "Outcomes", &ceremony)
	}

	/// `Confirmations(ceremony, member)`: empty value.
	pub fn confirmation(ceremony: u32, member: MemberIndex) -> Vec<u8> {
		identity_map(PALLET, "Confirmations", &(ceremony, member))
	}

	/// `ShareVersions(version)`: [`ShareVersion`](crate::dta::ShareVersion).
	pub fn share_version(version: u32) -> Vec<u8> {
		identity_map(PALLET, "ShareVersions", &version)
	}

	/// `VerificationKeys(version, member)`: `P_j`, 96 bytes.
	pub fn verification_key(version: u32, member: MemberIndex) -> Vec<u8> {
		identity_map(PALLET, "VerificationKeys", &(version, member))
	}

	/// `BlameCount`: u32.
	pub fn blame_count() -> Vec<u8> {
		item(PALLET, "BlameCount")
	}

	/// `Blames(position)`: [`Blame`](crate::dta::Blame).
	pub fn blame(position: u32) -> Vec<u8> {
		identity_map(PALLET, "Blames", &position)
	}
}

/// Items of pallet `Registry`.
pub mod registry {
	use super::*;
	const PALLET: &str = "Registry";

	/// `Namespaces(name)`: [`NamespaceRecord`](crate::registry::NamespaceRecord).
	pub fn namespace(name: &Namespace) -> Vec<u8> {
		blake_map(PALLET, "Namespaces", name)
	}

	/// `Names(identity)`: the newest serial of a name.
	pub fn name(identity: &Identity) -> Vec<u8> {
		blake_map(PALLET, "Names", identity)
	}

	/// `Registrations(serial)`: [`Registration`](crate::registry::Registration).
	pub fn registration(serial: Serial) -> Vec<u8> {
		identity_map(PALLET, "Registrations", &serial)
	}

	/// `TransportKeys(SHA-256(T))`: the serial that `T` was used for.
	pub fn transport_key(hash: &[u8; 32]) -> Vec<u8> {
		identity_map(PALLET, "TransportKeys", hash)
	}

	/// `Revocations`: [`RevocationHead`](crate::epochs::RevocationHead).
	pub fn revocations() -> Vec<u8> {
		item(PALLET, "Revocations")
	}

	/// `RevocationLog(position)`: [`Subtree`], in the order of revocation.
	pub fn revocation_log(position: u64) -> Vec<u8> {
		identity_map(PALLET, "RevocationLog", &position)
	}

	/// Prefix of `RevokedIndex`: sorted keys [`IndexKey`], each the position in the log, u64.
	pub fn revoked_index() -> Vec<u8> {
		item(PALLET, "RevokedIndex")
	}

	/// `RevokedIndex(key)`.
	pub fn revoked(key: &IndexKey) -> Vec<u8> {
		identity_map(PALLET, "RevokedIndex", key)
	}
}

/// Items of pallet `Epochs`.
pub mod epochs {
	use super::*;
	const PALLET: &str = "Epochs";

	/// `EpochSchedule`: [`Schedule`](crate::epochs::Schedule).
	pub fn schedule() -> Vec<u8> {
		item(PALLET, "EpochSchedule")
	}

	/// `SlotMillis`: u64, length of a block's slot.
	pub fn slot_millis() -> Vec<u8> {
		item(PALLET, "SlotMillis")
	}

	/// `Snapshots(epoch number)`: [`Snapshot`](crate::epochs::Snapshot).
	pub fn snapshot(number: u64) -> Vec<u8> {
		identity_map(PALLET, "Snapshots", &number)
	}

	/// `CoverChunks(epoch number, chunk)`: [`CoverChunk`](crate::epochs::CoverChunk).
	pub fn cover_chunk(number: u64, chunk: u32) -> Vec<u8> {
		identity_map(PALLET, "CoverChunks", &(number, chunk))
	}

	/// `Shares(epoch number, chunk, member)`:
	/// [`PermitShares`](crate::epochs::PermitShares).
	pub fn permit_shares(number: u64, chunk: u32, member: MemberIndex) -> Vec<u8> {
		identity_map(PALLET, "Shares", &(number, chunk, member))
	}

	/// `Permits(epoch number, subtree)`: 48 bytes.
	pub fn permit(number: u64, subtree: &Subtree) -> Vec<u8> {
		identity_map(PALLET, "Permits", &(number, subtree))
	}
}

/// Items of pallet `Issuance`.
pub mod issuance {
	use super::*;
	const PALLET: &str = "Issuance";

	/// `Queue(serial)`: [`QueueEntry`](crate::issuance::QueueEntry).
	pub fn queue(serial: Serial) -> Vec<u8> {
		identity_map(PALLET, "Queue", &serial)
	}

	/// `CounterForQueue`: u32, number of entries in the queue.
	pub fn queue_count() -> Vec<u8> {
		item(PALLET, "CounterForQueue")
	}

	/// `Partials(serial, member)`: [`PartialPair`](crate::issuance::PartialPair).
	pub fn partials(serial: Serial, member: MemberIndex) -> Vec<u8> {
		identity_map(PALLET, "Partials", &(serial, member))
	}
}
