//! `symbolon-bench native`: what devices, verifiers and authorities compute, next to the operations
//! on the curve that it cannot do without.
//!
//! The operations are those of the same backend, called directly (`bls12_381`), measured in the
//! same run by turns: the ratio says what the scheme's own code adds, and stays if the machine or
//! the backend changes.

use crate::{
	ceremony::{entropy, Ceremony, Fallible},
	measure::{timed, Times},
};
use bls12_381::{
	hash_to_curve::{ExpandMsgXmd, HashToCurve},
	multi_miller_loop, G1Affine, G1Projective, G2Affine, G2Prepared, G2Projective, Gt, Scalar,
};
use serde_json::json;
use sha2::Sha256;
use std::{error::Error, hint::black_box};
use symbolon_crypto::{
	ceremony::confirm::SecretShare,
	cover::Subtree,
	curve::G1,
	extraction::{combine, EncryptedKey, IdentityKey, KeyRequest, Signing, TransportSecret},
	hash::sha512,
	identity::EpochPolicy,
	permit::{Chunk, Permit},
	signature::{verify_batch, BatchEntry, Domain, Signature, SigningKey, Verifier},
	Epoch, Identity, KeyId, Purpose, Serial,
};

const EPOCH: Epoch = Epoch { number: 500, start: 1_800_000_000, end: 1_800_003_600 };
const NOW: u64 = EPOCH.start + 1_000;
const BATCH: usize = 1_000;
const MESSAGE: &[u8] = b"a message of a few bytes";

/// Operations of the backend, as the limits are made of them.
#[derive(Clone, Copy)]
enum Operation {
	HashG1,
	MulG1,
	MulG2,
	Pairing2,
}

impl Operation {
	fn run(self) {
		let scalar = Scalar::from_raw([0x1234_5678_9abc_def1, 7, 11, 0x5a73_0000_0000_0001]);
		match self {
			Self::HashG1 => {
				let point = <G1Projective as HashToCurve<ExpandMsgXmd<Sha256>>>::hash_to_curve(
					[&[7u8; 64][..]],
					b"a tag of about the length of the tags of the protocol, 64 bytes",
				);
				black_box(point);
			}
			Self::MulG1 => drop(black_box(G1Projective::generator() * black_box(scalar))),
			Self::MulG2 => drop(black_box(G2Projective::generator() * black_box(scalar))),
			Self::Pairing2 => {
				let prepared = G2Prepared::from(black_box(G2Affine::generator()));
				let also = G2Prepared::from(black_box(G2Affine::generator()));
				let (one, minus) = (G1Affine::generator(), -G1Affine::generator());
				let product = multi_miller_loop(&[(&one, &prepared), (&minus, &also)]);
				black_box(product.final_exponentiation() == Gt::identity());
			}
		}
	}

	const fn name(self) -> &'static str {
		match self {
			Self::HashG1 => "hash to G1",
			Self::MulG1 => "G1 mult",
			Self::MulG2 => "G2 mult",
			Self::Pairing2 => "product of 2 pairings",
		}
	}
}

/// A committee of four, a device with its key and the messages it makes.
struct Scene {
	share: SecretShare,
	request: KeyRequest,
	transport: TransportSecret,
	transport_point: G1,
	encrypted: EncryptedKey,
	signing: SigningKey,
	verifier: Verifier,
	signatures: Vec<(Signature, [u8; 64])>,
}

