//! Whole ceremonies: honest ones, ones with liars, and the rogue dealer.

use crate::{
	by_hand::{self, raw_g2, Dealer},
	common::{dealer, entropy, member, Ceremony},
};
use bls12_381::{G2Projective, Scalar};
use symbolon_crypto::{
	ceremony::{
		confirm::{Outcome, SecretShare},
		deal::{Dealing, VerifiedDealing},
		judge::{judged_digest, Verdict},
		CeremonyError, CeremonyKind, CeremonyTerms,
	},
	curve::G2,
	sharing::{evaluate_commitments, threshold},
	DealerIndex, G2Bytes, MemberIndex,
};

/// The dealings by 1..=n, those of `liars` with a wrong share for everyone that `victim` names.
fn dealings(
	ceremony: &Ceremony,
	liars: &[u16],
	victim: impl Fn(MemberIndex) -> bool,
) -> Vec<Dealing> {
	let lie = |i| {
		let liar = Dealer::honest(&format!("liar {i}"), ceremony.terms.threshold);
		liar.deal(&ceremony.sid, dealer(i), &ceremony.receivers, |index, share| {
			if victim(index) {
				share + Scalar::one()
			} else {
				share
			}
		})
	};
	(1..)
		.take(ceremony.terms.members.len())
		.map(|i| if liars.contains(&i) { lie(i) } else { ceremony.deal(i) })
		.collect()
}

fn verified(ceremony: &Ceremony, dealings: &[Dealing]) -> Vec<VerifiedDealing> {
	(1..).zip(dealings).map(|(i, dealing)| ceremony.verify(i, dealing).unwrap()).collect()
}

/// The dealers that complaints of one round prove to be liars.
fn blamed(ceremony: &Ceremony, dealings: &[VerifiedDealing]) -> Vec<DealerIndex> {
	let mut blamed = vec![];
	for receiver in &ceremony.receivers {
		let (_, complaints) = ceremony.judge(receiver.index, dealings);
		for complaint in complaints {
			let dealing = dealings.iter().find(|d| d.dealer() == complaint.dealer).unwrap();
			let verdict = dealing.judge(receiver.index, &receiver.key, &complaint);
			assert_eq!(verdict, Verdict::Dealer);
			blamed.push(complaint.dealer);
		}
	}
	blamed.sort();
	blamed.dedup();
	blamed
}

fn without(dealings: Vec<VerifiedDealing>, out: &[DealerIndex]) -> Vec<VerifiedDealing> {
	dealings.into_iter().filter(|dealing| !out.contains(&dealing.dealer())).collect()
}

/// `P_j` of all members and `P` are values of one polynomial of `t` coefficients.
fn assert_consistent(outcome: &Outcome, shares: &[SecretShare]) {
	let t = usize::from(threshold(shares.len() as u16));
	assert_eq!(outcome.sums().len(), t);
	let sums: Vec<G2> = outcome.sums().iter().map(|sum| sum.decode().unwrap()).collect();
	assert!(sums[0] == outcome.master_public_key());
	for share in shares {
		let public = evaluate_commitments(&sums, share.member());
		assert!(public == share.verification_key());
		assert!(public == outcome.verification_key(share.member()));
		assert!(public != outcome.master_public_key() || t == 1);
	}
}

#[test]
fn genesis_gives_consistent_keys() {
	for n in [1, 4, 7] {
		let ceremony = Ceremony::start(n, 10);
		let dealings = verified(&ceremony, &dealings(&ceremony, &[], |_| false));
		assert!(blamed(&ceremony, &dealings).is_empty());
		let (outcome, shares) = ceremony.confirm(&dealings);
		assert_consistent(&outcome, &shares);
		assert_eq!(outcome.qualified(), (1..=n).map(dealer).collect::<Vec<_>>());
		// P is the sum of what the dealers hold, and no dealer's own.
		let sum = dealings.iter().map(|d| d.commitments()[0]).reduce(|a, b| a + b).unwrap();
		assert!(outcome.master_public_key() == sum);
	}
}

/// The tests' own dealer follows the specification; the library accepts it as one of its own.
#[test]
fn a_dealing_made_by_hand_is_a_dealing() {
	let ceremony = Ceremony::start(4, 11);
	let hand = dealings(&ceremony, &[1, 2, 3, 4], |_| false);
	for dealing in &hand {
		assert_eq!(
			dealing.digest(&ceremony.sid, dealer(1)),
			by_hand::delta(
				&ceremony.sid,
				dealer(1),
				&dealing.commitments,
				&dealing.c,
				&dealing.c_hat,
				&dealing.shares
			)
		);
	}
	let (outcome, shares) = ceremony.confirm(&verified(&ceremony, &hand));
	assert_consistent(&outcome, &shares);
}

#[test]
fn two_liars_at_once_are_both_blamed_in_one_run() {
	let ceremony = Ceremony::start(7, 12);
	let dealings = verified(&ceremony, &dealings(&ceremony, &[2, 5], |_| true));
	let out = blamed(&ceremony, &dealings);
	assert_eq!(out, [dealer(2), dealer(5)]);
	// Five of seven are left, which is t; the liars stay receivers.
	let (outcome, shares) = ceremony.confirm(&without(dealings, &out));
	assert_consistent(&outcome, &shares);
	assert_eq!(outcome.qualified(), [1, 3, 4, 6, 7].map(dealer));
	assert_eq!(shares.len(), 7);
}

