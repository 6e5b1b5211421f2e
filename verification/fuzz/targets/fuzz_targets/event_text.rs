//! The fuzz target of the door `event_text`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::event_text(bytes));
