//! Asking a node for a permit. The answer is checked against the master key, so a lie is noticed.

use super::{DeviceError, NodeAnswer};
use crate::{chain::Client, transport::PermitAnswer};
use symbolon_crypto::{cover::Subtree, permit::Permit, Epoch, Serial};

/// The permit of `epoch` for `serial`, or what the node said instead, if anything.
pub(crate) async fn ask(
	client: &Client,
	serial: Serial,
	epoch: &Epoch,
) -> Result<Result<Permit, NodeAnswer>, DeviceError> {
	let answer = match client.transport().permit(serial, epoch.number).await {
		Ok(Some(answer)) => answer,
		Ok(None) => return Ok(Err(NodeAnswer::Nothing)),
		Err(error) => return Ok(Err(NodeAnswer::Refused(error))),
	};
	let PermitAnswer { level, index, permit } = answer;
	let subtree = Subtree::new(level, index).filter(|subtree| subtree.holds(serial));
	let Some(subtree) = subtree else { return Ok(Err(NodeAnswer::OtherSubtree)) };
	let anchor = client.anchor();
	let master = anchor.master_key().decode()?;
	Ok(Permit::verify(&anchor.key_id(), epoch, &subtree, &permit, &master)
		.map_err(NodeAnswer::Wrong))
}
