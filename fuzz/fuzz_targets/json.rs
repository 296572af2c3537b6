//! The JSON reader on arbitrary texts: no panic, and every place within the text.
//!
//! `cargo fuzz run json -- -max_total_time=60`

#![no_main]

use libfuzzer_sys::fuzz_target;
use terrace::diag::FileId;
use terrace::syntax;

fuzz_target!(|text: &str| {
    let (_, problems) = syntax::parse_json_file(text, FileId(0));
    for problem in &problems {
        let span = problem.subject.expect("syntax errors have a place");
        assert!(text.get(span.start as usize..span.end as usize).is_some());
    }
});
