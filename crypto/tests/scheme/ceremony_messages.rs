//! Registrations, dealings and confirmations that were changed, copied or made up are refused.

use crate::{
	by_hand::{self, Dealer},
	common::{account, bad_g1, bad_g2, dealer, entropy, flipped, member, plus_order, Ceremony},
};
use codec::{DecodeAll, Encode, MaxEncodedLen};
use symbolon_crypto::{
	ceremony::{
		confirm::Confirmation,
		deal::Dealing,
		register::{CeremonySecret, Registration},
		CeremonyError, CeremonyId,
	},
	proof::Proof,
	DecodeError, SecretBytes,
};

/// The proof with its challenge, then its response, encoded as `+ r`.
fn with_unreduced_scalars(proof: &Proof) -> [Proof; 2] {
	[Proof { e: plus_order(&proof.e), z: proof.z }, Proof { e: proof.e, z: plus_order(&proof.z) }]
}

#[test]
fn every_changed_byte_of_a_registration_is_refused() {
	let ceremony = Ceremony::start(1, 40);
	let bytes = ceremony.registrations[0].encode();
	assert_eq!(bytes.len(), 112);
	assert_eq!(Registration::max_encoded_len(), 112);
	for (position, changed) in flipped(&bytes, 0..bytes.len()) {
		let registration = Registration::decode_all(&mut &changed[..]).unwrap();
		let verified = registration.verify(&ceremony.sid, member(1), &account(1));
		assert!(verified.is_err(), "byte {position}");
	}
}

#[test]
fn a_registration_fits_one_member_account_and_ceremony() {
	let (here, there) = (Ceremony::start(4, 41), Ceremony::start(4, 42));
	let refused = |registration: &Registration, sid: &CeremonyId, index, owner| {
		let verified = registration.verify(sid, member(index), &account(owner));
		assert_eq!(verified.err(), Some(CeremonyError::Proof));
	};
	let registration = &here.registrations[0];
	assert!(registration.verify(&here.sid, member(1), &account(1)).is_ok());
	refused(registration, &here.sid, 2, 2);
	refused(registration, &here.sid, 1, 2);
	refused(registration, &here.sid, 2, 1);
	refused(registration, &there.sid, 1, 1);
	let mut terms = here.terms.clone();
	terms.genesis_hash = [8; 32];
	refused(registration, &terms.id(), 1, 1);
	// Another's proof for one's own key, and one's own proof for another's key.
	let Registration { key, proof } = here.registrations[1];
	refused(&Registration { key, ..*registration }, &here.sid, 1, 1);
	refused(&Registration { proof, ..*registration }, &here.sid, 1, 1);
}

#[test]
fn bad_points_and_scalars_in_a_registration_are_refused() {
	let ceremony = Ceremony::start(1, 43);
	let good = ceremony.registrations[0];
	let error = |registration: Registration| {
		registration.verify(&ceremony.sid, member(1), &account(1)).err()
	};
	for (what, key) in bad_g1() {
		let refused = error(Registration { key, ..good });
		assert!(matches!(refused, Some(CeremonyError::Encoding(_))), "{what}");
	}
	for proof in with_unreduced_scalars(&good.proof) {
		let scalar = Some(CeremonyError::Encoding(DecodeError::Scalar));
		assert_eq!(error(Registration { proof, ..good }), scalar);
	}
}

#[test]
fn a_ceremony_secret_survives_storage() {
	let ceremony = Ceremony::start(1, 44);
	let again = CeremonySecret::from_bytes(&ceremony.secrets[0].to_bytes()).unwrap();
	assert!(again.public() == ceremony.secrets[0].public());
	assert!(CeremonySecret::from_bytes(&SecretBytes::take(&mut [0; 32])).is_none());
	assert!(CeremonySecret::from_bytes(&SecretBytes::take(&mut [0xff; 32])).is_none());
}

