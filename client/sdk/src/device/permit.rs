//! Asking a node for a permit. The answer is checked against the master key, so a lie is noticed.

use super::{DeviceError, NodeAnswer};
use crate::{
	chain::{ChainError, Client},
	transport::{PermitAnswer, TransportError},
};
use symbolon_crypto::{cover::Subtree, permit::Permit, Epoch, Serial};

/// The permit of `epoch` for `serial`, or what the node said instead.
///
/// A node that is away or hangs is an error: it says nothing.
pub(super) async fn ask(
	client: &Client,
	serial: Serial,
	epoch: &Epoch,
) -> Result<Result<Permit, NodeAnswer>, DeviceError> {
	let answer = match client.transport().permit(serial, epoch.number).await {
		Ok(Some(answer)) => answer,
		Ok(None) => return Ok(Err(NodeAnswer::Nothing)),
		Err(error @ (TransportError::Rejected { .. } | TransportError::Malformed { .. })) => {
			return Ok(Err(NodeAnswer::Refused(error)))
		}
		Err(error) => return Err(ChainError::from(error).into()),
	};
	let PermitAnswer { level, index, permit } = answer;
	let subtree = Subtree::new(level, index).filter(|subtree| subtree.holds(serial));
	let Some(subtree) = subtree else { return Ok(Err(NodeAnswer::OtherSubtree)) };
	let anchor = client.anchor();
	let master = anchor.master_key().decode()?;
	Ok(Permit::verify(&anchor.key_id(), epoch, &subtree, &permit, &master)
		.map_err(NodeAnswer::Wrong))
}
