//! Hostile texts: a clear error, bounded depth, no panic.

use crate::diag::FileId;
use crate::syntax::ast::{Body, ExprKind};
use crate::syntax::{MAX_DEPTH, MAX_SIZE, format, parse_bytes, parse_file};

fn parse(text: &str) -> (Body, Vec<String>) {
    let (body, problems) = parse_file(text, FileId(0));
    let _ = format(text, FileId(0));
    (body, problems.iter().map(|problem| problem.summary.clone()).collect())
}

/// Runs on a stack of the size that a program's first thread has: unoptimized frames are several times as large as
/// those of a release.
fn on_a_full_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(test);
    thread.expect("a thread can be started").join().expect("the test passes");
}

#[test]
fn nesting_is_bounded() {
    on_a_full_stack(check_nesting_is_bounded);
}

fn check_nesting_is_bounded() {
    let many = 10_000;
    let repeated = |open: &str, middle: &str, close: &str| {
        format!("a = {}{middle}{}\n", open.repeat(many), close.repeat(many))
    };
    let texts = [
        repeated("[", "", "]"),
        repeated("[", "", ""),
        repeated("(", "1", ")"),
        repeated("{a = ", "1", "}"),
        repeated("{", "", ""),
        repeated("f(", "1", ")"),
        repeated("-", "1", ""),
        repeated("!", "1", ""),
        repeated("x ? y : ", "1", ""),
        repeated("x ? ", "1", ": y"),
        repeated("x", "", ".y"),
        repeated("x", "", "[0]"),
        repeated("x", "", "[*]"),
        repeated("x[", "0", "]"),
        repeated("[for x in ", "y", " : x]"),
        repeated("{for x in ", "y", " : x => x}"),
        repeated("\"${", "1", "}\""),
        format!("a = \"{}{}\"\n", "%{ if x }".repeat(many), "%{ endif }".repeat(many)),
        "a {\n".repeat(many),
        format!("{}{}", "a {\n".repeat(many), "}\n".repeat(many)),
    ];
    for text in texts {
        let (_, problems) = parse(&text);
        assert_eq!(problems, ["Nesting too deep"], "in {}", &text[..20]);
    }
}

#[test]
fn operators_in_a_row_do_not_nest() {
    on_a_full_stack(check_operators_in_a_row);
}

fn check_operators_in_a_row() {
    let many = 50_000;
    for op in ["+", "&&", "==", "<", "*"] {
        let (body, problems) = parse(&format!("a = 1{}\n", format!(" {op} 1").repeat(many)));
        assert!(problems.is_empty(), "{op}: {problems:?}");
        let ExprKind::Binary { rest, .. } = &body.attributes[0].expr.kind else {
            panic!("{op}: no operation")
        };
        assert_eq!(rest.len(), many);
    }
    let (_, problems) = parse(&format!("a = {}1\n", "1 + (".repeat(many)));
    assert_eq!(problems, ["Nesting too deep"]);
}

#[test]
fn nesting_up_to_the_bound_is_accepted() {
    on_a_full_stack(check_nesting_up_to_the_bound);
}

fn check_nesting_up_to_the_bound() {
    let many = MAX_DEPTH as usize - 2;
    for (open, close) in [("[", "]"), ("(1 + ", ")"), ("f(", ")"), ("{ a = ", "}"), ("\"${", "}\"")]
    {
        let text = format!("a = {}1{}\n", open.repeat(many / 2), close.repeat(many / 2));
        let (body, problems) = parse(&text);
        assert!(problems.is_empty(), "{problems:?} in {}", &text[..20]);
        assert_eq!(body.attributes.len(), 1);
        // Whoever walks the tree can do so.
        assert_eq!(body.clone(), body);
        assert!(!format!("{body:?}").is_empty());
    }
}

#[test]
fn sizes_are_bounded() {
    let (body, problems) = parse(&" ".repeat(MAX_SIZE + 1));
    assert_eq!((body, problems), (Body::default(), vec!["File too large".to_owned()]));
    let (_, problems) = parse(&"@".repeat(100_000));
    assert_eq!(problems.len(), 1000);
    let (_, problems) = parse(&format!("a = {}", "1".repeat(100_000)));
    assert_eq!(problems, ["Invalid number literal"]);
}

#[test]
fn other_encodings_are_refused_with_the_place() {
    let (_, problems) = parse_bytes(b"a = 1\nb = \"\xff\"\n", FileId(0));
    let problem = problems.iter().next().expect("one problem");
    assert_eq!(problem.summary, "Invalid character encoding");
    assert_eq!(problem.subject.map(|span| (span.start, span.end)), Some((11, 12)));
}

#[test]
fn what_is_around_an_error_is_kept() {
    let text =
        "a = 1\nb = [1, =, 3]\nx \"y\" {\n  c = {\n    d = 1\n    e =\n    f = 2\n  }\n}\ng = 2\n";
    let (body, problems) = parse(text);
    assert_eq!(problems, ["Invalid expression", "Invalid expression"]);
    let names = body.attributes.iter().map(|attribute| attribute.name.name.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["a", "b", "g"]);
    assert_eq!(body.blocks[0].body.attributes[0].name.name, "c");
}