/// First and last byte of every field and a bit in every seventh byte between.
#[test]
fn changed_bytes_of_a_dealing_are_refused() {
	let ceremony = Ceremony::start(4, 45);
	let dealing = ceremony.deal(1);
	let bytes = dealing.encode();
	let (t, n) = (3, 4);
	assert_eq!(bytes.len(), 96 * t + 32 * n + 224 + 2);
	let mut edges = vec![0];
	let mut widths = vec![1];
	widths.extend([96; 3]);
	widths.extend([48, 48, 1]);
	widths.extend([32; 4 + 4]);
	for width in widths {
		edges.push(edges.last().unwrap() + width);
	}
	assert_eq!(edges.pop(), Some(bytes.len()));
	let mut positions: Vec<usize> = (0..bytes.len()).step_by(7).chain([bytes.len() - 1]).collect();
	positions.extend(edges.iter().flat_map(|edge| [*edge, edge.saturating_sub(1)]));
	positions.sort();
	positions.dedup();
	for (position, changed) in flipped(&bytes, positions) {
		let Ok(dealing) = Dealing::decode_all(&mut &changed[..]) else { continue };
		assert!(ceremony.verify(1, &dealing).is_err(), "byte {position}");
	}
	let mut longer = bytes.clone();
	longer.push(0);
	assert!(Dealing::decode_all(&mut &longer[..]).is_err());
	assert!(Dealing::decode_all(&mut &bytes[..bytes.len() - 1]).is_err());
}

#[test]
fn a_dealing_fits_one_dealer_and_ceremony() {
	let (here, there) = (Ceremony::start(4, 46), Ceremony::start(4, 47));
	let dealing = here.deal(1);
	assert!(here.verify(1, &dealing).is_ok());
	assert_eq!(here.verify(2, &dealing).err(), Some(CeremonyError::Proof));
	assert_eq!(there.verify(1, &dealing).err(), Some(CeremonyError::Proof));
	let mut terms = here.terms.clone();
	terms.genesis_hash = [8; 32];
	let elsewhere = dealing.verify(&terms.id(), dealer(1), 3, &here.members());
	assert_eq!(elsewhere.err(), Some(CeremonyError::Proof));
}

/// With another's `c` a dealer could have a victim open the other's share in a complaint.
#[test]
fn parts_of_anothers_dealing_are_refused() {
	let ceremony = Ceremony::start(4, 48);
	let (mine, other) = (ceremony.deal(1), ceremony.deal(2));
	let mixes: [fn(&mut Dealing, &Dealing); 6] = [
		|to, from| (to.c, to.c_hat, to.same_rho) = (from.c, from.c_hat, from.same_rho),
		|to, from| (to.c, to.c_hat) = (from.c, from.c_hat),
		|to, from| to.commitments.clone_from(&from.commitments),
		|to, from| to.shares.clone_from(&from.shares),
		|to, from| to.knowledge = from.knowledge,
		|to, from| to.same_rho = from.same_rho,
	];
	for (number, mix) in mixes.into_iter().enumerate() {
		let mut dealing = mine.clone();
		mix(&mut dealing, &other);
		assert_eq!(ceremony.verify(1, &dealing).err(), Some(CeremonyError::Proof), "{number}");
	}
}

#[test]
fn a_dealing_has_t_commitments_and_a_share_for_each_member() {
	let ceremony = Ceremony::start(4, 49);
	for t in [2, 4] {
		let dealing = Dealer::honest("degree", t).deal(
			&ceremony.sid,
			dealer(1),
			&ceremony.receivers,
			|_, share| share,
		);
		assert_eq!(ceremony.verify(1, &dealing).err(), Some(CeremonyError::CommitmentCount));
	}
	let hand = Dealer::honest("receivers", 3);
	let mut more = ceremony.receivers.clone();
	more.push(more[3]);
	for receivers in [&ceremony.receivers[..3], &more] {
		let dealing = hand.deal(&ceremony.sid, dealer(1), receivers, |_, share| share);
		assert_eq!(ceremony.verify(1, &dealing).err(), Some(CeremonyError::ShareCount));
	}
	// The list of receivers that the verifier uses must rise.
	let dealing = ceremony.deal(1);
	let unordered = [2, 1, 3, 4].map(member);
	let verified = dealing.verify(&ceremony.sid, dealer(1), 3, &unordered);
	assert_eq!(verified.err(), Some(CeremonyError::Order));
	let empty = Dealing { commitments: vec![], ..dealing };
	let verified = empty.verify(&ceremony.sid, dealer(1), 0, &ceremony.members());
	assert_eq!(verified.err(), Some(CeremonyError::CommitmentCount));
}

