//! JSON-RPC 2.0 over HTTP.

use super::{
	without_password, words, Pending, PermitAnswer, ProofBundle, RuntimeVersion, Transport,
	TransportError,
};
use crate::hexed;
use jsonrpsee::{
	core::{
		client::ClientT, http_helpers::HttpError as BodyError, params::ArrayParams, ClientError,
	},
	http_client::{transport::Error as HttpError, HttpClient, HttpClientBuilder},
	rpc_params,
};
use serde::{de::DeserializeOwned, Deserialize};
use serde_json::Value;
use sp_core::crypto::{AccountId32, Ss58Codec};
use std::time::Duration;
use symbolon_crypto::{G1Bytes, Serial};
use symbolon_primitives::{Account, BlockHash};

/// Longest wait for one answer, connecting included.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest answer: nodes bound theirs to 15 MB.
const MAX_RESPONSE: u32 = 16 << 20;

/// A node at an HTTP address.
pub struct HttpTransport {
	client: HttpClient,
	endpoint: String,
	timeout: Duration,
}

#[derive(Deserialize)]
struct WireBundle {
	warp: String,
	storage: Option<String>,
}

#[derive(Deserialize)]
struct WirePermit {
	level: u8,
	index: u64,
	permit: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireVersion {
	spec_version: u32,
	transaction_version: u32,
}

impl HttpTransport {
	/// The node at `address`, such as `http://127.0.0.1:9944`. Does not connect yet.
	///
	/// # Errors
	///
	/// [`TransportError::Address`].
	pub fn new(address: &str) -> Result<Self, TransportError> {
		Self::with_timeout(address, REQUEST_TIMEOUT)
	}

	/// As [`new`](Self::new), with a bound of its own on each wait.
	///
	/// # Errors
	///
	/// [`TransportError::Address`].
	pub fn with_timeout(address: &str, timeout: Duration) -> Result<Self, TransportError> {
		let endpoint = without_password(address);
		let refused = |reason: String| {
			let reason = words(&reason.replace(address, &endpoint));
			TransportError::Address { address: endpoint.clone(), reason }
		};
		if !(address.starts_with("http://") || address.starts_with("https://")) {
			return Err(refused("it does not begin with http:// or https://".into()));
		}
		let client = HttpClientBuilder::default()
			.request_timeout(timeout)
			.max_response_size(MAX_RESPONSE)
			.build(address)
			.map_err(|error| refused(error.to_string()))?;
		Ok(Self { client, endpoint, timeout })
	}

	async fn call<T: DeserializeOwned>(
		&self,
		method: &'static str,
		params: ArrayParams,
	) -> Result<T, TransportError> {
		// As any JSON first: an answer of another form is told from what is no answer at all.
		let request = self.client.request::<Value, _>(method, params);
		match tokio::time::timeout(self.timeout, request).await {
			Ok(Ok(answer)) => {
				serde_json::from_value(answer).map_err(|error| self.malformed(method)(&error))
			}
			Ok(Err(error)) => Err(self.failure(method, error)),
			Err(_) => Err(self.hanging()),
		}
	}

	fn hanging(&self) -> TransportError {
		TransportError::Hanging {
			endpoint: self.endpoint.clone(),
			seconds: self.timeout.as_secs().max(1),
		}
	}

	fn failure(&self, method: &'static str, error: ClientError) -> TransportError {
		let endpoint = self.endpoint.clone();
		match error {
			ClientError::Call(error) => {
				let data = error.data().map(|data| format!(" ({})", words(data.get())));
				let message = format!("{}{}", words(error.message()), data.unwrap_or_default());
				TransportError::Rejected { endpoint, code: error.code(), message }
			}
			ClientError::RequestTimeout => self.hanging(),
			ClientError::Transport(error) => match error.downcast_ref() {
				Some(HttpError::Rejected { status_code }) => {
					let reason = format!("HTTP status {status_code}");
					TransportError::NotRpc { endpoint, reason }
				}
				Some(HttpError::Http(BodyError::Malformed | BodyError::TooLarge)) => {
					TransportError::NotRpc { endpoint, reason: words(&whole_story(&*error)) }
				}
				_ => TransportError::Down { endpoint, reason: words(&whole_story(&*error)) },
			},
			ClientError::ParseError(error) => {
				TransportError::NotRpc { endpoint, reason: words(&error.to_string()) }
			}
			other => {
				TransportError::Malformed { endpoint, method, reason: words(&other.to_string()) }
			}
		}
	}

