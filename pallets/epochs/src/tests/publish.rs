use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use symbolon_crypto::{ceremony::confirm::SecretShare, permit::Chunk, G1Bytes, MemberIndex};
use symbolon_primitives::{
	dta::Fault,
	epochs::{ChunkPoints, PermitShares},
};

/// A member's right shares of a chunk.
pub fn shares_of(share: &SecretShare, epoch: u64, chunk: u32) -> PermitShares {
	let points = with_chunk(epoch, chunk, |chunk| share.permit_shares(chunk));
	PermitShares { share_version: 1, points: ChunkPoints::try_from(points).unwrap() }
}

/// The right permits of a chunk.
pub fn permits(shares: &[SecretShare], epoch: u64, chunk: u32) -> ChunkPoints {
	let combined = with_chunk(epoch, chunk, |chunk| {
		let each: Vec<(MemberIndex, Vec<G1Bytes>)> =
			shares.iter().map(|share| (share.member(), share.permit_shares(chunk))).collect();
		chunk.combine(&each, 3).unwrap()
	});
	ChunkPoints::try_from(combined).unwrap()
}

fn with_chunk<R>(epoch: u64, chunk: u32, f: impl FnOnce(&Chunk<'_>) -> R) -> R {
	let open = Epochs::open_chunk(epoch, chunk).unwrap();
	f(&Chunk {
		key_id: &open.key.key_id,
		epoch: &open.snapshot.epoch,
		first: chunk * 32,
		subtrees: &open.subtrees,
	})
}

fn post(shares: &[SecretShare], epoch: u64, chunk: u32) {
	for share in shares {
		let posted = shares_of(share, epoch, chunk);
		assert_ok!(Epochs::do_submit_shares(share.member(), epoch, chunk, posted));
	}
}

#[test]
fn permits_of_an_epoch_are_published_once_and_the_shares_go() {
	build_and_execute(|shares| {
		post(&shares[..3], 0, 0);
		let right = permits(&shares[..3], 0, 0);
		// Epoch 0, chunk 0: member 1 is first.
		assert_noop!(
			Epochs::do_publish(member(2), 0, 0, right.clone()),
			Error::<Test>::NotEntitled
		);
		assert_ok!(Epochs::do_publish(member(1), 0, 0, right.clone()));
		assert_eq!(Snapshots::<Test>::get(0).unwrap().published, 1);
		assert_eq!(Permits::<Test>::iter_prefix_values(0).collect::<Vec<_>>(), right.to_vec());
		assert_eq!(Shares::<Test>::iter().count(), 0);
		assert_noop!(Epochs::do_publish(member(1), 0, 0, right), Error::<Test>::NoSuchChunk);
	});
}

#[test]
fn the_turn_passes_on_after_two_blocks() {
	build_and_execute(|shares| {
		post(&shares[1..], 0, 0);
		let right = permits(&shares[1..], 0, 0);
		block_at(START + 2);
		assert_noop!(
			Epochs::do_publish(member(2), 0, 0, right.clone()),
			Error::<Test>::NotEntitled
		);
		block_at(START + 4);
		assert_ok!(Epochs::do_publish(member(2), 0, 0, right));
	});
}

#[test]
fn wrong_permits_are_blamed_and_bar_their_sender_and_the_next_goes_on() {
	build_and_execute(|shares| {
		with_world(|world| {
			let serial = symbolon_crypto::Serial::new(77).unwrap();
			world.revoked.push(symbolon_crypto::cover::Subtree::leaf(serial));
		});
		block_at(START + 45);
		post(shares, 1, 0);
		let right = permits(&shares[..3], 1, 0);
		assert_eq!(right.len(), 32);
		// Swapped: each is a right permit, of the other subtree.
		let mut wrong = right.to_vec();
		wrong.swap(0, 1);
		let wrong = ChunkPoints::try_from(wrong).unwrap();
		// Epoch 1, chunk 0: member 2 is first.
		assert_ok!(Epochs::do_publish(member(2), 1, 0, wrong));
		assert_eq!(with_world(|world| world.blames.clone()), vec![([2; 32], Fault::Permits)]);
		assert_eq!(Permits::<Test>::iter_prefix(1).count(), 0);
		assert_noop!(
			Epochs::do_publish(member(2), 1, 0, right.clone()),
			Error::<Test>::NotEntitled
		);
		block_at(START + 47);
		block_at(START + 49);
		assert_ok!(Epochs::do_publish(member(3), 1, 0, right));
		assert_eq!(Permits::<Test>::iter_prefix(1).count(), 32);
	});
}

#[test]
fn plus_x_minus_x_does_not_pass_the_batch() {
	build_and_execute(|shares| {
		with_world(|world| {
			let serial = symbolon_crypto::Serial::new(77).unwrap();
			world.revoked.push(symbolon_crypto::cover::Subtree::leaf(serial));
		});
		block_at(START + 45);
		post(shares, 1, 0);
		let mut forged = permits(&shares[..3], 1, 0);
		let x = symbolon_crypto::curve::G1::generator();
		forged[0] = (forged[0].decode().unwrap() + x).encode();
		forged[1] = (forged[1].decode().unwrap() - x).encode();
		assert_ok!(Epochs::do_publish(member(2), 1, 0, forged));
		assert_eq!(Permits::<Test>::iter_prefix(1).count(), 0);
		assert_eq!(with_world(|world| world.blames.len()), 1);
	});
}

#[test]
fn shares_are_taken_once_under_the_serving_version_for_a_known_chunk() {
	build_and_execute(|shares| {
		let right = shares_of(&shares[0], 0, 0);
		let refused =
			|member, epoch, chunk, shares| Epochs::do_submit_shares(member, epoch, chunk, shares);
		let chunk = Error::<Test>::NoSuchChunk;
		assert_noop!(refused(member(1), 0, 1, right.clone()), chunk);
		assert_noop!(refused(member(1), 7, 0, right.clone()), Error::<Test>::NoSuchChunk);
		assert_noop!(refused(member(5), 0, 0, right.clone()), Error::<Test>::NotEntitled);
		let mut old = right.clone();
		old.share_version = 2;
		assert_noop!(refused(member(1), 0, 0, old), Error::<Test>::NotEntitled);
		let mut long = right.clone();
		long.points.try_push(right.points[0]).unwrap();
		assert_noop!(refused(member(1), 0, 0, long), Error::<Test>::NotEntitled);
		assert_ok!(Epochs::do_submit_shares(member(1), 0, 0, right.clone()));
		assert_noop!(refused(member(1), 0, 0, right), Error::<Test>::NotEntitled);
	});
}

#[test]
fn fewer_shares_than_the_threshold_give_no_one_the_turn() {
	build_and_execute(|shares| {
		post(&shares[..2], 0, 0);
		let right = permits(&shares[..3], 0, 0);
		assert_noop!(Epochs::do_publish(member(1), 0, 0, right), Error::<Test>::NotEntitled);
	});
}

#[test]
fn shares_of_a_member_that_never_confirmed_are_refused() {
	build_and_execute(|shares| {
		with_world(|world| world.unconfirmed.push(member(2)));
		let posted = shares_of(&shares[1], 0, 0);
		assert_noop!(Epochs::do_submit_shares(member(2), 0, 0, posted), Error::<Test>::NotEntitled);
	});
}
