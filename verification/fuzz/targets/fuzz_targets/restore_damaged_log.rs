//! The fuzz target of the door `restore_damaged_log`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::restore_damaged_log(bytes));
