//! Two streams, such as standard input and output, joined to the peer.

use super::{
	dial::{Dialer, Dialled},
	keep::Keeper,
	DialError,
};
use crate::{
	gate::Gate,
	record::{End, Record},
	stop::Stop,
	tunnel::describe,
	watched::{Activity, Watched},
};
use std::{
	io,
	sync::atomic::{AtomicBool, Ordering},
	time::Duration,
};
use symbolon_tls::{HandshakeError, Lifetime};
use thiserror::Error;
use tokio::{
	io::{split, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
	time::{sleep, timeout},
};

/// Bytes moved at a time: a TLS record's most.
const PIECE: usize = 16 << 10;
/// Longest wait to say goodbye to a peer that has already said it.
const GOODBYE: Duration = Duration::from_secs(2);

/// Why a pipe did not end in order.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PipeError {
	/// There was no connection.
	#[error(transparent)]
	Dial(#[from] DialError),
	/// The peer refused this side; a client learns that only with the first bytes it reads.
	#[error(transparent)]
	Refused(HandshakeError),
	/// The connection ended without TLS's word of it: bytes may be missing.
	#[error("the connection was cut before the peer had ended it: what came may not be all")]
	Truncated,
	/// The connection failed.
	#[error("the connection failed: {0}")]
	Broken(io::Error),
	/// The peer's credential carried the connection no longer.
	#[error("the connection outlived the peer's epoch, and the peer showed no newer credential")]
	Lifetime,
	/// The input cannot be read.
	#[error("the input cannot be read: {0}")]
	Input(io::Error),
	/// The output cannot be written.
	#[error("the output cannot be written: {0}")]
	Output(io::Error),
	/// It was stopped from this side.
	#[error("stopped before the peer had ended the connection: what came may not be all")]
	Stopped,
}

impl PipeError {
	/// A short name that scripts can compare.
	pub const fn kind(&self) -> &'static str {
		match self {
			Self::Dial(error) => error.kind(),
			Self::Refused(error) => error.kind(),
			Self::Truncated => "truncated",
			Self::Broken(_) => "connection",
			Self::Lifetime => "lifetime",
			Self::Input(_) => "input",
			Self::Output(_) => "output",
			Self::Stopped => "stopped",
		}
	}

	fn end(&self) -> End {
		match self {
			Self::Lifetime => End::Lifetime,
			Self::Stopped => End::Stopped,
			Self::Broken(error) => End::Broken(describe(error)),
			other => End::Broken(other.to_string()),
		}
	}
}

/// Joins `input` and `output` to the peer. The end of `input` ends this side's direction, and the
/// peer may go on; when the peer ends its direction in order, the pipe is done, whether or not there
/// is more input.
///
/// # Errors
///
/// [`PipeError`]; for all but [`PipeError::Dial`], `output` has what came before.
pub async fn pipe(
	dialer: &Dialer,
	keeper: &Keeper,
	input: impl AsyncRead + Unpin + Send,
	output: impl AsyncWrite + Unpin + Send,
	grace: Duration,
	stop: Stop,
) -> Result<(), PipeError> {
	let Dialled { connection, address, shown } = dialer.dial().await?;
	let (lifetime, peer) = (connection.lifetime(), connection.peer().cloned());
	let activity = Activity::new(dialer.metrics().clone());
	let record = Record::open(dialer.metrics(), &activity, address, peer.as_ref());
	let watched = Watched::new(connection, activity);
	let cut = async {
		lifetime.ended().await;
		sleep(grace).await;
	};
	let joined = tokio::select! {
		joined = join(watched, input, output, &lifetime) => joined,
		() = cut => Err(PipeError::Lifetime),
		() = stop.stopping() => Err(PipeError::Stopped),
		never = keeper.keep(&lifetime, address, shown) => match never {},
	};
	record.close(joined.as_ref().err().map_or(End::Done, PipeError::end));
	joined
}

/// Copies both ways until the peer ends its direction. Once the lifetime is over no more input is
/// read, and the peer is not told that the input had ended.
async fn join<C>(
	connection: C,
	mut input: impl AsyncRead + Unpin + Send,
	mut output: impl AsyncWrite + Unpin + Send,
	lifetime: &Lifetime,
) -> Result<(), PipeError>
where
	C: AsyncRead + AsyncWrite + Unpin,
{
	let (mut from_peer, mut to_peer) = split(connection);
	let all_sent = AtomicBool::new(false);
	let sending = async {
		let mut input = Gate::new(&mut input, lifetime.ended());
		match send(&mut input, &mut to_peer).await {
			Ok(()) => all_sent.store(true, Ordering::Relaxed),
			// A peer that takes nothing more says why to who reads.
			Err(Failed::Write(_)) => {}
			Err(Failed::Read(error)) => return PipeError::Input(error),
		}
		std::future::pending().await
	};
	tokio::select! {
		received = receive(&mut from_peer, &mut output) => received?,
		error = sending => return Err(error),
	}
	if lifetime.is_over() && !all_sent.into_inner() {
		return Err(PipeError::Lifetime);
	}
	// The peer has ended in order; so does this side, unless the peer is gone by now.
	let _ = timeout(GOODBYE, to_peer.shutdown()).await;
	Ok(())
}

enum Failed {
	Read(io::Error),
	Write(io::Error),
}

async fn copy<R, W>(from: &mut R, to: &mut W) -> Result<(), Failed>
where
	R: AsyncRead + Unpin,
	W: AsyncWrite + Unpin,
{
	let mut piece = vec![0; PIECE];
	loop {
		let count = from.read(&mut piece).await.map_err(Failed::Read)?;
		if count == 0 {
			return Ok(());
		}
		let bytes = piece.get(..count).unwrap_or_default();
		to.write_all(bytes).await.map_err(Failed::Write)?;
		// Whoever waits for an answer to half a line is to get it.
		to.flush().await.map_err(Failed::Write)?;
	}
}

async fn send<R, W>(input: &mut R, to_peer: &mut W) -> Result<(), Failed>
where
	R: AsyncRead + Unpin,
	W: AsyncWrite + Unpin,
{
	copy(input, to_peer).await?;
	to_peer.shutdown().await.map_err(Failed::Write)
}

async fn receive<R, W>(from_peer: &mut R, output: &mut W) -> Result<(), PipeError>
where
	R: AsyncRead + Unpin,
	W: AsyncWrite + Unpin,
{
	match copy(from_peer, output).await {
		Ok(()) => output.flush().await.map_err(PipeError::Output),
		Err(Failed::Write(error)) => Err(PipeError::Output(error)),
		Err(Failed::Read(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
			Err(PipeError::Truncated)
		}
		Err(Failed::Read(error)) => Err(match HandshakeError::from_io(error) {
			HandshakeError::Io(error) => PipeError::Broken(error),
			refused => PipeError::Refused(refused),
		}),
	}
}
