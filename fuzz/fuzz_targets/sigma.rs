//! SIGMA: the three messages of a handshake and the messages of a session, made up, changed, or by
//! peers that hold the right secrets. Nothing is accepted but what was recorded.

#![no_main]

use libfuzzer_sys::fuzz_target;
use symbolon_fuzz::handshake::run;

fuzz_target!(|data: &[u8]| run(data));
