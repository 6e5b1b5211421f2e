//! The fuzz target of the door `cli_arguments`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::cli_arguments(bytes));
