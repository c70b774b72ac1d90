//! What a node is asked over JSON-RPC. The answers are the node's word, nothing is proved.

use crate::Error;
use codec::DecodeAll;
use jsonrpsee::{
	core::{
		client::{ClientT, Error as ClientError},
		params::ArrayParams,
	},
	http_client::{HttpClient, HttpClientBuilder},
};
use serde_json::{json, Value};
use std::time::Duration;

/// Longest wait for one answer.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// A JSON-RPC endpoint.
pub struct Rpc {
	url: String,
	client: HttpClient,
}

impl Rpc {
	/// The endpoint at `url`; nothing is sent yet.
	///
	/// # Errors
	///
	/// [`Error::Rpc`] if `url` is none.
	pub fn new(url: String) -> Result<Self, Error> {
		let built = HttpClientBuilder::default()
			.request_timeout(REQUEST_TIMEOUT)
			.max_response_size(64 << 20)
			.build(&url);
		match built {
			Ok(client) => Ok(Self { url, client }),
			Err(error) => Err(Error::Rpc { url, reason: error.to_string() }),
		}
	}

	/// Its URL.
	pub fn url(&self) -> &str {
		&self.url
	}

	fn unexpected(&self, reason: impl Into<String>) -> Error {
		Error::Rpc { url: self.url.clone(), reason: reason.into() }
	}

	/// Passes a request on and gives the answer as it came, errors of the node included.
	///
	/// # Errors
	///
	/// [`ClientError`] as jsonrpsee gives it; `Call` is the node's own error.
	pub async fn forward(&self, method: &str, params: &[Value]) -> Result<Value, ClientError> {
		let mut list = ArrayParams::new();
		for param in params {
			list.insert(param).map_err(ClientError::ParseError)?;
		}
		self.client.request(method, list).await
	}

	/// Calls `method`.
	///
	/// # Errors
	///
	/// [`Error::Rpc`] if the node does not answer in 10 s or answers with an error.
	pub async fn call(&self, method: &str, params: &[Value]) -> Result<Value, Error> {
		let answer = self.forward(method, params).await;
		answer.map_err(|error| self.unexpected(format!("{method}: {error}")))
	}

	async fn text(&self, method: &str, params: &[Value]) -> Result<String, Error> {
		match self.call(method, params).await? {
			Value::String(text) => Ok(text),
			other => Err(self.unexpected(format!("{method}: expected a string, got {other}"))),
		}
	}

	fn bytes(&self, text: &str) -> Result<Vec<u8>, Error> {
		let digits = text.strip_prefix("0x").unwrap_or(text);
		hex::decode(digits).map_err(|_| self.unexpected(format!("expected hex, got {text}")))
	}

	/// The node's name in the peers' network.
	///
	/// # Errors
	///
	/// [`Error::Rpc`], as of all requests here.
	pub async fn peer_id(&self) -> Result<String, Error> {
		self.text("system_localPeerId", &[]).await
	}

	/// How many peers it is connected to.
	///
	/// # Errors
	///
	/// [`Error::Rpc`].
	pub async fn peers(&self) -> Result<u64, Error> {
		let health = self.call("system_health", &[]).await?;
		health["peers"].as_u64().ok_or_else(|| self.unexpected("system_health without peers"))
	}

	/// Hash of the newest finalized block.
	///
	/// # Errors
	///
	/// [`Error::Rpc`].
	pub async fn finalized_hash(&self) -> Result<String, Error> {
		self.text("chain_getFinalizedHead", &[]).await
	}

	/// Hash of block `number` in the node's best chain; `None` if that does not reach so far.
	///
	/// # Errors
	///
	/// [`Error::Rpc`].
	pub async fn block_hash(&self, number: u32) -> Result<Option<String>, Error> {
		let hash = self.call("chain_getBlockHash", &[json!(number)]).await?;
		Ok(hash.as_str().map(str::to_owned))
	}

	/// Number of the newest finalized block.
	///
	/// # Errors
	///
	/// [`Error::Rpc`].
	pub async fn finalized_number(&self) -> Result<u32, Error> {
		let hash = self.finalized_hash().await?;
		let header = self.call("chain_getHeader", &[json!(hash)]).await?;
		let number = header["number"].as_str().and_then(|text| text.strip_prefix("0x"));
		number
			.and_then(|digits| u32::from_str_radix(digits, 16).ok())
			.ok_or_else(|| self.unexpected(format!("expected a header, got {header}")))
	}

	/// A storage value in the newest finalized block.
	///
	/// # Errors
	///
	/// [`Error::Rpc`].
	pub async fn storage(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
		let at = self.finalized_hash().await?;
		let key = format!("0x{}", hex::encode(key));
		match self.call("state_getStorage", &[json!(key), json!(at)]).await? {
			Value::String(text) => self.bytes(&text).map(Some),
			_ => Ok(None),
		}
	}

	/// A storage value in the newest finalized block, decoded.
	///
	/// # Errors
	///
	/// [`Error::Rpc`], also if it does not decode to `T`.
	pub async fn read<T: DecodeAll>(&self, key: &[u8]) -> Result<Option<T>, Error> {
		let Some(bytes) = self.storage(key).await? else { return Ok(None) };
		let value = T::decode_all(&mut &bytes[..]);
		value.map(Some).map_err(|error| {
			self.unexpected(format!("a value of unexpected form (0x{}): {error}", hex::encode(key)))
		})
	}
}
