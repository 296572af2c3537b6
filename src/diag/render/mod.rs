//! Diagnostics for people and for programs, one file per format.

mod json;
mod text;

pub use json::json;
pub use text::{Style, text};

use std::ops::Range;

use crate::diag::{Caller, Diagnostic, SourceMap};

/// How much of a line is shown on either side of what is spoken of, in bytes.
const MARGIN: usize = 500;

/// The whole lines around a stretch of a text; of very long lines only what is near.
fn excerpt(text: &str, stretch: Range<usize>) -> Range<usize> {
    let near = text.floor_char_boundary(stretch.start.saturating_sub(MARGIN));
    let far = text.ceil_char_boundary((stretch.end + MARGIN).min(text.len()));
    let start = text[near..stretch.start].rfind('\n').map_or(near, |at| near + at + 1);
    let end = text[stretch.end..far].find('\n').map_or(far, |at| stretch.end + at);
    start..end
}

/// The calls of the module that a problem is in: the one that its address names, or all through which its file is read.
fn callers<'a>(
    diagnostic: &'a Diagnostic,
    sources: &'a SourceMap,
) -> impl Iterator<Item = &'a Caller> {
    let all = diagnostic.subject.into_iter().flat_map(|span| sources.callers(span.file));
    let address = diagnostic.address.as_deref().map(without_keys);
    let is_meant = move |caller: &&'a Caller| {
        let Some(address) = &address else { return true };
        let inside = address.strip_prefix(caller.module.as_str());
        inside.is_some_and(|rest| rest.starts_with('.') && !rest.starts_with(".module."))
    };
    all.filter(is_meant)
}

/// The call itself and those that lead to it, the outermost last.
fn chain<'a>(caller: &'a Caller, sources: &'a SourceMap) -> Vec<&'a Caller> {
    let mut chain = vec![caller];
    while let Some(last) = chain.last()
        && let Some((parent, _)) = last.module.rsplit_once(".module.")
        && let Some(outer) = sources.callers(last.at.file).find(|caller| caller.module == parent)
    {
        chain.push(outer);
    }
    chain
}

/// An address without the keys of instances: `module.web["a.b"].aws_lb.main[0]` is in `module.web`.
fn without_keys(address: &str) -> String {
    let (mut kept, mut quoted, mut depth) = (String::new(), false, 0_u32);
    let mut escaped = false;
    for c in address.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            c if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_long_lines_only_a_part_is_shown() {
        assert_eq!(excerpt("a\nbc\nd", 3..4), 2..4);
        assert_eq!(excerpt("", 0..0), 0..0);
        let long = "ä".repeat(10_000);
        let shown = excerpt(&long, 10_000..10_002);
        assert_eq!((shown.start, shown.end), (9_500, 10_502));
    }

    #[test]
    fn keys_are_left_out_of_addresses() {
        for (address, expect) in [
            ("aws_vpc.a", "aws_vpc.a"),
            ("module.a[\"x].y\\\"\"].aws_vpc.b[0]", "module.a.aws_vpc.b"),
        ] {
            assert_eq!(without_keys(address), expect);
        }
    }
}
