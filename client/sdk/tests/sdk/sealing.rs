//! Sealed messages: to whom and when they open, and every way to alter them.

use crate::kit::{identity, Kit, NOW};
use std::{cell::Cell, fs, path::PathBuf};
use symbolon_sdk::{
	device::{refresh, DeviceError, NodeAnswer},
	seal::{
		open_file, permit_for, seal, signing_key, target, Opened, Preamble, SealError, SealTarget,
		Sender, CHUNK, MAGIC,
	},
	store::Store,
	testing::{permit_key, Lie, World, EPOCH},
	Clock, Epoch, Identity,
};

/// Bytes that show where they belong.
fn content(length: usize) -> Vec<u8> {
	(0..length).map(|i| (i % 251) as u8 ^ (i >> 16) as u8).collect()
}

struct Post {
	kit: Kit,
	/// How late signers' epochs must end.
	not_before: Cell<u64>,
	pump: Store,
	api: Store,
}

impl Post {
	async fn new() -> Self {
		Self::of(Kit::new()).await
	}

	async fn of(kit: Kit) -> Self {
		let (pump, _) = kit.enrolled("pump@demo").await;
		let (api, _) = kit.enrolled("api@demo").await;
		Self { kit, not_before: Cell::new(0), pump, api }
	}

	/// Seals to `name`, as api if `signed`.
	async fn send(
		&self,
		name: &str,
		epoch: Option<u64>,
		signed: bool,
		content: &[u8],
	) -> Result<Vec<u8>, SealError> {
		let mut client = self.kit.client_at(self.api.state_path());
		let signer = if signed { Some(signing_key(&self.api, &mut client).await?) } else { None };
		let target = target(&mut client, &identity(name), epoch).await?;
		let mut sealed = Vec::new();
		let anchor = self.kit.world.anchor();
		let length =
			seal(&anchor, &target, signer.as_ref(), content, &mut sealed, &mut |_| {}).unwrap();
		assert_eq!(length, content.len() as u64);
		Ok(sealed)
	}

	/// Seals to the pump for any epoch, without asking the chain.
	fn send_at_all_levels(&self, epoch: Epoch) -> Vec<u8> {
		let (anchor, serial) = (self.kit.world.anchor(), self.pump.serial().unwrap().unwrap());
		let to = identity("pump@demo");
		let target = SealTarget::at_all_levels(&anchor.key_id(), &to, serial, &epoch).unwrap();
		let mut sealed = Vec::new();
		seal(&anchor, &target, None, &b"hello"[..], &mut sealed, &mut |_| {}).unwrap();
		sealed
	}

	fn output(&self) -> PathBuf {
		self.kit.path("opened")
	}

	/// Opens with a node, as `store`; the content comes from the file, which is removed.
	async fn open(
		&self,
		store: &Store,
		sealed: &[u8],
		from: Option<&Identity>,
	) -> Result<(Vec<u8>, Opened), SealError> {
		self.open_by(store, sealed, from, true).await
	}

	async fn open_by(
		&self,
		store: &Store,
		mut sealed: &[u8],
		from: Option<&Identity>,
		online: bool,
	) -> Result<(Vec<u8>, Opened), SealError> {
		let preamble = Preamble::read(&mut sealed)?;
		let mut client = online.then(|| self.kit.client_at(store.state_path()));
		let clock = self.kit.world.clock();
		let permit = permit_for(store, client.as_mut(), &clock, &preamble).await?;
		let before = self.files();
		let path = self.output();
		let output = (path.as_path(), false);
		let from = from.map(|identity| Sender { identity, not_before: self.not_before.get() });
		let opened = open_file(store, &permit, (&preamble, sealed), from, output, &mut |_| {});
		if opened.is_err() {
			assert_eq!(self.files(), before, "nothing is left behind");
		}
		let opened = opened?;
		let content = fs::read(self.output()).unwrap();
		fs::remove_file(self.output()).unwrap();
		Ok((content, opened))
	}

	fn files(&self) -> Vec<PathBuf> {
		let entries = fs::read_dir(self.kit.dir.path()).unwrap();
		let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
		files.sort();
		files
	}
}

#[tokio::test]
async fn content_of_every_size_opens() {
	let post = Post::new().await;
	let lengths = [0, 1, 300, CHUNK - 300, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, (20 << 20) + 3];
	for length in lengths {
		for signed in [false, true] {
			let content = content(length);
			let sealed = post.send("pump@demo", None, signed, &content).await.unwrap();
			assert!(sealed.len() < length + length / CHUNK * 16 + 600);
			let (opened, said) = post.open(&post.pump, &sealed, None).await.unwrap();
			assert!(opened == content, "{length} bytes");
			assert_eq!(said.length, length as u64);
			assert_eq!(said.signed_by.is_some(), signed);
			if let Some(sender) = said.signed_by {
				assert_eq!(sender.identity, identity("api@demo"));
				assert_eq!(sender.epoch, post.kit.world.epoch(100));
			}
		}
	}
}

