//! Writes the seeds of all targets: inputs made from right messages, the same in every run.
//!
//! `seeds FOLDER` writes `FOLDER/<target>/seed-<name>`.

use std::{env, error::Error, fs, path::Path};
use symbolon_fuzz::{
	certificate::{check, known, Parts},
	handshake::{proof, Recorded},
	recipient::Recipient,
	stream::{message, plain, run},
};
use symbolon_tls::KeyType;

type Seeds = Vec<(String, Vec<u8>)>;

/// Certificates, and extensions' values alone.
fn credential() -> Seeds {
	let right = Parts::known("client");
	let fields = right.value.len() - 97;
	// Version, length, name: the known one has 11 bytes.
	let rest = &right.value[2 + 11..];
	let long = format!("{}@{}", "n".repeat(64), "s".repeat(62));
	let long_name = [&[1, 0xfd, 0x01][..], long.as_bytes(), rest].concat();
	let mut spki = vec![0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];
	spki.extend_from_slice(&[9; 32]);
	let ed25519 =
		Parts { key_type: KeyType::Ed25519, spki, self_signature: vec![5; 64], ..right.clone() };
	let late = Parts { not_before: 2_524_607_999, not_after: 2_524_608_000, ..right.clone() };
	let plain = Parts { serial: vec![1], ..right.clone() };
	let mut seeds: Seeds = vec![
		("client".into(), known("client")),
		("server".into(), known("server")),
		("ed25519".into(), ed25519.to_der()),
		("year-2050".into(), late.to_der()),
		("serial-1".into(), plain.to_der()),
	];
	let longest = Parts { value: long_name.clone(), ..right.clone() };
	assert!(seeds.iter().all(|(_, der)| check(der)), "a seed is no certificate");
	seeds.push(("long-name".into(), longest.to_der()));
	let mut server = right.value.clone();
	server[fields] = 2;
	seeds.extend([
		("value-client".into(), right.value.clone()),
		("value-server".into(), server),
		("value-long-name".into(), long_name),
		("value-short".into(), right.value[..right.value.len() - 1].to_vec()),
	]);
	seeds
}

/// Headers of one and of all levels, and some that do not open.
fn sealed_header() -> Seeds {
	let recipient = Recipient::fixed();
	let [one, all] = &recipient.known[..] else { unreachable!("there are two") };
	let mut masked = one.bytes.clone();
	masked.last_mut().into_iter().for_each(|byte| *byte ^= 1);
	let mut level = one.bytes.clone();
	let at = level.len() - 33;
	level[at] = 8;
	let short = one.bytes[..one.bytes.len() - 1].to_vec();
	for header in [&one.bytes, &all.bytes, &masked, &level] {
		recipient.check(header);
	}
	vec![
		("one-level".into(), one.bytes.clone()),
		("all-levels".into(), all.bytes.clone()),
		("mask-changed".into(), masked),
		("other-level".into(), level),
		("short".into(), short),
	]
}

/// Whole messages, contents in the right encryption, and layouts.
fn sealed_stream() -> Seeds {
	let with = |how: u8, rest: &[u8]| [&[how], rest].concat();
	let change = [0, 70, 0, 1];
	let mut seeds: Seeds = Vec::new();
	for (name, signed) in [("unsigned", 0), ("signed", 0x10)] {
		seeds.extend([
			(name.into(), with(0, &message(signed != 0))),
			(format!("{name}-changed"), with(signed | 2, &change)),
			(format!("{name}-content"), with(signed | 4, &plain(signed != 0))),
			(format!("{name}-content-changed"), with(signed | 5, &change)),
			(format!("{name}-nothing"), with(signed | 4, &[])),
		]);
	}
	seeds.extend([
		("from".into(), with(0x20, &message(true))),
		("from-long-ago".into(), with(0x60, &message(true))),
		("from-nobody".into(), with(0x20, &message(false))),
		("two-chunks".into(), with(7, &[0, 0, 2, 41])),
		("one-full-chunk".into(), with(7, &[0, 1])),
		("empty".into(), with(7, &[3, 1])),
		("empty-last-chunk".into(), with(7, &[0, 0, 3, 1])),
		("short-chunk-before".into(), with(7, &[1, 0, 2, 1])),
		("no-last-mark".into(), with(7, &[0, 0, 2, 0])),
		("after-the-last".into(), with(7, &[0, 1, 2, 1])),
		("number-skipped".into(), with(7, &[0, 0, 2, 3])),
	]);
	seeds.iter().for_each(|(_, seed)| run(seed));
	seeds
}

/// Inputs of every kind that the target knows: its first byte says which.
fn sigma() -> Seeds {
	let Recorded { first, second, third } = Recorded::get();
	let with = |how: u8, rest: &[u8]| [&[how], rest].concat();
	let change = [0, 70, 0, 1];
	let mut seeds: Seeds = vec![
		("first".into(), with(0, first)),
		("first-changed".into(), with(1, &change)),
		("second".into(), with(0x12, second)),
		("third".into(), with(0x02, third)),
		("second-changed".into(), with(0x13, &change)),
		("third-changed".into(), with(0x03, &change)),
		("first-at-the-end-of-time".into(), with(0xc0, first)),
		("third-at-the-end-of-time".into(), with(0xc2, third)),
	];
	for (name, role) in [("initiator", 0x00), ("responder", 0x10)] {
		let proof = proof(if role == 0 { 1 } else { 2 });
		seeds.extend([
			(format!("{name}-proof"), with(role | 4, &proof)),
			(format!("{name}-proof-mended"), with(role | 0x24, &proof)),
			(format!("{name}-proof-changed"), with(role | 5, &change)),
			(format!("{name}-proof-changed-mended"), with(role | 0x25, &change)),
			// The epoch's end as late as can be.
			(format!("{name}-proof-epoch"), with(role | 0x25, &[6, 37, 0, 8])),
		]);
	}
	seeds.extend([
		("talk".into(), with(6, &[1, 4, 0, b'a', b'b', b'c', 5, 2, b'o', b'k', 1, 1, 1, 5, 0])),
		("after-close".into(), with(6, &[1, 1, 1, 1, 1, 0])),
		("kind".into(), with(6, &[1, 2, 2, 0, 5, 1, 7])),
		("skipped".into(), with(6, &[2, 1, 0, 1, 1, 0])),
		("sent-back".into(), with(6, &[3, 1, 0])),
		("unchanged".into(), with(6, &[4, 0, 4, 4, 0, 1, 0, 1])),
		("made-up".into(), with(6, &[0, 17, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8])),
		("empty".into(), with(6, &[1, 0])),
	]);
	seeds
}

fn main() -> Result<(), Box<dyn Error>> {
	let folder = env::args_os().nth(1).ok_or("expected the folder to write to")?;
	let targets = [
		("credential", credential()),
		("sealed_header", sealed_header()),
		("sealed_stream", sealed_stream()),
		("sigma", sigma()),
	];
	for (target, seeds) in targets {
		let folder = Path::new(&folder).join(target);
		fs::create_dir_all(&folder)?;
		for (name, bytes) in &seeds {
			fs::write(folder.join(format!("seed-{name}")), bytes)?;
		}
		println!("{target}: {} seeds", seeds.len());
	}
	Ok(())
}