	fn malformed(
		&self,
		method: &'static str,
	) -> impl Fn(&dyn std::error::Error) -> TransportError + '_ {
		move |error| TransportError::Malformed {
			endpoint: self.endpoint.clone(),
			method,
			reason: words(&error.to_string()),
		}
	}

	async fn call_hash(
		&self,
		method: &'static str,
		params: ArrayParams,
	) -> Result<BlockHash, TransportError> {
		let text: String = self.call(method, params).await?;
		hexed::decode_array(&text).map_err(|error| self.malformed(method)(&error))
	}
}

/// An error with what caused it: the outermost says little ("client error (Connect)").
fn whole_story(error: &(dyn std::error::Error + 'static)) -> String {
	let mut story = error.to_string();
	let mut cause = error.source();
	while let Some(inner) = cause {
		story = format!("{story}: {inner}");
		cause = inner.source();
	}
	story
}

impl Transport for HttpTransport {
	fn endpoint(&self) -> &str {
		&self.endpoint
	}

	fn prove<'a>(&'a self, begin: BlockHash, keys: &'a [Vec<u8>]) -> Pending<'a, ProofBundle> {
		const METHOD: &str = "symbolon_prove";
		Box::pin(async move {
			let keys: Vec<String> = keys.iter().map(|key| hexed::encode(key)).collect();
			let bundle: WireBundle =
				self.call(METHOD, rpc_params![hexed::encode(&begin), keys]).await?;
			let bytes =
				|text: &String| hexed::decode(text).map_err(|error| self.malformed(METHOD)(&error));
			Ok(ProofBundle {
				warp: bytes(&bundle.warp)?,
				storage: bundle.storage.as_ref().map(bytes).transpose()?,
			})
		})
	}

	fn permit(&self, serial: Serial, epoch: u64) -> Pending<'_, Option<PermitAnswer>> {
		const METHOD: &str = "symbolon_permit";
		Box::pin(async move {
			let answer: Option<WirePermit> =
				self.call(METHOD, rpc_params![serial.get(), epoch]).await?;
			let Some(WirePermit { level, index, permit }) = answer else { return Ok(None) };
			let permit =
				hexed::decode_array(&permit).map_err(|error| self.malformed(METHOD)(&error))?;
			Ok(Some(PermitAnswer { level, index, permit: G1Bytes(permit) }))
		})
	}

	fn genesis_hash(&self) -> Pending<'_, BlockHash> {
		Box::pin(self.call_hash("chain_getBlockHash", rpc_params![0u32]))
	}

	fn runtime_version(&self) -> Pending<'_, RuntimeVersion> {
		Box::pin(async move {
			let version: WireVersion = self.call("state_getRuntimeVersion", rpc_params![]).await?;
			Ok(RuntimeVersion {
				spec: version.spec_version,
				transaction: version.transaction_version,
			})
		})
	}

	fn next_nonce<'a>(&'a self, account: &'a Account) -> Pending<'a, u32> {
		let address = AccountId32::new(*account).to_ss58check();
		Box::pin(self.call("system_accountNextIndex", rpc_params![address]))
	}

	fn submit<'a>(&'a self, extrinsic: &'a [u8]) -> Pending<'a, BlockHash> {
		let params = rpc_params![hexed::encode(extrinsic)];
		Box::pin(self.call_hash("author_submitExtrinsic", params))
	}
}
