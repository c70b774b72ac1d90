//! `symbolon tls`: processes that serve, connect, refuse and stop.

use crate::kit::{Kit, Ran};
use serde_json::{json, Value};
use std::{
	fs::{self, File},
	io::{BufRead, BufReader, Read, Write},
	net::{TcpListener, TcpStream},
	os::unix::{fs::PermissionsExt, net::UnixStream},
	process::{Child, ChildStdout, Command, Output, Stdio},
	thread::{self, JoinHandle},
};

/// A proxy that runs until it is stopped.
struct Running {
	child: Child,
	out: BufReader<ChildStdout>,
	/// Its first line.
	line: String,
}

impl Running {
	/// Starts `symbolon ARGS` and waits for the line that it listens.
	fn start(mut command: Command, args: &[&str]) -> Self {
		let (out, err) = (Stdio::piped(), Stdio::piped());
		let mut child = command.args(args).stdout(out).stderr(err).spawn().unwrap();
		let (mut out, mut line) = (BufReader::new(child.stdout.take().unwrap()), String::new());
		out.read_line(&mut line).unwrap();
		Self { child, out, line }
	}

	fn json(&self) -> Value {
		serde_json::from_str(&self.line).unwrap_or_else(|_| panic!("no object: {:?}", self.line))
	}

	/// Where it listens.
	fn address(&self) -> String {
		self.json()["listening"].as_str().unwrap().into()
	}

	fn signal(&self, signal: &str) {
		let number = self.child.id().to_string();
		assert!(Command::new("kill").args([signal, &number]).status().unwrap().success());
	}

	/// Stops it, and gives its exit code, what else it printed, and its log.
	fn stop(mut self, signal: &str) -> (Option<i32>, String, String) {
		self.signal(signal);
		let (mut out, mut err) = (String::new(), String::new());
		self.out.read_to_string(&mut out).unwrap();
		self.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
		(self.child.wait().unwrap().code(), out, err)
	}
}

impl Drop for Running {
	fn drop(&mut self) {
		let _ = self.child.kill();
		let _ = self.child.wait();
	}
}

/// A service for one connection.
fn service(serve: impl FnOnce(TcpStream) + Send + 'static) -> (String, JoinHandle<()>) {
	let listener = TcpListener::bind("127.0.0.1:0").unwrap();
	let address = listener.local_addr().unwrap().to_string();
	(address, thread::spawn(move || serve(listener.accept().unwrap().0)))
}

/// Reads to the end, and answers with as much, in capitals.
fn answer_in_capitals(mut stream: TcpStream) {
	let mut asked = String::new();
	stream.read_to_string(&mut asked).unwrap();
	stream.write_all(asked.to_uppercase().as_bytes()).unwrap();
}

/// A chain with a service and a device, both with keys and permits.
fn kit() -> Kit {
	let kit = Kit::new();
	kit.device("api@demo", "api");
	kit.device("pump@demo", "pump");
	kit
}

fn serve(kit: &Kit, to: &str, extra: &[&str]) -> Running {
	let args = ["--json", "tls", "serve", "--store", "api", "--listen", "127.0.0.1:0", "--to", to];
	Running::start(kit.bare(), &[&args[..], extra].concat())
}

const DEMO: [&str; 4] = ["--allow", "*@demo", "--tell", "nothing"];

/// Runs a pipe with this input.
fn pipe(kit: &Kit, args: &[&str], input: &[u8]) -> Output {
	let mut command = kit.bare();
	command.args(["tls", "connect", "--store", "pump"]).args(args);
	let (input_pipe, out, err) = (Stdio::piped(), Stdio::piped(), Stdio::piped());
	let mut child = command.stdin(input_pipe).stdout(out).stderr(err).spawn().unwrap();
	// Who is refused reads nothing.
	let _ = child.stdin.take().unwrap().write_all(input);
	child.wait_with_output().unwrap()
}

