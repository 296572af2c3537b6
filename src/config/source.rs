//! The files of a directory: which are configuration, in which order, and reading them.

use std::io;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::codes;
use super::content::{fits_labels, unsupported_argument, unsupported_block};
use super::decode::ROOT;
use crate::diag::{Diagnostic, Diagnostics, FileId, Section, SourceMap};
use crate::syntax::ast::{Block, Body};
use crate::world::{FileKind, Files};

/// How a configuration file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// HCL's own syntax.
    Native,
    /// JSON.
    Json,
}

/// What a configuration file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It declares.
    Primary,
    /// It changes what other files declare: `override.tf`, `*_override.tf`.
    Override,
}

/// The blocks at the top of the files of a directory.
#[derive(Debug, Default)]
pub struct Blocks {
    /// Of ordinary files, in the order of their names.
    pub primary: Vec<Block>,
    /// Of override files, in the order of their names.
    pub overrides: Vec<Block>,
    /// Files that are written in JSON.
    pub json: Vec<FileId>,
    /// How many files there were.
    pub files: usize,
}

/// What a file of that name is, if it is configuration.
pub fn classify(name: &str) -> Option<(Notation, Role)> {
    let (stem, notation) = [
        (".tf.json", Notation::Json),
        (".hcl.json", Notation::Json),
        (".tf", Notation::Native),
        (".hcl", Notation::Native),
    ]
    .iter()
    .find_map(|(extension, notation)| Some((name.strip_suffix(extension)?, *notation)))?;
    let is_backup = name.starts_with('.') || name.ends_with('~') || name.starts_with('#');
    let is_other = [".tftest", ".tfmock", ".pkr", ".pkrvars", ".nomad"]
        .iter()
        .any(|suffix| stem.ends_with(suffix))
        || stem == "terragrunt";
    if is_backup || is_other {
        return None;
    }
    let is_override = stem == "override" || stem.ends_with("_override");
    Some((notation, if is_override { Role::Override } else { Role::Primary }))
}

/// Whether a file of that name is configuration in HCL's own syntax.
#[must_use]
pub fn is_native(name: &str) -> bool {
    matches!(classify(name), Some((Notation::Native, _)))
}

/// Reads every configuration file of a directory.
///
/// # Errors
/// The directory cannot be listed.
pub fn read(
    files: &dyn Files,
    dir: &Utf8Path,
    sources: &mut SourceMap,
    problems: &mut Diagnostics,
) -> io::Result<Blocks> {
    let mut blocks = Blocks::default();
    for (name, kind) in files.list(dir)? {
        let Some((notation, role)) = classify(&name) else { continue };
        blocks.files += 1;
        let path = shown(&dir.join(&name));
        if kind != FileKind::File {
            problems.push(not_a_file(&path, kind));
            continue;
        }
        let Some((body, file)) = parse(files, &path, notation, sources, problems) else { continue };
        if notation == Notation::Json {
            blocks.json.push(file);
        }
        let found = top_blocks(body, problems);
        match role {
            Role::Primary => blocks.primary.extend(found),
            Role::Override => blocks.overrides.extend(found),
        }
    }
    Ok(blocks)
}

/// The path as it is shown to people: without `.` and, where possible, without `..`.
pub fn shown(path: &Utf8Path) -> Utf8PathBuf {
    let mut whole = Utf8PathBuf::new();
    for part in path.components() {
        let ends_in_name = matches!(whole.components().next_back(), Some(Utf8Component::Normal(_)));
        match part {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir if ends_in_name => {
                whole.pop();
            }
            part => whole.push(part),
        }
    }
    if whole.as_str().is_empty() { Utf8PathBuf::from(".") } else { whole }
}

/// Reads and parses one file.
pub fn parse(
    files: &dyn Files,
    path: &Utf8Path,
    notation: Notation,
    sources: &mut SourceMap,
    problems: &mut Diagnostics,
) -> Option<(Body, FileId)> {
    let bytes = match files.read_at_most(path, crate::syntax::MAX_SIZE) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            let file = sources.add(path.as_str(), "");
            problems.push(crate::syntax::too_large(file));
            return None;
        }
        Err(error) => {
            problems.push(unreadable(path, &error));
            return None;
        }
    };
    let text: std::sync::Arc<str> = match String::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(error) => {
            let file =
                sources.add(path.as_str(), String::from_utf8_lossy(error.as_bytes()).as_ref());
            let decoded = crate::syntax::decode(error.as_bytes(), file);
            problems.extend(decoded.err().into_iter().flatten());
            return None;
        }
    };
    let file = sources.add(path.as_str(), text.clone());
    let parsed = match notation {
        Notation::Native => crate::syntax::parse_file(&text, file),
        Notation::Json => crate::syntax::parse_json_file(&text, file),
    };
    let body = problems.take(parsed);
    let sections =
        body.blocks.iter().map(|block| Section { whole: block.span, header: block.header });
    sources.set_outline(file, sections.collect());
    Some((body, file))
}

/// The blocks at the top of a file; reports what may not stand there.
fn top_blocks(body: Body, problems: &mut Diagnostics) -> Vec<Block> {
    if body.json.is_some() {
        return ROOT.whole(body, problems).blocks;
    }
    for attribute in &body.attributes {
        problems.push(unsupported_argument(attribute, [], false));
    }
    let mut known = Vec::with_capacity(body.blocks.len());
    for block in body.blocks {
        match ROOT.blocks.iter().find(|(name, _)| block.ident.name == *name) {
            Some((_, labels)) if fits_labels(&block, labels, problems) => known.push(block),
            Some(_) => {}
            None => {
                let names = ROOT.blocks.iter().map(|(name, _)| *name);
                problems.push(unsupported_block(&block, names, false));
            }
        }
    }
    known
}

fn not_a_file(path: &Utf8Path, kind: FileKind) -> Diagnostic {
    let what = match kind {
        FileKind::Folder => "is a directory",
        _ => "is a pipe, a device, or a link that leads nowhere",
    };
    let detail = format!("{path} is named like a configuration file, but it {what}.");
    Diagnostic::error(codes::UNREADABLE, "Failed to read file", detail).help("Rename or remove it.")
}

fn unreadable(path: &Utf8Path, error: &io::Error) -> Diagnostic {
    let detail = format!("The file {path} could not be read: {error}.");
    Diagnostic::error(codes::UNREADABLE, "Failed to read file", detail)
        .help("Check that it exists and that you may read it.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_names() {
        use Notation::{Json, Native};
        use Role::{Override, Primary};
        for (name, expected) in [
            ("main.tf", Some((Native, Primary))),
            ("main.hcl", Some((Native, Primary))),
            ("main.tf.json", Some((Json, Primary))),
            ("override.tf", Some((Native, Override))),
            ("net_override.hcl.json", Some((Json, Override))),
            ("override_net.tf", Some((Native, Primary))),
            (".terraform.lock.hcl", None),
            (".hidden.tf", None),
            ("main.tf~", None),
            ("#main.tf#", None),
            ("a.tftest.hcl", None),
            ("a.tfvars", None),
            ("a.json", None),
            ("terragrunt.hcl", None),
        ] {
            assert_eq!(classify(name), expected, "{name}");
        }
    }

    #[test]
    fn paths_are_shown_short() {
        for (path, expected) in [
            ("./main.tf", "main.tf"),
            ("a/../b/m.tf", "b/m.tf"),
            ("../x/./y", "../x/y"),
            ("./", "."),
        ] {
            assert_eq!(shown(Utf8Path::new(path)), expected);
        }
    }
}
