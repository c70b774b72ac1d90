//! Local addresses: who can reach them.

use std::{
	fs,
	os::unix::{
		fs::{MetadataExt, PermissionsExt},
		net::UnixListener,
	},
};
use symbolon_proxy::local::{check_address, listen_tcp, LocalAddress, LocalError, PrivateSocket};
use tempfile::TempDir;
use tokio::net::UnixStream;

#[test]
fn addresses_are_of_two_forms() {
	assert_eq!(
		"unix:/run/a b".parse::<LocalAddress>().unwrap(),
		LocalAddress::Unix("/run/a b".into())
	);
	for good in ["127.0.0.1:0", "[::1]:80", "localhost:65535"] {
		assert_eq!(good.parse::<LocalAddress>().unwrap(), LocalAddress::Tcp(good.into()));
		check_address(good).unwrap();
	}
	for bad in
		["", "localhost", ":80", "a:b", "a:65536", "a:-1", "unix:", "unix:/", "unix:/a/", "1234"]
	{
		assert!(matches!(bad.parse::<LocalAddress>(), Err(LocalError::NotAnAddress(_))), "{bad:?}");
	}
	assert!(check_address("unix:/run/a").is_err());
}

#[tokio::test]
async fn only_the_loopback_is_listened_on() {
	for loopback in ["127.0.0.1:0", "[::1]:0", "127.9.8.7:0", "[::ffff:127.0.0.1]:0"] {
		match listen_tcp(loopback, true).await {
			Ok(listener) => {
				assert!(listener.local_addr().unwrap().ip().to_canonical().is_loopback());
			}
			// A machine without IPv6.
			Err(LocalError::Bind { .. }) => assert!(loopback.starts_with('[')),
			Err(error) => panic!("{error}"),
		}
	}
	for open in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "[::ffff:192.0.2.1]:0"] {
		let error = listen_tcp(open, true).await.unwrap_err();
		assert!(matches!(error, LocalError::NotLoopback { .. }), "{error}");
		assert!(error.to_string().contains("unix:PATH"), "{error}");
	}
	listen_tcp("0.0.0.0:0", false).await.unwrap();
	let error = listen_tcp("no such host:1", true).await.unwrap_err();
	assert!(matches!(error, LocalError::Unresolved { .. }), "{error}");
	let taken = listen_tcp("127.0.0.1:0", true).await.unwrap();
	let again = listen_tcp(&taken.local_addr().unwrap().to_string(), true).await.unwrap_err();
	assert!(matches!(again, LocalError::Bind { .. }), "{again}");
}

#[tokio::test]
async fn a_unix_socket_is_its_owners_and_leaves_nothing_behind() {
	let dir = TempDir::new().unwrap();
	let path = dir.path().join("socket");
	let socket = PrivateSocket::bind(&path).unwrap();
	let found = fs::symlink_metadata(&path).unwrap();
	assert_eq!(found.permissions().mode() & 0o7777, 0o600);
	assert_eq!(found.uid(), fs::metadata(dir.path()).unwrap().uid());
	assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "no folder is left");
	let (near, far) = tokio::join!(UnixStream::connect(&path), socket.listener().accept());
	near.unwrap();
	far.unwrap();
	let error = PrivateSocket::bind(&path).unwrap_err();
	assert!(matches!(error, LocalError::InUse(_)), "{error}");
	assert_eq!(fs::symlink_metadata(&path).unwrap().ino(), found.ino(), "it was not changed");
	drop(socket);
	assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn only_a_socket_that_nobody_listens_on_is_replaced() {
	let dir = TempDir::new().unwrap();
	let path = dir.path().join("socket");
	// Left behind by a process that was killed.
	drop(UnixListener::bind(&path).unwrap());
	let old = fs::symlink_metadata(&path).unwrap().ino();
	let first = PrivateSocket::bind(&path).unwrap();
	let found = fs::symlink_metadata(&path).unwrap();
	assert_ne!(found.ino(), old);
	assert_eq!(found.permissions().mode() & 0o7777, 0o600);
	// Another process takes the name: its socket is not removed with ours.
	fs::remove_file(&path).unwrap();
	let other = UnixListener::bind(&path).unwrap();
	drop(first);
	assert!(path.exists());
	drop(other);
	for (name, make) in [("file", true), ("folder", false)] {
		let path = dir.path().join(name);
		if make {
			fs::write(&path, "precious").unwrap();
		} else {
			fs::create_dir(&path).unwrap();
		}
		let error = PrivateSocket::bind(&path).unwrap_err();
		assert!(matches!(error, LocalError::NotASocket(_)), "{error}");
		assert!(path.exists());
	}
	// A link is not followed.
	let link = dir.path().join("link");
	std::os::unix::fs::symlink(dir.path().join("file"), &link).unwrap();
	assert!(matches!(PrivateSocket::bind(&link), Err(LocalError::NotASocket(_))));
	assert_eq!(fs::read_to_string(dir.path().join("file")).unwrap(), "precious");
	let error = PrivateSocket::bind(&dir.path().join("no/such/folder")).unwrap_err();
	assert!(matches!(error, LocalError::Bind { .. }), "{error}");
	let error = PrivateSocket::bind(&dir.path().join("x".repeat(120))).unwrap_err();
	assert!(matches!(error, LocalError::Bind { .. }), "{error}");
}