#[test]
fn what_cannot_be_is_usage() {
	let kit = kit();
	let serve =
		["tls", "serve", "--store", "api", "--listen", "127.0.0.1:0", "--to", "127.0.0.1:1"];
	for extra in [
		&[][..],
		&["--allow", "*@*"],
		&["--allow", "pump"],
		&["--allow", ""],
		&["--allow", "*@demo", "--tell", "everything"],
		&["--allow", "*@demo", "--header", "X-Peer"],
		&["--allow", "*@demo", "--tell", "nothing", "--header", "X-Peer"],
		&["--allow", "*@demo", "--tell", "http-header", "--header", "Host"],
		&["--allow", "*@demo", "--tell", "http-header", "--header", "X_Peer"],
		&["--allow", "*@demo", "--max-connections", "0"],
		&["--allow", "*@demo", "--max-handshakes", "0"],
		&["--allow", "*@demo", "--handshake-timeout", "0"],
		&["--allow", "*@demo", "--max-connection-epochs", "0"],
		&["--allow", "*@demo", "--idle-timeout", "-1"],
		&["--allow", "*@demo", "--metrics", "0.0.0.0:0"],
		&["--allow", "*@demo", "--metrics", "unix:metrics"],
		&["--allow", "*@demo", "--metrics", "9100"],
		&["--allow", "*@demo", "--log", "xml"],
		&["--allow", "*@demo", "--listen", "8443"],
	] {
		let ran = kit.json(&[&serve[..], extra].concat());
		assert_eq!((ran.code, &ran.json()["error"]["kind"]), (2, &json!("usage")), "{extra:?}");
	}
	let bad_service = ["tls", "serve", "--store", "api", "--listen", "127.0.0.1:0", "--to", "8080"];
	let ran = kit.json(&[&bad_service[..], &DEMO].concat());
	assert_eq!(ran.code, 2, "{}", ran.out);
	let connect = ["tls", "connect", "--store", "pump"];
	for extra in [
		&["--to", "api@demo"][..],
		&["127.0.0.1:1"],
		&["--to", "*@demo", "127.0.0.1:1"],
		&["--to", "api", "127.0.0.1:1"],
		&["--to", "api@demo", "1"],
		&["--to", "api@demo", "unix:/run/api"],
		&["--to", "api@demo", "127.0.0.1:1", "--listen", "0.0.0.0:0"],
		&["--to", "api@demo", "127.0.0.1:1", "--listen", "[::]:0"],
		&["--to", "api@demo", "127.0.0.1:1", "--listen", "8080"],
		&["--to", "api@demo", "127.0.0.1:1", "--listen", "unix:"],
		&["--to", "api@demo", "127.0.0.1:1", "--listen-anyone"],
	] {
		let ran = kit.json(&[&connect[..], extra].concat());
		assert_eq!((ran.code, &ran.json()["error"]["kind"]), (2, &json!("usage")), "{extra:?}");
	}
}

#[test]
fn what_is_in_the_way_is_said() {
	let kit = kit();
	kit.done(&["device", "new", "new@demo", "--store", "new"]);
	let busy = TcpListener::bind("127.0.0.1:0").unwrap();
	let taken = busy.local_addr().unwrap().to_string();
	let serve = |store: &str, listen: &str, rpc: &[&str]| {
		let mut command = kit.bare();
		command.args(["--json", "tls", "serve", "--store", store, "--listen", listen]);
		command.args(["--to", "127.0.0.1:1"]).args(DEMO).args(rpc);
		Ran::of(command.output().unwrap())
	};
	serve("none", "127.0.0.1:0", &[]).refused("no-store");
	serve("new", "127.0.0.1:0", &[]).refused("not-enrolled");
	serve("api", "no such host:1", &[]).refused("unresolved");
	serve("api", "192.0.2.1:1", &[]).refused("cannot-listen");
	assert_eq!(serve("api", "127.0.0.1:0", &["--rpc", "nonsense"]).code, 2);
	serve("api", &taken, &[]).refused("cannot-listen");
	kit.write("file", "precious");
	let to = ["--json", "tls", "connect", "--store", "pump", "--to", "api@demo", "127.0.0.1:1"];
	let mut command = kit.bare();
	let ran = Ran::of(command.args(to).args(["--listen", "unix:file"]).output().unwrap());
	ran.refused("not-a-socket");
	assert_eq!(fs::read(kit.path("file")).unwrap(), b"precious");
}

