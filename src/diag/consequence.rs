//! Telling mistakes from their consequences: a name that is not declared because its declaration could not be read is
//! no second mistake.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::{Diagnostic, Diagnostics, FileId, Severity, SourceFile, SourceMap, Span};

/// Errors of syntax. What is on their lines is not what the author meant.
const SYNTAX: RangeInclusive<u16> = 100..=199;
/// Errors with which a declaration may be lost: syntax, files that cannot be read, blocks that are not understood.
const LOSES: &[RangeInclusive<u16>] =
    &[100..=199, 200..=200, 204..=204, 206..=207, 209..=209, 211..=211, 265..=265];
/// Errors about what is not declared.
const UNDECLARED: &[RangeInclusive<u16>] =
    &[247..=247, 261..=261, 264..=264, 266..=266, 330..=333, 505..=505, 521..=521];
/// Errors about what a block lacks.
const LACKING: &[u16] = &[205, 282, 283, 508];
/// Errors about arguments that do not fit the variables of a module, or about outputs that it does not have.
const INTERFACE: &[u16] = &[507, 515];

fn is_one_of(problem: &Diagnostic, kinds: &[RangeInclusive<u16>]) -> bool {
    kinds.iter().any(|kind| kind.contains(&problem.code.0))
}

/// Those of the problems of one reading that are mistakes of their own.
pub fn root_causes(problems: Diagnostics, sources: &SourceMap) -> Diagnostics {
    let errors: Vec<&Diagnostic> = problems.iter().filter(|one| is_one_of(one, LOSES)).collect();
    if errors.is_empty() {
        return problems;
    }
    let damage = Damage::of(&errors, sources);
    let is_explained = |problem: &Diagnostic| {
        problem.subject.is_some_and(|at| damage.explains(problem, at, sources))
    };
    problems.iter().filter(|problem| !is_explained(problem)).cloned().collect()
}

/// Those of `found` that are mistakes of their own, where `known` was found before: not those at the place of a known
/// error, and nothing that is only missed because what declares it could not be read.
pub fn independent(found: Diagnostics, known: &Diagnostics, sources: &SourceMap) -> Diagnostics {
    let errors: Vec<&Diagnostic> =
        known.iter().filter(|problem| problem.severity == Severity::Error).collect();
    if errors.is_empty() {
        return found;
    }
    let damage = Damage::of(&errors, sources);
    let is_explained = |problem: &Diagnostic| {
        problem.subject.is_some_and(|at| damage.explains(problem, at, sources))
    };
    let is_garbled = |problem: &Diagnostic| {
        let line = problem.subject.and_then(|at| line_of(at, sources));
        line.is_some_and(|line| damage.lines.contains(&line))
    };
    found
        .elsewhere(known)
        .into_iter()
        .filter(|problem| !is_explained(problem) && !is_garbled(problem))
        .collect()
}

/// Where declarations may be lost.
struct Damage<'a> {
    /// Folders of modules that were not read as a whole.
    folders: BTreeSet<&'a str>,
    /// The heads of blocks in which that is so.
    blocks: BTreeSet<Span>,
    /// JSON files in which that is so: their blocks are not outlined.
    json: BTreeSet<FileId>,
    /// Lines with mistakes of syntax.
    lines: BTreeSet<(FileId, u32)>,
    /// Calls of such modules.
    calls: Vec<Span>,
    /// Whether it is not known where.
    anywhere: bool,
}

impl<'a> Damage<'a> {
    fn of(errors: &[&Diagnostic], sources: &'a SourceMap) -> Self {
        let losing = || errors.iter().filter(|problem| is_one_of(problem, LOSES));
        let files: BTreeSet<_> =
            losing().filter_map(|problem| problem.subject).map(|span| span.file).collect();
        let blocks = losing().filter_map(|problem| problem.subject);
        Self {
            blocks: blocks.filter_map(|span| block_of(span, sources)).collect(),
            json: files
                .iter()
                .copied()
                .filter(|id| sources.file(*id).is_some_and(SourceFile::is_json))
                .collect(),
            lines: errors
                .iter()
                .filter(|problem| SYNTAX.contains(&problem.code.0))
                .filter_map(|problem| line_of(problem.subject?, sources))
                .collect(),
            folders: files
                .iter()
                .filter_map(|id| sources.file(*id))
                .map(SourceFile::folder)
                .collect(),
            calls: files.iter().flat_map(|id| sources.callers(*id)).map(|call| call.at).collect(),
            anywhere: losing().any(|problem| problem.subject.is_none()),
        }
    }

