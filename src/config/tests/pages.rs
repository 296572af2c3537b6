//! The examples on the pages of this layer's codes: each shows the problem that its page is about.

use super::read;
use crate::diag::pages;

/// The first block of HCL on a page.
fn example(page: &str) -> Option<&str> {
    let (_, rest) = page.split_once("```hcl\n")?;
    Some(rest.split_once("```")?.0)
}

#[test]
fn examples_show_what_their_pages_are_about() {
    let mut shown = String::new();
    for (code, page) in pages() {
        let Some(example) = example(page).filter(|_| code.starts_with("E02")) else { continue };
        let read = read(&[("main.tf", example)]);
        let codes: Vec<String> = read.problems.iter().map(|p| p.code.to_string()).collect();
        assert!(codes.iter().any(|found| found == code), "{code} is not among {codes:?}");
        shown += &read.rendered();
        shown.push('\n');
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn every_code_has_a_page() {
    let source = include_str!("../codes.rs");
    let decode = [
        include_str!("../../eval/decode/body.rs"),
        include_str!("../../eval/decode/nested.rs"),
        include_str!("../../eval/decode/dynamic.rs"),
        include_str!("../../eval/decode/ephemeral.rs"),
    ];
    let declared = source.lines().filter_map(|line| line.split_once(": u16 = ").map(|(_, n)| n));
    let used = decode.iter().flat_map(|text| text.split("error(\n").chain(text.split("error(")));
    let numbers = declared.chain(used).filter_map(|text| {
        let digits: String = text.trim_start().chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u16>().ok()
    });
    for number in numbers {
        let code = format!("E{number:04}");
        assert!(pages().iter().any(|(known, _)| *known == code), "{code} has no page");
    }
}
