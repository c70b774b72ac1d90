//! Runs the command, and serves a made chain over HTTP.

use serde_json::{json, Value};
use std::{
	path::{Path, PathBuf},
	process::{Command, Output},
	sync::Arc,
	time::{SystemTime, UNIX_EPOCH},
};
use symbolon_sdk::{
	anchor, files, hexed,
	testing::{World, REGISTRAR_SEED},
	transport::{Transport, TransportError},
	Serial,
};
use tempfile::TempDir;
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::{TcpListener, TcpStream},
	runtime::Runtime,
};

pub struct Kit {
	pub world: Arc<World>,
	pub dir: TempDir,
	pub rpc: String,
	_runtime: Runtime,
}

/// What a run came to.
pub struct Ran {
	pub code: i32,
	pub out: String,
	pub err: String,
}

impl Ran {
	pub fn of(output: Output) -> Self {
		Self {
			code: output.status.code().unwrap_or(-1),
			out: String::from_utf8(output.stdout).unwrap(),
			err: String::from_utf8(output.stderr).unwrap(),
		}
	}

	pub fn json(&self) -> Value {
		serde_json::from_str(&self.out).unwrap_or_else(|error| {
			panic!("{error}: not one JSON object: {}\n{}", self.out, self.err)
		})
	}

	/// Checks that the command refused with this kind of error, and said so in one object.
	pub fn refused(&self, kind: &str) {
		assert_eq!((self.code, &self.json()["error"]["kind"]), (1, &json!(kind)), "{}", self.out);
	}
}

impl Kit {
	/// A made chain at the present time, its anchor in a file, and a node that serves it.
	pub fn new() -> Self {
		let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
		let (world, dir) = (World::new(now), TempDir::new().unwrap());
		anchor::save(&dir.path().join("anchor"), &world.anchor()).unwrap();
		let seed = hexed::encode(&REGISTRAR_SEED);
		files::create(&dir.path().join("key"), seed.as_bytes(), files::PRIVATE).unwrap();
		std::fs::write(dir.path().join("spec.json"), world.spec()).unwrap();
		let runtime = Runtime::new().unwrap();
		let rpc = runtime.block_on(serve(world.clone()));
		Self { world, dir, rpc, _runtime: runtime }
	}

	pub fn path(&self, name: &str) -> PathBuf {
		self.dir.path().join(name)
	}

	/// The command in the test's folder, without the environment's node and anchor.
	pub fn bare(&self) -> Command {
		let mut command = Command::new(env!("CARGO_BIN_EXE_symbolon"));
		command.current_dir(self.dir.path());
		command.env_remove("SYMBOLON_RPC").env_remove("SYMBOLON_ANCHOR");
		command
	}

	/// Runs `symbolon ARGS`, with node and anchor from the environment.
	pub fn run(&self, args: &[&str]) -> Ran {
		let mut command = self.bare();
		command.env("SYMBOLON_RPC", &self.rpc).env("SYMBOLON_ANCHOR", self.path("anchor"));
		Ran::of(command.args(args).output().unwrap())
	}

	/// As [`Kit::run`] with `--json`; must succeed.
	pub fn done(&self, args: &[&str]) -> Value {
		let ran = self.json(args);
		assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
		ran.json()
	}

	pub fn json(&self, args: &[&str]) -> Ran {
		self.run(&[&["--json", "--wait", "5"], args].concat())
	}

	/// Makes, registers, enrols and refreshes a device in folder `dir`.
	pub fn device(&self, name: &str, dir: &str) -> Serial {
		self.done(&["device", "new", name, "--store", dir]);
		let request = format!("{dir}/request.json");
		let done = self.done(&["registrar", "register", "--key", "key", &request]);
		let serial = Serial::new(done["registered"][0]["serial"].as_u64().unwrap()).unwrap();
		self.world.answer(serial, &[1, 2, 4], &[]);
		self.done(&["device", "enroll", "--store", dir]);
		self.done(&["device", "refresh", "--store", dir]);
		serial
	}

	pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
		std::fs::write(self.path(name), text).unwrap();
	}
}

/// Bytes of a file, to see that it did not change.
pub fn bytes(path: &Path) -> Vec<u8> {
	std::fs::read(path).unwrap()
}

async fn serve(world: Arc<World>) -> String {
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let address = format!("http://{}", listener.local_addr().unwrap());
	tokio::spawn(async move {
		while let Ok((stream, _)) = listener.accept().await {
			let world = world.clone();
			tokio::spawn(async move { answer(&world, stream).await });
		}
	});
	address
}

/// Answers one request and closes.
async fn answer(world: &World, mut stream: TcpStream) -> Option<()> {
	let mut bytes = Vec::new();
	let request: Value = loop {
		let mut piece = [0; 4096];
		let count = stream.read(&mut piece).await.ok().filter(|count| *count > 0)?;
		bytes.extend_from_slice(&piece[..count]);
		let text = String::from_utf8_lossy(&bytes);
		let body = text.split_once("\r\n\r\n").map(|(_, body)| serde_json::from_str(body));
		if let Some(Ok(request)) = body {
			break request;
		}
	};
	let mut body = match call(world, &request).await {
		Ok(result) => json!({ "result": result }),
		Err(TransportError::Rejected { code, message, .. }) => {
			json!({ "error": { "code": code, "message": message } })
		}
		Err(error) => panic!("the made chain has no other errors: {error}"),
	};
	body["jsonrpc"] = "2.0".into();
	body["id"] = request["id"].clone();
	let body = body.to_string();
	let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
	let text = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
	stream.write_all(text.as_bytes()).await.ok()
}

async fn call(world: &World, request: &Value) -> Result<Value, TransportError> {
	let params = &request["params"];
	let text = |value: &Value| hexed::decode(value.as_str().unwrap()).unwrap();
	Ok(match request["method"].as_str().unwrap() {
		"symbolon_prove" => {
			let begin = text(&params[0]).try_into().unwrap();
			let keys: Vec<Vec<u8>> = params[1].as_array().unwrap().iter().map(text).collect();
			let bundle = world.prove(begin, &keys).await?;
			let storage = bundle.storage.map(|bytes| hexed::encode(&bytes));
			json!({ "warp": hexed::encode(&bundle.warp), "storage": storage })
		}
		"symbolon_permit" => {
			let serial = Serial::new(params[0].as_u64().unwrap()).unwrap();
			let answer = world.permit(serial, params[1].as_u64().unwrap()).await?;
			answer.map_or(Value::Null, |answer| {
				let permit = hexed::encode(&answer.permit.0);
				json!({ "level": answer.level, "index": answer.index, "permit": permit })
			})
		}
		"chain_getBlockHash" => hexed::encode(&world.genesis_hash().await?).into(),
		"state_getRuntimeVersion" => {
			let version = world.runtime_version().await?;
			json!({ "specVersion": version.spec, "transactionVersion": version.transaction })
		}
		"system_accountNextIndex" => world.next_nonce(&world.registrar()).await?.into(),
		"author_submitExtrinsic" => hexed::encode(&world.submit(&text(&params[0])).await?).into(),
		other => panic!("nodes are not asked for {other}"),
	})
}