    fn explains(&self, problem: &Diagnostic, subject: Span, sources: &SourceMap) -> bool {
        if is_one_of(problem, UNDECLARED) {
            let folder = sources.file(subject.file).map(SourceFile::folder);
            return self.anywhere || folder.is_some_and(|folder| self.folders.contains(folder));
        }
        if LACKING.contains(&problem.code.0) {
            return self.json.contains(&subject.file)
                || block_of(subject, sources).is_some_and(|block| self.blocks.contains(&block));
        }
        INTERFACE.contains(&problem.code.0)
            && (self.calls.iter().any(|call| same_block(*call, subject, sources))
                || (!self.calls.is_empty() && sources.text(subject).starts_with("module.")))
    }
}

fn same_block(a: Span, b: Span, sources: &SourceMap) -> bool {
    block_of(a, sources).is_some_and(|of_a| Some(of_a) == block_of(b, sources))
}

/// The line of a place; none in JSON, where a line says nothing about what belongs together.
fn line_of(span: Span, sources: &SourceMap) -> Option<(FileId, u32)> {
    let file = sources.file(span.file).filter(|file| !file.is_json())?;
    Some((span.file, file.locate(span.start).line))
}

fn block_of(span: Span, sources: &SourceMap) -> Option<Span> {
    sources.file(span.file)?.block_at(span.start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Section;

    /// The codes of `found` that remain beside `known`; places are byte ranges of `main.tf`.
    fn remain(known: &[(u16, u32, u32)], found: &[(u16, u32, u32)]) -> Vec<u16> {
        let mut sources = SourceMap::default();
        let file = sources.add("main.tf", "         \n".repeat(10));
        let problem = |(code, start, end): &(u16, u32, u32)| {
            Diagnostic::error(*code, "Odd", "").at(Span::new(file, *start, *end))
        };
        let known = known.iter().map(problem).collect();
        let found = found.iter().map(problem).collect();
        independent(found, &known, &sources).iter().map(|problem| problem.code.0).collect()
    }

    #[test]
    fn consequences_are_left_out() {
        let other = &[(330, 20, 30), (319, 40, 50)];
        assert_eq!(remain(&[], other), [330, 319]);
        // An argument too many loses nothing.
        assert_eq!(remain(&[(203, 0, 5)], other), [330, 319]);
        // A syntax error may have lost a declaration, but no function.
        assert_eq!(remain(&[(120, 0, 5)], other), [319]);
        // Where there is a mistake already, there is no second one.
        assert_eq!(remain(&[(203, 45, 46)], other), [330]);
    }

    #[test]
    fn a_block_that_is_not_understood_lacks_nothing() {
        let mut sources = SourceMap::default();
        let file = sources.add("main.tf", "output \"a\" @\noutput \"b\" {}\n");
        let span = |start, end| Span::new(file, start, end);
        let outline = [(span(0, 12), span(0, 10)), (span(13, 26), span(13, 23))];
        let outline = outline.map(|(whole, header)| Section { whole, header });
        sources.set_outline(file, outline.to_vec());
        let at = |code, start| Diagnostic::error(code, "Odd", "").at(span(start, start + 1));
        let problems = [at(116, 11), at(205, 10), at(205, 24)].into_iter().collect();
        let places: Vec<_> = root_causes(problems, &sources)
            .iter()
            .map(|problem| problem.subject.map(|span| span.start))
            .collect();
        assert_eq!(places, [Some(11), Some(24)]);
    }

    #[test]
    fn blocks_of_one_kind_are_told_apart() {
        let mut sources = SourceMap::default();
        let file = sources.add("main.tf", "import {}\nimport {}\n");
        let span = |start, end| Span::new(file, start, end);
        let outline = [(span(0, 9), span(0, 6)), (span(10, 19), span(10, 16))];
        let outline = outline.map(|(whole, header)| Section { whole, header });
        sources.set_outline(file, outline.to_vec());
        let at = |code, start| Diagnostic::error(code, "Odd", "").at(span(start, start + 1));
        let problems = [at(204, 7), at(205, 17)].into_iter().collect();
        assert_eq!(root_causes(problems, &sources).len(), 2);
    }

    #[test]
    fn other_modules_are_whole() {
        let mut sources = SourceMap::default();
        let broken = sources.add("a/main.tf", "x");
        let whole = sources.add("main.tf", "module \"a\" {}");
        let known = Diagnostic::error(120, "Odd", "").at(Span::new(broken, 0, 1)).into();
        let at = |code, file: FileId| Diagnostic::error(code, "Odd", "").at(Span::new(file, 0, 1));
        let found = [at(330, broken), at(330, whole)].into_iter().collect();
        assert_eq!(independent(found, &known, &sources).len(), 1);
    }
}
