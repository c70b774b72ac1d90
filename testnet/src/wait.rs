//! Waiting for a condition.

use crate::Error;
use std::time::Duration;
use tokio::time::{sleep, timeout_at, Instant};

/// Pause between two looks.
const INTERVAL: Duration = Duration::from_millis(150);

/// Calls `probe` until it gives a value, at most for `limit`; also a probe that hangs (a paused
/// node) ends then. A probe that fails with [`Error::Rpc`] is tried again, since nodes that start
/// or were killed do not answer.
///
/// # Errors
///
/// [`Error::Timeout`] after `limit`, naming `what` and the last failure; any other error of the
/// probe at once.
pub async fn wait_for<T>(
	what: impl Into<String>,
	limit: Duration,
	mut probe: impl AsyncFnMut() -> Result<Option<T>, Error>,
) -> Result<T, Error> {
	let deadline = Instant::now() + limit;
	let mut last = None;
	loop {
		match timeout_at(deadline, probe()).await {
			Ok(Ok(Some(value))) => return Ok(value),
			Ok(Ok(None)) => {}
			Ok(Err(error @ Error::Rpc { .. })) => last = Some(error.to_string()),
			Ok(Err(error)) => return Err(error),
			Err(_) => last = Some("no answer within the time".into()),
		}
		if Instant::now() + INTERVAL >= deadline {
			return Err(Error::Timeout { what: what.into(), waited: limit, last });
		}
		sleep(INTERVAL).await;
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::future::pending;

	fn unanswered() -> Error {
		Error::Rpc { url: "http://127.0.0.1:1".into(), reason: "refused".into() }
	}

	#[tokio::test]
	async fn looks_again_until_there_is_a_value() {
		let mut looks = 0;
		let value = wait_for("the third look", Duration::from_secs(20), async || {
			looks += 1;
			match looks {
				1 => Err(unanswered()),
				2 => Ok(None),
				_ => Ok(Some(looks)),
			}
		});
		assert_eq!(value.await.unwrap(), 3);
	}

	#[tokio::test]
	async fn ends_at_the_limit_and_names_condition_and_last_failure() {
		let limit = Duration::from_millis(400);
		let never = wait_for::<()>("a block", limit, async || Err(unanswered())).await;
		let text = never.unwrap_err().to_string();
		assert!(text.contains("a block") && text.contains("refused"), "{text}");
	}

	#[tokio::test]
	async fn a_probe_that_hangs_ends_too() {
		let began = std::time::Instant::now();
		let never = wait_for::<()>("an answer", Duration::from_millis(300), async || {
			pending::<()>().await;
			Ok(None)
		});
		assert!(matches!(never.await, Err(Error::Timeout { .. })));
		assert!(began.elapsed() < Duration::from_secs(10));
	}

	#[tokio::test]
	async fn other_errors_end_it_at_once() {
		let mut looks = 0;
		let failed = wait_for::<()>("nothing", Duration::from_secs(20), async || {
			looks += 1;
			Err(Error::Spec("broken".into()))
		});
		assert!(matches!(failed.await, Err(Error::Spec(_))));
		assert_eq!(looks, 1);
	}
}
