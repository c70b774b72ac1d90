//! The one error that all areas' errors convert into.

use crate::{
	anchor::AnchorFileError, chain::ChainError, device::DeviceError, registrar::RegistrarError,
	request::RequestError, seal::SealError, sign::SignError, store::StoreError,
	transport::TransportError, verify::VerifyError,
};
use thiserror::Error;

/// Anything that this library refuses. Each area has an error of its own; all convert into this.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
	/// Talking to the node.
	#[error(transparent)]
	Transport(#[from] TransportError),
	/// Proving what the node said.
	#[error(transparent)]
	Chain(#[from] ChainError),
	/// Anchors and chain specifications.
	#[error(transparent)]
	Anchor(#[from] AnchorFileError),
	/// Request files.
	#[error(transparent)]
	Request(#[from] RequestError),
	/// Registering and revoking.
	#[error(transparent)]
	Registrar(#[from] RegistrarError),
	/// The device's folder.
	#[error(transparent)]
	Store(#[from] StoreError),
	/// Enrolling and refreshing.
	#[error(transparent)]
	Device(#[from] DeviceError),
	/// Signing.
	#[error(transparent)]
	Sign(#[from] SignError),
	/// Sealing and opening.
	#[error(transparent)]
	Seal(#[from] SealError),
	/// Verifying.
	#[error(transparent)]
	Verify(#[from] VerifyError),
}

impl Error {
	/// A short name that scripts can compare; never changes its meaning.
	pub fn kind(&self) -> &'static str {
		match self {
			Self::Transport(error) => error.kind(),
			Self::Chain(error) => error.kind(),
			Self::Anchor(error) => error.kind(),
			Self::Request(_) => "bad-request-file",
			Self::Registrar(error) => error.kind(),
			Self::Store(error) => error.kind(),
			Self::Device(error) => error.kind(),
			Self::Sign(error) => error.kind(),
			Self::Seal(error) => error.kind(),
			Self::Verify(error) => error.kind(),
		}
	}
}