#[test]
fn bad_points_and_scalars_in_a_dealing_are_refused() {
	let ceremony = Ceremony::start(4, 50);
	let good = ceremony.deal(1);
	let refused = |dealing: Dealing, what: &str| {
		let error = ceremony.verify(1, &dealing).err();
		assert!(matches!(error, Some(CeremonyError::Encoding(_))), "{what}: {error:?}");
	};
	for (what, point) in bad_g1() {
		refused(Dealing { c: point, ..good.clone() }, what);
		refused(Dealing { c_hat: point, ..good.clone() }, what);
	}
	for (what, point) in bad_g2() {
		for k in 0..3 {
			let mut dealing = good.clone();
			dealing.commitments[k] = point;
			refused(dealing, what);
		}
	}
	for proof in with_unreduced_scalars(&good.same_rho) {
		refused(Dealing { same_rho: proof, ..good.clone() }, "proof + r");
	}
	for proof in with_unreduced_scalars(&good.knowledge) {
		refused(Dealing { knowledge: proof, ..good.clone() }, "proof + r");
	}
	for j in 0..4 {
		let mut dealing = good.clone();
		dealing.shares[j] = plus_order(&good.shares[j]);
		refused(dealing, "share + r");
	}
}

/// The same dealing again, after a restart, is byte for byte the same; another polynomial never
/// shares its masks.
#[test]
fn a_repeated_dealing_is_the_same_and_gives_nothing_away() {
	let ceremony = Ceremony::start(4, 51);
	assert_eq!(ceremony.deal(1), ceremony.deal(1));
	let honest = Dealer::honest("one rho", 3);
	let other = Dealer { rho: honest.rho, ..Dealer::honest("another polynomial", 3) };
	let [one, two] = [&honest, &other]
		.map(|d| d.deal(&ceremony.sid, dealer(1), &ceremony.receivers, |_, share| share));
	assert_eq!(one.c, two.c);
	// f(1) - f'(1), which a reused mask would publish.
	let difference = |a: &Dealer, b: &Dealer| {
		a.coefficients.iter().sum::<bls12_381::Scalar>()
			- b.coefficients.iter().sum::<bls12_381::Scalar>()
	};
	let shown = by_hand::raw_scalar(&one.shares[0].0) - by_hand::raw_scalar(&two.shares[0].0);
	assert_ne!(shown, difference(&honest, &other));
}

#[test]
fn every_changed_byte_of_a_confirmation_is_refused() {
	let ceremony = Ceremony::start(1, 52);
	let dealing = ceremony.verify(1, &ceremony.deal(1)).unwrap();
	let (outcome, shares) = ceremony.confirm(&[dealing]);
	let good = shares[0].confirm(&outcome, entropy("confirm"));
	let bytes = good.encode();
	assert_eq!(bytes.len(), 64);
	assert_eq!(Confirmation::max_encoded_len(), 64);
	for (position, changed) in flipped(&bytes, 0..bytes.len()) {
		let confirmation = Confirmation::decode_all(&mut &changed[..]).unwrap();
		let verified = outcome.verify_confirmation(member(1), &confirmation);
		assert!(verified.is_err(), "byte {position}");
	}
	for proof in with_unreduced_scalars(&good.proof) {
		let verified = outcome.verify_confirmation(member(1), &Confirmation { proof });
		assert_eq!(verified, Err(CeremonyError::Encoding(DecodeError::Scalar)));
	}
}

#[test]
fn the_largest_dealing_has_the_stated_length() {
	let ceremony = Ceremony::start(1, 53);
	let mut dealing = ceremony.deal(1);
	dealing.commitments = vec![dealing.commitments[0]; 100];
	dealing.shares = vec![dealing.shares[0]; 100];
	assert_eq!(dealing.encoded_size(), Dealing::max_encoded_len());
	assert_eq!(dealing.encoded_size(), 96 * 100 + 32 * 100 + 224 + 4);
}
