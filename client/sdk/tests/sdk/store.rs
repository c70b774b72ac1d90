//! The device's folder.

use crate::kit::{identity, Kit, NOW};
use std::{
	fs,
	os::unix::fs::{symlink, PermissionsExt},
};
use symbolon_light::UnverifiedAnchor;
use symbolon_sdk::{
	device::refresh,
	store::{Store, StoreError},
	Anchor,
};

fn mode(path: &std::path::Path) -> u32 {
	fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn altered(anchor: &Anchor, key_no: u32, exported_at: u64) -> Anchor {
	let unverified = UnverifiedAnchor {
		version: 1,
		genesis_hash: *anchor.genesis_hash(),
		key_no,
		master_key: *anchor.master_key(),
		checkpoint_key: *anchor.checkpoint_key(),
		base: anchor.base().clone(),
		exported_at,
		max_epoch: anchor.max_epoch(),
		skew: anchor.skew(),
	};
	unverified.check().unwrap()
}

#[tokio::test]
async fn everything_is_the_owners_alone() {
	let kit = Kit::new();
	let (store, _) = kit.device("new@demo");
	assert_eq!(mode(store.dir()), 0o700);
	let (enrolled, _) = kit.enrolled("pump@demo").await;
	refresh(&enrolled, &mut kit.client_at(enrolled.state_path())).await.unwrap();
	let mut names = Vec::new();
	for dir in [store.dir(), enrolled.dir()] {
		for entry in fs::read_dir(dir).unwrap() {
			let path = entry.unwrap().path();
			assert_eq!(mode(&path), 0o600, "{}", path.display());
			names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
		}
	}
	for expected in ["anchor", "device.json", "request.json", "transport-secret", "keys", "state"] {
		assert!(names.iter().any(|name| name == expected), "{expected} of {names:?}");
	}
	assert!(!names.iter().any(|name| name.ends_with(".tmp")), "{names:?}");
}

#[test]
fn what_is_there_is_never_overwritten() {
	let kit = Kit::new();
	let (anchor, name) = (kit.world.anchor(), identity("pump@demo"));
	let (store, _) = kit.device("pump@demo");
	let secret = fs::read(store.dir().join("transport-secret")).unwrap();
	let again = Store::create(store.dir(), &anchor, &name);
	assert!(matches!(again, Err(StoreError::Exists { .. })));
	assert_eq!(fs::read(store.dir().join("transport-secret")).unwrap(), secret);

	fs::create_dir(kit.path("full")).unwrap();
	fs::write(kit.path("full/file"), "mine").unwrap();
	fs::write(kit.path("file"), "mine").unwrap();
	symlink(kit.path("nowhere"), kit.path("link")).unwrap();
	for taken in ["full", "file", "link"] {
		let result = Store::create(&kit.path(taken), &anchor, &name);
		assert!(matches!(result, Err(StoreError::Exists { .. })), "{taken}");
	}
	fs::create_dir(kit.path("empty")).unwrap();
	Store::create(&kit.path("empty"), &anchor, &name).unwrap();
	assert_eq!(mode(&kit.path("empty")), 0o700);
	let left: Vec<_> = fs::read_dir(kit.dir.path())
		.unwrap()
		.map(|entry| entry.unwrap().file_name().into_string().unwrap())
		.filter(|name| name.ends_with(".tmp"))
		.collect();
	assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_store_that_is_open_to_others_is_refused() {
	let kit = Kit::new();
	let (store, _) = kit.device("pump@demo");
	let secret = store.dir().join("transport-secret");
	for (path, wide, right) in [(secret, 0o640, 0o600), (store.dir().to_owned(), 0o755, 0o700)] {
		fs::set_permissions(&path, fs::Permissions::from_mode(wide)).unwrap();
		assert!(matches!(Store::open(store.dir()), Err(StoreError::TooOpen { .. })));
		fs::set_permissions(&path, fs::Permissions::from_mode(right)).unwrap();
		Store::open(store.dir()).unwrap();
	}
}

#[test]
fn a_store_of_another_chain_is_refused_and_a_newer_anchor_is_pinned() {
	let kit = Kit::new();
	let (mut store, _) = kit.device("pump@demo");
	let anchor = store.anchor().clone();
	let other = store.adopt(&altered(&anchor, 2, NOW + 5));
	assert!(matches!(other, Err(StoreError::OtherChain { .. })));
	store.adopt(&altered(&anchor, 1, NOW - 5)).unwrap();
	assert_eq!(Store::open(store.dir()).unwrap().anchor(), &anchor);
	let newer = altered(&anchor, 1, NOW + 5);
	store.adopt(&newer).unwrap();
	assert_eq!(Store::open(store.dir()).unwrap().anchor(), &newer);
}

#[tokio::test]
async fn damage_is_told_by_file() {
	let kit = Kit::new();
	assert!(matches!(Store::open(&kit.path("none")), Err(StoreError::NoStore { .. })));
	let (store, _) = kit.enrolled("pump@demo").await;
	refresh(&store, &mut kit.client_at(store.state_path())).await.unwrap();
	for file in ["anchor", "device.json"] {
		let path = store.dir().join(file);
		let good = fs::read(&path).unwrap();
		for bad in [&good[..good.len() - 1], b"", b"{}"] {
			fs::write(&path, bad).unwrap();
			let error = Store::open(store.dir()).err().unwrap();
			assert!(matches!(error, StoreError::Damaged { .. }), "{file}: {error}");
		}
		fs::write(&path, good).unwrap();
	}
	for file in ["keys", "permits"] {
		let path = store.dir().join(file);
		let good = fs::read(&path).unwrap();
		let mut bad = good.clone();
		*bad.last_mut().unwrap() ^= 1;
		fs::write(&path, bad).unwrap();
		let store = Store::open(store.dir()).unwrap();
		let result = if file == "keys" { store.keys().err() } else { store.permits().err() };
		assert!(matches!(result, Some(StoreError::Damaged { .. })), "{file}");
		fs::write(&path, good).unwrap();
	}
	assert!(Store::open(store.dir()).unwrap().keys().is_ok());
}
