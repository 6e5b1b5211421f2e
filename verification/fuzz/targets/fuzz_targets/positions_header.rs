//! The fuzz target of the door `positions_header`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::positions_header(bytes));
