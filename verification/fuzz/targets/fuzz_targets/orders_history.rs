//! The fuzz target of the door `orders_history`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::orders_history(bytes));
