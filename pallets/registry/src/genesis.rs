//! Namespaces of the genesis block.

use crate::{registration::take_block, Config, Namespaces, NextBlock};
use alloc::string::String;
use serde::{Deserialize, Serialize};
use symbolon_crypto::Namespace;
use symbolon_primitives::registry::NamespaceRecord;

/// Blocks have at most `2^24` serials.
pub const MAX_BLOCK_BITS: u8 = 24;

/// A namespace as the chain specification gives it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisNamespace<AccountId> {
	/// Its name, by the grammar of [`Namespace`].
	pub name: String,
	/// Who registers and revokes in it.
	pub registrar: AccountId,
	/// Its blocks have `2^block_bits` serials; 0 to 24.
	pub block_bits: u8,
	/// Most identities it may register.
	pub max_registered: u32,
	/// Most identities it may revoke.
	pub max_revoked: u32,
}

/// Grants a namespace of the chain specification its first block, and its registrar an account.
///
/// Panics if the specification is wrong: there is no chain to run then.
pub(crate) fn grant<T: Config>(namespace: &GenesisNamespace<T::AccountId>) {
	let GenesisNamespace { name, registrar, block_bits, max_registered, max_revoked } = namespace;
	let key = match name.parse::<Namespace>() {
		Ok(key) => key,
		Err(error) => panic!("registry genesis: namespace {name:?}: {error}"),
	};
	assert!(
		!Namespaces::<T>::contains_key(&key),
		"registry genesis: namespace {name:?} is listed twice"
	);
	assert!(
		*block_bits <= MAX_BLOCK_BITS,
		"registry genesis: namespace {name:?}: blockBits is {block_bits}, at most {MAX_BLOCK_BITS} \
		 are allowed"
	);
	let mut record = NamespaceRecord {
		registrar: registrar.clone().into(),
		block_bits: *block_bits,
		blocks: Default::default(),
		used_in_last: 0,
		registered: 0,
		max_registered: *max_registered,
		revoked: 0,
		max_revoked: *max_revoked,
	};
	let granted = NextBlock::<T>::mutate(|next| take_block(next, &mut record));
	assert!(granted.is_some(), "registry genesis: no serials are left for namespace {name:?}");
	Namespaces::<T>::insert(key, record);
	// An account without a provider is refused by CheckNonce: this is what lets it send calls.
	frame_system::Pallet::<T>::inc_providers(registrar);
}
