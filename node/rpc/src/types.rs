//! What the methods answer, as JSON.

use serde::{Deserialize, Serialize};
use sp_core::Bytes;

/// Proof of finality, and of storage at the block it ends with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProofBundle {
	/// SCALE of `(Vec<(Header, GrandpaJustification)>, bool)`: a header for each change of the
	/// GRANDPA set and the newest finalized one. The flag is false when more than one answer can
	/// hold is missing: ask again from the last header.
	pub warp: Bytes,
	/// SCALE of a compact trie proof against the state root of the last header in `warp`. Absent if
	/// no keys were asked for, or `warp` is not finished.
	pub storage: Option<Bytes>,
}

/// A permit and the subtree of serials it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PermitAnswer {
	/// Height of the subtree: it holds `2^level` serials.
	pub level: u8,
	/// Index of the subtree: its first serial is `index * 2^level`.
	pub index: u64,
	/// The permit: a point of G1, 48 bytes compressed.
	pub permit: Bytes,
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	#[test]
	fn a_bundle_is_an_object_of_hex_strings() {
		let bundle = ProofBundle { warp: Bytes(vec![0, 1]), storage: Some(Bytes(vec![0xff])) };
		let expected = json!({ "warp": "0x0001", "storage": "0xff" });
		assert_eq!(serde_json::to_value(&bundle).unwrap(), expected);
		assert_eq!(serde_json::from_value::<ProofBundle>(expected).unwrap(), bundle);
	}

	#[test]
	fn a_bundle_without_keys_has_null_storage() {
		let bundle = ProofBundle { warp: Bytes(vec![0, 1]), storage: None };
		let expected = json!({ "warp": "0x0001", "storage": null });
		assert_eq!(serde_json::to_value(&bundle).unwrap(), expected);
		assert_eq!(serde_json::from_value::<ProofBundle>(expected).unwrap(), bundle);
	}

	#[test]
	fn a_permit_is_an_object_of_numbers_and_hex() {
		let answer = PermitAnswer { level: 40, index: 0, permit: Bytes(vec![0xc0, 1]) };
		let expected = json!({ "level": 40, "index": 0, "permit": "0xc001" });
		assert_eq!(serde_json::to_value(&answer).unwrap(), expected);
		assert_eq!(serde_json::from_value::<PermitAnswer>(expected).unwrap(), answer);
	}

	#[test]
	fn an_unknown_field_is_refused() {
		let odd = json!({ "warp": "0x00", "storage": null, "state": "0x" });
		assert!(serde_json::from_value::<ProofBundle>(odd).is_err());
	}
}
