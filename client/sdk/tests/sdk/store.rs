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
	let other = store.adopt(&altered(&anchor, 2, NOW + 5), NOW);
	assert!(matches!(other, Err(StoreError::OtherChain { .. })));
	assert!(!store.adopt(&altered(&anchor, 1, NOW - 5), NOW).unwrap());
	assert_eq!(Store::open(store.dir()).unwrap().anchor(), &anchor);
	let future = store.adopt(&altered(&anchor, 1, NOW + 31), NOW);
	assert!(matches!(future, Err(StoreError::FutureAnchor { .. })));
	let newer = altered(&anchor, 1, NOW + 5);
	assert!(store.adopt(&newer, NOW).unwrap());
	assert_eq!(store.anchor(), &newer);
	assert_eq!(Store::open(store.dir()).unwrap().anchor(), &anchor, "not before it proved itself");
	store.pin().unwrap();
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
	let path = store.dir().join("keys");
	let good = fs::read(&path).unwrap();
	let mut bad = good.clone();
	*bad.last_mut().unwrap() ^= 1;
	fs::write(&path, bad).unwrap();
	let error = Store::open(store.dir()).unwrap().keys().err().unwrap();
	assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
	fs::write(&path, good).unwrap();
	assert!(Store::open(store.dir()).unwrap().keys().is_ok());
}

#[tokio::test]
async fn what_nodes_give_again_is_absent_when_damaged() {
	let kit = Kit::new();
	let (store, _) = kit.enrolled("pump@demo").await;
	for damage in [vec![], vec![0xff; 100], vec![0; 1 << 16]] {
		for file in ["permits", "schedule"] {
			fs::write(store.dir().join(file), &damage).unwrap();
		}
		assert!(store.permits().unwrap().is_empty());
		assert!(store.schedule().unwrap().is_none());
		refresh(&store, &mut kit.client_at(store.state_path())).await.unwrap();
		assert_eq!(store.permits().unwrap().len(), 1);
	}
}

#[test]
fn folders_are_the_same_however_they_are_written() {
	let kit = Kit::new();
	let (anchor, name) = (kit.world.anchor(), identity("pump@demo"));
	let path =
		|name: &str| std::path::PathBuf::from(format!("{}/{name}", kit.dir.path().display()));
	Store::create(&path("slash/"), &anchor, &name).unwrap();
	fs::create_dir(path("empty")).unwrap();
	Store::create(&path("empty/."), &anchor, &name).unwrap();
	for made in ["slash", "empty"] {
		assert_eq!(mode(&path(made)), 0o700);
		assert_eq!(fs::read_dir(path(made)).unwrap().count(), 4);
	}
	fs::write(path("file"), "mine").unwrap();
	let error = Store::open(&path("file")).err().unwrap();
	assert!(error.to_string().contains("is a file"), "{error}");
}

#[test]
fn what_a_killed_run_left_is_erased_once_it_is_old() {
	let kit = Kit::new();
	let left = kit.path("pump@demo.symbolon-new.tmp");
	fs::create_dir(&left).unwrap();
	fs::write(left.join("transport-secret"), [1; 32]).unwrap();
	let make = || Store::create(&kit.path("pump@demo"), &kit.world.anchor(), &identity("a@demo"));
	assert!(matches!(make(), Err(StoreError::BeingMade { .. })));
	let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
	fs::File::open(&left).unwrap().set_modified(long_ago).unwrap();
	let store = make().unwrap();
	assert!(!left.exists());
	let keys = store.dir().join("keys.tmp");
	fs::write(&keys, "secret").unwrap();
	Store::open(store.dir()).unwrap();
	assert!(keys.exists(), "another run may be at it");
	fs::File::open(&keys).unwrap().set_modified(long_ago).unwrap();
	Store::open(store.dir()).unwrap();
	assert!(!keys.exists());
}
