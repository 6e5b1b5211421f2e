//! The fuzz target of the door `parked_record`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::parked_record(bytes));
