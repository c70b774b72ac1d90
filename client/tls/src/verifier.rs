//! Verifying a peer's credential: one core for both directions.
//!
//! In this order, cheapest and most general first: one certificate, its size, its one encoding,
//! the window of its epoch and validity, its role, the policy on its name, its own signature (a
//! stranger who holds no connection key costs no pairing), the cache, the Symbolon signature
//! `e(V, g2) = e(U + h·Q, P)`. All but the last are done at every handshake, cache or not.

mod hooks;

use crate::{
	cache::{Cache, Key},
	credential::{self, Role, Unverified},
	identity::TlsIdentity,
	limit::Limit,
	metrics::Metrics,
	peer::{name_fits, Peer},
	policy::Policy,
	refusal::{Reason, Refusal},
};
pub(crate) use hooks::{Hooks, Watch};
use rustls::{
	crypto::WebPkiSupportedAlgorithms,
	pki_types::{CertificateDer, ServerName},
	SignatureScheme,
};
use std::{
	fmt,
	sync::{Arc, Mutex, PoisonError},
};
use symbolon_crypto::{
	identity::EpochError,
	signature::{Domain, SignatureError},
	Identity,
};

/// Signature schemes of connection keys, the preferred one first.
pub(crate) const SCHEMES: [SignatureScheme; 2] =
	[SignatureScheme::ECDSA_NISTP256_SHA256, SignatureScheme::ED25519];

/// What a builder sets.
pub(crate) struct Settings {
	/// Pairings at a time, at least one.
	pub max_pairings: usize,
	/// Entries of the cache.
	pub cache: usize,
}

/// Verifies peers of one role against one policy.
pub(crate) struct Core {
	identity: Arc<TlsIdentity>,
	role: Role,
	policy: Policy,
	cache: Mutex<Cache>,
	limit: Limit,
	metrics: Arc<Metrics>,
	algorithms: WebPkiSupportedAlgorithms,
}

/// What a peer shows, and who was asked for.
pub(crate) struct Shown<'a> {
	pub certificate: &'a CertificateDer<'a>,
	/// Certificates besides.
	pub others: usize,
	/// The server that was asked for; `None` when the peer is a client.
	pub server_name: Option<&'a ServerName<'a>>,
	/// The one name that this connection is for, if the policy has several.
	pub exact: Option<&'a Identity>,
}

impl Core {
	pub fn new(
		identity: Arc<TlsIdentity>,
		role: Role,
		policy: Policy,
		settings: &Settings,
		algorithms: WebPkiSupportedAlgorithms,
	) -> Self {
		Self {
			identity,
			role,
			policy,
			cache: Mutex::new(Cache::new(settings.cache)),
			limit: Limit::new(settings.max_pairings.max(1)),
			metrics: Arc::default(),
			algorithms,
		}
	}

	pub const fn policy(&self) -> &Policy {
		&self.policy
	}

	pub const fn metrics(&self) -> &Arc<Metrics> {
		&self.metrics
	}

	/// Counts and logs a refusal.
	pub fn refuse(&self, refusal: &Refusal) {
		self.metrics.refusal(refusal.reason);
		refusal.log();
	}

	/// Verifies what a peer shows. That it holds the connection key is for TLS to find out.
	pub fn verify(&self, shown: &Shown<'_>) -> Result<Peer, Refusal> {
		let now = self.identity.clock().now();
		let floor = self.identity.check_now(now);
		floor.map_err(|error| Refusal::new(Reason::ClockSetBack, error.to_string()))?;
		if shown.others > 0 {
			let text = format!("expected one certificate, found {}", shown.others + 1);
			return Err(Refusal::new(Reason::Chain, text));
		}
		let parsed = credential::parse(shown.certificate)?;
		let checked = self.check(&parsed, shown, now);
		checked.map_err(|refusal| {
			let claimed = Some(parsed.identity().clone());
			Refusal { claimed, ..refusal }
		})?;
		let (identity, serial) = (parsed.identity().clone(), parsed.serial());
		Ok(Peer { identity, serial, epoch: parsed.epoch() })
	}