#[test]
fn a_pipe_ends_each_direction_for_itself_and_is_done_when_the_peer_is() {
	let kit = kit();
	let (to, thread) = service(answer_in_capitals);
	let server = serve(&kit, &to, &DEMO);
	let told = server.json();
	assert_eq!((&told["identity"], &told["allow"]), (&json!("api@demo"), &json!(["*@demo"])));
	assert_eq!((&told["to"], &told["metrics"]), (&json!(to), &Value::Null));
	let question = "a question, ".repeat(100_000);
	let piped = pipe(&kit, &["--to", "api@demo", &server.address()], question.as_bytes());
	assert_eq!(piped.status.code(), Some(0), "{}", String::from_utf8_lossy(&piped.stderr));
	assert!(piped.stdout == question.to_uppercase().as_bytes());
	thread.join().unwrap();
	let (code, out, log) = server.stop("-TERM");
	assert_eq!((code, out.as_str()), (Some(0), ""));
	for text in
		["no --rpc", "connection open", "pump@demo", "connection closed", "stopping", "cut=0"]
	{
		assert!(log.contains(text), "{text} in {log}");
	}
}

#[test]
fn a_pipe_says_when_what_came_may_not_be_all() {
	let kit = kit();
	let (send, wait) = std::sync::mpsc::channel::<()>();
	let (to, thread) = service(move |mut stream| {
		stream.write_all(b"half an ans").unwrap();
		let _ = wait.recv();
	});
	let server = serve(&kit, &to, &[&DEMO[..], &["--stop-grace", "0"]].concat());
	let address = server.address();
	let mut command = kit.bare();
	command.args(["--json", "tls", "connect", "--store", "pump", "--to", "api@demo", &address]);
	let (input, out, err) = (Stdio::piped(), Stdio::piped(), Stdio::piped());
	let mut child = command.stdin(input).stdout(out).stderr(err).spawn().unwrap();
	let mut came = [0; 11];
	child.stdout.as_mut().unwrap().read_exact(&mut came).unwrap();
	let (code, _, log) = server.stop("-INT");
	assert_eq!(code, Some(0));
	assert!(log.contains("cut=1") && log.contains("reason=\"stopped\""), "{log}");
	// The input is still open: what the peer does is enough.
	let _input = child.stdin.take();
	let piped = child.wait_with_output().unwrap();
	assert_eq!((piped.status.code(), piped.stdout.as_slice()), (Some(1), &b""[..]));
	let log = String::from_utf8(piped.stderr).unwrap();
	let error: Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
	assert_eq!(error["error"]["kind"], "truncated", "{log}");
	drop(send);
	thread.join().unwrap();
}

#[test]
fn a_pipe_that_is_refused_or_finds_nobody_says_so_on_standard_error() {
	let kit = kit();
	let server = serve(&kit, "127.0.0.1:1", &["--allow", "valve@demo"]);
	let address = server.address();
	let gone = {
		let listener = TcpListener::bind("127.0.0.1:0").unwrap();
		listener.local_addr().unwrap().to_string()
	};
	for (to, address, text) in [
		("api@demo", &address, "AccessDenied"),
		("db@demo", &address, "peer"),
		("api@demo", &gone, "symbolon tls serve"),
	] {
		let piped = pipe(&kit, &["--to", to, address], b"secret");
		let error = String::from_utf8(piped.stderr).unwrap();
		assert_eq!((piped.status.code(), piped.stdout.as_slice()), (Some(1), &b""[..]));
		assert!(error.lines().last().unwrap().contains(text), "{text} in {error}");
	}
	let (_, _, log) = server.stop("-TERM");
	assert!(log.contains("reason=\"policy\"") && log.contains("claimed=pump@demo"), "{log}");
}

