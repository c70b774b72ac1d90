//! Complaints: a true one blames the dealer, any other the complainer.

use crate::{
	by_hand::{self, Dealer},
	common::{bad_g1, dealer, entropy, flipped, member, plus_order, Ceremony},
};
use bls12_381::Scalar;
use codec::{Decode, DecodeAll, Encode};
use symbolon_crypto::{
	ceremony::{
		deal::{Dealing, VerifiedDealing},
		judge::{judged_digest, Complaint, Judgement, Verdict},
		CeremonyError,
	},
	MemberIndex,
};

/// Dealer 1 lies to all, dealer 2 is honest.
struct Case {
	ceremony: Ceremony,
	bad: Dealing,
	bad_verified: VerifiedDealing,
	good: Dealing,
	good_verified: VerifiedDealing,
}

impl Case {
	fn new(ceremony_no: u32) -> Self {
		let ceremony = Ceremony::start(4, ceremony_no);
		let liar = Dealer::honest("a liar", 3);
		let bad = liar
			.deal(&ceremony.sid, dealer(1), &ceremony.receivers, |_, share| share - Scalar::one());
		let good = ceremony.deal(2);
		Self {
			bad_verified: ceremony.verify(1, &bad).unwrap(),
			good_verified: ceremony.verify(2, &good).unwrap(),
			bad,
			good,
			ceremony,
		}
	}

	fn complaint(&self, index: MemberIndex) -> Complaint {
		let secret = &self.ceremony.secrets[index.position()];
		self.bad_verified.open_share(index, secret, entropy("complain")).unwrap().err().unwrap()
	}

	fn verdict(&self, dealing: &VerifiedDealing, index: u16, complaint: &Complaint) -> Verdict {
		let receiver = &self.ceremony.receivers[member(index).position()];
		dealing.judge(receiver.index, &receiver.key, complaint)
	}

	fn x(&self, index: u16) -> Scalar {
		by_hand::raw_scalar(self.ceremony.secrets[member(index).position()].to_bytes().expose())
	}
}

#[test]
fn a_true_complaint_blames_the_dealer() {
	let case = Case::new(30);
	let complaint = case.complaint(member(2));
	assert_eq!(case.verdict(&case.bad_verified, 2, &complaint), Verdict::Dealer);
	// A stranger's implementation makes one that is as good.
	let secret = &case.ceremony.secrets[1];
	let hand =
		by_hand::complain(&case.ceremony.sid, dealer(1), &case.bad, member(2), secret, &case.x(2));
	assert_eq!(hand.k, complaint.k);
	assert_eq!(case.verdict(&case.bad_verified, 2, &hand), Verdict::Dealer);
}

#[test]
fn a_false_complaint_blames_the_complainer() {
	let case = Case::new(31);
	let secret = &case.ceremony.secrets[2];
	let sid = &case.ceremony.sid;
	let complaint = by_hand::complain(sid, dealer(2), &case.good, member(3), secret, &case.x(3));
	assert_eq!(case.verdict(&case.good_verified, 3, &complaint), Verdict::Complainer);
}

/// With a `K` of its own choice the complainer could open the share to anything.
#[test]
fn a_complaint_with_another_k_blames_the_complainer() {
	let case = Case::new(32);
	let (sid, secret) = (&case.ceremony.sid, &case.ceremony.secrets[2]);
	for shown in [by_hand::scalar("another x"), case.x(2), -case.x(3)] {
		let complaint = by_hand::complain(sid, dealer(2), &case.good, member(3), secret, &shown);
		assert_eq!(case.verdict(&case.good_verified, 3, &complaint), Verdict::Complainer);
	}
	// The right proof with another K.
	let mut complaint = by_hand::complain(sid, dealer(1), &case.bad, member(3), secret, &case.x(3));
	assert_eq!(case.verdict(&case.bad_verified, 3, &complaint), Verdict::Dealer);
	complaint.k = case.complaint(member(2)).k;
	assert_eq!(case.verdict(&case.bad_verified, 3, &complaint), Verdict::Complainer);
}

