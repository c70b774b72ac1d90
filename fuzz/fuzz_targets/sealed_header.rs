//! Headers of sealed messages: `SealedHeader::from_bytes`, then `OpeningKey::open`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use symbolon_fuzz::recipient::Recipient;

fuzz_target!(|data: &[u8]| Recipient::fixed().check(data));
