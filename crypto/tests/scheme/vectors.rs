//! Known answers: everything that travels or is hashed, from fixed entropy. A change of any
//! encoding, tag or formula changes `tests/vectors/symbolon.json`, and that is a change of the
//! protocol. To write the file again set `SYMBOLON_WRITE_VECTORS=1`.

use crate::by_hand_sealed::pairing_of_generators;
use crate::common::{
	dealer, entropy, identity, member, serial, subtree, Ceremony, Committee, EPOCH, NOW,
};
use codec::Encode;
use serde_json::{json, Value};
use symbolon_crypto::{
	ceremony::{confirm::SecretShare, judge::judged_digest, register::CeremonySecret},
	cover::Subtree,
	encryption::SealTarget,
	extraction::{combine, IdentityKey, Opening, PartialKey, Signing, TransportSecret},
	hash::sha256,
	identity::hash_identity,
	permit::hash_permit,
	signature::{Domain, Signature},
	KeyId, Purpose,
};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/symbolon.json");

fn hex(bytes: impl AsRef<[u8]>) -> String {
	hex::encode(bytes)
}

/// The ceremony of [`Committee::four`] with its messages, digests and results.
fn ceremony(committee: &Committee) -> Value {
	let ceremony = Ceremony::start(4, 1);
	let dealings: Vec<_> = (1..=4).map(|i| (dealer(i), ceremony.deal(i))).collect();
	let digests: Vec<_> =
		dealings.iter().map(|(i, dealing)| (*i, dealing.digest(&ceremony.sid, *i))).collect();
	let outcome = &committee.outcome;
	let confirm = |share: &SecretShare| {
		let entropy = entropy(&format!("confirm {}", share.member()));
		hex(share.confirm(outcome, entropy).encode())
	};
	let secret = |secret: &CeremonySecret| hex(secret.to_bytes().expose());
	let share = |share: &SecretShare| hex(share.to_bytes().expose());
	let public = |j| hex(outcome.verification_key(member(j)).encode());
	json!({
		"terms": hex(ceremony.terms.encode()),
		"sid": hex(ceremony.sid.0),
		"ceremony_secrets": ceremony.secrets.iter().map(secret).collect::<Vec<_>>(),
		"registrations": ceremony.registrations.iter().map(|r| hex(r.encode())).collect::<Vec<_>>(),
		"dealing_1": hex(dealings[0].1.encode()),
		"dealing_digests": digests.iter().map(|(_, digest)| hex(digest)).collect::<Vec<_>>(),
		"judged": hex(judged_digest(&ceremony.sid, &digests)),
		"sums": outcome.sums().iter().map(hex).collect::<Vec<_>>(),
		"outcome_digest": hex(outcome.digest()),
		"shares": committee.shares.iter().map(share).collect::<Vec<_>>(),
		"verification_keys": (1..=4).map(public).collect::<Vec<_>>(),
		"confirmations": committee.shares.iter().map(confirm).collect::<Vec<_>>(),
	})
}

fn points(key_id: &KeyId) -> Value {
	let (name, number) = (identity("sensor-7@acme"), serial(77));
	let identity_point = |purpose| hex(hash_identity(key_id, purpose, number, &name).encode());
	let permit_point = |subtree: &Subtree| hex(hash_permit(key_id, &EPOCH, subtree).encode());
	json!({
		"identity": name.as_str(),
		"serial": number.get(),
		"epoch": [EPOCH.number, EPOCH.start, EPOCH.end],
		"h_id_sign": identity_point(Purpose::Sign),
		"h_id_decrypt": identity_point(Purpose::Decrypt),
		"h_permit_root": permit_point(&Subtree::ROOT),
		"h_permit_level_3_index_9": permit_point(&subtree(3, 9)),
	})
}

fn issuance(committee: &Committee) -> Value {
	let (name, number) = (identity("sensor-7@acme"), serial(77));
	let secret = TransportSecret::generate(entropy("transport"));
	let request = committee.request::<Signing>(number, &name);
	let partials = committee.partials(&request, &secret);
	let open = |partials: &[PartialKey]| -> IdentityKey<Signing> {
		let key = combine(partials, 3).unwrap();
		key.open(&committee.key_id, number, &name, &secret, &committee.master).ok().unwrap()
	};
	let key = open(&partials);
	let transport = secret.request(&committee.key_id, &name, entropy("possession"));
	let decrypt: IdentityKey<Opening> = committee.issue(number, &name);
	json!({
		"transport_secret": hex(secret.to_bytes().expose()),
		"transport_key": hex(transport.encode()),
		"partial_keys": partials.iter().map(|partial| hex(partial.encode())).collect::<Vec<_>>(),
		"identity_key_sign": hex(key.to_bytes().expose()),
		"identity_key_decrypt": hex(decrypt.to_bytes().expose()),
	})
}

