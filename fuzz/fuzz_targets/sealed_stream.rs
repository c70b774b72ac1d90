//! Sealed messages: preamble, chunks and the signature inside, by strangers and by senders that hold
//! the message key.

#![no_main]

use libfuzzer_sys::fuzz_target;
use symbolon_fuzz::stream::run;

fuzz_target!(|data: &[u8]| run(data));