#[test]
fn a_complaint_serves_one_member_against_one_dealing_once() {
	let case = Case::new(33);
	let complaint = case.complaint(member(2));
	// Another member.
	assert_eq!(case.verdict(&case.bad_verified, 3, &complaint), Verdict::Complainer);
	// Another dealer, named or not.
	assert_eq!(case.verdict(&case.good_verified, 2, &complaint), Verdict::Complainer);
	let renamed = Complaint { dealer: dealer(2), ..complaint };
	assert_eq!(case.verdict(&case.good_verified, 2, &renamed), Verdict::Complainer);
	assert_eq!(case.verdict(&case.bad_verified, 2, &renamed), Verdict::Complainer);
	// Another ceremony, with the same keys and polynomial.
	let other = Case::new(34);
	assert_eq!(other.verdict(&other.bad_verified, 2, &complaint), Verdict::Complainer);
	let receiver = &case.ceremony.receivers[1];
	let verdict = other.bad_verified.judge(receiver.index, &receiver.key, &complaint);
	assert_eq!(verdict, Verdict::Complainer);
}

#[test]
fn who_has_no_share_can_neither_open_nor_complain() {
	let case = Case::new(35);
	let secret = &case.ceremony.secrets[0];
	let opened = case.bad_verified.open_share(member(9), secret, entropy("stranger"));
	assert_eq!(opened.err(), Some(CeremonyError::Stranger));
	let (sid, key) = (&case.ceremony.sid, secret.public());
	let complaint = by_hand::complain(sid, dealer(1), &case.bad, member(9), secret, &case.x(1));
	assert_eq!(case.bad_verified.judge(member(9), &key, &complaint), Verdict::Complainer);
}

#[test]
fn every_changed_byte_of_a_complaint_turns_it_against_its_maker() {
	let case = Case::new(36);
	let bytes = case.complaint(member(2)).encode();
	assert_eq!(bytes.len(), 114);
	for (position, changed) in flipped(&bytes, 0..bytes.len()) {
		let Ok(complaint) = Complaint::decode_all(&mut &changed[..]) else { continue };
		let verdict = case.verdict(&case.bad_verified, 2, &complaint);
		assert_eq!(verdict, Verdict::Complainer, "byte {position}");
	}
	assert!(Complaint::decode(&mut &bytes[..113]).is_err());
}

#[test]
fn bad_points_and_scalars_in_a_complaint_are_refused() {
	let case = Case::new(37);
	let good = case.complaint(member(2));
	let refused = |complaint: Complaint, what: &str| {
		let verdict = case.verdict(&case.bad_verified, 2, &complaint);
		assert_eq!(verdict, Verdict::Complainer, "{what}");
	};
	for (what, k) in bad_g1() {
		refused(Complaint { k, ..good }, what);
	}
	let mut changed = good;
	changed.proof.e = plus_order(&good.proof.e);
	refused(changed, "e + r");
	let mut changed = good;
	changed.proof.z = plus_order(&good.proof.z);
	refused(changed, "z + r");
}

/// A judgement is the digest of what was judged and its complaints; each flipped byte shows.
#[test]
fn every_changed_byte_of_a_judgement_shows() {
	let case = Case::new(38);
	let sid = &case.ceremony.sid;
	let judged = judged_digest(
		sid,
		&[(dealer(1), case.bad_verified.digest()), (dealer(2), case.good_verified.digest())],
	);
	let holds = |judgement: &Judgement| {
		judgement.judged == judged
			&& judgement.complaints.len() == 1
			&& judgement
				.complaints
				.iter()
				.all(|c| case.verdict(&case.bad_verified, 2, c) == Verdict::Dealer)
	};
	let judgement = Judgement { judged, complaints: vec![case.complaint(member(2))] };
	assert!(holds(&judgement));
	let bytes = judgement.encode();
	assert_eq!(bytes.len(), 32 + 1 + 114);
	for (position, changed) in flipped(&bytes, 0..bytes.len()) {
		let decoded = Judgement::decode_all(&mut &changed[..]);
		assert!(!decoded.is_ok_and(|judgement| holds(&judgement)), "byte {position}");
	}
}