#[tokio::test]
async fn nobody_else_opens() {
	let post = Post::new().await;
	let sealed = post.send("pump@demo", None, false, b"for the pump").await.unwrap();
	let refused = post.open(&post.api, &sealed, None).await;
	assert!(matches!(refused, Err(SealError::OtherRecipient { .. })), "{refused:?}");

	// The same name on another chain, with its own keys.
	let other = Post::of(Kit { world: World::another(NOW), ..Kit::new() }).await;
	let refused = other.open(&other.pump, &sealed, None).await;
	assert!(matches!(refused, Err(SealError::OtherKey { .. })), "{refused:?}");
}

#[tokio::test]
async fn every_changed_byte_of_the_preamble_is_refused() {
	let post = Post::new().await;
	let sealed = post.send("pump@demo", None, true, b"hello").await.unwrap();
	let mut rest = sealed.as_slice();
	Preamble::read(&mut rest).unwrap();
	for i in 0..sealed.len() - rest.len() {
		let mut altered = sealed.clone();
		altered[i] ^= 1;
		assert!(post.open(&post.pump, &altered, None).await.is_err(), "byte {i}");
	}
}

#[tokio::test]
async fn masks_of_other_levels_cannot_be_altered() {
	let post = Post::new().await;
	let sealed = post.send_at_all_levels(post.kit.world.epoch(100));
	assert!(post.open(&post.pump, &sealed, None).await.is_ok());
	// Of level 3; the pump's permit is of the root.
	let mut rest = sealed.as_slice();
	Preamble::read(&mut rest).unwrap();
	let start = sealed.len() - rest.len();
	let mut altered = sealed.clone();
	altered[start - (41 - 3) * 33 + 5] ^= 1;
	let refused = post.open(&post.pump, &altered, None).await;
	assert!(matches!(refused, Err(SealError::Altered)), "{refused:?}");
}

#[tokio::test]
async fn chunks_cannot_be_altered_cut_moved_or_added() {
	let post = Post::new().await;
	let sealed = post.send("pump@demo", None, false, &content(3 * CHUNK + 10)).await.unwrap();
	let mut rest = sealed.as_slice();
	Preamble::read(&mut rest).unwrap();
	let start = sealed.len() - rest.len();
	let size = CHUNK + 16;
	let preamble = &sealed[..start];
	let chunk = |i: usize| &sealed[start + i * size..sealed.len().min(start + (i + 1) * size)];
	let of = |order: &[usize]| {
		let chunks = order.iter().flat_map(|i| chunk(*i).iter().copied());
		preamble.iter().copied().chain(chunks).collect::<Vec<u8>>()
	};
	assert!(post.open(&post.pump, &of(&[0, 1, 2, 3]), None).await.is_ok());
	let mut wrong = vec![
		of(&[]),
		of(&[0]),
		of(&[0, 1, 2]),
		of(&[1, 0, 2, 3]),
		of(&[0, 0, 1, 2, 3]),
		of(&[0, 1, 3]),
		of(&[0, 1, 2, 3, 3]),
		of(&[3]),
		sealed[..sealed.len() - 1].to_vec(),
		sealed[..start + size + 5].to_vec(),
		[&sealed[..], b"x"].concat(),
		[&sealed[..], chunk(0)].concat(),
	];
	for i in [start, start + size - 1, start + size, sealed.len() - 17, sealed.len() - 1] {
		let mut altered = sealed.clone();
		altered[i] ^= 0x80;
		wrong.push(altered);
	}
	for (i, altered) in wrong.iter().enumerate() {
		let refused = post.open(&post.pump, altered, None).await;
		assert!(matches!(refused, Err(SealError::Altered)), "case {i}: {refused:?}");
	}
}

#[tokio::test]
async fn what_is_no_sealed_message_says_so() {
	let post = Post::new().await;
	let sealed = post.send("pump@demo", None, false, b"hello").await.unwrap();
	let with = |at: usize, byte: u8| {
		let mut altered = sealed.clone();
		altered[at] = byte;
		altered
	};
	let length = MAGIC.len() + 1;
	for (case, bytes) in [
		("nothing", Vec::new()),
		("text", b"dear pump, this is a letter that nobody sealed".to_vec()),
		("another version", with(15, 2)),
		("unknown flags", with(16, 2)),
		("a header of 65,535 bytes", with(length + 1, 0xff)),
		("a shorter header", with(length, sealed[length] - 1)),
		("only the start", sealed[..19].to_vec()),
		("half a header", sealed[..100].to_vec()),
	] {
		let refused = post.open(&post.pump, &bytes, None).await.unwrap_err();
		assert_eq!(refused.kind(), "not-sealed", "{case}: {refused}");
	}
}

