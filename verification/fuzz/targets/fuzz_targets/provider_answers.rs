//! The fuzz target of the door `provider_answers`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::provider_answers(bytes));
