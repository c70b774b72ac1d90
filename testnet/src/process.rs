//! A child process that cannot outlive us.

use crate::Error;
use nix::{
	sys::{
		prctl::set_pdeathsig,
		signal::{kill, Signal},
	},
	unistd::{getpid, getppid, Pid},
};
use std::{
	fs::OpenOptions,
	io,
	os::unix::process::CommandExt,
	path::Path,
	process::{Child, Command, ExitStatus, Stdio},
	sync::{mpsc, LazyLock, Mutex, PoisonError},
	thread,
};

/// A command to start, and where to send the child.
type Order = (Command, mpsc::Sender<io::Result<Child>>);

/// Starts all children. The kernel ends a child when the *thread* that started it ends, so this
/// one lives as long as the process; a runtime's worker thread may not.
static SPAWNER: LazyLock<Mutex<mpsc::Sender<Order>>> = LazyLock::new(|| {
	let (sender, orders) = mpsc::channel::<Order>();
	thread::spawn(move || {
		for (mut command, reply) in orders {
			// Nobody waits any more if this fails; the child then ends with its handle.
			let _ = reply.send(command.spawn());
		}
	});
	Mutex::new(sender)
});

/// A running child. Dropping it kills it and waits for its end.
pub struct Process {
	child: Child,
}

impl Process {
	/// Starts `command` with its output appended to the file `log`, in a process group of its own,
	/// so that a terminal's Ctrl-C reaches us and not it.
	pub fn start(mut command: Command, log: &Path) -> Result<Self, Error> {
		let what = || format!("starting {}", command.get_program().to_string_lossy());
		let failed = Error::io(what());
		let output = OpenOptions::new()
			.create(true)
			.append(true)
			.open(log)
			.map_err(Error::io(format!("opening {}", log.display())))?;
		let errors = output.try_clone().map_err(Error::io(what()))?;
		command.stdin(Stdio::null()).stdout(output).stderr(errors).process_group(0);
		end_with_parent(&mut command);
		let child = spawn(command).map_err(failed)?;
		Ok(Self { child })
	}

	/// Its process id.
	pub fn id(&self) -> u32 {
		self.child.id()
	}

	/// How it ended, if it did.
	pub fn ended(&mut self) -> Result<Option<ExitStatus>, Error> {
		self.child.try_wait().map_err(Error::io("looking after a node's process"))
	}

	/// Sends `signal`. The process was not waited for, so its id is still its own.
	pub fn signal(&self, signal: Signal) -> Result<(), Error> {
		let failed = |error: nix::Error| Error::io(format!("sending {signal}"))(error.into());
		kill(Pid::from_raw(self.child.id().cast_signed()), signal).map_err(failed)
	}

	/// Kills it and waits for its end; works on a paused one too.
	pub fn kill(mut self) -> Result<(), Error> {
		self.end().map_err(Error::io("killing a node's process"))
	}

	fn end(&mut self) -> io::Result<()> {
		self.child.kill()?;
		self.child.wait().map(drop)
	}
}

impl Drop for Process {
	fn drop(&mut self) {
		// Ended already, or there is nothing more that we could do.
		let _ = self.end();
	}
}

fn spawn(command: Command) -> io::Result<Child> {
	let gone = || io::Error::other("the thread that starts processes has ended");
	let (reply, child) = mpsc::channel();
	let spawner = SPAWNER.lock().unwrap_or_else(PoisonError::into_inner);
	spawner.send((command, reply)).map_err(|_| gone())?;
	drop(spawner);
	child.recv().map_err(|_| gone())?
}

/// Has the kernel kill the child when our process ends, however that happens.
#[allow(unsafe_code)]
fn end_with_parent(command: &mut Command) {
	let parent = getpid();
	let in_child = move || {
		set_pdeathsig(Signal::SIGKILL)?;
		// Had we ended before that call, nobody would send the signal.
		if getppid() == parent {
			Ok(())
		} else {
			Err(io::Error::from_raw_os_error(nix::libc::ESRCH))
		}
	};
	// SAFETY: between fork and exec the closure makes two system calls and builds an error from a
	// number; it takes no lock and allocates nothing.
	unsafe { command.pre_exec(in_child) };
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{fs, path::PathBuf, time::Duration};

	fn shell(script: &str) -> Command {
		let mut command = Command::new("sh");
		command.args(["-c", script]);
		command
	}

	fn exists(id: u32) -> bool {
		PathBuf::from(format!("/proc/{id}")).exists()
	}

	#[test]
	fn a_dropped_process_is_gone() {
		let folder = tempfile::tempdir().unwrap();
		let process = Process::start(shell("exec sleep 1000"), &folder.path().join("log")).unwrap();
		let id = process.id();
		assert!(exists(id));
		drop(process);
		assert!(!exists(id));
	}

	#[test]
	fn a_paused_process_can_be_killed() {
		let folder = tempfile::tempdir().unwrap();
		let process = Process::start(shell("exec sleep 1000"), &folder.path().join("log")).unwrap();
		let id = process.id();
		process.signal(Signal::SIGSTOP).unwrap();
		process.kill().unwrap();
		assert!(!exists(id));
	}

	#[tokio::test]
	async fn output_is_appended_and_the_end_is_seen() {
		let folder = tempfile::tempdir().unwrap();
		let log = folder.path().join("log");
		for script in ["echo one", "echo two >&2; exit 3"] {
			let mut process = Process::start(shell(script), &log).unwrap();
			let limit = Duration::from_secs(20);
			let status = crate::wait_for("its end", limit, async || process.ended()).await.unwrap();
			assert_eq!(status.success(), script == "echo one");
		}
		assert_eq!(fs::read_to_string(log).unwrap(), "one\ntwo\n");
	}

	#[tokio::test]
	async fn a_process_outlives_the_thread_that_asked_for_it() {
		let folder = tempfile::tempdir().unwrap();
		let log = folder.path().join("log");
		let path = log.clone();
		let started = thread::spawn(move || {
			Process::start(shell("echo up; read line; exec sleep 1000"), &path)
		});
		let mut process = started.join().unwrap().unwrap();
		// Its `read` meets the end of the input and it goes on, unless the signal ended it first.
		crate::wait_for("its first line", Duration::from_secs(20), async || {
			Ok(fs::read_to_string(&log).unwrap().starts_with("up").then_some(()))
		})
		.await
		.unwrap();
		assert_eq!(process.ended().unwrap(), None);
	}

	#[test]
	fn a_missing_program_is_an_error_that_names_it() {
		let folder = tempfile::tempdir().unwrap();
		let missing = Command::new("/nonexistent/symbolon-node");
		let error = Process::start(missing, &folder.path().join("log")).err().unwrap();
		assert!(error.to_string().contains("/nonexistent/symbolon-node"), "{error}");
	}
}
