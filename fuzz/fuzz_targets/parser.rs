//! The parser on arbitrary bytes: no panic, no hang, and every place within the text.
//!
//! `cargo fuzz run parser -- -max_total_time=60`

#![no_main]

use libfuzzer_sys::fuzz_target;
use terrace::diag::FileId;
use terrace::syntax;

fuzz_target!(|bytes: &[u8]| {
    let (_, problems) = syntax::parse_bytes(bytes, FileId(0));
    let Ok(text) = std::str::from_utf8(bytes) else {
        assert!(problems.has_errors());
        return;
    };
    let (_, in_expression) = syntax::parse_expr(text, FileId(0), 0);
    let (_, in_template) = syntax::parse_template(text, FileId(0), 0);
    for problem in problems.iter().chain(&in_expression).chain(&in_template) {
        let span = problem.subject.expect("syntax errors have a place");
        assert!(text.get(span.start as usize..span.end as usize).is_some());
    }
});
