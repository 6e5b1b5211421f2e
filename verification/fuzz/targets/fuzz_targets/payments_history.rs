//! The fuzz target of the door `payments_history`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::payments_history(bytes));
