//! Certificates from strangers: `symbolon_tls::credential::parse`.
//!
//! An input is taken for a certificate, and for the extension's value in a certificate that is right
//! otherwise. What is parsed must be the one encoding of what was found.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;
use symbolon_fuzz::certificate::{check, Parts};

fuzz_target!(|data: &[u8]| {
	static AROUND: OnceLock<Parts> = OnceLock::new();
	check(data);
	let mut parts = AROUND.get_or_init(|| Parts::known("client")).clone();
	// Longer values are over the bound on certificates, which the first call looks at.
	if data.len() <= 1 << 10 {
		parts.value = data.to_vec();
		check(&parts.to_der());
	}
});
