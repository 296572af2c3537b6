//! The JSON form: what is read, what is wrong, and how properties become arguments and blocks.

use crate::diag::{FileId, SourceMap};
use crate::syntax::ast::{Body, BodySchema, Expr, ExprKind, TemplatePart};
use crate::syntax::{parse_json, parse_json_file};

fn problems(text: &str) -> String {
    let mut map = SourceMap::default();
    let file = map.add("main.tf.json", text);
    let (_, problems) = parse_json_file(text, file);
    let texts = problems.iter().map(|problem| {
        let start = problem.subject.expect("syntax errors have a place").start;
        let place = map.file(file).expect("added").locate(start);
        format!("{}:{} {}", place.line, place.column, problem.summary)
    });
    texts.collect::<Vec<_>>().join(" | ")
}

#[test]
fn one_mistake_gives_one_message() {
    let table = [
        ("", "1:1 Missing value"),
        ("5", "1:1 Root value must be object"),
        ("{\"a\": \n", "2:1 Missing value"),
        ("{\"a\": tru}", "1:7 Invalid JSON keyword"),
        ("{\"a\": 1,}", "1:8 Trailing comma in object"),
        ("{\"a\": [1,]}", "1:9 Trailing comma in array"),
        ("{\"a\": [1 2]}", "1:10 Missing attribute seperator comma"),
        ("{\"a\" 1}", "1:6 Missing property value colon"),
        ("{a: 1}", "1:2 Invalid object property name"),
        ("{\"a\": 01}", "1:7 Invalid JSON number"),
        ("{\"a\": 1.}", "1:7 Invalid JSON number"),
        ("{\"a\": \"\\q\"}", "1:8 Invalid JSON string"),
        ("{\"a\": \"x\n\"}", "1:7 Invalid JSON string"),
        ("{\"a\": \"x\\\"}", "1:7 Invalid JSON string"),
        ("{\"a\": 'x'}", "1:7 Invalid start of value"),
        ("{\"a\": 1} x", "1:10 Extraneous data after value"),
        ("{\"a\": [1}}", "1:9 Mismatched brackets"),
        ("{\"a\": {\"b\": 1]}", "1:14 Mismatched braces"),
        ("{\"a\": [1", "1:7 Unclosed object"),
        (
            "{\"a\": , \"b\": x, \"c\": }",
            "1:7 Invalid start of value | 1:14 Invalid JSON keyword | 1:22 Missing JSON value",
        ),
        ("[5, {}]", "1:2 Incorrect JSON value type"),
        ("\u{feff}{}", ""),
    ];
    for (text, expected) in table {
        assert_eq!(problems(text), expected, "in {text:?}");
    }
    let deep = "[".repeat(100_000);
    let (_, problems) = parse_json(&deep, FileId(0));
    assert_eq!(problems.len(), 1, "{problems:?}");
}

/// An expanded body, told as `name` and `name = value` and `block label {}`.
fn told(text: &str, schema: &BodySchema) -> (String, Body) {
    let (body, problems) = parse_json_file(text, FileId(0));
    assert!(problems.is_empty(), "{problems:?} in {text}");
    let (body, problems) = body.expand_json(schema);
    let attributes = body.attributes.iter().map(|attribute| attribute.name.name.to_string());
    let blocks = body.blocks.iter().map(|block| {
        let labels = block.labels.iter().map(|label| format!(" {}", label.text));
        format!("{}{} {{}}", block.ident.name, labels.collect::<String>())
    });
    let problems = problems.iter().map(|problem| problem.summary.clone());
    let parts: Vec<String> = attributes.chain(blocks).chain(problems).collect();
    (parts.join(", "), body)
}

#[test]
fn properties_are_arguments_or_blocks() {
    let schema = BodySchema {
        attributes: vec!["value".into(), "description".into()],
        constants: vec!["description".into()],
        blocks: vec![("locals".into(), 0), ("output".into(), 1), ("resource".into(), 2)],
    };
    let table = [
        ("{\"value\": 1, \"//\": 2, \"other\": 3}", "value"),
        ("{\"value\": 1, \"value\": 2}", "value, Duplicate argument"),
        ("{\"locals\": {}}", "locals {}"),
        ("{\"locals\": [{}, {}]}", "locals {}, locals {}"),
        ("[{\"locals\": {}}, {\"value\": 1}]", "value, locals {}"),
        ("{\"locals\": null}", ""),
        ("{\"locals\": 5}", "Incorrect JSON value type"),
        ("{\"output\": {\"a\": {}, \"b\": [{}, {}]}}", "output a {}, output b {}, output b {}"),
        ("{\"output\": [{\"a\": {}}, {\"b\": {}}]}", "output a {}, output b {}"),
        ("{\"output\": {\"a\": null}}", ""),
        ("{\"output\": {}}", "Missing block label"),
        ("{\"output\": 1}", "Incorrect JSON value type"),
        ("{\"resource\": {\"x\": {\"y\": {}, \"z\": {}}}}", "resource x y {}, resource x z {}"),
        ("{\"value\": \"${1 +}\"}", "value, Invalid expression"),
        ("{\"description\": \"${1 +}\"}", "description"),
    ];
    for (text, expected) in table {
        assert_eq!(told(text, &schema).0, expected, "of {text}");
    }
}

#[test]
fn strings_are_templates_with_places() {
    let schema = BodySchema { attributes: vec!["value".into()], ..BodySchema::default() };
    let text = "{\"value\": [\"a${b}\", \"c\\n\", \"\"]}";
    let (_, body) = told(text, &schema);
    let ExprKind::Tuple(items) = &body.attributes[0].expr.kind else { panic!("{body:?}") };
    let parts = |item: &Expr| match &item.kind {
        ExprKind::Template(template) => template.parts.clone(),
        other => panic!("{other:?}"),
    };
    let [TemplatePart::Literal(..), TemplatePart::Interpolation(b)] = &parts(&items[0])[..] else {
        panic!("{items:?}")
    };
    assert_eq!(&text[b.span.start as usize..b.span.end as usize], "b");
    assert!(matches!(&parts(&items[1])[..], [TemplatePart::Literal(text, _)] if text == "c\n"));
    assert!(parts(&items[2]).is_empty());
}
