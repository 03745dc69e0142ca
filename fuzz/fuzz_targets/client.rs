//! `cargo fuzz run client`.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|bytes: &[u8]| parlor_fuzz::client(bytes));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    parlor_fuzz::mutate::json(data, (size, max_size), seed)
        .unwrap_or_else(|| fuzzer_mutate(data, size, max_size))
});
