//! The fuzz target of the door `inventory_history`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::inventory_history(bytes));
