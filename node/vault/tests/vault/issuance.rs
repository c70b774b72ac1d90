//! Partial keys.

use crate::{
	ceremony::entropy,
	net::{index, refusal, Net},
};
use symbolon_crypto::{
	cover::Subtree,
	extraction::{combine, IdentityKey, Opening, PartialKey, Signing, TransportSecret},
	Identity, MemberIndex, Purpose, Serial,
};
use symbolon_primitives::{
	issuance::{PartialPair, QueueEntry},
	registry::{IndexKey, Registration},
	storage::{issuance, registry},
};
use symbolon_vault::{VaultError, VaultRequest, VaultResponse};

fn serial(number: u64) -> Serial {
	Serial::new(number).unwrap()
}

/// Registers an identity as the runtime would, and queues its request.
fn enrol(net: &Net, number: u64, name: &str, seed: u8) -> (Identity, TransportSecret) {
	let identity: Identity = name.parse().unwrap();
	let secret = TransportSecret::generate(entropy(seed));
	let transport = secret.request(&net.chain.key().key_id, &identity, entropy(seed));
	let registration = Registration {
		identity: identity.clone(),
		transport,
		key_no: 1,
		registered: net.chain.state().number,
		revoked: None,
	};
	let entry = QueueEntry { queued: 1, share_version: 1, answers: 0, answered: None };
	net.chain.put(registry::registration(serial(number)), &registration);
	net.chain.put(issuance::queue(serial(number)), &entry);
	net.chain.block();
	(identity, secret)
}

fn request(serials: &[u64]) -> VaultRequest {
	let serials = serials.iter().map(|number| serial(*number)).collect();
	VaultRequest::PartialKeys { share_version: 1, serials }
}

fn answer(net: &mut Net, member: MemberIndex, serials: &[u64]) -> Vec<(PartialKey, PartialKey)> {
	match net.ask(member, request(serials)).unwrap() {
		VaultResponse::PartialKeys(partials) => partials,
		other => panic!("{other:?}"),
	}
}

/// Every member's answer for a serial, put on chain.
fn answers(net: &mut Net, number: u64) -> Vec<(PartialKey, PartialKey)> {
	let members: Vec<_> = net.members().collect();
	let all: Vec<_> = members.iter().flat_map(|j| answer(net, *j, &[number])).collect();
	for (sign, decrypt) in &all {
		let pair = PartialPair { sign: *sign, decrypt: *decrypt };
		net.chain.put(issuance::partials(serial(number), sign.member), &pair);
	}
	net.chain.block();
	all
}

#[test]
fn any_threshold_of_vaults_gives_a_device_its_keys() {
	let mut net = Net::new(4);
	net.genesis(1);
	let (identity, secret) = enrol(&net, 5, "pump-7@demo", 1);
	let all = answers(&mut net, 5);
	let key = net.chain.key();
	let master = key.public.decode().unwrap();
	for left_out in 0..4 {
		let mut some = all.clone();
		some.remove(left_out);
		let sign: Vec<_> = some.iter().map(|pair| pair.0).collect();
		let decrypt: Vec<_> = some.iter().map(|pair| pair.1).collect();
		let sign = combine(&sign, 3).unwrap();
		let decrypt = combine(&decrypt, 3).unwrap();
		let args = (&key.key_id, serial(5), &identity, &secret, &master);
		let opened: Result<IdentityKey<Signing>, _> =
			sign.open(args.0, args.1, args.2, args.3, args.4);
		assert!(opened.is_ok());
		let opened: Result<IdentityKey<Opening>, _> =
			decrypt.open(args.0, args.1, args.2, args.3, args.4);
		assert!(opened.is_ok());
	}
	assert!(all.iter().all(|(sign, decrypt)| sign.c1 != decrypt.c1), "one ρ for each purpose");
	assert_eq!(net.ask(index(1), request(&[5])), Err(VaultError::NotDue), "answered on chain");
}

#[test]
fn entropy_is_fresh_at_every_answer() {
	let mut net = Net::new(1);
	net.genesis(1);
	enrol(&net, 5, "a@demo", 1);
	let first = answer(&mut net, index(1), &[5, 5]);
	assert_eq!(first.len(), 1, "asked twice in one request");
	assert_ne!(first[0].0.c1, answer(&mut net, index(1), &[5])[0].0.c1);
}

