//! Registering identities.

use super::{
	check::{left_of, row_keys},
	Registrar, RegistrarError,
};
use crate::request::Request;
use std::collections::HashMap;
use symbolon_crypto::{Identity, Serial};
use symbolon_primitives::{
	calls::RegistrarCall, limits::MAX_REGISTER_BATCH, registry::RegistrationRequest, BlockNumber,
};

/// A request, and where it came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
	/// A file name, or `FILE line N`.
	pub origin: String,
	/// The request.
	pub request: Request,
}

/// An identity that was registered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Registered {
	/// The name.
	pub identity: Identity,
	/// Its serial.
	pub serial: Serial,
	/// The finalized block at which this was proved.
	pub block: BlockNumber,
	/// Whether an earlier call had registered it.
	pub already: bool,
}

impl Registrar<'_> {
	/// Registers all of `rows`, in batches of up to [`MAX_REGISTER_BATCH`]. Nothing is sent unless
	/// every request passes every check. What is registered already, with the same transport key,
	/// is skipped, so that a run that came half through can be repeated. Gives all, in the order of
	/// `rows`.
	///
	/// # Errors
	///
	/// [`RegistrarError::Rows`] with all requests that are refused; [`RegistrarError::Partly`] if
	/// a batch fails after others went through; others.
	pub async fn register(&mut self, rows: &[Row]) -> Result<Vec<Registered>, RegistrarError> {
		if rows.is_empty() {
			return Err(RegistrarError::NoRequests);
		}
		self.check_rows(rows)?;
		let mut done = self.check_chain(rows).await?;
		let left = left_of(rows, &done);
		if !done.is_empty() {
			self.client.tell(&format!("{} of {} are registered already", done.len(), rows.len()));
		}
		for batch in left.chunks(MAX_REGISTER_BATCH as usize) {
			match self.register_batch(batch).await {
				Ok(registered) => done.extend(registered),
				Err(error) if done.is_empty() => return Err(error),
				Err(error) => {
					let left = rows.len().saturating_sub(done.len());
					return Err(RegistrarError::Partly { done, left, error: Box::new(error) });
				}
			}
			if left.len() > batch.len() {
				self.client.tell(&format!("registered {} of {}", done.len(), rows.len()));
			}
		}
		let mut found: HashMap<Identity, Registered> =
			done.into_iter().map(|one| (one.identity.clone(), one)).collect();
		Ok(rows.iter().filter_map(|row| found.remove(&row.request.identity)).collect())
	}

	async fn register_batch(&mut self, rows: &[&Row]) -> Result<Vec<Registered>, RegistrarError> {
		let mut requests: Vec<RegistrationRequest> =
			rows.iter()
				.map(|Row { request: Request { identity, transport, .. }, .. }| {
					RegistrationRequest { identity: identity.clone(), transport: *transport }
				})
				.collect();
		let call = match requests.pop() {
			Some(request) if requests.is_empty() => RegistrarCall::Register(request),
			last => RegistrarCall::RegisterMany(requests.into_iter().chain(last).collect()),
		};
		let submission = self.submit(&call).await?;
		let keys: Vec<[Vec<u8>; 2]> = rows.iter().map(|row| row_keys(row)).collect();
		self.until(&submission, &keys.concat(), |proved| {
			let mut registered = Vec::new();
			for (row, [name, transport]) in rows.iter().zip(&keys) {
				// The transport key's serial is this registration's: it was unused before.
				let serial: Option<Serial> = proved.value(transport)?;
				let holder: Option<Serial> = proved.value(name)?;
				match serial {
					Some(serial) if holder == Some(serial) => registered.push(Registered {
						identity: row.request.identity.clone(),
						serial,
						block: proved.number(),
						already: false,
					}),
					_ => return Ok(None),
				}
			}
			Ok(Some(registered))
		})
		.await
	}
}
