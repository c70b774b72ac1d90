//! Stopping in order: first nothing new, then nothing at all.

use tokio::sync::watch;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Phase {
	Running,
	Stopping,
	Cut,
}

/// Ends a proxy. Dropping it is [`cut`](Self::cut).
#[derive(Debug)]
pub struct Stopper(watch::Sender<Phase>);

/// What a proxy watches.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<Phase>);

/// A stopper, and what it stops.
pub fn channel() -> (Stopper, Stop) {
	let (sender, receiver) = watch::channel(Phase::Running);
	(Stopper(sender), Stop(receiver))
}

impl Stopper {
	/// No new connections from now on; open ones may end by themselves for the proxy's grace.
	pub fn stop(&self) {
		self.advance(Phase::Stopping);
	}

	/// Ends open connections now.
	pub fn cut(&self) {
		self.advance(Phase::Cut);
	}

	fn advance(&self, phase: Phase) {
		self.0.send_if_modified(|now| {
			let later = *now < phase;
			*now = phase.max(*now);
			later
		});
	}
}

impl Drop for Stopper {
	fn drop(&mut self) {
		self.cut();
	}
}

impl Stop {
	/// Ready once nothing new is to be begun.
	pub async fn stopping(&self) {
		self.reached(Phase::Stopping).await;
	}

	/// Ready once everything is to end now.
	pub async fn cut(&self) {
		self.reached(Phase::Cut).await;
	}

	async fn reached(&self, phase: Phase) {
		// The sender is gone only after it said `Cut`.
		let _ = self.0.clone().wait_for(|now| *now >= phase).await;
	}
}
