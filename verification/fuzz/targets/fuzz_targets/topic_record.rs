//! The fuzz target of the door `topic_record`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::topic_record(bytes));
