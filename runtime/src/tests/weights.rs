//! The heaviest calls, and what a block must do of itself, against the block's limits.
//!
//! `cargo test --release -p symbolon-runtime weights -- --nocapture` prints them.

use super::{chain, Runtime, RuntimeBlockWeights, System};
use frame_support::{dispatch::DispatchClass, weights::Weight};
use pallet_dta::weights::WeightInfo as _;
use pallet_epochs::weights::WeightInfo as _;
use pallet_issuance::weights::WeightInfo as _;
use pallet_registry::weights::WeightInfo as _;
use sp_genesis_builder::DEV_RUNTIME_PRESET;
use symbolon_crypto::sharing::threshold;
use symbolon_primitives::limits::{
	MAX_MEMBERS, MAX_PARTIALS_PER_CALL, MAX_REGISTER_BATCH, PERMITS_PER_CHUNK,
};

type Dta = pallet_dta::weights::CurveWeights;
type Epochs = pallet_epochs::weights::CurveWeights;
type Issuance = pallet_issuance::weights::SubstrateWeight<Runtime>;
type Registry = pallet_registry::weights::SubstrateWeight<Runtime>;

const MOST_COMMITMENTS: u32 = threshold(MAX_MEMBERS as u16) as u32;
const MOST_COMPLAINTS: u32 = MAX_MEMBERS - MOST_COMMITMENTS + 1;

/// The committee's calls at their largest, with what admitting them costs.
fn of_the_committee() -> [(&'static str, Weight); 8] {
	let ceremony = |weight: Weight| weight + Dta::authorize();
	let epochs = |weight: Weight| weight + Epochs::authorize();
	let answers = MAX_PARTIALS_PER_CALL;
	[
		("dta.register", ceremony(Dta::register())),
		("dta.deal", ceremony(Dta::deal(MOST_COMMITMENTS))),
		("dta.judge", ceremony(Dta::judge(MOST_COMPLAINTS))),
		("dta.confirm", ceremony(Dta::confirm())),
		("epochs.submit_permit_shares", epochs(Epochs::submit_permit_shares())),
		("epochs.publish_permits", epochs(Epochs::publish_permits(PERMITS_PER_CHUNK))),
		(
			"issuance.submit_partials",
			Issuance::submit_partials(answers) + Issuance::authorize_submit_partials(answers),
		),
		(
			"issuance.report_partial",
			Issuance::report_partial() + Issuance::authorize_report_partial(),
		),
	]
}

/// Signed calls at their largest, with the gate's look at them.
fn of_registrars() -> [(&'static str, Weight); 3] {
	let batch = MAX_REGISTER_BATCH;
	[
		("registry.register_many", Registry::register(batch) + Registry::admits(batch)),
		("registry.revoke", Registry::revoke() + Registry::admits(1)),
		("issuance.request_again", Issuance::request_again() + Issuance::admits()),
	]
}

fn check(name: &str, weight: Weight, limit: Weight) {
	println!("{name:<30} {:>9} µs of {} µs", micros(weight), micros(limit));
	assert!(weight.all_lte(limit), "{name} takes {weight:?}, at most {limit:?} are left");
}

fn micros(weight: Weight) -> u64 {
	weight.ref_time() / 1_000_000
}

/// With room for what every block does first, at its own limit of one transaction.
#[test]
fn the_heaviest_call_fits_an_empty_block() {
	chain(DEV_RUNTIME_PRESET).execute_with(|| {
		let limits = RuntimeBlockWeights::get();
		let begun = System::block_weight().total();
		println!("{:<30} {:>9} µs", "a block before its calls", micros(begun));
		for (class, calls) in [
			(DispatchClass::Operational, &of_the_committee()[..]),
			(DispatchClass::Normal, &of_registrars()[..]),
		] {
			let of_class = limits.get(class);
			let left = limits.max_block.saturating_sub(begun);
			let limit = of_class.max_extrinsic.unwrap().min(left);
			for (name, weight) in calls {
				check(name, *weight, limit - of_class.base_extrinsic);
			}
		}
	});
}

/// The block that ends judging still has room for other work of the committee.
#[test]
fn ending_a_phase_leaves_room_for_a_call() {
	let limits = RuntimeBlockWeights::get();
	let own = Dta::end_phase(MAX_MEMBERS) + Epochs::tick() + limits.base_block;
	check("the end of judging", own, limits.max_block);
	check("and a chunk of permits", own + of_the_committee()[5].1, limits.max_block);
}
