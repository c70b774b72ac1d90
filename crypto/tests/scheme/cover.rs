//! The cover against one found by walking the tree.

use crate::common::{serial, subtree};
use codec::{DecodeAll, Encode};
use proptest::prelude::*;
use symbolon_crypto::{
	cover::{cover, Subtree},
	identity::TREE_HEIGHT,
	Serial,
};

/// In the order that `cover` asks for: by first serial, the larger first.
fn sorted(mut revoked: Vec<Subtree>) -> Vec<Subtree> {
	revoked.sort_by_key(|subtree| (subtree.first(), core::cmp::Reverse(subtree.level())));
	revoked
}

fn cover_of(revoked: Vec<Subtree>) -> Vec<Subtree> {
	cover(sorted(revoked)).collect()
}

fn contains(outer: &Subtree, inner: &Subtree) -> bool {
	outer.first() <= inner.first() && inner.end() <= outer.end()
}

/// From the root down: a subtree that meets nothing revoked is in the cover, one that lies inside
/// something revoked is not, any other is the business of its halves.
fn walk(node: Subtree, revoked: &[Subtree], found: &mut Vec<Subtree>) {
	let meeting: Vec<Subtree> = revoked
		.iter()
		.copied()
		.filter(|other| contains(other, &node) || contains(&node, other))
		.collect();
	if meeting.is_empty() {
		found.push(node);
	} else if !meeting.iter().any(|other| contains(other, &node)) {
		for half in [0, 1] {
			walk(subtree(node.level() - 1, 2 * node.index() + half), &meeting, found);
		}
	}
}

fn oracle(revoked: &[Subtree]) -> Vec<Subtree> {
	let mut found = vec![];
	walk(Subtree::ROOT, revoked, &mut found);
	found
}

/// Any subtree of a small corner (so that they nest, touch and repeat) or of the whole tree.
fn any_subtree() -> impl Strategy<Value = Subtree> {
	let corner = (0u8..6, 0u64..256).prop_map(|(level, at)| subtree(level, at >> level));
	let end =
		(0u8..4, 0u64..16).prop_map(|(level, at)| subtree(level, (Serial::END - 1 - at) >> level));
	let whole = (0u8..=TREE_HEIGHT, 0..Serial::END)
		.prop_map(|(level, at)| Subtree::above(serial(at), level.min(38)));
	prop_oneof![4 => corner, 1 => end, 3 => whole]
}

proptest! {
	#[test]
	fn the_cover_is_the_one_found_by_walking(
		revoked in prop::collection::vec(any_subtree(), 0..40),
		samples in prop::collection::vec(0..Serial::END, 50),
	) {
		let found = cover_of(revoked.clone());
		prop_assert_eq!(&found, &oracle(&revoked));
		// Serials everywhere, in the corner, and at every edge of what is revoked.
		let edges = revoked.iter().flat_map(|r| [
			r.first().saturating_sub(1), r.first(), r.end() - 1, r.end().min(Serial::END - 1),
		]);
		for number in samples.into_iter().chain(0..300).chain(edges) {
			let number = serial(number);
			let covering = found.iter().filter(|subtree| subtree.holds(number)).count();
			let is_revoked = revoked.iter().any(|subtree| subtree.holds(number));
			prop_assert_eq!(covering, usize::from(!is_revoked), "serial {}", number);
		}
	}

	#[test]
	fn the_cover_is_maximal_ascending_and_short(
		revoked in prop::collection::vec(any_subtree(), 1..40),
	) {
		let found = cover_of(revoked.clone());
		prop_assert!(found.windows(2).all(|pair| pair[0].end() <= pair[1].first()));
		for subtree in &found {
			let parent = Subtree::new(subtree.level() + 1, subtree.index() / 2).unwrap();
			prop_assert!(revoked.iter().any(|r| contains(&parent, r)), "{:?}", parent);
		}
		let r = revoked.len() as f64;
		prop_assert!(found.len() as f64 <= r * (40.0 - r.log2()) + 1e-6);
	}

	#[test]
	fn order_among_equals_and_repetition_do_not_matter(
		revoked in prop::collection::vec(any_subtree(), 0..30),
	) {
		let mut twice = revoked.clone();
		twice.extend(revoked.iter().copied());
		let mut smaller_first = twice.clone();
		smaller_first.sort_by_key(|subtree| (subtree.first(), subtree.level()));
		let expected = cover_of(revoked);
		prop_assert_eq!(&cover_of(twice), &expected);
		prop_assert_eq!(&cover(smaller_first).collect::<Vec<_>>(), &expected);
	}
}

#[test]
fn nothing_revoked_is_covered_by_the_root() {
	assert_eq!(cover_of(vec![]), [Subtree::ROOT]);
}

#[test]
fn everything_revoked_is_covered_by_nothing() {
	assert!(cover_of(vec![Subtree::ROOT]).is_empty());
	assert!(cover_of(vec![subtree(39, 0), subtree(39, 1)]).is_empty());
	assert!(cover_of(vec![Subtree::ROOT, subtree(0, 5), subtree(39, 1)]).is_empty());
}

#[test]
fn one_revoked_serial_leaves_one_subtree_of_each_height() {
	for number in [0, 1, 12_345, Serial::END - 1] {
		let found = cover_of(vec![Subtree::leaf(serial(number))]);
		let mut levels: Vec<u8> = found.iter().map(Subtree::level).collect();
		levels.sort();
		assert_eq!(levels, (0..TREE_HEIGHT).collect::<Vec<_>>());
	}
}

/// What a registrar with 2^14 serials can cost everybody: 2^13 single serials, and the rest of
/// the tree around its block.
#[test]
fn every_second_serial_of_a_block_costs_8218_permits() {
	let revoked = (0..1 << 13).map(|i| Subtree::leaf(serial(2 * i))).collect();
	let found = cover_of(revoked);
	assert_eq!(found.len(), 8_218);
	// Retiring the block instead is one entry.
	assert_eq!(cover_of(vec![subtree(14, 0)]).len(), 26);
}

#[test]
fn subtrees_have_bounds() {
	assert!(Subtree::new(40, 0).is_some() && Subtree::new(40, 1).is_none());
	assert!(Subtree::new(0, Serial::END - 1).is_some() && Subtree::new(0, Serial::END).is_none());
	for level in [41, 63, 64, 65, 128, 255] {
		assert!(Subtree::new(level, 0).is_none(), "level {level}");
		assert!(Subtree::decode_all(&mut &(level, 0u64).encode()[..]).is_err(), "level {level}");
		assert_eq!(Subtree::above(serial(9), level), Subtree::ROOT);
		assert_eq!(serial(9).ancestor(level), Subtree::ROOT);
	}
	for level in 0..=TREE_HEIGHT {
		let last = Serial::END - 1;
		let above = Subtree::above(serial(last), level);
		assert!(above.holds(serial(last)) && above.end() == Serial::END);
		assert_eq!(above.first(), Serial::END - (1 << level));
		assert_eq!(Subtree::new(level, Serial::END >> level), None);
		assert_eq!(Subtree::decode_all(&mut &above.encode()[..]), Ok(above));
	}
	assert_eq!(subtree(3, 5).encode(), [3, 5, 0, 0, 0, 0, 0, 0, 0]);
}
