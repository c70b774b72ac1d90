//! What can go wrong with a local network.

use std::{io, path::PathBuf, process::ExitStatus, time::Duration};

/// Why a network could not be started, controlled or asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
	/// A setting of the network that cannot be used.
	#[error("{0}")]
	Setting(String),
	/// There is no node program.
	#[error(
		"no symbolon-node program at {}; build it (cargo build --release) or name it by \
		 SYMBOLON_NODE",
		.0.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
	)]
	NoBinary(Vec<PathBuf>),
	/// A file or a process could not be worked with.
	#[error("{what}: {source}")]
	Io {
		/// What was tried.
		what: String,
		/// Why it failed.
		source: io::Error,
	},
	/// The chain specification is not of the expected form.
	#[error("the chain specification: {0}")]
	Spec(String),
	/// A subcommand of the node failed.
	#[error("symbolon-node {what} failed: {output}")]
	Command {
		/// Its arguments.
		what: String,
		/// The end of what it printed.
		output: String,
	},
	/// A node ended though nobody ended it.
	#[error("{node} ended by itself ({status}); the end of its log:\n{log}")]
	Exited {
		/// Which node.
		node: String,
		/// How it ended.
		status: ExitStatus,
		/// The last lines of its log.
		log: String,
	},
	/// Something else answers on a node's port.
	#[error("something else than {node} answers on its RPC port")]
	Foreign {
		/// Which node.
		node: String,
	},
	/// The network has no such node.
	#[error("no node {position}: the network has {nodes}, counted from 0")]
	NoNode {
		/// What was asked for.
		position: usize,
		/// How many there are.
		nodes: usize,
	},
	/// The node is in another state than the operation needs.
	#[error("{node} is {state}")]
	State {
		/// Which node.
		node: String,
		/// Its state, such as `not running`.
		state: &'static str,
	},
	/// A node did not answer, or not with what was expected.
	#[error("{url}: {reason}")]
	Rpc {
		/// Which endpoint.
		url: String,
		/// What was seen.
		reason: String,
	},
	/// A condition did not come about.
	#[error("waited {waited:?} for {what}{}", .last.as_ref().map(|last| format!("; last: {last}")).unwrap_or_default())]
	Timeout {
		/// The condition.
		what: String,
		/// How long it was waited for.
		waited: Duration,
		/// The last failure to look, if there was one.
		last: Option<String>,
	},
	/// The anchor could not be made.
	#[error("the anchor: {0}")]
	Anchor(String),
}

impl Error {
	/// Says what was tried when an I/O operation failed; for `map_err`.
	pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
		let what = what.into();
		move |source| Self::Io { what, source }
	}
}
