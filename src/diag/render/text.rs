//! Diagnostics as text: title, source with the stretch underlined, what is wrong, values, what to do.
//!
//! The first line is always `Error: <summary>` or `Warning: <summary>`, which scripts written for Terraform look for.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Element, Group, Level, Padding, Renderer, Snippet};

use super::{callers, chain, excerpt};
use crate::diag::{Diagnostic, FileId, Severity, SourceFile, SourceMap, Span};

/// Columns within which explanations are wrapped.
const WIDTH: usize = 78;
/// A subject of more lines than this is shown by its first line alone.
const MOST_LINES: usize = 6;
/// A subject of more bytes than this is underlined only so far.
const LONGEST: usize = 200;

/// Whether the text may hold ANSI colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Letters only, the same on every machine.
    Plain,
    /// Colours, for a terminal.
    Colour,
}

/// One diagnostic as text that ends in a line break.
#[must_use]
pub fn text(diagnostic: &Diagnostic, sources: &SourceMap, style: Style) -> String {
    let (level, name) = match diagnostic.severity {
        Severity::Error => (Level::ERROR, "Error"),
        Severity::Warning => (Level::WARNING, "Warning"),
    };
    let title = level.with_name(name).primary_title(diagnostic.summary.as_str());
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Colour => Renderer::styled(),
    };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let notes = notes(diagnostic, sources);
    let snippets = snippets(diagnostic, sources);
    let mut text = if snippets.is_empty() {
        let title = renderer.render(&[Group::with_title(title)]);
        std::iter::once(title)
            .chain(notes.iter().map(Note::indented))
            .collect::<Vec<_>>()
            .join("\n")
    } else {
        let mut group = title.elements(snippets);
        if !notes.is_empty() {
            group = group.element(Padding).elements(notes.into_iter().map(Note::element));
        }
        in_letters(renderer.render(&[group]), diagnostic, sources)
    };
    text = text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    text.push('\n');
    text
}

/// A paragraph behind the title.
struct Note {
    /// What kind of paragraph: nothing, `help`, `value`.
    name: Option<&'static str>,
    text: String,
}

impl Note {
    fn element<'a>(self) -> Element<'a> {
        match self.name {
            Some("help") => Level::HELP.message(self.text).into(),
            Some(name) => Level::NOTE.with_name(name).message(self.text).into(),
            None => Level::NOTE.no_name().message(self.text).into(),
        }
    }

    /// For a diagnostic that stands in no file.
    fn indented(&self) -> String {
        let name = self.name.map(|name| format!("{name}: ")).unwrap_or_default();
        let mut lines = self.text.lines();
        let first = format!("  {name}{}", lines.next().unwrap_or_default());
        std::iter::once(first)
            .chain(lines.map(|line| format!("  {:1$}{line}", "", name.len())))
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// More calls of one module than this are counted instead of named.
const MOST_CALLERS: usize = 3;

/// Which modules the problem is in, each with the places of the calls that lead to it.
fn modules(diagnostic: &Diagnostic, sources: &SourceMap) -> Vec<String> {
    let mut callers = callers(diagnostic, sources);
    let mut lines: Vec<String> = callers
        .by_ref()
        .take(MOST_CALLERS)
        .map(|caller| {
            let calls = chain(caller, sources).into_iter().filter_map(|call| {
                let file = sources.file(call.at.file)?;
                Some(format!("{}:{}", file.path(), file.locate(call.at.start).line))
            });
            format!("{}, called at {}", caller.module, calls.collect::<Vec<_>>().join(" from "))
        })
        .collect();
    let more = callers.count();
    if more > 0 {
        lines.push(format!("{more} more calls of this module"));
    }
    lines
}

fn notes(diagnostic: &Diagnostic, sources: &SourceMap) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut say = |name: Option<&'static str>, text: &str| {
        let width = WIDTH - 4 - name.map_or(0, |name| name.len() + 2);
        notes.push(Note { name, text: wrap(text, width) });
    };
    if !diagnostic.detail.is_empty() {
        say(None, &diagnostic.detail);
    }
    if let Some(address) = &diagnostic.address {
        say(Some("in"), address);
    }
    for module in modules(diagnostic, sources) {
        say(Some("in"), &module);
    }
    for value in &diagnostic.values {
        say(Some("value"), &format!("{} {}", value.traversal, value.statement));
    }
    if let Some(help) = &diagnostic.help {
        say(Some("help"), help);
    }
    if diagnostic.code.0 != 0 {
        say(None, &format!("`terrace explain {}` tells more", diagnostic.code));
    }
    notes
}

