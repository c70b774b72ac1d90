//! `symbolon-bench wasm`: every call of the guest, in wasm next to natively.

use crate::{
	cases::{self, Case},
	engine::Guest,
	measure::{timed, Times},
};
use serde_json::json;
use std::error::Error;
use symbolon_bench_calls::{Call, CALLS};

struct Row {
	label: String,
	call: &'static str,
	wasm: Times,
	native: Times,
}

impl Row {
	fn ratio(&self) -> f64 {
		self.wasm.median() / self.native.median()
	}
}

/// Measures and prints.
pub fn run(module: &str, runs: usize, json: bool) -> Result<(), Box<dyn Error>> {
	let mut guest = Guest::load(module)?;
	let rows = cases::all()?
		.into_iter()
		.map(|case| measure(&mut guest, case, runs))
		.collect::<Result<Vec<_>, _>>()?;
	if json {
		let rows: Vec<_> = rows
			.iter()
			.map(|row| {
				json!({
					"name": row.label,
					"call": row.call,
					"wasm_median_us": row.wasm.median(),
					"wasm_worst_us": row.wasm.worst(),
					"native_median_us": row.native.median(),
					"native_worst_us": row.native.worst(),
					"ratio": row.ratio(),
				})
			})
			.collect();
		println!("{}", json!({ "unit": "µs of CPU time", "runs": runs, "rows": rows }));
		return Ok(());
	}
	println!("µs of CPU time, {runs} runs of at least 50 ms; wasmtime as the node's executor configures it");
	println!(
		"{:<30} {:>12} {:>12} {:>12} {:>12} {:>6}",
		"", "wasm median", "wasm worst", "nat. median", "nat. worst", "ratio"
	);
	for row in &rows {
		println!(
			"{:<30} {:>12.0} {:>12.0} {:>12.0} {:>12.0} {:>6.2}",
			row.label,
			row.wasm.median(),
			row.wasm.worst(),
			row.native.median(),
			row.native.worst(),
			row.ratio()
		);
	}
	Ok(())
}

/// Least time of one measurement in wasm, in microseconds. What is shorter is repeated and divided:
/// a block is made of many short things, and an interrupt in one of them is no property of it.
const LEAST: f64 = 50_000.0;
/// Most repetitions within one measurement.
const MOST: usize = 64;

/// Runs the case in wasm and natively by turns, so that a change of the machine's speed meets both.
fn measure(guest: &mut Guest, case: Case, runs: usize) -> Result<Row, Box<dyn Error>> {
	let Case { label, call, input } = case;
	let native = native_call(call)?;
	let function = guest.function(call)?;
	let mut row = Row { label, call, wasm: Times::new(), native: Times::new() };
	let mut in_wasm = || {
		let written = guest.write(&input)?;
		guest.call(&function, written)
	};
	// The first two warm caches; the second tells how often to repeat.
	let (_, (held, once)) = (in_wasm()?, timed(&mut in_wasm));
	if !held? || native(&input) != Some(true) {
		return Err(format!("{}: a check did not hold", row.label).into());
	}
	let times = ((LEAST / once).ceil() as usize).clamp(1, MOST);
	for _ in 0..runs {
		let (held, time) = timed(|| (0..times).try_for_each(|_| in_wasm().map(drop)));
		held?;
		row.wasm.add(time / times as f64);
		let ((), time) = timed(|| {
			(0..times).for_each(|_| {
				std::hint::black_box(native(&input));
			});
		});
		row.native.add(time / times as f64);
	}
	Ok(row)
}

fn native_call(name: &str) -> Result<Call, String> {
	CALLS
		.iter()
		.find(|(known, _)| *known == name)
		.map(|(_, call)| *call)
		.ok_or_else(|| format!("the guest has no call {name}"))
}
