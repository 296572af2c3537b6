//! Every kind of syntax error has a page whose wrong example has just that error, and whose right example has none.

use crate::diag::{Diagnostics, FileId, pages};
use crate::syntax::problem::ALL;
use crate::syntax::{parse_expr, parse_file, parse_json_file};

/// The example under a heading of a page.
fn example<'a>(page: &'a str, heading: &str) -> Option<&'a str> {
    let after = page.split_once(&format!("## {heading}\n\n```"))?.1;
    after.split_once('\n')?.1.split_once("```").map(|(example, _)| example)
}

fn problems(code: u16, text: &str) -> Diagnostics {
    match code {
        180.. => parse_json_file(text, FileId(0)).1,
        122 => parse_expr(text, FileId(0), 0).1,
        _ => parse_file(text, FileId(0)).1,
    }
}

#[test]
fn every_problem_has_a_page() {
    for problem in ALL {
        let code = format!("E{:04}", problem.code);
        assert!(pages().iter().any(|(page, _)| *page == code), "{code}: {}", problem.title);
    }
}

#[test]
fn examples_show_what_they_explain() {
    // Found only when a body is read with a schema, or shown by a text too large for a page.
    let elsewhere = [104, 181, 182, 183];
    for (code, page) in pages() {
        let number: u16 = code[1..].parse().expect("codes are numbers");
        if !(100..200).contains(&number) {
            continue;
        }
        if let Some(right) = example(page, "Right") {
            let found = problems(number, right);
            assert!(found.is_empty(), "{code}: {found:?}");
        }
        if let Some(wrong) = example(page, "Wrong").filter(|_| !elsewhere.contains(&number)) {
            let found = problems(number, wrong.trim_end());
            assert!(found.iter().any(|problem| problem.code.0 == number), "{code}: {found:?}");
        }
    }
}
