use crate::{mock::*, *};
use frame_support::assert_ok;
use symbolon_crypto::{
	ceremony::{
		confirm::{Outcome, SecretShare},
		judge::{Complaint, Judgement, OpenedShare},
		register::CeremonySecret,
	},
	DealerIndex, KeyId,
};
use symbolon_primitives::{
	dta::{Phase, ShareStatus},
	storage,
};

/// Opens member `position`'s shares of all dealings: the right ones, and complaints.
pub fn open(
	members: &[Member],
	secret: &CeremonySecret,
	position: usize,
) -> (Vec<(DealerIndex, OpenedShare)>, Vec<Complaint>) {
	let ceremony = ceremony();
	let registered = Dta::registered(&ceremony);
	let (mut shares, mut complaints) = (vec![], vec![]);
	for dealer in members.iter().map(Member::dealer) {
		let Some(dealing) = Dealings::<Test>::get(ceremony.number, dealer) else { continue };
		let dealing =
			dealing.verify(&ceremony.sid, dealer, ceremony.threshold, &registered).unwrap();
		match dealing.open_share(members[position].index, secret, entropy()).unwrap() {
			Ok(share) => shares.push((dealer, share)),
			Err(complaint) => complaints.push(complaint),
		}
	}
	(shares, complaints)
}

pub fn judge_all(members: &[Member], secrets: &[CeremonySecret]) {
	for (position, secret) in secrets.iter().enumerate() {
		let (_, complaints) = open(members, secret, position);
		let number = ceremony().number;
		let judged = DealingsDigest::<Test>::get(number).unwrap();
		let judgement = Judgement { judged, complaints };
		assert_ok!(Dta::do_judge(members[position].index, number, judgement));
	}
}

pub fn outcome() -> Outcome {
	let stored = Outcomes::<Test>::get(ceremony().number).unwrap();
	Outcome::from_parts(&ceremony().sid, stored.qualified.into_inner(), &stored.sums).unwrap()
}

pub fn share(members: &[Member], secret: &CeremonySecret, position: usize) -> SecretShare {
	let outcome = outcome();
	let (mut shares, _) = open(members, secret, position);
	shares.retain(|(dealer, _)| outcome.qualified().contains(dealer));
	outcome.share(members[position].index, &shares).unwrap()
}

pub fn confirm_all(members: &[Member], secrets: &[CeremonySecret]) {
	for (position, secret) in secrets.iter().enumerate() {
		let message = share(members, secret, position).confirm(&outcome(), entropy());
		assert_ok!(Dta::do_confirm(members[position].index, ceremony().number, message));
	}
}

/// Runs a ceremony up to Confirm.
pub fn reach_confirm(members: &[Member]) -> Vec<CeremonySecret> {
	let secrets = register_all(members);
	next_block();
	for member in members {
		assert_ok!(Dta::do_deal(member.index, ceremony().number, dealing(member)));
	}
	next_block();
	judge_all(members, &secrets);
	next_block();
	assert_eq!(phase(), Some(Phase::Confirm));
	secrets
}

#[test]
fn committees_of_one_four_and_seven_make_a_key() {
	for n in [1, 4, 7] {
		build_and_execute(n, |members| {
			let secrets = reach_confirm(members);
			let public = outcome().master_public_key().encode();
			confirm_all(members, &secrets);
			next_block();
			let key = CurrentKey::<Test>::get().expect("the key is active");
			assert_eq!(key.public, public);
			assert_eq!(key.key_id, KeyId::derive(&Dta::genesis_hash(), 1, &public));
			let version = ShareVersions::<Test>::get(key.share_version).unwrap();
			assert_eq!(version.status, ShareStatus::Active);
			assert_eq!(VerificationKeys::<Test>::iter().count(), n);
			assert_eq!(phase(), None);
			assert_eq!(Dealings::<Test>::iter().count(), 0);
			next_block();
			assert_eq!(CeremonyCount::<Test>::get(), 1);
		});
	}
}

#[test]
fn the_record_s_identifier_is_that_of_its_terms() {
	build_and_execute(4, |members| {
		let accounts: Vec<[u8; 32]> =
			members.iter().map(|member| member.account.clone().into()).collect();
		let terms = Ceremony::genesis_terms(Dta::genesis_hash(), 1, 1, 1, &accounts, 3);
		assert_eq!(ceremony().sid, terms.id());
	});
}

#[test]
fn storage_lies_under_the_keys_that_clients_and_vaults_read() {
	build_and_execute(1, |members| {
		let member = members[0].index;
		let dealer = members[0].dealer();
		let pairs = [
			(CurrentKey::<Test>::hashed_key().to_vec(), storage::dta::current_key()),
			(CurrentCeremony::<Test>::hashed_key().to_vec(), storage::dta::current_ceremony()),
			(CeremonyCount::<Test>::hashed_key().to_vec(), storage::dta::ceremony_count()),
			(
				Registrations::<Test>::hashed_key_for(3, member),
				storage::dta::registration(3, member),
			),
			(Dealings::<Test>::hashed_key_for(3, dealer), storage::dta::dealing(3, dealer)),
			(Judgements::<Test>::hashed_key_for(3, member), storage::dta::judgement(3, member)),
			(
				Disqualified::<Test>::hashed_key_for(3, dealer),
				storage::dta::disqualified(3, dealer),
			),
			(Outcomes::<Test>::hashed_key_for(3), storage::dta::outcome(3)),
			(
				Confirmations::<Test>::hashed_key_for(3, member),
				storage::dta::confirmation(3, member),
			),
			(ShareVersions::<Test>::hashed_key_for(3), storage::dta::share_version(3)),
			(
				VerificationKeys::<Test>::hashed_key_for(3, member),
				storage::dta::verification_key(3, member),
			),
			(BlameCount::<Test>::hashed_key().to_vec(), storage::dta::blame_count()),
			(Blames::<Test>::hashed_key_for(3), storage::dta::blame(3)),
		];
		for (position, (ours, theirs)) in pairs.iter().enumerate() {
			assert_eq!(ours, theirs, "pair {position}");
		}
	});
}