fn signature(committee: &Committee) -> Value {
	let (name, number) = (identity("sensor-7@acme"), serial(77));
	let at = subtree(3, 9);
	let permit = committee.permit(&EPOCH, at);
	let key = committee.signing_key(number, &name, &permit);
	let sign = |domain| hex(key.sign(domain, b"a message", entropy("signature")).to_bytes());
	json!({
		"permit_root": hex(committee.permit(&EPOCH, Subtree::ROOT).encode()),
		"permit_level_3_index_9": hex(permit.encode()),
		"message": hex(b"a message"),
		"file": sign(Domain::FILE),
		"tls_credential": sign(Domain::TLS_CREDENTIAL),
	})
}

fn vectors() -> Value {
	let committee = Committee::four();
	json!({
		"entropy": "SHA-256 of a label; see tests/scheme/common.rs",
		"genesis_hash": hex(crate::common::GENESIS),
		"master_public_key": hex(committee.master.encode()),
		"key_id": hex(committee.key_id.0),
		"ceremony": ceremony(committee),
		"points": points(&committee.key_id),
		"issuance": issuance(committee),
		"signature": signature(committee),
		"sealed": sealed(committee),
	})
}

/// Headers and keys of one level and of all, and the pairing of the generators.
fn sealed(committee: &Committee) -> Value {
	let (name, number) = (identity("sensor-7@acme"), serial(77));
	let present =
		SealTarget::with_permit(&name, number, &committee.permit(&EPOCH, subtree(3, 9))).unwrap();
	let future =
		SealTarget::at_all_levels(&committee.key_id, &name, number, &EPOCH).expect("not empty");
	let seal = |target: &SealTarget| {
		let (header, key) = target.seal(&committee.master, entropy("sealed"));
		json!({
			"header": hex(header.to_bytes()),
			"key": hex(key.key()),
			"nonce_prefix": hex(key.nonce_prefix()),
		})
	};
	json!({
		"entropy": hex(sha256(b"sealed")),
		"pairing_of_generators": hex(pairing_of_generators()),
		"level_3": seal(&present),
		"all_levels": seal(&future),
	})
}

#[test]
fn the_known_answers_are_the_same() {
	let made = vectors();
	if std::env::var_os("SYMBOLON_WRITE_VECTORS").is_some() {
		std::fs::write(PATH, serde_json::to_string_pretty(&made).unwrap() + "\n").unwrap();
	}
	let kept: Value = serde_json::from_str(&std::fs::read_to_string(PATH).unwrap()).unwrap();
	for (section, value) in kept.as_object().unwrap() {
		assert_eq!(&made[section], value, "{section}");
	}
	assert_eq!(made, kept);
}

/// The kept signature still verifies with the kept key, whatever made it.
#[test]
fn the_kept_signature_verifies() {
	let kept: Value = serde_json::from_str(&std::fs::read_to_string(PATH).unwrap()).unwrap();
	let bytes = |value: &Value| hex::decode(value.as_str().unwrap()).unwrap();
	let master = symbolon_crypto::G2Bytes(bytes(&kept["master_public_key"]).try_into().unwrap());
	let key_id = KeyId::derive(&crate::common::GENESIS, 0, &master);
	assert_eq!(bytes(&kept["key_id"]), key_id.0);
	let label = ["symbolon-key".encode(), crate::common::GENESIS.to_vec()].concat();
	assert_eq!(sha256(&[&label[..], &[0; 4], &master.0].concat()), key_id.0);
	let verifier = symbolon_crypto::signature::Verifier {
		key_id,
		master: master.decode().unwrap(),
		policy: crate::common::POLICY,
	};
	let signature = Signature::from_bytes(&bytes(&kept["signature"]["file"])).unwrap();
	assert_eq!(signature.identity.as_str(), "sensor-7@acme");
	assert_eq!(signature.verify(&verifier, Domain::FILE, b"a message", NOW), Ok(()));
}
