//! The pipe: standard input and output joined to a peer.

use crate::kit::{expect, rest, send, soon, until_reset, Kit, Proxy, Service};
use std::time::Duration;
use symbolon_proxy::{
	connect::{pipe, DialError, Dialer, Keeper, PipeError},
	metrics::Metrics,
	serve::{Options, Tell},
	stop::{self, Stopper},
};
use symbolon_tls::{Acceptor, Connector, Policy};
use tokio::{
	io::{duplex, AsyncWriteExt, DuplexStream},
	task::JoinHandle,
};

struct Piped {
	input: DuplexStream,
	output: DuplexStream,
	stopper: Stopper,
	task: JoinHandle<Result<(), PipeError>>,
}

fn start(connector: Connector, to: &str) -> Piped {
	let dialer = Dialer::new(connector, to, Duration::from_secs(30), Metrics::default());
	let (input, from) = duplex(1 << 16);
	let (output, into) = duplex(1 << 16);
	let (stopper, stop) = stop::channel();
	let task = tokio::spawn(async move {
		let keeper = Keeper::new(dialer.clone());
		pipe(&dialer, &keeper, from, into, Duration::from_secs(3_600), stop).await
	});
	Piped { input, output, stopper, task }
}

async fn set_up(kit: &Kit) -> (Service, Proxy, Piped) {
	let service = Service::new().await;
	let proxy = kit.proxy(&service.address(), Tell::Nothing).await;
	let piped = start(kit.connector("pump@demo").await, &proxy.address.to_string());
	(service, proxy, piped)
}

#[tokio::test]
async fn the_end_of_the_input_ends_one_direction_only() {
	let kit = Kit::new();
	let (service, _proxy, mut piped) = set_up(&kit).await;
	send(&mut piped.input, "question").await;
	soon(piped.input.shutdown()).await.unwrap();
	let mut behind = service.accept().await;
	assert_eq!(rest(&mut behind).await, "question");
	send(&mut behind, "a long answer").await;
	expect(&mut piped.output, "a long answer").await;
	assert!(!piped.task.is_finished());
	drop(behind);
	assert_eq!(rest(&mut piped.output).await, "");
	soon(piped.task).await.unwrap().unwrap();
}

#[tokio::test]
async fn the_peers_end_is_the_pipes_whatever_is_still_to_be_read() {
	let kit = Kit::new();
	let (service, _proxy, mut piped) = set_up(&kit).await;
	let mut behind = service.accept().await;
	send(&mut behind, "bye").await;
	drop(behind);
	assert_eq!(rest(&mut piped.output).await, "bye");
	soon(piped.task).await.unwrap().unwrap();
	drop(piped.input);
}

#[tokio::test]
async fn a_connection_that_is_cut_is_told_from_one_that_is_ended() {
	let kit = Kit::new();
	let (service, proxy, mut piped) = set_up(&kit).await;
	let mut behind = service.accept().await;
	send(&mut behind, "half an ans").await;
	expect(&mut piped.output, "half an ans").await;
	proxy.end().await;
	let error = soon(piped.task).await.unwrap().unwrap_err();
	assert!(matches!(error, PipeError::Truncated), "{error}");
	assert_eq!(error.kind(), "truncated");
}

#[tokio::test]
async fn a_refusal_is_told_with_its_alert() {
	let kit = Kit::new();
	let service = Service::new().await;
	let proxy = kit.proxy(&service.address(), Tell::Nothing).await;
	let server: symbolon_sdk::Identity = "api@demo".parse().unwrap();
	let stranger = kit.identity("pump@other").await;
	let stranger = Connector::builder(stranger, server).build().unwrap();
	let mut piped = start(stranger, &proxy.address.to_string());
	// What is sent before the refusal is known reaches nobody, and does not hide it.
	let _ = piped.input.write_all(b"secret").await;
	let error = soon(piped.task).await.unwrap().unwrap_err();
	assert_eq!(error.kind(), "alert-received", "{error}");
	assert!(error.to_string().contains("AccessDenied"), "{error}");
	assert!(service.is_untouched().await);
}

#[tokio::test]
async fn nobody_there_or_somebody_else_is_an_error_before_any_byte() {
	let kit = Kit::new();
	let gone = Service::new().await;
	let address = gone.address();
	drop(gone);
	let connector = kit.connector("pump@demo").await;
	let piped = start(connector.clone(), &address);
	let error = soon(piped.task).await.unwrap().unwrap_err();
	assert!(matches!(error, PipeError::Dial(DialError::Unreachable(_))), "{error}");
	// A server that is no server of TLS.
	let other = Service::new().await;
	let piped = start(connector, &other.address());
	let mut behind = other.accept().await;
	send(&mut behind, "220 smtp ready\r\n").await;
	let error = soon(piped.task).await.unwrap().unwrap_err();
	assert_eq!(error.kind(), "tls", "{error}");
}

#[tokio::test]
async fn a_stop_is_no_end_of_the_peers() {
	let kit = Kit::new();
	let (service, _proxy, piped) = set_up(&kit).await;
	let _behind = service.accept().await;
	piped.stopper.stop();
	let error = soon(piped.task).await.unwrap().unwrap_err();
	assert!(matches!(error, PipeError::Stopped), "{error}");
}

#[tokio::test]
async fn an_output_that_nobody_reads_ends_the_pipe() {
	let kit = Kit::new();
	let (service, _proxy, piped) = set_up(&kit).await;
	let mut behind = service.accept().await;
	drop(piped.output);
	send(&mut behind, "to nobody").await;
	let error = soon(piped.task).await.unwrap().unwrap_err();
	assert!(matches!(error, PipeError::Output(_)), "{error}");
	drop(piped.input);
}

#[tokio::test]
async fn the_end_of_a_lifetime_is_no_end_of_the_input() {
	let (kit, service) = (Kit::new(), Service::new().await);
	// The server bears the old credential for longer, so this side is the one to end it.
	let policy: Policy = "*@demo".parse().unwrap();
	let acceptor = Acceptor::builder(kit.identity("api@demo").await).policy(policy);
	let acceptor = acceptor.max_connection_epochs(2).build().unwrap();
	let proxy = Proxy::start(acceptor, Options::new(service.address(), Tell::Nothing)).await;
	let mut piped = start(kit.connector("pump@demo").await, &proxy.address.to_string());
	send(&mut piped.input, "half a mess").await;
	let mut behind = service.accept().await;
	expect(&mut behind, "half a mess").await;
	kit.world.set_now(kit.world.epoch(100).accepted_until());
	send(&mut behind, "answer").await;
	expect(&mut piped.output, "answer").await;
	soon(behind.shutdown()).await.unwrap();
	let error = soon(piped.task).await.unwrap().unwrap_err();
	assert!(matches!(error, PipeError::Lifetime), "{error}");
	assert_eq!(until_reset(&mut behind).await, "");
}
