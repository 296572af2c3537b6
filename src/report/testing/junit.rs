//! What tests came to, as a JUnit report: a suite for each file, a case for each run.

use std::fmt::Write as _;

use crate::diag::render::{self, Style};
use crate::diag::{Diagnostic, Severity, SourceMap};
use crate::testing::{FileResult, Results, RunResult, Status};

const FITS: &str = "a String takes everything";

/// The code of an assertion that does not hold.
const ASSERTION: u16 = 1120;

/// The report as XML.
#[must_use]
pub fn junit(results: &Results, sources: &SourceMap) -> String {
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><testsuites>".to_owned();
    for (path, file) in &results.files {
        suite(path, file, results.interrupted, sources, &mut xml);
    }
    if !results.files.is_empty() {
        xml.push('\n');
    }
    xml.push_str("</testsuites>");
    xml
}

fn suite(path: &str, file: &FileResult, interrupted: bool, sources: &SourceMap, xml: &mut String) {
    let of = |status| file.runs.iter().filter(|run| run.status == status).count();
    write!(
        xml,
        "\n  <testsuite name=\"{}\" tests=\"{}\" skipped=\"{}\" failures=\"{}\" errors=\"{}\">",
        escaped(path),
        file.runs.len(),
        of(Status::Skip),
        of(Status::Fail),
        of(Status::Error)
    )
    .expect(FITS);
    if !file.runs.is_empty() {
        xml.push('\n');
    }
    let mut broken = None;
    for run in &file.runs {
        case(path, run, broken, interrupted, sources, xml);
        if run.status == Status::Error {
            broken = Some(run.name.as_str());
        }
    }
    xml.push_str(if file.runs.is_empty() { "</testsuite>" } else { "  </testsuite>" });
}

fn case(
    path: &str,
    run: &RunResult,
    broken: Option<&str>,
    interrupted: bool,
    sources: &SourceMap,
    xml: &mut String,
) {
    write!(xml, "    <testcase name=\"{}\" classname=\"{}\"", escaped(&run.name), escaped(path))
        .expect(FITS);
    if let (Some(began), Some(elapsed)) = (run.began, run.elapsed) {
        let seconds = elapsed.as_secs_f64();
        write!(xml, " time=\"{seconds}\" timestamp=\"{}\"", began.strftime("%Y-%m-%dT%H:%M:%SZ"))
            .expect(FITS);
    }
    xml.push('>');
    let errors = texts(run, Severity::Error, sources);
    let result = match run.status {
        Status::Pass => None,
        Status::Fail => Some(("failure", failure(run), errors)),
        Status::Error => Some(("error", "Encountered an error".to_owned(), errors)),
        Status::Skip => Some(skipped(broken, interrupted)),
    };
    let warnings = texts(run, Severity::Warning, sources);
    if let Some((element, message, content)) = &result {
        let message = escaped(message);
        write!(xml, "\n      <{element} message=\"{message}\">{}</{element}>", data(content))
            .expect(FITS);
    }
    if !warnings.is_empty() {
        write!(xml, "\n      <system-err>{}</system-err>", data(&warnings)).expect(FITS);
    }
    if result.is_some() || !warnings.is_empty() {
        xml.push_str("\n    ");
    }
    xml.push_str("</testcase>\n");
}

fn failure(run: &RunResult) -> String {
    let first = run.problems.iter().find(|problem| problem.code.0 == ASSERTION);
    let first = first.map(|problem| problem.detail.as_str()).unwrap_or_default();
    let including = if run.failed_assertions > 1 { ", including" } else { "" };
    format!("{} of {} assertions failed{including}: {first}", run.failed_assertions, run.assertions)
}

fn skipped(broken: Option<&str>, interrupted: bool) -> (&'static str, String, String) {
    let (message, content) = match broken {
        Some(before) => (
            "Testcase skipped due to a previous testcase error",
            format!(
                "Previous testcase \"{before}\" ended in error, which caused the remaining tests in the file to be \
                 skipped"
            ),
        ),
        None if interrupted => (
            "Testcase skipped due to an interrupt",
            "The tests were interrupted, so that this one was skipped".to_owned(),
        ),
        None => ("Testcase skipped", String::new()),
    };
    ("skipped", message.to_owned(), content)
}

/// A run's problems of one severity, as people read them.
fn texts(run: &RunResult, severity: Severity, sources: &SourceMap) -> String {
    let wanted = run.problems.iter().filter(|problem| problem.severity == severity);
    let text =
        |problem: &Diagnostic| format!("\n{}\n", render::text(problem, sources, Style::Plain));
    wanted.map(text).collect()
}

/// The text where XML reads nothing into it.
fn data(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let text: String = text.chars().filter(|c| is_allowed(*c)).collect();
    format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>"))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars().filter(|c| is_allowed(*c)) {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&#34;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' => escaped.push_str("&#xA;"),
            '\t' => escaped.push_str("&#x9;"),
            '\r' => escaped.push_str("&#xD;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Whether XML 1.0 can hold a character.
const fn is_allowed(c: char) -> bool {
    matches!(c, '\n' | '\t' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_taken_for_markup() {
        assert_eq!(escaped("a<b & \"c\"\u{1}"), "a&lt;b &amp; &#34;c&#34;");
        assert_eq!(data("a ]]> b"), "<![CDATA[a ]]]]><![CDATA[> b]]>");
        assert_eq!(data(""), "");
    }

    #[test]
    fn no_files_are_an_empty_report() {
        let xml = junit(&Results::default(), &SourceMap::default());
        assert_eq!(xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><testsuites></testsuites>");
    }
}