	fn check(&self, parsed: &Unverified<'_>, shown: &Shown<'_>, now: u64) -> Result<(), Refusal> {
		self.check_time(parsed, now)?;
		if parsed.role != self.role {
			let text = format!("expected a {}'s credential, found a {}'s", self.role, parsed.role);
			return Err(Refusal::new(Reason::Role, text));
		}
		self.check_name(parsed.identity(), shown)?;
		self.check_self_signature(parsed)?;
		let key_id = self.identity.verifier().key_id;
		let der = symbolon_crypto::hash::sha256(shown.certificate);
		let key = Key { der, role: self.role, key_id };
		if self.cache().holds(&key) {
			self.metrics.cache_hit();
			return Ok(());
		}
		self.check_signature(parsed, now)?;
		self.cache().insert(key);
		let epoch = parsed.epoch();
		let accepted = self.identity.accept(&epoch, now);
		accepted.map_err(|error| Refusal::new(Reason::ClockSetBack, error.to_string()))
	}

	fn cache(&self) -> std::sync::MutexGuard<'_, Cache> {
		self.cache.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// The epoch is the present one; the certificate's validity is within the epoch's window and
	/// holds now, give or take the skew that the epoch's start is given too.
	fn check_time(&self, parsed: &Unverified<'_>, now: u64) -> Result<(), Refusal> {
		let (policy, epoch) = (&self.identity.verifier().policy, parsed.epoch());
		let text = |error: EpochError| {
			format!("epoch {} ({} to {}) at {now}: {error}", epoch.number, epoch.start, epoch.end)
		};
		let present = policy.check(&epoch, now);
		present.map_err(|error| Refusal::new(error.into(), text(error)))?;
		let (from, to) = (parsed.not_before, parsed.not_after);
		if policy.check(&epoch, from).is_err() || from >= to || to > epoch.accepted_until() {
			let text = format!(
				"expected a validity within the window of epoch {} ({} to {}), found {from} to {to}",
				epoch.number, epoch.start, epoch.end
			);
			return Err(Refusal::new(Reason::Validity, text));
		}
		let skew = policy.skew.min(30).min(epoch.length() / 4);
		if now.saturating_add(skew) < from {
			let text = format!("the certificate is valid from {from} on, it is {now}");
			return Err(Refusal::new(Reason::NotYetValid, text));
		}
		if now > to {
			let text = format!("the certificate was valid until {to}, it is {now}");
			return Err(Refusal::new(Reason::Expired, text));
		}
		Ok(())
	}

	fn check_name(&self, identity: &Identity, shown: &Shown<'_>) -> Result<(), Refusal> {
		if !self.policy.accepts(identity) {
			let text = format!("expected {}", self.policy);
			return Err(Refusal::new(Reason::Policy, text));
		}
		if let Some(exact) = shown.exact.filter(|exact| *exact != identity) {
			return Err(Refusal::new(Reason::Policy, format!("expected {exact}")));
		}
		match shown.server_name {
			None => Ok(()),
			Some(ServerName::DnsName(name)) if name_fits(name.as_ref(), identity) => Ok(()),
			Some(name) => {
				let text = format!("expected the server of {}", name.to_str());
				Err(Refusal::new(Reason::ServerName, text))
			}
		}
	}

	fn check_self_signature(&self, parsed: &Unverified<'_>) -> Result<(), Refusal> {
		let scheme = parsed.key_type.scheme();
		let mut mapping = self.algorithms.mapping.iter();
		let algorithm = mapping
			.find(|(found, _)| *found == scheme)
			.and_then(|(_, algorithms)| algorithms.first());
		let holds = algorithm.is_some_and(|algorithm| {
			let signed =
				algorithm.verify_signature(parsed.point, parsed.tbs, parsed.self_signature);
			signed.is_ok()
		});
		if !holds {
			let text = "the certificate is not signed by its own key";
			return Err(Refusal::new(Reason::SelfSignature, text));
		}
		Ok(())
	}

	fn check_signature(&self, parsed: &Unverified<'_>, now: u64) -> Result<(), Refusal> {
		let message = parsed.message();
		let verified = {
			let _place = self.limit.take();
			let _counted = self.metrics.pairing();
			let verifier = self.identity.verifier();
			parsed.signature.verify(verifier, Domain::TLS_CREDENTIAL, &message, now)
		};
		verified.map_err(|error| match error {
			// Time went by while it waited for its turn.
			SignatureError::Epoch(error) => Refusal::new(error.into(), error.to_string()),
			SignatureError::Wrong => Refusal::new(
				Reason::Signature,
				"the Symbolon signature does not hold: another chain, name, key or validity",
			),
			error => Refusal::new(Reason::Signature, format!("the Symbolon signature: {error}")),
		})
	}
}

impl fmt::Debug for Core {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "Core({} of {:?})", self.role, self.policy)
	}
}
