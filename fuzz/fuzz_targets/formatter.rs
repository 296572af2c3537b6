//! The formatter on arbitrary texts: formatting twice changes nothing, and the result is still right.
//!
//! `cargo fuzz run formatter -- -max_total_time=60`

#![no_main]

use libfuzzer_sys::fuzz_target;
use terrace::diag::FileId;
use terrace::syntax;

fuzz_target!(|text: &str| {
    if let Ok(once) = syntax::format(text, FileId(0)) {
        assert_eq!(syntax::format(&once, FileId(0)).as_deref(), Ok(once.as_str()));
    }
});
