//! The fuzz target of the door `evidence_lines`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::evidence_lines(bytes));