#[tokio::test]
async fn a_signature_cannot_be_stripped_and_is_demanded() {
	let post = Post::new().await;
	let (api, valve) = (identity("api@demo"), identity("valve@demo"));
	let signed = post.send("pump@demo", None, true, b"open the valve").await.unwrap();
	assert!(post.open(&post.pump, &signed, Some(&api)).await.is_ok());
	let refused = post.open(&post.pump, &signed, Some(&valve)).await;
	assert!(matches!(refused, Err(SealError::OtherSender { .. })), "{refused:?}");
	let end = post.kit.world.epoch(100).end;
	post.not_before.set(end - 1);
	assert!(post.open(&post.pump, &signed, Some(&api)).await.is_ok());
	post.not_before.set(end);
	let refused = post.open(&post.pump, &signed, Some(&api)).await;
	assert!(matches!(refused, Err(SealError::OldSignature { .. })), "{refused:?}");
	post.not_before.set(0);
	let mut stripped = signed.clone();
	stripped[MAGIC.len()] = 0;
	let refused = post.open(&post.pump, &stripped, None).await;
	assert!(matches!(refused, Err(SealError::Altered)), "{refused:?}");

	let unsigned = post.send("pump@demo", None, false, b"open the valve").await.unwrap();
	let refused = post.open(&post.pump, &unsigned, Some(&api)).await;
	assert!(matches!(refused, Err(SealError::Unsigned { .. })), "{refused:?}");
	let mut claimed = unsigned.clone();
	claimed[MAGIC.len()] = 1;
	let refused = post.open(&post.pump, &claimed, None).await;
	assert!(matches!(refused, Err(SealError::Altered)), "{refused:?}");
}

#[tokio::test]
async fn a_later_epoch_opens_whatever_was_revoked_until_then() {
	let post = Post::new().await;
	let (valve, serial) = post.kit.enrolled("valve@demo").await;
	let letter = post.send("pump@demo", Some(102), true, b"later").await.unwrap();
	let to_valve = post.send("valve@demo", Some(102), false, b"later").await.unwrap();
	let early = post.open(&post.pump, &letter, None).await;
	assert!(matches!(early, Err(SealError::NotYet { .. })), "{early:?}");
	let early = post.open_by(&post.pump, &letter, None, false).await;
	assert!(matches!(early, Err(SealError::NotYet { .. })), "{early:?}");

	post.kit.world.revoke(serial);
	post.kit.world.set_now(post.kit.world.epoch(102).start);
	post.kit.world.publish(102);
	let (opened, said) = post.open(&post.pump, &letter, None).await.unwrap();
	assert_eq!(opened, b"later");
	assert_eq!(said.signed_by.unwrap().epoch.number, 100);
	let refused = post.open(&valve, &to_valve, None).await;
	let revoked = SealError::Device(DeviceError::Revoked {
		identity: identity("valve@demo"),
		serial,
		position: 0,
		epoch: post.kit.world.epoch(102),
		block: 0,
	});
	assert_eq!(refused.unwrap_err().kind(), revoked.kind());
	// Later still, when the node is only asked for the permit.
	post.kit.world.set_now(post.kit.world.epoch(103).start);
	post.kit.world.publish(103);
	let refused = post.open(&valve, &to_valve, None).await;
	assert!(matches!(refused, Err(SealError::NoPermit { .. })), "{refused:?}");
}