/// The subject's file with the subject underlined, then each further file that a label points into.
fn snippets<'a>(
    diagnostic: &'a Diagnostic,
    sources: &'a SourceMap,
) -> Vec<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let mut files: Vec<FileId> = diagnostic.subject.iter().map(|span| span.file).collect();
    for label in &diagnostic.labels {
        if !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    files.into_iter().filter_map(|id| Some(snippet(diagnostic, id, sources.file(id)?))).collect()
}

/// The text with columns in letters, as they are counted everywhere; what is rendered counts characters.
fn in_letters(mut text: String, diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let labels = diagnostic.labels.iter().map(|label| label.span);
    let mut seen = Vec::new();
    for span in diagnostic.subject.into_iter().chain(labels) {
        let Some(file) = sources.file(span.file).filter(|_| !seen.contains(&span.file)) else {
            continue;
        };
        seen.push(span.file);
        let at = file.locate(span.start);
        let before = &file.text()[..file.text().floor_char_boundary(at.byte as usize)];
        let characters = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        if characters != at.column as usize {
            let place = format!("{}:{}:", file.path(), at.line);
            let (wrong, right) = (format!("{place}{characters}"), format!("{place}{}", at.column));
            text = text.replacen(&wrong, &right, 1);
        }
    }
    text
}

fn snippet<'a>(
    diagnostic: &'a Diagnostic,
    id: FileId,
    file: &'a SourceFile,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let mut marks = Vec::new();
    if let Some(subject) = diagnostic.subject.filter(|span| span.file == id) {
        marks.push((AnnotationKind::Primary, clip(file, subject), None));
    }
    if let Some(context) = diagnostic.context.filter(|span| span.file == id) {
        marks.push((AnnotationKind::Visible, clip(file, context), None));
    }
    for label in diagnostic.labels.iter().filter(|label| label.span.file == id) {
        marks.push((AnnotationKind::Context, clip(file, label.span), Some(label.text.as_str())));
    }
    let window = window(file, marks.iter().map(|(_, range, _)| range.clone()));
    let line = file.locate(u32::try_from(window.start).unwrap_or(u32::MAX)).line;
    let shift = |range: Range<usize>| range.start - window.start..range.end - window.start;
    Snippet::source(&file.text()[window.clone()])
        .path(file.path())
        .line_start(line as usize)
        .fold(true)
        .annotations(
            marks.into_iter().map(|(kind, range, label)| kind.span(shift(range)).label(label)),
        )
}

/// The bytes of a span, on character boundaries, and only its first line where it is long.
fn clip(file: &SourceFile, span: Span) -> Range<usize> {
    let text = file.text();
    let start = text.floor_char_boundary((span.start as usize).min(text.len()));
    let end = text.ceil_char_boundary((span.end as usize).min(text.len())).max(start);
    let mut stretch = text[start..end].trim_end_matches(['\r', '\n']);
    if stretch.len() > LONGEST || stretch.lines().count() > MOST_LINES {
        stretch = stretch.lines().next().unwrap_or_default();
        stretch = &stretch[..stretch.floor_char_boundary(LONGEST)];
    }
    start..start + stretch.len()
}

/// What is shown of a file: the whole lines that hold all ranges, so that a long file is not gone through for one of its
/// lines, or less of very long lines.
fn window(file: &SourceFile, ranges: impl Iterator<Item = Range<usize>>) -> Range<usize> {
    let (mut first, mut last) = (file.text().len(), 0);
    for range in ranges {
        first = first.min(range.start);
        last = last.max(range.end);
    }
    excerpt(file.text(), first..last.max(first))
}