impl Scene {
	fn new() -> Fallible<Self> {
		let ceremony = Ceremony::run(4)?;
		let master = ceremony.outcome.master_public_key();
		let key_id = KeyId::derive(&[7; 32], 1, &master.encode());
		let shares = (0..4).map(|i| ceremony.share(i)).collect::<Fallible<Vec<_>>>()?;
		let identity: Identity = "pump-7@demo".parse()?;
		let serial = Serial::new(7).ok_or("no serial")?;
		let request = KeyRequest { key_id, serial, identity, purpose: Purpose::Sign };
		let transport = TransportSecret::generate(entropy("transport"));
		let point = transport.point().decode()?;
		let partials: Vec<_> = shares
			.iter()
			.map(|share| share.extract(&request, 1, &point, entropy("partial")))
			.collect();
		let encrypted = combine(&partials, ceremony.threshold).map_err(|e| e.to_string())?;
		let key: IdentityKey<Signing> = encrypted
			.open(&key_id, serial, &request.identity, &transport, &master)
			.map_err(|e| e.to_string())?;
		let chunk = Chunk { key_id: &key_id, epoch: &EPOCH, first: 0, subtrees: &[Subtree::ROOT] };
		let made: Vec<_> = shares.iter().map(|s| (s.member(), s.permit_shares(&chunk))).collect();
		let permits = chunk.combine(&made, ceremony.threshold).map_err(|e| e.to_string())?;
		let bytes = permits.first().ok_or("no permit")?;
		let permit = Permit::verify(&key_id, &EPOCH, &Subtree::ROOT, bytes, &master)
			.map_err(|e| e.to_string())?;
		let signing = SigningKey::new(&key, &permit).map_err(|e| e.to_string())?;
		let policy = EpochPolicy { max_epoch: 7 * 86_400, skew: 30 };
		let signatures = (0..BATCH)
			.map(|i| {
				let text = format!("message {i}");
				let signature = signing.sign(Domain::FILE, text.as_bytes(), entropy(&text));
				(signature, sha512(text.as_bytes()))
			})
			.collect();
		Ok(Self {
			share: shares.into_iter().next().ok_or("no shares")?,
			request,
			transport,
			transport_point: point,
			encrypted,
			signing,
			verifier: Verifier { key_id, master, policy },
			signatures,
		})
	}

	/// One permit share, which is what each authority makes of a permit.
	fn permit(&self) -> bool {
		let key_id = &self.request.key_id;
		let chunk = Chunk { key_id, epoch: &EPOCH, first: 0, subtrees: &[Subtree::ROOT] };
		!self.share.permit_shares(&chunk).is_empty()
	}

	fn partial(&self) -> bool {
		let partial = self.share.extract(&self.request, 1, &self.transport_point, entropy("again"));
		partial.member == self.share.member()
	}

	fn open(&self) -> bool {
		let KeyRequest { key_id, serial, identity, .. } = &self.request;
		let master = &self.verifier.master;
		self.encrypted.open::<Signing>(key_id, *serial, identity, &self.transport, master).is_ok()
	}

	fn sign(&self) -> bool {
		self.signing.sign(Domain::FILE, MESSAGE, entropy("sign")).serial == self.request.serial
	}

	fn verify(&self) -> bool {
		self.signatures.first().is_some_and(|(signature, digest)| {
			signature.verify_digest(&self.verifier, Domain::FILE, digest, NOW).is_ok()
		})
	}

	fn batch(&self) -> bool {
		let entries: Vec<BatchEntry<'_>> = self.signatures.iter().map(|(s, d)| (s, d)).collect();
		verify_batch(&self.verifier, Domain::FILE, &entries, NOW, entropy("batch"))
			.iter()
			.all(Result::is_ok)
	}
}

/// What is measured, what it is compared with, and how many of it one run makes.
struct Task {
	name: &'static str,
	limit: &'static [(usize, Operation)],
	each: usize,
	/// Runs at most: the long ones take fewer.
	runs: usize,
	work: fn(&Scene) -> bool,
}

use Operation::{HashG1, MulG1, MulG2, Pairing2};