#[test]
fn a_liar_with_one_victim_is_blamed_by_it() {
	let ceremony = Ceremony::start(4, 13);
	let dealings = verified(&ceremony, &dealings(&ceremony, &[3], |index| index == member(2)));
	for receiver in &ceremony.receivers {
		let (_, complaints) = ceremony.judge(receiver.index, &dealings);
		assert_eq!(complaints.len(), usize::from(receiver.index == member(2)));
	}
	let out = blamed(&ceremony, &dealings);
	assert_eq!(out, [dealer(3)]);
	let (outcome, shares) = ceremony.confirm(&without(dealings, &out));
	assert_consistent(&outcome, &shares);
}

#[test]
fn too_few_honest_dealers_make_no_key() {
	let ceremony = Ceremony::start(4, 14);
	let dealings = verified(&ceremony, &dealings(&ceremony, &[1, 4], |_| true));
	let out = blamed(&ceremony, &dealings);
	assert_eq!(out, [dealer(1), dealer(4)]);
	let left = without(dealings, &out);
	assert_eq!(Outcome::genesis(&ceremony.sid, &left).err(), Some(CeremonyError::TooFewDealers));
	assert_eq!(Outcome::genesis(&ceremony.sid, &[]).err(), Some(CeremonyError::TooFewDealers));
}

#[test]
fn outcomes_take_each_dealer_once_and_of_one_ceremony() {
	let ceremony = Ceremony::start(4, 15);
	let all = || verified(&ceremony, &dealings(&ceremony, &[], |_| false));
	let mut turned = all();
	turned.swap(1, 2);
	assert_eq!(Outcome::genesis(&ceremony.sid, &turned).err(), Some(CeremonyError::Order));
	let mut twice = all();
	twice.insert(1, ceremony.verify(1, &ceremony.deal(1)).unwrap());
	assert_eq!(Outcome::genesis(&ceremony.sid, &twice).err(), Some(CeremonyError::Order));
	let other = Ceremony::start(4, 16);
	assert_eq!(Outcome::genesis(&other.sid, &all()).err(), Some(CeremonyError::Stranger));
}

#[test]
fn an_outcome_comes_back_from_its_parts() {
	let ceremony = Ceremony::start(4, 17);
	let (outcome, shares) =
		ceremony.confirm(&verified(&ceremony, &dealings(&ceremony, &[], |_| false)));
	let parts = |dealers: &[u16], sums: &[G2Bytes]| {
		Outcome::from_parts(&ceremony.sid, dealers.iter().copied().map(dealer).collect(), sums)
	};
	let again = parts(&[1, 2, 3, 4], &outcome.sums()).unwrap();
	assert_eq!(again.digest(), outcome.digest());
	let confirmation = shares[0].confirm(&outcome, entropy("again"));
	assert!(again.verify_confirmation(member(1), &confirmation).is_ok());
	// The confirmation is for this QUAL, these sums and this member.
	let fewer = parts(&[1, 2, 3], &outcome.sums()).unwrap();
	assert_eq!(fewer.verify_confirmation(member(1), &confirmation), Err(CeremonyError::Proof));
	let mut sums = outcome.sums();
	sums[1] = sums[2];
	let changed = parts(&[1, 2, 3, 4], &sums).unwrap();
	assert_eq!(changed.verify_confirmation(member(1), &confirmation), Err(CeremonyError::Proof));
	assert_eq!(outcome.verify_confirmation(member(2), &confirmation), Err(CeremonyError::Proof));
	assert_eq!(parts(&[2, 1], &outcome.sums()).err(), Some(CeremonyError::Order));
	assert_eq!(parts(&[1, 1], &outcome.sums()).err(), Some(CeremonyError::Order));
	assert_eq!(parts(&[1], &[]).err(), Some(CeremonyError::CommitmentCount));
}

#[test]
fn a_share_is_the_sum_over_exactly_the_qualified_dealers() {
	let ceremony = Ceremony::start(4, 18);
	let dealings = verified(&ceremony, &dealings(&ceremony, &[], |_| false));
	let (outcome, shares) = ceremony.confirm(&dealings);
	let opened = || ceremony.judge(member(1), &dealings).0;
	let mut missing = opened();
	missing.pop();
	assert_eq!(outcome.share(member(1), &missing).err(), Some(CeremonyError::ShareCount));
	let mut turned = opened();
	turned.swap(0, 1);
	assert_eq!(outcome.share(member(1), &turned).err(), Some(CeremonyError::ShareCount));
	// Another member's shares are not this one's.
	assert_eq!(outcome.share(member(2), &opened()).err(), Some(CeremonyError::Proof));
	// A share survives storage; zero and r are none.
	let stored = SecretShare::from_bytes(member(1), &shares[0].to_bytes()).unwrap();
	assert!(stored.verification_key() == shares[0].verification_key());
	let refused = |bytes: [u8; 32]| {
		SecretShare::from_bytes(member(1), &symbolon_crypto::SecretBytes::take(&mut { bytes }))
	};
	assert!(refused([0; 32]).is_none() && refused([0xff; 32]).is_none());
}

