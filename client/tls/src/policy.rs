//! Which names may connect.

use std::{fmt, str::FromStr, sync::Arc};
use symbolon_crypto::{identity::NameError, Identity, Namespace};
use thiserror::Error;

/// Which names are accepted. Names are compared byte for byte, namespaces whole: `*@demo` holds
/// `pump@demo`, not `pump@demo.org`.
#[derive(Clone)]
pub struct Policy(Rule);

#[derive(Clone)]
enum Rule {
	Exact(Identity),
	Namespace(Namespace),
	AnyOf(Arc<[Policy]>),
	Custom(Arc<str>, Arc<dyn Fn(&Identity) -> bool + Send + Sync>),
}

/// The text is no policy.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("{text:?} is no policy: {error}; write name@namespace, or *@namespace for all of one")]
pub struct PolicyError {
	/// The text.
	pub text: String,
	/// What is wrong with it.
	pub error: NameError,
}

impl Policy {
	/// This name only.
	pub const fn exact(identity: Identity) -> Self {
		Self(Rule::Exact(identity))
	}

	/// Every name of this namespace.
	pub const fn namespace(namespace: Namespace) -> Self {
		Self(Rule::Namespace(namespace))
	}

	/// What at least one of these accepts. An empty list accepts nobody.
	pub fn any_of(policies: impl IntoIterator<Item = Self>) -> Self {
		Self(Rule::AnyOf(policies.into_iter().collect()))
	}

	/// What `accepts` says. It is asked before anything is verified, so the name is only claimed:
	/// it must decide and nothing else. `label` is the policy in logs.
	pub fn custom(
		label: impl Into<Arc<str>>,
		accepts: impl Fn(&Identity) -> bool + Send + Sync + 'static,
	) -> Self {
		Self(Rule::Custom(label.into(), Arc::new(accepts)))
	}

	/// Whether a peer of this name is accepted.
	pub fn accepts(&self, identity: &Identity) -> bool {
		match &self.0 {
			Rule::Exact(expected) => expected == identity,
			Rule::Namespace(namespace) => identity.namespace() == *namespace,
			Rule::AnyOf(policies) => policies.iter().any(|policy| policy.accepts(identity)),
			Rule::Custom(_, accepts) => accepts(identity),
		}
	}

	/// The one name it accepts, if it was written as one.
	pub const fn as_exact(&self) -> Option<&Identity> {
		match &self.0 {
			Rule::Exact(identity) => Some(identity),
			_ => None,
		}
	}
}

impl From<Identity> for Policy {
	fn from(identity: Identity) -> Self {
		Self::exact(identity)
	}
}

impl From<&Identity> for Policy {
	fn from(identity: &Identity) -> Self {
		Self::exact(identity.clone())
	}
}

impl From<Namespace> for Policy {
	fn from(namespace: Namespace) -> Self {
		Self::namespace(namespace)
	}
}

impl FromStr for Policy {
	type Err = PolicyError;

	fn from_str(text: &str) -> Result<Self, PolicyError> {
		let failed = |error| PolicyError { text: text.into(), error };
		match text.strip_prefix("*@") {
			Some(namespace) => namespace.parse().map(Self::namespace).map_err(failed),
			None => text.parse().map(Self::exact).map_err(failed),
		}
	}
}

impl fmt::Display for Policy {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match &self.0 {
			Rule::Exact(identity) => identity.fmt(f),
			Rule::Namespace(namespace) => write!(f, "*@{namespace}"),
			Rule::AnyOf(policies) if policies.is_empty() => f.write_str("nobody"),
			Rule::AnyOf(policies) => {
				for (i, policy) in policies.iter().enumerate() {
					let comma = if i == 0 { "" } else { ", " };
					write!(f, "{comma}{policy}")?;
				}
				Ok(())
			}
			Rule::Custom(label, _) => f.write_str(label),
		}
	}
}

impl fmt::Debug for Policy {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "Policy({self})")
	}
}