#[test]
fn output_that_cannot_be_written_is_no_success() {
	let kit = kit();
	let (to, thread) = service(|mut stream| {
		// The proxy may be gone first.
		let _ = stream.write_all(&[b'x'; 100_000]);
	});
	let server = serve(&kit, &to, &DEMO);
	let mut command = kit.bare();
	command.args(["--json", "tls", "connect", "--store", "pump", "--to", "api@demo"]);
	let full = File::options().write(true).open("/dev/full").unwrap();
	command.arg(server.address()).stdin(Stdio::null()).stdout(full);
	let ran = command.output().unwrap();
	let log = String::from_utf8(ran.stderr).unwrap();
	let error: Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
	assert_eq!((ran.status.code(), &error["error"]["kind"]), (Some(1), &json!("output")), "{log}");
	thread.join().unwrap();
}

#[test]
fn a_local_socket_is_its_owners_and_gone_afterwards() {
	let kit = kit();
	let (to, thread) = service(answer_in_capitals);
	let server = serve(&kit, &to, &DEMO);
	let path = kit.path("socket");
	let listen = format!("unix:{}", path.display());
	let address = server.address();
	let args = ["--json", "tls", "connect", "--store", "pump", "--to", "api@demo", &address];
	let args = [&args[..], &["--listen", &listen, "--log", "json"]].concat();
	let local = Running::start(kit.bare(), &args);
	let told = local.json();
	assert_eq!((&told["listening"], &told["peer"]), (&json!(listen), &json!("api@demo")));
	assert_eq!((&told["identity"], &told["to"]), (&json!("pump@demo"), &json!(address)));
	assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
	let mut program = UnixStream::connect(&path).unwrap();
	program.write_all(b"question").unwrap();
	program.shutdown(std::net::Shutdown::Write).unwrap();
	let mut answer = String::new();
	program.read_to_string(&mut answer).unwrap();
	assert_eq!(answer, "QUESTION");
	thread.join().unwrap();
	let (code, _, log) = local.stop("-TERM");
	assert_eq!(code, Some(0));
	assert!(!path.exists());
	let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
	let open = lines.iter().find(|line| line["message"] == "connection open").unwrap();
	assert_eq!((&open["peer"], &open["level"]), (&json!("api@demo"), &json!("INFO")));
	let closed = lines.iter().find(|line| line["message"] == "connection closed").unwrap();
	assert_eq!((&closed["sent"], &closed["received"]), (&json!(8), &json!(8)));
	assert_eq!(closed["reason"], "done");
}

#[test]
fn anyone_is_let_in_by_an_explicit_wish_only_and_with_a_warning() {
	let kit = kit();
	let args = ["--json", "tls", "connect", "--store", "pump", "--to", "api@demo", "127.0.0.1:1"];
	let args = [&args[..], &["--listen", "0.0.0.0:0", "--listen-anyone"]].concat();
	let local = Running::start(kit.bare(), &args);
	assert!(local.address().starts_with("0.0.0.0:"));
	let (code, _, log) = local.stop("-TERM");
	assert_eq!(code, Some(0));
	assert!(log.contains("speaks with this store's name"), "{log}");
}

#[test]
fn with_a_node_permits_are_had_before_it_listens_and_metrics_are_shown() {
	let kit = kit();
	// As if the permits had never been fetched.
	fs::remove_file(kit.path("api/permits")).unwrap();
	let (to, thread) = service(answer_in_capitals);
	let extra = ["--rpc", &kit.rpc, "--metrics", "127.0.0.1:0"];
	let server = serve(&kit, &to, &[&DEMO[..], &extra].concat());
	let piped = pipe(&kit, &["--to", "api@demo", &server.address()], b"question");
	assert_eq!((piped.status.code(), piped.stdout.as_slice()), (Some(0), &b"QUESTION"[..]));
	thread.join().unwrap();
	let mut page = TcpStream::connect(server.json()["metrics"].as_str().unwrap()).unwrap();
	page.write_all(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
	let mut text = String::new();
	page.read_to_string(&mut text).unwrap();
	assert!(text.contains("symbolon_tls_handshakes_total{result=\"ok\"} 1\n"), "{text}");
	assert!(text.contains("symbolon_tls_pairings_total 1\n"), "{text}");
	assert!(!text.contains("demo"), "no names: {text}");
}
