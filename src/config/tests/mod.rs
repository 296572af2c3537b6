//! Configurations read as a whole, from files in memory.

mod ladder;
mod modules;
mod pages;
mod values;

use camino::Utf8Path;

use super::{Config, Manifest, load};
use crate::diag::render::{Style, text};
use crate::diag::{Diagnostics, SourceMap};
use crate::world::memory::FileTree;

/// A configuration that was read, with what was wrong.
struct Read {
    config: Config,
    problems: Diagnostics,
    sources: SourceMap,
}

fn read(files: &[(&str, &str)]) -> Read {
    let tree: FileTree = files.iter().copied().collect();
    let mut sources = SourceMap::default();
    let root = Utf8Path::new(".");
    let (manifest, mut problems) = Manifest::read(&tree, Utf8Path::new(".terrace"));
    let config = problems.take(load(&tree, root, &mut sources, &manifest));
    Read { config, problems, sources }
}

impl Read {
    /// One line for each problem: place, code, title.
    fn lines(&self) -> Vec<String> {
        self.problems.iter().map(|problem| self.line(problem)).collect()
    }

    fn line(&self, problem: &crate::diag::Diagnostic) -> String {
        let place = problem.subject.and_then(|span| {
            let file = self.sources.file(span.file)?;
            Some(format!("{}:{} ", file.path(), file.locate(span.start).line))
        });
        format!("{}{} {}", place.unwrap_or_default(), problem.code, problem.summary)
    }

    /// Every problem as it is shown to people.
    fn rendered(&self) -> String {
        self.problems
            .iter()
            .map(|problem| text(problem, &self.sources, Style::Plain))
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// Checks which problems files have.
#[track_caller]
fn check(files: &[(&str, &str)], expected: &[&str]) {
    assert_eq!(read(files).lines(), expected, "{files:?}");
}