/// Breaks lines at spaces; lines that begin with a space (lists, code) stay as they are.
fn wrap(text: &str, width: usize) -> String {
    let mut lines = Vec::new();
    for line in text.trim_end().lines() {
        if line.starts_with(' ') || unicode_width::UnicodeWidthStr::width(line) <= width {
            lines.push(line.to_owned());
            continue;
        }
        let mut current = String::new();
        for word in line.split(' ') {
            let wide = unicode_width::UnicodeWidthStr::width(current.as_str())
                + unicode_width::UnicodeWidthStr::width(word);
            if !current.is_empty() && wide + 1 > width {
                lines.push(std::mem::take(&mut current));
            }
            if !current.is_empty() {
                current.push(' ');
            }
            current.push_str(word);
        }
        lines.push(current);
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Involved;

    fn sources() -> (SourceMap, FileId) {
        let mut sources = SourceMap::default();
        let id = sources.add("main.tf", "resource \"aws_vpc\" \"a\" {\n  cidr = 1\n}\n");
        (sources, id)
    }

    #[test]
    fn everything_is_shown_in_order() {
        let (sources, id) = sources();
        let diagnostic = Diagnostic::error(401, "Unsupported argument", "An argument named \"cidr\" is not expected here, because the type that this block is of has no argument of that name.")
            .at(Span::new(id, 27, 31))
            .within(Span::new(id, 0, 22))
            .values([Involved { traversal: "var.a".into(), statement: "is 1".into() }])
            .of("aws_vpc.a")
            .help("Did you mean \"cidr_block\"?");
        insta::assert_snapshot!(text(&diagnostic, &sources, Style::Plain), @r#"
        Error: Unsupported argument
         --> main.tf:2:3
          |
        1 | resource "aws_vpc" "a" {
        2 |   cidr = 1
          |   ^^^^
          |
          = An argument named "cidr" is not expected here, because the type that this
            block is of has no argument of that name.
          = in: aws_vpc.a
          = value: var.a is 1
          = help: Did you mean "cidr_block"?
          = `terrace explain E0401` tells more
        "#);
    }

    #[test]
    fn without_a_place_there_is_no_snippet() {
        let diagnostic = Diagnostic::warning(0, "Odd", "");
        assert_eq!(text(&diagnostic, &SourceMap::default(), Style::Plain), "Warning: Odd\n");
    }

    #[test]
    fn columns_count_letters() {
        let mut sources = SourceMap::default();
        let line = "x = [\"e\u{301}\", \"👨‍👩‍👧\", nope]\n";
        let id = sources.add("main.tf", format!("# above\n{line}"));
        let start = 8 + u32::try_from(line.find("nope").expect("it is there")).expect("short");
        let diagnostic = Diagnostic::error(1, "Odd", "").at(Span::new(id, start, start + 4));
        for style in [Style::Plain, Style::Colour] {
            let shown = text(&diagnostic, &sources, style);
            assert!(shown.contains("main.tf:2:16"), "{shown}");
        }
    }

    #[test]
    fn odd_spans_do_no_harm() {
        let mut sources = SourceMap::default();
        let id = sources.add("ä.tf", "ä");
        for span in [(0, 0), (1, 1), (1, 99), (99, 100), (0, 1), (2, 2)] {
            let diagnostic = Diagnostic::error(1, "Odd", "").at(Span::new(id, span.0, span.1));
            assert!(text(&diagnostic, &sources, Style::Plain).starts_with("Error: Odd\n"));
        }
        let empty = sources.add("empty.tf", "");
        let diagnostic = Diagnostic::error(1, "Odd", "").at(Span::new(empty, 0, 0));
        assert!(text(&diagnostic, &sources, Style::Plain).contains("empty.tf:1:1"));
    }
}
