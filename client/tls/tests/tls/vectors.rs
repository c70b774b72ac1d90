//! Known answers: certificates that an earlier build made, checked by the specification alone.

use crate::{forge::compact, kit::name};
use serde_json::Value;
use symbolon_crypto::{
	identity::EpochPolicy,
	signature::{Domain, Verifier},
	Epoch, G2Bytes, KeyId,
};
use symbolon_sdk::hexed;
use symbolon_tls::{credential::parse, host_name, Role};

const VECTORS: &str = include_str!("../vectors/tls-credential.json");

fn bytes(value: &Value) -> Vec<u8> {
	hexed::decode(value.as_str().unwrap()).unwrap()
}

fn number(value: &Value) -> u64 {
	value.as_u64().unwrap()
}

#[test]
fn old_certificates_are_still_right() {
	let known: Value = serde_json::from_str(VECTORS).unwrap();
	let policy =
		EpochPolicy { max_epoch: number(&known["max_epoch"]), skew: number(&known["skew"]) };
	let master = G2Bytes(bytes(&known["master_key"]).try_into().unwrap()).decode().unwrap();
	let key_id = KeyId(bytes(&known["key_id"]).try_into().unwrap());
	let verifier = Verifier { key_id, master, policy };
	let identity = name(known["identity"].as_str().unwrap());
	assert_eq!(host_name(&identity), known["server_name"].as_str().unwrap());
	let field = |field: &str| number(&known["epoch"][field]);
	let epoch = Epoch { number: field("number"), start: field("start"), end: field("end") };
	for (key, role) in [("client", Role::Client), ("server", Role::Server)] {
		let der = bytes(&known[key]);
		let found = parse(&der).unwrap();
		assert_eq!((found.identity(), found.role, found.epoch()), (&identity, role, epoch));
		assert_eq!(found.serial().get(), number(&known["serial"]));
		assert_eq!((found.not_before, found.not_after), (epoch.start, epoch.end + 60));
		let (from, to) = (found.not_before.to_le_bytes(), found.not_after.to_le_bytes());
		let length = compact(found.spki.len());
		let message = [&[1, role.number()][..], &length, found.spki, &from, &to].concat();
		let now = number(&known["now"]);
		let holds = |message: &[u8]| {
			found.signature.verify(&verifier, Domain::TLS_CREDENTIAL, message, now)
		};
		holds(&message).unwrap();
		holds(&message[1..]).unwrap_err();
	}
}
