//! Signing a call, sending it, and waiting until finalized state shows what came of it.

use super::{Registrar, RegistrarError};
use crate::{
	chain::{ChainError, Proved},
	transport::TransportError,
};
use codec::Decode;
use std::time::Instant;
use symbolon_primitives::{
	calls::RegistrarCall,
	extrinsic::{Binding, Unsigned, MORTALITY},
	refusal::Refusal,
	storage, BlockNumber,
};

/// Calls of one account that may wait in the node's pool: more is not believed.
const MAX_PENDING: u32 = 64;

/// A call on its way.
pub(super) struct Submission {
	nonce: u32,
	/// The finalized block from which its life is counted.
	pub birth: BlockNumber,
	/// What came instead of the node's answer: it may have taken the call all the same.
	doubt: Option<TransportError>,
}

/// The code of nodes that have the extrinsic in their pool already.
const ALREADY_IMPORTED: i32 = 1013;

/// The gate's code is in the node's words: `Custom error: 6`.
fn not_accepted(error: TransportError) -> RegistrarError {
	let code = match &error {
		TransportError::Rejected { message, .. } => {
			message.split_once("Custom error: ").and_then(|(_, rest)| {
				let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
				digits.parse().ok()
			})
		}
		_ => None,
	};
	code.and_then(Refusal::from_code)
		.map_or(RegistrarError::NotAccepted(error), RegistrarError::Gate)
}

impl Registrar<'_> {
	fn account_key(&self) -> Vec<u8> {
		storage::system::account(&self.key.account())
	}

	/// The proved nonce: `System::Account` begins with it. 0 for an account without a role.
	fn nonce(&self, proved: &Proved) -> Result<u32, ChainError> {
		let bytes = proved.raw(&self.account_key())?.into_inner().unwrap_or_default();
		Ok(u32::decode(&mut &bytes[..]).unwrap_or_default())
	}

	/// Signs and sends `call`.
	pub(super) async fn submit(
		&mut self,
		call: &RegistrarCall,
	) -> Result<Submission, RegistrarError> {
		let proved = self.client.prove(&[self.account_key()]).await?;
		let finalized = self.nonce(&proved)?;
		let transport = self.client.transport();
		// The node's word may only step over calls that wait in its pool. Were it a lie, or the
		// version one, the chain would refuse the call.
		let nonce = match transport.next_nonce(&self.key.account()).await {
			Ok(hint) if hint > finalized && hint - finalized <= MAX_PENDING => hint,
			_ => finalized,
		};
		let version = transport.runtime_version().await.map_err(ChainError::from)?;
		let birth = proved.number();
		let binding = Binding {
			spec_version: version.spec,
			transaction_version: version.transaction,
			genesis_hash: *self.client.anchor().genesis_hash(),
			birth: (birth, *proved.header().hash()),
			nonce,
		};
		let unsigned = Unsigned::new(call.encode(), &binding);
		let signature = self.key.sign(&unsigned.signing_bytes());
		let extrinsic = unsigned.sign(&self.key.account(), &signature);
		let doubt = match transport.submit(&extrinsic).await {
			Ok(_) | Err(TransportError::Rejected { code: ALREADY_IMPORTED, .. }) => None,
			Err(error @ TransportError::Rejected { .. }) => return Err(not_accepted(error)),
			Err(error) => Some(error),
		};
		Ok(Submission { nonce, birth, doubt })
	}

	/// Waits until `check` finds in proved state what `submission` was to bring about.
	pub(super) async fn until<T>(
		&mut self,
		submission: &Submission,
		keys: &[Vec<u8>],
		check: impl Fn(&Proved) -> Result<Option<T>, ChainError>,
	) -> Result<T, RegistrarError> {
		let keys: Vec<Vec<u8>> = keys.iter().cloned().chain([self.account_key()]).collect();
		let (began, limits) = (Instant::now(), *self.client.limits());
		match &submission.doubt {
			None => self.client.tell("sent; waiting until the result is finalized"),
			Some(error) => self.client.tell(&format!("{error}; looking whether it was taken")),
		}
		loop {
			let last = match self.client.prove(&keys).await {
				Ok(proved) => {
					if let Some(result) = check(&proved)? {
						return Ok(result);
					}
					if self.nonce(&proved)? > submission.nonce {
						return Err(RegistrarError::Refused);
					}
					if proved.number() > submission.birth.saturating_add(MORTALITY) {
						return Err(RegistrarError::Expired { blocks: MORTALITY });
					}
					None
				}
				// It says nothing about the call, which is on its way.
				Err(error @ ChainError::Transport(_)) => Some(Box::new(error)),
				Err(error) => return Err(error.into()),
			};
			if began.elapsed() >= limits.wait {
				let seconds = limits.wait.as_secs();
				return Err(match &submission.doubt {
					Some(error) => RegistrarError::InDoubt { error: error.clone(), seconds },
					None => RegistrarError::TimedOut { seconds, last },
				});
			}
			tokio::time::sleep(limits.pace).await;
		}
	}

	/// Proves `keys`; a node that is away is waited for.
	pub(super) async fn prove_patiently(&mut self, keys: &[Vec<u8>]) -> Result<Proved, ChainError> {
		let (began, limits) = (Instant::now(), *self.client.limits());
		loop {
			match self.client.prove(keys).await {
				Err(ChainError::Transport(_)) if began.elapsed() < limits.wait => {
					tokio::time::sleep(limits.pace).await;
				}
				result => return result,
			}
		}
	}
}