const TASKS: [Task; 6] = [
	Task {
		name: "permit made (one share of it)",
		limit: &[(1, HashG1), (1, MulG1)],
		each: 1,
		runs: usize::MAX,
		work: Scene::permit,
	},
	Task {
		name: "partial key issued",
		limit: &[(1, HashG1), (3, MulG1), (1, MulG2)],
		each: 1,
		runs: usize::MAX,
		work: Scene::partial,
	},
	Task {
		name: "identity key opened",
		limit: &[(1, HashG1), (1, MulG1), (1, Pairing2)],
		each: 1,
		runs: usize::MAX,
		work: Scene::open,
	},
	Task {
		name: "signature made",
		limit: &[(2, MulG1)],
		each: 1,
		runs: usize::MAX,
		work: Scene::sign,
	},
	Task {
		name: "signature verified",
		limit: &[(2, HashG1), (1, MulG1), (1, Pairing2)],
		each: 1,
		runs: usize::MAX,
		work: Scene::verify,
	},
	Task {
		name: "one of 1,000 verified together",
		limit: &[(2, HashG1), (1, MulG1), (1, Pairing2)],
		each: BATCH,
		runs: 3,
		work: Scene::batch,
	},
];

struct Row {
	task: Task,
	time: Times,
	limit: Times,
}

fn measure(scene: &Scene, task: Task, runs: usize) -> Fallible<Row> {
	let mut row = Row { task, time: Times::new(), limit: Times::new() };
	for run in 0..=runs.min(row.task.runs) {
		let (held, time) = timed(|| (row.task.work)(scene));
		if !held {
			return Err(format!("{}: a check did not hold", row.task.name).into());
		}
		let ((), limit) = timed(|| {
			for (count, operation) in row.task.limit {
				(0..*count).for_each(|_| operation.run());
			}
		});
		// The first run warms caches.
		if run > 0 {
			row.time.add(time / row.task.each as f64);
			row.limit.add(limit);
		}
	}
	Ok(row)
}

fn limit_text(task: &Task) -> String {
	let part = |(count, operation): &(usize, Operation)| match count {
		1 => operation.name().into(),
		_ => format!("{count} {}", operation.name()),
	};
	task.limit.iter().map(part).collect::<Vec<String>>().join(" + ")
}

/// Measures and prints.
pub fn run(runs: usize, json: bool) -> Result<(), Box<dyn Error>> {
	let scene = Scene::new()?;
	let rows =
		TASKS.into_iter().map(|task| measure(&scene, task, runs)).collect::<Fallible<Vec<_>>>()?;
	let operations: Vec<_> = [HashG1, MulG1, MulG2, Pairing2]
		.into_iter()
		.map(|operation| {
			let mut times = Times::new();
			(0..runs).for_each(|_| times.add(timed(|| operation.run()).1));
			(operation.name(), times.median())
		})
		.collect();
	if json {
		print_json(&rows, &operations, runs);
	} else {
		print_text(&rows, &operations, runs);
	}
	Ok(())
}

fn print_json(rows: &[Row], operations: &[(&str, f64)], runs: usize) {
	let operations: serde_json::Map<_, _> =
		operations.iter().map(|(name, time)| ((*name).to_owned(), json!(time))).collect();
	let rows: Vec<_> = rows
		.iter()
		.map(|row| {
			json!({
				"name": row.task.name,
				"median_us": row.time.median(),
				"worst_us": row.time.worst(),
				"limit": limit_text(&row.task),
				"limit_us": row.limit.median(),
				"rate_of_limit": row.limit.median() / row.time.median(),
			})
		})
		.collect();
	let printed = json!({
		"unit": "µs of CPU time", "runs": runs, "operations_us": operations, "rows": rows,
	});
	println!("{printed}");
}

fn print_text(rows: &[Row], operations: &[(&str, f64)], runs: usize) {
	println!("µs of CPU time of one core, {runs} runs; the operations, from bls12_381 directly:");
	for (name, time) in operations {
		println!("{name:<32} {time:>9.0}");
	}
	println!(
		"\n{:<32} {:>9} {:>9} {:>9} {:>9}  limit: the sum of",
		"", "median", "worst", "limit", "its rate"
	);
	for row in rows {
		println!(
			"{:<32} {:>9.0} {:>9.0} {:>9.0} {:>7.0} %  {}",
			row.task.name,
			row.time.median(),
			row.time.worst(),
			row.limit.median(),
			100.0 * row.limit.median() / row.time.median(),
			limit_text(&row.task)
		);
	}
}
