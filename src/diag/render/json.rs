//! Diagnostics in the JSON shape of Terraform's machine-readable output, with our code under `terrace`.

use serde_json::{Map, Value as Json, json};

use super::{callers, excerpt};
use crate::diag::{Diagnostic, Severity, SourceFile, SourceMap, Span};

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
    object.insert("detail".into(), detail(diagnostic).into());
    if let Some(address) = &diagnostic.address {
        object.insert("address".into(), address.as_str().into());
    }
    if let Some(subject) = diagnostic.subject
        && let Some(file) = sources.file(subject.file)
    {
        let subject = visible(subject, file);
        object.insert("range".into(), range(subject, file));
        object.insert("snippet".into(), snippet(diagnostic, subject, file));
    }
    object.insert("terrace".into(), additions(diagnostic, sources));
    Json::Object(object)
}

/// Where Terraform has a suggestion, it stands at the end of the detail, and programs look for it there.
fn detail(diagnostic: &Diagnostic) -> String {
    let suggestion = diagnostic.help.as_deref().filter(|help| help.starts_with("Did you mean"));
    match suggestion {
        Some(suggestion) => format!("{} {suggestion}", diagnostic.detail).trim_start().to_owned(),
        None => diagnostic.detail.clone(),
    }
}

fn additions(diagnostic: &Diagnostic, sources: &SourceMap) -> Json {
    let mut object = Map::new();
    object.insert("code".into(), diagnostic.code.to_string().into());
    if let Some(help) = &diagnostic.help {
        object.insert("help".into(), help.as_str().into());
    }
    let place = |span: Span| sources.file(span.file).map(|file| range(span, file));
    if !diagnostic.labels.is_empty() {
        let labels = diagnostic
            .labels
            .iter()
            .map(|label| json!({"text": label.text, "range": place(label.span)}))
            .collect();
        object.insert("labels".into(), Json::Array(labels));
    }
    let calls: Vec<Json> = callers(diagnostic, sources)
        .map(|caller| json!({"module": caller.module, "called_at": place(caller.at)}))
        .collect();
    if !calls.is_empty() {
        object.insert("callers".into(), Json::Array(calls));
    }
    Json::Object(object)
}

/// The span with at least one character in it, since an empty one cannot be shown.
fn visible(span: Span, file: &SourceFile) -> Span {
    let next = file.text().get(span.start as usize..).and_then(|rest| rest.chars().next());
    match next {
        Some(c) if span.start == span.end => {
            let width = u32::try_from(c.len_utf8()).unwrap_or(1);
            Span { end: span.start + width, ..span }
        }
        _ => span,
    }
}

fn range(span: Span, file: &SourceFile) -> Json {
    let point = |byte| {
        let at = file.locate(byte);
        json!({"line": at.line, "column": at.column, "byte": at.byte})
    };
    json!({"filename": file.path(), "start": point(span.start), "end": point(span.end)})
}

/// The lines that hold the subject and what is worth showing around it, with the subject's place in them.
fn snippet(diagnostic: &Diagnostic, subject: Span, file: &SourceFile) -> Json {
    let text = file.text();
    let around = diagnostic.context.filter(|context| context.file == subject.file);
    let around = around.unwrap_or(subject);
    let at = |byte: u32| text.floor_char_boundary((byte as usize).min(text.len()));
    let shown = at(around.start.min(subject.start))..at(around.end.max(subject.end));
    // A stretch that ends with a line break does not reach into the next line.
    let end = if text[shown.clone()].ends_with('\n') { shown.end - 1 } else { shown.end };
    let lines = excerpt(text, shown.start..end);
    let code = text[lines.clone()].trim_end_matches('\r');
    let offset = |byte: u32| at(byte).saturating_sub(lines.start).min(code.len());
    let values: Vec<Json> = diagnostic
        .values
        .iter()
        .map(|value| json!({"traversal": value.traversal, "statement": value.statement}))
        .collect();
    json!({
        // At the head of a block the block itself says nothing new.
        "context": subject.start.checked_sub(1).and_then(|byte| file.section(byte)),
        "code": code,
        "start_line": file.locate(u32::try_from(shown.start).unwrap_or(u32::MAX)).line,
        "highlight_start_offset": offset(subject.start),
        "highlight_end_offset": offset(subject.end),
        "values": values,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Caller, FileId, Involved, Section};

    const TEXT: &str = "resource \"aws_vpc\" a {\n  cidr = 1\n}\n";

    fn sources() -> (SourceMap, FileId) {
        let mut sources = SourceMap::default();
        let id = sources.add("net/main.tf", TEXT);
        let section = Section { whole: Span::new(id, 0, 35), header: Span::new(id, 0, 20) };
        sources.set_outline(id, vec![section]);
        (sources, id)
    }

    #[test]
    fn the_shape_is_terraforms() {
        let (mut sources, id) = sources();
        let root = sources.add("main.tf", "module \"net\" {}\n");
        let caller = Caller { module: "module.net".into(), at: Span::new(root, 0, 12) };
        sources.add_caller("net", caller);
        let value = Involved { traversal: "var.a".into(), statement: "is 1".into() };
        let diagnostic = Diagnostic::error(401, "Unsupported argument", "Not expected here.")
            .at(Span::new(id, 25, 29))
            .help("Did you mean \"cidr_block\"?")
            .values([value]);
        assert_eq!(
            json(&diagnostic, &sources),
            json!({
                "severity": "error",
                "summary": "Unsupported argument",
                "detail": "Not expected here. Did you mean \"cidr_block\"?",
                "range": {
                    "filename": "net/main.tf",
                    "start": {"line": 2, "column": 3, "byte": 25},
                    "end": {"line": 2, "column": 7, "byte": 29},
                },
                "snippet": {
                    "context": "resource \"aws_vpc\" \"a\"",
                    "code": "  cidr = 1",
                    "start_line": 2,
                    "highlight_start_offset": 2,
                    "highlight_end_offset": 6,
                    "values": [{"traversal": "var.a", "statement": "is 1"}],
                },
                "terrace": {
                    "code": "E0401",
                    "help": "Did you mean \"cidr_block\"?",
                    "callers": [{
                        "module": "module.net",
                        "called_at": {
                            "filename": "main.tf",
                            "start": {"line": 1, "column": 1, "byte": 0},
                            "end": {"line": 1, "column": 13, "byte": 12},
                        },
                    }],
                },
            })
        );
    }

    #[test]
    fn what_is_empty_is_one_character_wide_and_context_is_shown() {
        let (sources, id) = sources();
        let of = |start, end| {
            let problem = Diagnostic::error(1, "Odd", "").at(Span::new(id, start, end));
            json(&problem.within(Span::new(id, 0, 34)), &sources)
        };
        let found = of(25, 25);
        assert_eq!(found["range"]["end"]["byte"], 26);
        assert_eq!(found["snippet"]["code"], TEXT[..33]);
        assert_eq!(found["snippet"]["start_line"], 1);
        assert_eq!(found["snippet"]["highlight_start_offset"], 25);
        // Behind the end there is nothing to show, and no harm in asking.
        assert_eq!(of(36, 99)["snippet"]["highlight_end_offset"], 35);
    }
}
