//! The fuzz target of the door `event_record`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::event_record(bytes));
