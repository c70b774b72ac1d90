//! Addresses that only this machine's users, or only its owner, can reach.
//!
//! Whoever reaches a forwarder's socket speaks with its identity. So a TCP address must be of the
//! loopback (every user of this machine reaches it), unless anyone is let in by an explicit wish,
//! and a unix socket has mode 0600 from before it can be found under its name: it is made in a folder of
//! mode 0700 and then renamed.

use std::{
	fmt,
	fs::{self, DirBuilder, Metadata, Permissions},
	io::{self, ErrorKind},
	net::SocketAddr,
	os::unix::{
		fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt},
		net::{UnixListener as StdListener, UnixStream as StdStream},
	},
	path::{Path, PathBuf},
	process,
	str::FromStr,
	sync::atomic::{AtomicU32, Ordering},
};
use thiserror::Error;
use tokio::net::{lookup_host, TcpListener, UnixListener};

/// Longest path that programs can connect to, in bytes.
const MAX_PATH: usize = 107;

/// Why a socket was not opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LocalError {
	/// Not an address.
	#[error("expected HOST:PORT such as 127.0.0.1:8443 (where programs connect to: also unix:PATH); got {0:?}")]
	NotAnAddress(String),
	/// The name of a host that nobody knows.
	#[error("{address} cannot be resolved: {error}")]
	Unresolved {
		/// What was asked for.
		address: String,
		/// What the system said.
		error: io::Error,
	},
	/// Others than this machine's users would reach it.
	#[error("{address} is {found}, which other machines may reach; expected a loopback address such as 127.0.0.1:PORT (where programs connect to: also unix:PATH, or --listen-anyone)")]
	NotLoopback {
		/// What was asked for.
		address: String,
		/// What it is.
		found: SocketAddr,
	},
	/// Somebody listens there.
	#[error("{} is in use by another process", .0.display())]
	InUse(PathBuf),
	/// Something that is no socket.
	#[error("{} exists and is no socket; it was not changed", .0.display())]
	NotASocket(PathBuf),
	/// The system.
	#[error("cannot listen on {address}: {error}")]
	Bind {
		/// Where.
		address: String,
		/// What the system said.
		error: io::Error,
	},
}

/// Where to listen: `HOST:PORT`, or `unix:PATH`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LocalAddress {
	/// A TCP address, as written.
	Tcp(String),
	/// A path.
	Unix(PathBuf),
}

impl FromStr for LocalAddress {
	type Err = LocalError;

	fn from_str(text: &str) -> Result<Self, Self::Err> {
		let refused = || LocalError::NotAnAddress(text.chars().take(200).collect());
		if let Some(path) = text.strip_prefix("unix:") {
			let named = Path::new(path).file_name().is_some() && !path.ends_with('/');
			return if named { Ok(Self::Unix(path.into())) } else { Err(refused()) };
		}
		let (host, port) = text.rsplit_once(':').ok_or_else(refused)?;
		// A URL is no address, and an address of IPv6 has brackets.
		let bracketed = host.starts_with('[') && host.ends_with(']');
		let foreign = host.contains('/') || (host.contains(':') && !bracketed);
		if host.is_empty() || foreign || port.parse::<u16>().is_err() {
			return Err(refused());
		}
		Ok(Self::Tcp(text.into()))
	}
}

impl LocalError {
	/// A short name that scripts can compare.
	pub const fn kind(&self) -> &'static str {
		match self {
			Self::NotAnAddress(_) | Self::NotLoopback { .. } => "usage",
			Self::Unresolved { .. } => "unresolved",
			Self::InUse(_) => "socket-in-use",
			Self::NotASocket(_) => "not-a-socket",
			Self::Bind { .. } => "cannot-listen",
		}
	}
}

/// Checks that `text` is of the form `HOST:PORT`.
///
/// # Errors
///
/// [`LocalError::NotAnAddress`].
pub fn check_address(text: &str) -> Result<(), LocalError> {
	match text.parse()? {
		LocalAddress::Tcp(_) => Ok(()),
		LocalAddress::Unix(_) => Err(LocalError::NotAnAddress(text.into())),
	}
}

impl fmt::Display for LocalAddress {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Tcp(address) => f.write_str(address),
			Self::Unix(path) => write!(f, "unix:{}", path.display()),
		}
	}
}