#[tokio::test]
async fn old_messages_open_with_permits_that_were_kept() {
	let post = Post::new().await;
	refresh(&post.pump, &mut post.kit.client_at(post.pump.state_path())).await.unwrap();
	let sealed = post.send("pump@demo", None, false, b"old").await.unwrap();
	post.kit.world.set_now(NOW + EPOCH);
	post.kit.world.publish(101);
	refresh(&post.pump, &mut post.kit.client_at(post.pump.state_path())).await.unwrap();
	let unread = post.send("api@demo", None, false, b"old").await.unwrap();
	post.kit.world.set_now(NOW + 2 * EPOCH);
	post.kit.world.publish(102);
	refresh(&post.pump, &mut post.kit.client_at(post.pump.state_path())).await.unwrap();
	assert!(post.pump.permits().unwrap().iter().all(|permit| permit.epoch().number >= 102));
	let (opened, _) = post.open_by(&post.pump, &sealed, None, false).await.unwrap();
	assert_eq!(opened, b"old");

	// api was away: offline it has nothing, online it gets the permit and keeps it.
	let refused = post.open_by(&post.api, &unread, None, false).await;
	assert!(matches!(refused, Err(SealError::Offline { .. })), "{refused:?}");
	assert!(post.open(&post.api, &unread, None).await.is_ok());
	for level in 0..=40 {
		let serial = post.api.serial().unwrap().unwrap();
		post.kit.world.remove(&permit_key(101, &serial.ancestor(level)));
	}
	assert!(post.open_by(&post.api, &unread, None, false).await.is_ok());
	post.kit.world.lie(&[Lie::NoPermitCall]);
	let other = post.send_at_all_levels(post.kit.world.epoch(103));
	let refused = post.open(&post.pump, &other, None).await.unwrap_err();
	assert_eq!(refused.kind(), "node-down", "{refused}");
	post.kit.world.lie(&[]);
	let wrong = Epoch { end: post.kit.world.epoch(103).end + 1, ..post.kit.world.epoch(103) };
	let refused = post.open(&post.pump, &post.send_at_all_levels(wrong), None).await;
	assert!(matches!(refused, Err(SealError::NoSuchEpoch { .. })), "{refused:?}");
	// A damaged file of old permits is none.
	fs::write(post.api.dir().join("past-permits"), b"rubbish").unwrap();
	let refused = post.open(&post.api, &unread, None).await;
	assert!(matches!(refused, Err(SealError::NoPermit { .. })), "{refused:?}");
}

#[tokio::test]
async fn recipients_and_epochs_are_checked_before_anything_is_sealed() {
	let post = Post::new().await;
	let (_, serial) = post.kit.enrolled("valve@demo").await;
	let refused = post.send("nobody@demo", None, false, b"").await;
	assert!(matches!(refused, Err(SealError::UnknownRecipient { .. })), "{refused:?}");
	let refused = post.send("pump@demo", Some(99), false, b"").await;
	assert!(matches!(refused, Err(SealError::PastEpoch { .. })), "{refused:?}");
	// Seven days of an hour each, ten minutes into the first.
	let last = 100 + 7 * 24;
	assert!(post.send("pump@demo", Some(last), false, b"").await.is_ok());
	let refused = post.send("pump@demo", Some(last + 1), false, b"").await;
	assert!(matches!(refused, Err(SealError::BeyondSchedule { last: l, .. }) if l == last));
	let refused = post.send("pump@demo", Some(u64::MAX), false, b"").await;
	assert!(matches!(refused, Err(SealError::BeyondSchedule { .. })), "{refused:?}");

	post.kit.world.revoke(serial);
	for epoch in [None, Some(101)] {
		let refused = post.send("valve@demo", epoch, false, b"").await;
		assert!(matches!(refused, Err(SealError::RevokedRecipient { .. })), "{refused:?}");
	}
	for (lie, expected) in
		[(Lie::NoPermit, NodeAnswer::Nothing), (Lie::OtherSubtree, NodeAnswer::OtherSubtree)]
	{
		post.kit.world.lie(&[lie]);
		let refused = post.send("pump@demo", None, false, b"").await.unwrap_err();
		let SealError::NoRecipientPermit { answer, .. } = refused else { panic!("{refused}") };
		assert_eq!(answer, expected);
	}
	post.kit.world.lie(&[Lie::Permit]);
	let refused = post.send("pump@demo", None, false, b"").await.unwrap_err();
	assert_eq!(refused.kind(), "no-recipient-permit");
}

#[tokio::test]
async fn files_are_replaced_only_on_demand() {
	let post = Post::new().await;
	let sealed = post.send("pump@demo", None, false, b"new").await.unwrap();
	fs::write(post.output(), b"precious").unwrap();
	let mut rest = sealed.as_slice();
	let preamble = Preamble::read(&mut rest).unwrap();
	let mut client = post.kit.client_at(post.pump.state_path());
	let clock: Clock = post.kit.world.clock();
	let permit = permit_for(&post.pump, Some(&mut client), &clock, &preamble).await.unwrap();
	let open = |rest, force| {
		let output = post.output();
		open_file(&post.pump, &permit, (&preamble, rest), None, (&output, force), &mut |_| {})
	};
	assert!(matches!(open(rest, false), Err(SealError::Exists { .. })));
	assert!(matches!(open(&rest[1..], true), Err(SealError::Altered)));
	assert_eq!(fs::read(post.output()).unwrap(), b"precious");
	open(rest, true).unwrap();
	assert_eq!(fs::read(post.output()).unwrap(), b"new");
	use std::os::unix::fs::PermissionsExt;
	let mode = fs::metadata(post.output()).unwrap().permissions().mode();
	assert_eq!(mode & 0o777, 0o600);
}