/// `n = 7`, `t = 5`: three honest members check three values, so two of five coefficients stay
/// free, and a dealer that waits for the others can make `P = κ·g2` for a `κ` of its choice. Its
/// shares pass; only the proof of knowledge of `a_0` stops it.
#[test]
fn a_rogue_dealer_cannot_fix_the_key() {
	let ceremony = Ceremony::start(7, 19);
	let others: Vec<Dealing> = (1..7).map(|i| ceremony.deal(i)).collect();
	let kappa = by_hand::scalar("kappa");
	let constant = others
		.iter()
		.fold(G2Projective::generator() * kappa, |sum, d| sum - raw_g2(&d.commitments[0]));
	// Values at 0, at the honest members 1, 2, 3, and at 4, in the exponent.
	let value = |x: u64| by_hand::scalar(&format!("rogue value {x}"));
	let mut values = vec![constant];
	values.extend((1..=4).map(|x| G2Projective::generator() * value(x)));
	let rogue = Dealer {
		coefficients: vec![],
		commitments: interpolate(&values),
		witness: kappa,
		rho: by_hand::scalar("rogue rho"),
	};
	let dealing = rogue.deal(&ceremony.sid, dealer(7), &ceremony.receivers, |index, _| {
		value(u64::from(index.get()))
	});
	// All but the proofs: the honest members would be content, and P would be known.
	let opened = dealing.open(&ceremony.sid, dealer(7), 5, &ceremony.members()).unwrap();
	for honest in [1, 2, 3].map(member) {
		let secret = &ceremony.secrets[honest.position()];
		assert!(opened.open_share(honest, secret, entropy("rogue")).unwrap().is_ok());
	}
	let mut all: Vec<_> = (1..).zip(&others).map(|(i, d)| ceremony.verify(i, d).unwrap()).collect();
	all.push(opened);
	let outcome = Outcome::genesis(&ceremony.sid, &all).unwrap();
	let known = by_hand::g2(G2Projective::generator() * kappa);
	assert_eq!(outcome.master_public_key().encode(), known);
	// The proofs.
	assert_eq!(ceremony.verify(7, &dealing).err(), Some(CeremonyError::Proof));
}

/// Coefficients of the polynomial with the given values at 0, 1, 2, ...
fn interpolate(values: &[G2Projective]) -> Vec<G2Projective> {
	let mut sums = vec![G2Projective::identity(); values.len()];
	for (i, value) in values.iter().enumerate() {
		// Π (x - j) / (i - j) over j ≠ i, coefficient by coefficient.
		let (mut basis, mut denominator) = (vec![Scalar::one()], Scalar::one());
		for j in (0..values.len()).filter(|j| *j != i) {
			let root = Scalar::from(j as u64);
			denominator *= Scalar::from(i as u64) - root;
			basis.push(Scalar::zero());
			for k in (0..basis.len()).rev() {
				let lower = if k == 0 { Scalar::zero() } else { basis[k - 1] };
				basis[k] = lower - root * basis[k];
			}
		}
		let factor = denominator.invert().unwrap();
		sums.iter_mut().zip(&basis).for_each(|(sum, b)| *sum += value * (b * factor));
	}
	sums
}

/// Every field of the terms is in the identifier.
#[test]
fn a_ceremony_is_named_by_all_its_terms() {
	let terms = Ceremony::start(4, 20).terms;
	let changes: [fn(&mut CeremonyTerms); 11] = [
		|t| t.genesis_hash[31] ^= 1,
		|t| t.key_no += 1,
		|t| t.ceremony_no += 1,
		|t| t.kind = CeremonyKind::Refresh,
		|t| t.old_share_version += 1,
		|t| t.new_share_version += 1,
		|t| t.old = Some((G2::generator().encode(), vec![])),
		|t| t.members.swap(0, 1),
		|t| t.members.truncate(3),
		|t| t.threshold_old += 1,
		|t| t.threshold += 1,
	];
	let mut ids = vec![terms.id()];
	for change in changes {
		let mut changed = terms.clone();
		change(&mut changed);
		ids.push(changed.id());
	}
	ids.sort();
	ids.dedup();
	assert_eq!(ids.len(), 12);
}

#[test]
fn the_judged_set_is_named_by_ceremony_dealers_and_dealings() {
	let (sid, other) = (Ceremony::start(1, 21).sid, Ceremony::start(1, 22).sid);
	let set = [(dealer(1), [1; 32]), (dealer(2), [2; 32])];
	let digest = judged_digest(&sid, &set);
	assert_ne!(digest, judged_digest(&other, &set));
	assert_ne!(digest, judged_digest(&sid, &set[..1]));
	assert_ne!(digest, judged_digest(&sid, &[(dealer(1), [1; 32]), (dealer(3), [2; 32])]));
	assert_ne!(digest, judged_digest(&sid, &[(dealer(1), [1; 32]), (dealer(2), [3; 32])]));
}
