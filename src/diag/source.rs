//! Source texts and places in them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A file of the [`SourceMap`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A stretch of a source file: byte offsets, the end exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Which file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// A stretch of `file` from byte `start` up to byte `end`.
    #[must_use]
    pub const fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end }
    }

    /// From the start of this stretch to the end of `other`, which is in the same file.
    #[must_use]
    pub const fn to(self, other: Self) -> Self {
        Self { file: self.file, start: self.start, end: other.end }
    }

    /// The empty stretch at this one's start.
    #[must_use]
    pub const fn at_start(self) -> Self {
        Self { file: self.file, start: self.start, end: self.start }
    }
}

/// A place as people count: lines and columns from 1; columns in letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// From 1.
    pub line: u32,
    /// From 1, in letters as people see them (grapheme clusters): an `é` is one, however it is written.
    pub column: u32,
    /// From 0, in bytes.
    pub byte: u32,
}

/// A block at the top of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// The whole block.
    pub whole: Span,
    /// Its type and labels.
    pub header: Span,
}

/// One source text with its path as it is shown to people.
#[derive(Clone, Debug)]
pub struct SourceFile {
    path: String,
    text: Arc<str>,
    line_starts: Vec<u32>,
    outline: Vec<Section>,
}

impl SourceFile {
    /// The path, relative to where the user stands.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The folder that the file is in; empty for the one where the user stands.
    #[must_use]
    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Whether it is in JSON, by its name.
    #[must_use]
    pub fn is_json(&self) -> bool {
        camino::Utf8Path::new(&self.path).extension() == Some("json")
    }

    /// Type and labels of the block at the top of the file that holds a byte: `resource "aws_vpc" "main"`.
    #[must_use]
    pub fn section(&self, byte: u32) -> Option<String> {
        let Span { start, end, .. } = self.block_at(byte)?;
        let header = self.text.get(start as usize..end as usize)?;
        let mut words = header.split_whitespace();
        let kind = words.next()?;
        let labels = words.map(|label| format!(" \"{}\"", label.trim_matches('"')));
        Some(std::iter::once(kind.to_owned()).chain(labels).collect())
    }

    /// The head of the block at the top of the file that holds a byte.
    #[must_use]
    pub fn block_at(&self, byte: u32) -> Option<Span> {
        let after = self.outline.partition_point(|section| section.whole.start <= byte);
        let section = self.outline.get(after.checked_sub(1)?)?;
        (byte < section.whole.end).then_some(section.header)
    }

    /// Line and column of a byte offset; past the end counts as the end.
    #[must_use]
    pub fn locate(&self, byte: u32) -> Location {
        let byte = byte.min(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        let line = self.line_starts.partition_point(|start| *start <= byte);
        let start = self.line_starts[line - 1];
        let column = self.text.get(start as usize..byte as usize).map_or(0, letters);
        Location {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX).saturating_add(1),
            byte,
        }
    }
}

/// How many letters people see in a text.
fn letters(text: &str) -> usize {
    use unicode_segmentation::UnicodeSegmentation as _;
    if text.is_ascii() { text.len() } else { text.graphemes(true).count() }
}

/// A call of a module: why the texts of its folder are read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Caller {
    /// Where it is called.
    pub at: Span,
    /// The module that is called: `module.web.module.db`.
    pub module: String,
}

/// Every source text of a run. Files are only added; ids stay valid.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
    /// By folder, who calls the module that it holds.
    callers: BTreeMap<String, BTreeSet<Caller>>,
}

impl SourceMap {
    /// Adds a text and returns its id.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let text: Arc<str> = text.into();
        let line_starts = std::iter::once(0)
            .chain(
                text.match_indices('\n').map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)),
            )
            .collect();
        self.files.push(SourceFile { path: path.into(), text, line_starts, outline: Vec::new() });
        FileId(u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX))
    }

    /// Notes the blocks at the top of a file, in the order of the text.
    pub fn set_outline(&mut self, id: FileId, outline: Vec<Section>) {
        if let Some(file) = self.files.get_mut(id.0 as usize) {
            file.outline = outline;
        }
    }

    /// Notes that the module in `folder` is called; what was noted already is not noted again.
    pub fn add_caller(&mut self, folder: impl Into<String>, caller: Caller) {
        self.callers.entry(folder.into()).or_default().insert(caller);
    }

    /// The calls through which the module of a file is read, in the order of the files; none for the root module.
    pub fn callers(&self, id: FileId) -> impl Iterator<Item = &Caller> {
        let folder = self.file(id).map_or("", SourceFile::folder);
        self.callers.get(folder).into_iter().flatten()
    }

    /// The file of `id`, which came from this map.
    #[must_use]
    pub fn file(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// The text that a span covers; empty for a span of no file.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file)
            .and_then(|file| file.text().get(span.start as usize..span.end as usize))
            .unwrap_or_default()
    }

    /// All files in the order in which they were added.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        (0..).map(FileId).zip(&self.files)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_lines_and_columns() {
        let mut map = SourceMap::default();
        let id = map.add("a.hcl", "ä = 1\nb = 2\n");
        let file = map.file(id).expect("just added");
        let at = |byte| (file.locate(byte).line, file.locate(byte).column);
        assert_eq!([at(0), at(2), at(7), at(99)], [(1, 1), (1, 2), (2, 1), (3, 1)]);
        assert_eq!(map.text(Span::new(id, 7, 12)), "b = 2");
    }

    #[test]
    fn columns_count_letters_as_people_see_them() {
        for letter in ["é", "e\u{301}", "👨‍👩‍👧", "🇳🇴", "각", "한"] {
            let mut map = SourceMap::default();
            let id = map.add("a.hcl", format!("\"{letter}{letter}\" = 1"));
            let end = u32::try_from(2 * letter.len() + 1).expect("short");
            let at = map.file(id).expect("just added").locate(end);
            assert_eq!((at.column, at.byte), (4, end), "{letter:?}");
        }
    }
}
