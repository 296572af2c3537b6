//! The parser on arbitrary bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/fuzz/properties.rs"]
#[expect(dead_code, reason = "each target runs one of them")]
mod properties;

fuzz_target!(|bytes: &[u8]| properties::parser(bytes));
