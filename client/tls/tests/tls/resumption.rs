//! A client that wants to resume does a full handshake every time, and none once it is revoked.

use crate::{
	intruder::{intrude, Shows},
	kit::{connection, exchange, name, Kit, PIPE},
	logs::Logs,
};
use rustls::{client::Resumption, AlertDescription, ClientConfig, HandshakeKind};
use std::sync::Arc;
use symbolon_tls::{server_name, Acceptor, HandshakeError, Reason};
use tokio_rustls::TlsConnector;

/// One connection; the kind of handshake that it took and the tickets that came.
async fn connect(
	acceptor: &Acceptor,
	config: &Arc<ClientConfig>,
) -> Result<(HandshakeKind, u32), HandshakeError> {
	let (near, far) = tokio::io::duplex(PIPE);
	let server = async {
		let mut server = connection(acceptor.accept(far).await?);
		for _ in 0..3 {
			exchange(&mut server, b"tick").await.map_err(HandshakeError::from_io)?;
		}
		let kind = server.get_ref().get_ref().1.handshake_kind();
		assert_eq!(kind, Some(HandshakeKind::Full));
		Ok(())
	};
	let client = async {
		let connector = TlsConnector::from(config.clone());
		let mut client = connector.connect(server_name(&name("api@demo")), near).await?;
		for _ in 0..3 {
			exchange(&mut client, b"tock").await?;
		}
		let (_, tls) = client.get_ref();
		Ok((tls.handshake_kind().unwrap(), tls.tls13_tickets_received()))
	};
	let (server, client): (_, std::io::Result<_>) = tokio::join!(server, client);
	server.map(|()| client.unwrap())
}

#[tokio::test]
async fn a_revoked_client_that_keeps_trying_to_resume_is_out_at_the_next_epoch() {
	let kit = Kit::new();
	let acceptor = kit.acceptor().await;
	let honest = kit.connector("pump@demo").await;
	let mut config = (*honest.config()).clone();
	config.resumption = Resumption::in_memory_sessions(64);
	config.enable_early_data = true;
	let config = Arc::new(config);
	for _ in 0..3 {
		let found = connect(&acceptor, &config).await.unwrap();
		assert_eq!(found, (HandshakeKind::Full, 0));
	}
	// It keeps what it showed last.
	let last = config.client_auth_cert_resolver.resolve(&[], &[]).unwrap();
	let mut stale = (*config).clone();
	stale.client_auth_cert_resolver = Arc::new(Shows(last));

	kit.world.revoke(kit.world.serial_of(&name("pump@demo")));
	connect(&acceptor, &config).await.expect("the running epoch is not touched");
	kit.enter(101, &["api@demo", "pump@demo"]).await;
	// Grace: a minute in which the old credential still serves.
	connect(&acceptor, &Arc::new(stale.clone())).await.unwrap();
	kit.world.set_now(kit.world.epoch(101).start + 60);
	let logs = Logs::keep();
	for _ in 0..3 {
		let (fate, found) = intrude(&acceptor, stale.clone()).await;
		assert_eq!(fate, Err(AlertDescription::CertificateExpired));
		assert_eq!(found.unwrap_err().kind(), Reason::Expired.as_str());
		assert_eq!(logs.warnings(), ["expired"]);
	}
	// With its own resolver it has nothing to show, and says why.
	let (fate, found) = intrude(&acceptor, (*config).clone()).await;
	assert_eq!(fate, Err(AlertDescription::CertificateRequired));
	assert_eq!(found.unwrap_err().kind(), Reason::NoCertificate.as_str());
	assert_eq!(logs.warnings(), ["no-permit", "no-certificate"]);
	let error = honest.connect(tokio::io::duplex(PIPE).0).await.unwrap_err();
	assert_eq!(error.kind(), "no-permit");
}

#[tokio::test]
async fn the_configurations_have_nothing_to_resume_with() {
	let kit = Kit::new();
	let (acceptor, connector) = (kit.acceptor().await, kit.connector("pump@demo").await);
	let server = acceptor.config();
	assert!(!server.session_storage.can_cache() && !server.ticketer.enabled());
	assert_eq!((server.send_tls13_tickets, server.max_tls13_tickets), (0, 0));
	assert_eq!(server.max_early_data_size, 0);
	assert!(!connector.config().enable_early_data);
	assert!(format!("{:?}", connector.config().resumption).contains("NoClientSessionStorage"));
}
