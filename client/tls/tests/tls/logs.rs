//! What is logged on this thread.

use std::{
	collections::BTreeMap,
	fmt,
	sync::{Arc, Mutex},
};
use tracing::{
	field::{Field, Visit},
	span, subscriber, Event, Metadata, Subscriber,
};

type Lines = Arc<Mutex<Vec<BTreeMap<String, String>>>>;

/// The log of this thread for as long as it lives.
pub struct Logs {
	lines: Lines,
	_guard: subscriber::DefaultGuard,
}

struct Keep(Lines);

struct Fields(BTreeMap<String, String>);

impl Visit for Fields {
	fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
		self.0.insert(field.name().into(), format!("{value:?}"));
	}

	fn record_str(&mut self, field: &Field, value: &str) {
		self.0.insert(field.name().into(), value.into());
	}
}

impl Subscriber for Keep {
	fn enabled(&self, metadata: &Metadata<'_>) -> bool {
		metadata.target().starts_with("symbolon_tls")
	}

	fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
		span::Id::from_u64(1)
	}

	fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

	fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

	fn event(&self, event: &Event<'_>) {
		let mut fields = Fields(BTreeMap::new());
		event.record(&mut fields);
		fields.0.insert("level".into(), event.metadata().level().to_string());
		self.0.lock().unwrap().push(fields.0);
	}

	fn enter(&self, _: &span::Id) {}

	fn exit(&self, _: &span::Id) {}
}

impl Logs {
	pub fn keep() -> Self {
		let lines = Lines::default();
		let _guard = subscriber::set_default(Keep(lines.clone()));
		Self { lines, _guard }
	}

	/// The reasons of the warnings since the last call.
	pub fn warnings(&self) -> Vec<String> {
		let lines = std::mem::take(&mut *self.lines.lock().unwrap());
		let warning = |line: &BTreeMap<String, String>| line["level"] == "WARN";
		lines.into_iter().filter(warning).map(|line| line["reason"].clone()).collect()
	}

	/// The fields of the last line.
	pub fn last(&self) -> BTreeMap<String, String> {
		self.lines.lock().unwrap().last().cloned().unwrap()
	}
}