#[test]
fn what_is_not_due_is_left_out() {
	let mut net = Net::new(1);
	net.genesis(1);
	let me = index(1);
	for (number, name) in [(1, "a@demo"), (2, "b@demo"), (3, "c@demo"), (4, "d@demo")] {
		enrol(&net, number, name, number as u8);
	}
	let change = |number: u64, change: &dyn Fn(&mut Registration)| {
		let key = registry::registration(serial(number));
		let mut registration: Registration = net.chain.get(&key).unwrap();
		change(&mut registration);
		net.chain.put(key, &registration);
	};
	change(1, &|registration| registration.revoked = Some(0));
	change(2, &|registration| registration.key_no = 2);
	net.chain.remove(&issuance::queue(serial(3)));
	// Serial 9 was never registered.
	let partials = answer(&mut net, me, &[1, 2, 3, 4, 9]);
	assert_eq!(partials.iter().map(|pair| pair.0.serial).collect::<Vec<_>>(), [serial(4)]);
	assert_eq!(net.ask(me, request(&[1, 2, 3, 9])), Err(VaultError::NotDue));
	let block = Subtree::new(3, 0).unwrap();
	net.chain.put(registry::revoked(&IndexKey::new(&block)), &0u64);
	assert_eq!(net.ask(me, request(&[4])), Err(VaultError::NotDue), "under a revoked subtree");
	net.chain.remove(&registry::revoked(&IndexKey::new(&block)));
	let other = VaultRequest::PartialKeys { share_version: 2, serials: vec![serial(4)] };
	assert_eq!(net.ask(me, other), Err(VaultError::NotDue), "another share version");
	let many: Vec<u64> = (0..9).collect();
	assert!(refusal(net.ask(me, request(&many))).contains("at most 8"));
}

#[test]
fn a_second_identity_or_transport_key_for_a_serial_is_refused() {
	let mut net = Net::new(1);
	net.genesis(1);
	let me = index(1);
	enrol(&net, 5, "a@demo", 1);
	let good = net.chain.state();
	answer(&mut net, me, &[5]);
	for (name, seed) in [("b@demo", 1), ("a@demo", 2)] {
		enrol(&net, 5, name, seed);
		for restart in [false, true] {
			if restart {
				net.kill(me);
			}
			assert!(refusal(net.ask(me, request(&[5]))).contains("serial 5"), "{name}");
		}
		// It does not keep others from their keys.
		enrol(&net, 6, "c@demo", 3);
		assert_eq!(answer(&mut net, me, &[5, 6]).len(), 1);
	}
	let mut again = good;
	again.number = net.chain.state().number;
	again.map.extend(
		net.chain
			.state()
			.map
			.into_iter()
			.filter(|(key, _)| *key != registry::registration(serial(5))),
	);
	net.chain.set_state(again);
	answer(&mut net, me, &[5]);
}

#[test]
fn a_transport_key_without_its_proof_gets_nothing() {
	let mut net = Net::new(1);
	net.genesis(1);
	enrol(&net, 5, "a@demo", 1);
	let key = registry::registration(serial(5));
	let mut registration: Registration = net.chain.get(&key).unwrap();
	registration.identity = "b@demo".parse().unwrap();
	net.chain.put(key, &registration);
	let text = refusal(net.ask(index(1), request(&[5])));
	assert!(text.contains("does not verify"), "{text}");
}

#[test]
fn poisoned_partials_are_found() {
	let mut net = Net::new(4);
	net.genesis(1);
	enrol(&net, 5, "a@demo", 1);
	answers(&mut net, 5);
	let check = VaultRequest::CheckPartials { serial: serial(5) };
	let wrong = |list: Vec<(MemberIndex, Purpose)>| Ok(VaultResponse::WrongPartials(list));
	assert_eq!(net.ask(index(1), check.clone()), wrong(vec![]));
	let spoil = |net: &Net, member: u16, change: &dyn Fn(&mut PartialPair)| {
		let key = issuance::partials(serial(5), index(member));
		let mut pair: PartialPair = net.chain.get(&key).unwrap();
		change(&mut pair);
		net.chain.put(key, &pair);
	};
	spoil(&net, 2, &|pair| pair.sign.c3 = pair.sign.c1);
	spoil(&net, 3, &|pair| pair.decrypt = PartialKey { purpose: Purpose::Decrypt, ..pair.sign });
	spoil(&net, 4, &|pair| pair.sign.member = index(1));
	let expected = wrong(vec![
		(index(2), Purpose::Sign),
		(index(3), Purpose::Decrypt),
		(index(4), Purpose::Sign),
	]);
	assert_eq!(net.ask(index(1), check), expected);
	let other = VaultRequest::CheckPartials { serial: serial(6) };
	assert_eq!(net.ask(index(1), other), Err(VaultError::NotDue));
}
