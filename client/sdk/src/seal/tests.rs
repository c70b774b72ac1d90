//! What nobody can seal with the interface: signatures that are not of their message.

use super::{
	format::{ChunkWriter, Preamble},
	open_stream,
	write::signed_message,
	Opened, SealError, CHUNK,
};
use crate::{device::refresh, store::Store, testing::World};
use chacha20poly1305::{
	aead::{stream::EncryptorBE32, Payload},
	ChaCha20Poly1305,
};
use sha2::{Digest, Sha512};
use std::sync::Arc;
use symbolon_crypto::{
	encryption::{OpeningKey, SealTarget},
	signature::{Domain, SignatureError, SigningKey},
	Entropy, Identity,
};
use tempfile::TempDir;

const NOW: u64 = 1_800_000_000;
const CONTENT: &[u8] = b"open the valve";

struct Scene {
	world: Arc<World>,
	dir: TempDir,
	pump: Store,
	api: Store,
}

fn entropy(byte: u8) -> Entropy {
	Entropy::take(&mut [byte; 32])
}

impl Scene {
	async fn new() -> Self {
		let (world, dir) = (World::new(NOW), TempDir::new().unwrap());
		let pump = world.device(&dir.path().join("pump"), "pump@demo").await;
		let api = world.device(&dir.path().join("api"), "api@demo").await;
		Self { world, dir, pump, api }
	}

	fn target(&self, store: &Store) -> SealTarget {
		let permit = store.permits().unwrap()[0];
		let serial = store.serial().unwrap().unwrap();
		SealTarget::with_permit(store.identity(), serial, &permit).unwrap()
	}

	fn signer(&self, store: &Store) -> SigningKey {
		SigningKey::new(&store.keys().unwrap().sign, &store.permits().unwrap()[0]).unwrap()
	}

	/// A message to the pump whose trailer `trailer` makes of its preamble.
	fn open(&self, trailer: impl Fn(&Preamble) -> Vec<u8>) -> Result<Opened, SealError> {
		let anchor = self.world.anchor();
		let master = anchor.master_key().decode().unwrap();
		let (header, key) = self.target(&self.pump).seal(&master, entropy(1));
		let preamble = Preamble::new(header, true);
		let mut chunks = ChunkWriter::new(&key, &preamble, Vec::new());
		chunks.write(CONTENT).unwrap();
		chunks.write(&trailer(&preamble)).unwrap();
		let sealed = chunks.finish().unwrap();
		let permit = self.pump.permits().unwrap()[0];
		let key = OpeningKey::new(&self.pump.keys().unwrap().decrypt, &permit).unwrap();
		let key = key.open(preamble.header()).unwrap();
		open_stream(&anchor, &key, (&preamble, &sealed[..]), None, Vec::new(), &mut |_| {})
	}
}

fn digest(content: &[u8]) -> [u8; 64] {
	Sha512::digest(content).into()
}

fn with_length(mut signature: Vec<u8>) -> Vec<u8> {
	let length = signature.len() as u16;
	signature.extend_from_slice(&length.to_le_bytes());
	signature
}

#[tokio::test]
async fn only_a_signature_of_this_message_holds() {
	let scene = Scene::new().await;
	let signer = scene.signer(&scene.api);
	let sign = |domain: Domain, message: &[u8]| {
		with_length(signer.sign(domain, message, entropy(2)).to_bytes())
	};
	let right =
		|preamble: &Preamble| sign(Domain::SEALED, &signed_message(preamble, &digest(CONTENT)));
	let opened = scene.open(right).unwrap();
	assert_eq!(opened.signed_by.unwrap().identity, "api@demo".parse::<Identity>().unwrap());
	assert_eq!(opened.length, CONTENT.len() as u64);

	let wrong = |result: Result<Opened, SealError>| {
		assert!(
			matches!(result, Err(SealError::Signature(SignatureError::Wrong))),
			"expected a signature that does not hold, got {result:?}"
		);
	};
	wrong(scene.open(|p| sign(Domain::SEALED, &signed_message(p, &digest(b"another")))));
	wrong(scene.open(|p| sign(Domain::FILE, &signed_message(p, &digest(CONTENT)))));
	wrong(scene.open(|_| sign(Domain::SEALED, CONTENT)));
	// What api sealed to itself, passed on to the pump under api's signature.
	let anchor = scene.world.anchor();
	let master = anchor.master_key().decode().unwrap();
	let (header, _) = scene.target(&scene.api).seal(&master, entropy(3));
	let own = Preamble::new(header, true);
	wrong(scene.open(|_| sign(Domain::SEALED, &signed_message(&own, &digest(CONTENT)))));
	// And what it sealed to the pump before.
	let (header, _) = scene.target(&scene.pump).seal(&master, entropy(4));
	let before = Preamble::new(header, true);
	wrong(scene.open(|_| sign(Domain::SEALED, &signed_message(&before, &digest(CONTENT)))));
}

#[tokio::test]
async fn trailers_that_are_none_are_refused() {
	let scene = Scene::new().await;
	let signature = scene.signer(&scene.api).sign(Domain::SEALED, b"x", entropy(2)).to_bytes();
	let cut = signature[..signature.len() - 1].to_vec();
	for trailer in [
		Vec::new(),
		vec![0],
		vec![0, 0],
		vec![0xff, 0xff],
		b"\x0e\x00".to_vec(),
		with_length(cut),
		[&with_length(signature)[..], b"\0\0"].concat(),
	] {
		let refused = scene.open(|_| trailer.clone());
		assert!(
			matches!(
				refused,
				Err(SealError::Signature(SignatureError::Format | SignatureError::Version(_)))
			),
			"{trailer:?}: {refused:?}"
		);
	}
}

#[tokio::test]
async fn a_signature_of_a_later_epoch_than_the_message_is_refused() {
	let mut scene = Scene::new().await;
	let target = scene.target(&scene.pump);
	scene.world.set_now(scene.world.epoch(101).start);
	scene.world.publish(101);
	refresh(&scene.api, &mut scene.world.client_of(&scene.api)).await.unwrap();
	scene.api = Store::open(&scene.dir.path().join("api")).unwrap();
	let signer = scene.signer(&scene.api);
	assert_eq!((signer.epoch().number, target.epoch().number), (101, 100));
	let refused = scene.open(|preamble| {
		let message = signed_message(preamble, &digest(CONTENT));
		with_length(signer.sign(Domain::SEALED, &message, entropy(2)).to_bytes())
	});
	let expected = SealError::LaterSignature { message: 100, signature: 101 };
	assert_eq!(refused.unwrap_err().to_string(), expected.to_string());
}

#[tokio::test]
async fn an_empty_chunk_after_a_full_one_is_refused() {
	let scene = Scene::new().await;
	let anchor = scene.world.anchor();
	let (header, key) =
		scene.target(&scene.pump).seal(&anchor.master_key().decode().unwrap(), entropy(1));
	let preamble = Preamble::new(header, false);
	let mut stream: EncryptorBE32<ChaCha20Poly1305> =
		EncryptorBE32::new(key.key().into(), key.nonce_prefix().into());
	let payload = |msg| Payload { msg, aad: preamble.bytes() };
	let full = vec![7; CHUNK];
	let first = stream.encrypt_next(payload(&full[..])).unwrap();
	let last = stream.encrypt_last(payload(&b""[..])).unwrap();
	let sealed = [first, last].concat();
	let opened =
		open_stream(&anchor, &key, (&preamble, &sealed[..]), None, Vec::new(), &mut |_| {});
	assert!(matches!(opened, Err(SealError::Altered)), "{opened:?}");
}