/// A TCP listener at `address`; with `loopback_only`, at a loopback address or not at all.
///
/// # Errors
///
/// [`LocalError`].
pub async fn listen_tcp(address: &str, loopback_only: bool) -> Result<TcpListener, LocalError> {
	let unresolved = |error| LocalError::Unresolved { address: address.into(), error };
	let found: Vec<SocketAddr> = lookup_host(address).await.map_err(unresolved)?.collect();
	let outside = found.iter().find(|found| !found.ip().to_canonical().is_loopback());
	if let (true, Some(found)) = (loopback_only, outside) {
		return Err(LocalError::NotLoopback { address: address.into(), found: *found });
	}
	let bound = TcpListener::bind(&*found).await;
	bound.map_err(|error| LocalError::Bind { address: address.into(), error })
}

/// A unix socket that only its owner reaches. The name is removed when this is dropped.
#[derive(Debug)]
pub struct PrivateSocket {
	listener: UnixListener,
	path: PathBuf,
	/// Device and inode, to know it again.
	made: (u64, u64),
}

impl PrivateSocket {
	/// Listens at `path`. A socket there that nobody listens on is replaced.
	///
	/// # Errors
	///
	/// [`LocalError::InUse`], [`LocalError::NotASocket`], [`LocalError::Bind`].
	pub fn bind(path: &Path) -> Result<Self, LocalError> {
		let failed =
			|error| LocalError::Bind { address: format!("unix:{}", path.display()), error };
		if path.as_os_str().len() > MAX_PATH {
			let text = format!("a socket's path has at most {MAX_PATH} bytes");
			return Err(failed(io::Error::new(ErrorKind::InvalidInput, text)));
		}
		check_free(path)?;
		let folder = Folder::new(path).map_err(failed)?;
		let beside = folder.0.join("s");
		let (listener, made) = open(&beside, path).map_err(failed)?;
		Ok(Self { listener, path: path.into(), made })
	}

	/// The listener.
	pub const fn listener(&self) -> &UnixListener {
		&self.listener
	}

	/// Its path.
	pub fn path(&self) -> &Path {
		&self.path
	}
}

impl Drop for PrivateSocket {
	fn drop(&mut self) {
		// Another process may have taken the name since: its socket stays.
		if fs::symlink_metadata(&self.path).is_ok_and(|found| identity(&found) == self.made) {
			let _ = fs::remove_file(&self.path);
		}
	}
}

fn identity(metadata: &Metadata) -> (u64, u64) {
	(metadata.dev(), metadata.ino())
}

/// Makes the socket at `beside`, where nobody else can reach it, and moves it to `path`.
fn open(beside: &Path, path: &Path) -> io::Result<(UnixListener, (u64, u64))> {
	let listener = StdListener::bind(beside)?;
	fs::set_permissions(beside, Permissions::from_mode(0o600))?;
	listener.set_nonblocking(true)?;
	let made = identity(&fs::symlink_metadata(beside)?);
	let listener = UnixListener::from_std(listener)?;
	fs::rename(beside, path)?;
	Ok((listener, made))
}

/// Whether there is nothing at `path`, or a socket that nobody listens on.
fn check_free(path: &Path) -> Result<(), LocalError> {
	let failed = |error| LocalError::Bind { address: format!("unix:{}", path.display()), error };
	match fs::symlink_metadata(path) {
		Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
		Err(error) => return Err(failed(error)),
		Ok(found) if !found.file_type().is_socket() => {
			return Err(LocalError::NotASocket(path.into()))
		}
		Ok(_) => {}
	}
	match StdStream::connect(path) {
		Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(()),
		Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
		// Whoever has it may also refuse us, or be too busy to answer.
		Ok(_) => Err(LocalError::InUse(path.into())),
		Err(error) if error.kind() == ErrorKind::WouldBlock => Err(LocalError::InUse(path.into())),
		Err(error) => Err(failed(error)),
	}
}

/// A folder that only this user can enter; removed with what is in it when dropped.
struct Folder(PathBuf);

impl Folder {
	/// Beside `path`, so that a rename does not leave the file system. The name is short: a socket's
	/// path has room for about 100 bytes.
	fn new(path: &Path) -> io::Result<Self> {
		static NEXT: AtomicU32 = AtomicU32::new(0);
		let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
		let parent = parent.unwrap_or(Path::new("."));
		loop {
			let number = NEXT.fetch_add(1, Ordering::Relaxed);
			let folder = parent.join(format!(".{}.{number}", process::id()));
			match DirBuilder::new().mode(0o700).create(&folder) {
				Ok(()) => return Ok(Self(folder)),
				// Left behind by a process of the same number.
				Err(error) if error.kind() == ErrorKind::AlreadyExists && number < 1_000 => {}
				Err(error) => return Err(error),
			}
		}
	}
}

impl Drop for Folder {
	fn drop(&mut self) {
		// Already moved if all went well.
		let _ = fs::remove_file(self.0.join("s"));
		let _ = fs::remove_dir(&self.0);
	}
}
