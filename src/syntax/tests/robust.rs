//! Whatever is read: no panic, every span within the text, formatting twice changes nothing.

use proptest::prelude::*;

use crate::diag::{Diagnostics, FileId};
use crate::syntax::ast::{Body, JsonKind, JsonNode};
use crate::syntax::{
    decode, format, parse_bytes, parse_expr, parse_file, parse_json, parse_json_file,
    parse_template,
};

/// A file with something of everything.
const SAMPLE: &str = r#"# comment
resource "aws_instance" "web" { // more
  count = var.n > 0 ? 2 : 0
  tags = {
    Name = "web-${count.index}", "k" : [1, 2.5e3,]
    (var.key) = { for k, v in var.m : k => v... if v != null }
  }
  user_data = <<-EOT
    %{ for ip in var.ips ~}
    server ${ip}
    %{ endfor ~}
  EOT
  list = [for x in local.l : upper(x)] /* why */
  a = aws_vpc.main[*].id
  b = aws_vpc.main.*.id.0
  c = provider::aws::arn_parse(var.arn...)
  lifecycle { prevent_destroy = true }
}
"#;

/// Pieces that texts are put together from.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "${",
    "%{",
    "~}",
    "<<E\n",
    "<<-E\n",
    "E\n",
    "=",
    "==",
    "=>",
    ",",
    ".",
    "...",
    "*",
    "?",
    ":",
    "::",
    "-",
    "!",
    "&&",
    "|",
    "#",
    "//",
    "/*",
    "*/",
    "\n",
    "\r\n",
    "\r",
    " ",
    "\\",
    "$",
    "%",
    "$${",
    "a",
    "for ",
    " in ",
    "if ",
    "else",
    "endif",
    "endfor",
    "x = ",
    "1",
    "1.5",
    "0.1",
    "é",
    "\u{301}",
    "\u{feff}",
    "'",
    ";",
    "\u{200b}",
    "block \"l\" {\n",
];

fn check_spans(text: &str, problems: &Diagnostics) {
    for problem in problems {
        let span = problem.subject.expect("syntax errors have a place");
        let range = span.start as usize..span.end as usize;
        assert!(text.get(range).is_some(), "{problem:?} in {text:?}");
    }
}

fn check_body(text: &str, body: &Body) {
    for attribute in &body.attributes {
        let range = attribute.span.start as usize..attribute.span.end as usize;
        assert!(text.get(range).is_some(), "{attribute:?} in {text:?}");
    }
    for block in &body.blocks {
        check_body(text, &block.body);
    }
}

fn check(text: &str) {
    let (body, problems) = parse_file(text, FileId(0));
    check_spans(text, &problems);
    check_body(text, &body);
    match format(text, FileId(0)) {
        Ok(once) => {
            assert!(!problems.has_errors());
            let twice = format(&once, FileId(0));
            assert_eq!(twice.as_ref(), Ok(&once), "formatting {text:?} twice");
        }
        Err(problems) => assert!(problems.has_errors()),
    }
    check_spans(text, &parse_expr(text, FileId(0), 0).1);
    check_spans(text, &parse_template(text, FileId(0), 0).1);
    check_spans(text, &parse_json_file(text, FileId(0)).1);
}

/// Whether a value holds what serde's has, as far as both can tell.
fn same(ours: &JsonNode, theirs: &serde_json::Value) -> bool {
    use serde_json::Value as Json;
    match (&ours.kind, theirs) {
        (JsonKind::Null, Json::Null) => true,
        (JsonKind::Bool(a), Json::Bool(b)) => a == b,
        (JsonKind::Number(a), Json::Number(b)) => b.as_f64().is_some_and(|b| {
            let a = a.to_f64();
            (a - b).abs() <= b.abs() * 1e-12
        }),
        (JsonKind::String(a), Json::String(b)) => a == b,
        (JsonKind::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (JsonKind::Object(a), Json::Object(b)) => a.iter().all(|(name, value)| {
            let last = a.iter().rfind(|(other, _)| other.name == name.name).map(|last| &last.1);
            last != Some(value) || b.get(name.name.as_str()).is_some_and(|b| same(value, b))
        }),
        _ => false,
    }
}

fn json_texts() -> impl Strategy<Value = String> {
    let pieces = [
        "{", "}", "[", "]", ",", ":", "\"a\"", "\"", "1", "-1.5e3", "01", "true", "null", "nul",
        " ", "\n", "\\n", "\\u00e9", "é", "{\"a\":", "[1,",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..12).prop_map(|all| all.concat())
}

proptest! {
    #[test]
    fn arbitrary_texts(text in "\\PC*") {
        check(&text);
    }

    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let (_, problems) = parse_bytes(&bytes, FileId(0));
        prop_assert!(decode(&bytes, FileId(0)).is_ok() || problems.has_errors());
    }

    #[test]
    fn texts_of_tokens(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
        check(&pieces.concat());
    }

    #[test]
    fn damaged_files(
        at in 0..SAMPLE.len(),
        gone in 0..12_usize,
        piece in prop::sample::select(PIECES.to_vec()),
    ) {
        prop_assume!(SAMPLE.is_char_boundary(at));
        let end = (at + gone).min(SAMPLE.len());
        check(&format!("{}{piece}{}", &SAMPLE[..at], &SAMPLE[end..]));
    }

    #[test]
    fn json_as_serde_reads_it(text in json_texts()) {
        let (ours, problems) = parse_json(&text, FileId(0));
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        prop_assert_eq!(problems.is_empty(), theirs.is_ok(), "{:?} {:?}", problems, theirs);
        if let (Some(ours), Ok(theirs)) = (ours.filter(|_| problems.is_empty()), theirs) {
            prop_assert!(same(&ours, &theirs), "{:?} {:?}", ours, theirs);
        }
    }
}

#[test]
fn the_sample_is_right() {
    let (_, problems) = parse_file(SAMPLE, FileId(0));
    assert!(problems.is_empty(), "{problems:?}");
    check(SAMPLE);
}
