//! What a device hands to its registrar: `request.json`.

use crate::hexed::{self, HexError};
use serde::{Deserialize, Serialize};
use symbolon_crypto::{
	extraction::{ExtractionError, TransportKey},
	identity::NameError,
	proof::Proof,
	G1Bytes, Identity, KeyId, ScalarBytes,
};
use thiserror::Error;

/// The version of the format.
pub const VERSION: u8 = 1;

/// Why a request is refused.
#[derive(Clone, PartialEq, Debug, Error)]
#[non_exhaustive]
pub enum RequestError {
	/// Not JSON of the form expected.
	#[error("not a request file: {0}; expected what `device new` writes")]
	Json(String),
	/// Of another version.
	#[error("request of version {0}, expected {VERSION}; update the older of the two programs")]
	Version(u8),
	/// The name is outside the grammar.
	#[error("`{text}` is no identity: {error}")]
	Identity {
		/// What was given.
		text: String,
		/// What is wrong with it.
		error: NameError,
	},
	/// A field that is not the hex expected.
	#[error("field {field}: {error}")]
	Field {
		/// Which one.
		field: &'static str,
		/// What is wrong.
		error: HexError,
	},
	/// Made for another chain or key.
	#[error(
		"the request was made for master key {found:?}, the anchor's is {expected:?}; \
		 the device must make it with this anchor"
	)]
	Foreign {
		/// The anchor's.
		expected: KeyId,
		/// The request's.
		found: KeyId,
	},
	/// The proof does not hold.
	#[error("the transport key is refused: {0}; it was altered, or made for another name or key")]
	Possession(ExtractionError),
}

/// A device's request: its name, its transport key and the proof that it owns it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
	/// The name.
	pub identity: Identity,
	/// The master key it was made for, if it says so (CSV files do not).
	pub key_id: Option<KeyId>,
	/// `T` and its proof of possession.
	pub transport: TransportKey,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
	version: u8,
	identity: String,
	key_id: String,
	transport_key: String,
	proof: String,
}

fn field<const N: usize>(name: &'static str, text: &str) -> Result<[u8; N], RequestError> {
	hexed::decode_array(text).map_err(|error| RequestError::Field { field: name, error })
}

/// The text of an identity.
///
/// # Errors
///
/// [`RequestError::Identity`].
pub fn parse_identity(text: &str) -> Result<Identity, RequestError> {
	text.parse().map_err(|error| RequestError::Identity { text: text.into(), error })
}

impl Request {
	/// From the three columns of a CSV file.
	///
	/// # Errors
	///
	/// [`RequestError::Identity`], [`RequestError::Field`].
	pub fn from_columns(identity: &str, key: &str, proof: &str) -> Result<Self, RequestError> {
		let identity = parse_identity(identity)?;
		let point = G1Bytes(field("transport_key", key)?);
		let bytes: [u8; 64] = field("proof", proof)?;
		let (mut e, mut z) = ([0; 32], [0; 32]);
		bytes.iter().zip(e.iter_mut().chain(&mut z)).for_each(|(from, to)| *to = *from);
		let proof = Proof { e: ScalarBytes(e), z: ScalarBytes(z) };
		Ok(Self { identity, key_id: None, transport: TransportKey { point, proof } })
	}

	/// From the text of a request file.
	///
	/// # Errors
	///
	/// [`RequestError`].
	pub fn from_json(text: &[u8]) -> Result<Self, RequestError> {
		let wire: Wire =
			serde_json::from_slice(text).map_err(|error| RequestError::Json(error.to_string()))?;
		if wire.version != VERSION {
			return Err(RequestError::Version(wire.version));
		}
		let key_id = Some(KeyId(field("key_id", &wire.key_id)?));
		let request = Self::from_columns(&wire.identity, &wire.transport_key, &wire.proof)?;
		Ok(Self { key_id, ..request })
	}

	/// The three columns of a CSV file: identity, transport key, proof.
	pub fn to_columns(&self) -> [String; 3] {
		let Proof { e, z } = &self.transport.proof;
		let proof = [e.0, z.0].concat();
		let point = hexed::encode(&self.transport.point.0);
		[self.identity.to_string(), point, hexed::encode(&proof)]
	}

	/// The text of the request file of a request for `key_id`.
	pub fn to_json(&self, key_id: &KeyId) -> String {
		let [identity, transport_key, proof] = self.to_columns();
		let key_id = hexed::encode(&key_id.0);
		let wire = Wire { version: VERSION, identity, key_id, transport_key, proof };
		// A structure of strings always has a JSON form.
		serde_json::to_string_pretty(&wire).unwrap_or_default()
	}

	/// Checks that the request is for `key_id` and that its proof of possession holds.
	///
	/// # Errors
	///
	/// [`RequestError::Foreign`], [`RequestError::Possession`].
	pub fn verify(&self, key_id: &KeyId) -> Result<(), RequestError> {
		match self.key_id {
			Some(found) if found != *key_id => {
				return Err(RequestError::Foreign { expected: *key_id, found });
			}
			_ => {}
		}
		self.transport.verify(key_id, &self.identity).map(|_| ()).map_err(RequestError::Possession)
	}
}
