//! The fuzz target of the door `ndjson_orders`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::ndjson_orders(bytes));
