//! Making anchors.

use crate::kit::{Kit, LIMITS, NOW};
use symbolon_primitives::storage;
use symbolon_sdk::{
	anchor::{export, load, save, AnchorFileError, ExportOptions, Genesis, SpecError},
	testing::{Lie, EPOCH},
	Anchor, ChainError,
};

async fn exported(kit: &Kit, spec: &str) -> Result<Anchor, AnchorFileError> {
	std::fs::write(kit.path("spec.json"), spec).unwrap();
	let options = ExportOptions { limits: LIMITS, ..ExportOptions::default() };
	export(&*kit.world, &kit.path("spec.json"), &kit.world.clock(), options).await
}

#[tokio::test]
async fn an_anchor_is_the_specifications_genesis_and_the_proved_key() {
	let kit = Kit::new();
	let made = exported(&kit, &kit.world.spec()).await.unwrap();
	assert_eq!(made, kit.world.anchor());
	save(&kit.path("anchor"), &made).unwrap();
	assert_eq!(load(&kit.path("anchor")).unwrap(), made);
	let again = save(&kit.path("anchor"), &made);
	assert!(matches!(again, Err(AnchorFileError::Exists { .. })));
}

#[tokio::test]
async fn a_specification_of_another_chain_is_refused() {
	let kit = Kit::new();
	let spec = kit.world.spec().replace("c0c0c0", "c1c0c0");
	let error = exported(&kit, &spec).await.unwrap_err();
	assert!(matches!(error, AnchorFileError::OtherGenesis { .. }), "{error}");
	kit.world.lie(&[Lie::OtherGenesis]);
	let error = exported(&kit, &kit.world.spec()).await.unwrap_err();
	assert!(matches!(error, AnchorFileError::OtherGenesis { .. }), "{error}");
}

#[tokio::test]
async fn lies_and_contradictions_make_no_anchor() {
	let kit = Kit::new();
	for lie in [Lie::Justification, Lie::Header, Lie::Storage, Lie::NoStorage, Lie::NoProof] {
		kit.world.lie(&[lie]);
		let error = exported(&kit, &kit.world.spec()).await.unwrap_err();
		assert!(matches!(error, AnchorFileError::Chain(_)), "{lie:?}: {error}");
	}
	kit.world.lie(&[]);
	kit.world.lie(&[Lie::Conflict]);
	let error = exported(&kit, &kit.world.spec()).await.unwrap_err();
	assert!(matches!(error, AnchorFileError::Chain(ChainError::Conflict)), "{error}");
	kit.world.lie(&[]);
	// The header still commits to the old key.
	let key = storage::dta::current_key();
	let master: symbolon_primitives::dta::MasterKey = kit.world.read(&key).unwrap();
	kit.world.put(key.clone(), &symbolon_primitives::dta::MasterKey { key_no: 2, ..master });
	let error = exported(&kit, &kit.world.spec()).await.unwrap_err();
	assert!(matches!(error, AnchorFileError::KeyId { .. }), "{error}");
	kit.world.remove(&key);
	let error = exported(&kit, &kit.world.spec()).await.unwrap_err();
	assert!(matches!(error, AnchorFileError::Chain(ChainError::NoKey)), "{error}");
}

#[tokio::test]
async fn a_stale_head_makes_no_anchor() {
	let kit = Kit::new();
	std::fs::write(kit.path("spec.json"), kit.world.spec()).unwrap();
	let late = symbolon_sdk::Clock::new(|| NOW + 2 * EPOCH);
	let options = ExportOptions { limits: LIMITS, ..ExportOptions::default() };
	let error = export(&*kit.world, &kit.path("spec.json"), &late, options).await.unwrap_err();
	assert!(matches!(error, AnchorFileError::Chain(ChainError::Clock(_))), "{error}");
	assert!(kit.world.proofs() > 1, "finality was given time to catch up");
}

#[test]
fn specifications_that_are_none_are_told_apart() {
	let refused = |text: &str| Genesis::from_spec(text.as_bytes()).unwrap_err();
	assert!(matches!(refused("not json"), SpecError::Json(_)));
	assert!(matches!(refused("{}"), SpecError::Json(_)));
	assert_eq!(refused(r#"{"genesis":{"runtimeGenesis":{}}}"#), SpecError::NotRaw);
	assert_eq!(refused(r#"{"genesis":{"raw":{"top":{}}}}"#), SpecError::NoAuthorities);
	assert!(matches!(refused(r#"{"genesis":{"raw":{"top":{"0xzz":"0x"}}}}"#), SpecError::Hex(_)));
	let children = r#"{"genesis":{"raw":{"top":{},"childrenDefault":{"0x00":{}}}}}"#;
	assert_eq!(refused(children), SpecError::Children);
}

#[test]
fn files_that_are_no_anchors_are_refused() {
	let kit = Kit::new();
	let error = load(&kit.path("none")).unwrap_err();
	assert!(matches!(error, AnchorFileError::File { .. }), "{error}");
	let good = kit.world.anchor().to_bytes();
	for bad in [&good[1..], &good[..good.len() - 1], b"", b"junk"] {
		std::fs::write(kit.path("bad"), bad).unwrap();
		assert!(matches!(load(&kit.path("bad")), Err(AnchorFileError::Format { .. })));
	}
}
