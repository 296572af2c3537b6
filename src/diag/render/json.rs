//! Diagnostics in the JSON shape of Terraform's machine-readable output, with our code under `terrace`.

use serde_json::{Map, Value as Json, json};

use crate::diag::{Diagnostic, Severity, SourceMap, Span};

/// One diagnostic as a JSON object.
#[must_use]
pub fn json(diagnostic: &Diagnostic, sources: &SourceMap) -> Json {
    let mut object = Map::new();
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    object.insert("severity".into(), severity.into());
    object.insert("summary".into(), diagnostic.summary.as_str().into());
    object.insert("detail".into(), diagnostic.detail.as_str().into());
    if let Some(address) = &diagnostic.address {
        object.insert("address".into(), address.as_str().into());
    }
    if let Some(range) = diagnostic.subject.and_then(|span| range(span, sources)) {
        object.insert("range".into(), range);
        object.insert("snippet".into(), snippet(diagnostic, sources));
    }
    object.insert("terrace".into(), additions(diagnostic, sources));
    Json::Object(object)
}

fn additions(diagnostic: &Diagnostic, sources: &SourceMap) -> Json {
    let mut object = Map::new();
    object.insert("code".into(), diagnostic.code.to_string().into());
    if let Some(help) = &diagnostic.help {
        object.insert("help".into(), help.as_str().into());
    }
    if !diagnostic.labels.is_empty() {
        let labels = diagnostic
            .labels
            .iter()
            .map(|label| json!({"text": label.text, "range": range(label.span, sources)}))
            .collect();
        object.insert("labels".into(), Json::Array(labels));
    }
    Json::Object(object)
}

fn range(span: Span, sources: &SourceMap) -> Option<Json> {
    let file = sources.file(span.file)?;
    let point = |byte| {
        let at = file.locate(byte);
        json!({"line": at.line, "column": at.column, "byte": at.byte})
    };
    Some(json!({"filename": file.path(), "start": point(span.start), "end": point(span.end)}))
}

/// The lines that hold the subject, with the subject's place in them.
fn snippet(diagnostic: &Diagnostic, sources: &SourceMap) -> Json {
    let Some(subject) = diagnostic.subject else { return Json::Null };
    let Some(file) = sources.file(subject.file) else { return Json::Null };
    let text = file.text();
    let start = text.floor_char_boundary((subject.start as usize).min(text.len()));
    let end = text.ceil_char_boundary((subject.end as usize).min(text.len())).max(start);
    let first = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let last = text[end..].find('\n').map_or(text.len(), |at| end + at);
    let context = diagnostic.context.map(|span| sources.text(span)).filter(|text| !text.is_empty());
    json!({
        "context": context.and_then(|text| text.lines().next()),
        "code": &text[first..last],
        "start_line": file.locate(subject.start).line,
        "highlight_start_offset": start - first,
        "highlight_end_offset": end - first,
        "values": diagnostic.values.iter().map(|value| statement(value)).collect::<Vec<_>>(),
    })
}

/// `var.size is 3` as what is spoken of and what is said of it.
fn statement(value: &str) -> Json {
    let (traversal, rest) = value.split_once(' ').unwrap_or((value, ""));
    json!({"traversal": traversal, "statement": rest})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_is_terraforms() {
        let mut sources = SourceMap::default();
        let id = sources.add("main.tf", "resource \"aws_vpc\" \"a\" {\n  cidr = 1\n}\n");
        let diagnostic = Diagnostic::error(401, "Unsupported argument", "Not expected here.")
            .at(Span::new(id, 27, 31))
            .within(Span::new(id, 0, 22))
            .value("var.a is 1");
        assert_eq!(
            json(&diagnostic, &sources),
            json!({
                "severity": "error",
                "summary": "Unsupported argument",
                "detail": "Not expected here.",
                "range": {
                    "filename": "main.tf",
                    "start": {"line": 2, "column": 3, "byte": 27},
                    "end": {"line": 2, "column": 7, "byte": 31},
                },
                "snippet": {
                    "context": "resource \"aws_vpc\" \"a\"",
                    "code": "  cidr = 1",
                    "start_line": 2,
                    "highlight_start_offset": 2,
                    "highlight_end_offset": 6,
                    "values": [{"traversal": "var.a", "statement": "is 1"}],
                },
                "terrace": {"code": "E0401"},
            })
        );
    }
}
