//! Taking away the indentation of `<<-EOT`.

use unicode_segmentation::UnicodeSegmentation;

use super::template::Part;

/// Takes the indentation that all lines have in common away from each. Blank lines do not count.
pub(super) fn unindent(parts: &mut [Part]) {
    let starts = line_starts(parts);
    let indents = starts.iter().filter_map(|at| match &parts[*at] {
        Part::Literal(text, _) => indent(text),
        _ => Some(0),
    });
    let common = indents.min().unwrap_or(0);
    for at in starts {
        if let Part::Literal(text, _) = &mut parts[at]
            && indent(text).is_some()
        {
            let taken: usize = text.graphemes(true).take(common).map(str::len).sum();
            *text = text[taken..].into();
        }
    }
}

/// Which parts begin a line.
fn line_starts(parts: &[Part]) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut at_start = true;
    for (at, part) in parts.iter().enumerate() {
        if at_start {
            starts.push(at);
        }
        at_start = matches!(part, Part::Literal(text, _) if text.ends_with('\n'));
    }
    starts
}

/// The indentation of a line in characters as people see them; `None` for a blank line.
fn indent(line: &str) -> Option<usize> {
    let trimmed = line.trim_start();
    if trimmed.is_empty() && line.ends_with('\n') {
        return None;
    }
    Some(line[..line.len() - trimmed.len()].graphemes(true).count())
}
