//! The lock file: which version, commit and content of each package `init` chose, so that everybody gets the same.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use camino::Utf8Path;
use ecow::EcoString;

use super::{codes, constant};
use crate::diag::{Diagnostic, Diagnostics, SourceMap};
use crate::syntax::ast::{Block, Body};
use crate::world::Files;

/// The name of the lock file, beside the root module's files.
pub const FILE: &str = ".terrace.lock.hcl";

/// What was chosen, by the package's address and the versions that were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// In order of the addresses.
    pub packages: BTreeMap<Wish, Locked>,
}

/// What a call asks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wish {
    /// The package's address, without secrets.
    pub package: EcoString,
    /// The version constraint, as written.
    pub constraint: Option<EcoString>,
}

/// What it got.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Locked {
    /// The version, of modules of a registry.
    pub version: Option<EcoString>,
    /// The commit, of git repositories.
    pub commit: Option<EcoString>,
    /// The digest of the files: `h1:` and base64.
    pub hash: EcoString,
}

impl Lock {
    /// Reads the lock file of a root module; empty where there is none.
    pub fn read(
        files: &dyn Files,
        root: &Utf8Path,
        sources: &mut SourceMap,
    ) -> (Self, Diagnostics) {
        let path = super::source::shown(&root.join(FILE));
        match files.kind(&path) {
            Ok(None) => return (Self::default(), Diagnostics::none()),
            Ok(Some(_)) => {}
            Err(error) => return (Self::default(), unreadable(&path, &error).into()),
        }
        let mut problems = Diagnostics::none();
        let parsed = super::source::parse(
            files,
            &path,
            super::source::Notation::Native,
            sources,
            &mut problems,
        );
        let lock = parsed.map(|(body, _)| Self::of(body, &mut problems)).unwrap_or_default();
        (lock, problems)
    }

    fn of(body: Body, problems: &mut Diagnostics) -> Self {
        let mut lock = Self::default();
        for attribute in &body.attributes {
            problems.push(unknown("argument").at(attribute.name.span));
        }
        for block in body.blocks {
            match block.labels.as_slice() {
                [label] if block.ident.name == "module" => {
                    let package = label.text.clone();
                    if let Some((constraint, locked)) = locked(&block, problems) {
                        lock.packages.insert(Wish { package, constraint }, locked);
                    }
                }
                _ => problems.push(unknown("block").at(block.header)),
            }
        }
        lock
    }

    /// The text of the lock file.
    #[must_use]
    pub fn to_hcl(&self) -> String {
        let mut text = String::from(
            "# `terrace init` keeps this file. It belongs into version control: with it everybody installs the same modules.\n",
        );
        for (wish, locked) in &self.packages {
            let arguments = [
                ("constraint", wish.constraint.as_ref()),
                ("version", locked.version.as_ref()),
                ("commit", locked.commit.as_ref()),
                ("hash", Some(&locked.hash)),
            ];
            let present: Vec<_> =
                arguments.iter().filter_map(|(name, value)| Some((*name, (*value)?))).collect();
            let width = present.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
            write!(text, "\nmodule {} {{\n", quoted(&wish.package)).expect("strings take text");
            for (name, value) in present {
                writeln!(text, "  {name:width$} = {}", quoted(value)).expect("strings take text");
            }
            text.push_str("}\n");
        }
        text
    }
}

/// What a block of the lock file says.
fn locked(block: &Block, problems: &mut Diagnostics) -> Option<(Option<EcoString>, Locked)> {
    let mut constraint = None;
    let mut locked = Locked::default();
    for attribute in &block.body.attributes {
        let place = match attribute.name.name.as_str() {
            "constraint" => &mut constraint,
            "version" => &mut locked.version,
            "commit" => &mut locked.commit,
            "hash" => {
                locked.hash = constant::text(&attribute.expr, problems)?;
                continue;
            }
            _ => {
                problems.push(unknown("argument").at(attribute.name.span));
                continue;
            }
        };
        *place = Some(constant::text(&attribute.expr, problems)?);
    }
    if !locked.hash.starts_with("h1:") {
        problems.push(
            Diagnostic::error(
                codes::LOCK_FILE,
                "Invalid lock file",
                "The entry has no digest of the kind \"h1:\".",
            )
            .at(block.header)
            .help("Take the entry out and run: terrace init"),
        );
        return None;
    }
    Some((constraint, locked))
}

fn unknown(what: &str) -> Diagnostic {
    let detail = format!("This {what} is not expected in the lock file of modules.");
    Diagnostic::error(codes::LOCK_FILE, "Invalid lock file", detail)
        .help("A newer terrace may have written it. Otherwise take it out.")
}

fn unreadable(path: &Utf8Path, error: &io::Error) -> Diagnostic {
    let detail = format!("The file {path} could not be read: {error}.");
    Diagnostic::error(codes::LOCK_FILE, "Invalid lock file", detail)
        .help("Check that you may read it.")
}

/// A text as HCL writes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '$' | '%' if rest.peek() == Some(&'{') => quoted.extend([c, c]),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::memory::FileTree;

    fn read(text: &str) -> (Lock, Vec<String>) {
        let files: FileTree = [(FILE, text)].into_iter().collect();
        let (lock, problems) = Lock::read(&files, Utf8Path::new("."), &mut SourceMap::default());
        (lock, problems.iter().map(|problem| problem.detail.clone()).collect())
    }

    #[test]
    fn a_lock_reads_as_it_was_written() {
        let vpc = Wish {
            package: "registry.terraform.io/a/b/c".into(),
            constraint: Some("~> 5.0".into()),
        };
        let git = Wish { package: "git::https://x.y/z?ref=\"${a}".into(), constraint: None };
        let lock = Lock {
            packages: BTreeMap::from([
                (
                    vpc,
                    Locked { version: Some("5.1.0".into()), commit: None, hash: "h1:abc=".into() },
                ),
                (
                    git,
                    Locked { version: None, commit: Some("0123".into()), hash: "h1:def=".into() },
                ),
            ]),
        };
        let text = lock.to_hcl();
        assert_eq!(read(&text), (lock, Vec::new()), "{text}");
        assert_eq!(
            crate::syntax::format(&text, crate::diag::FileId::default()).as_deref(),
            Ok(text.as_str())
        );
        let none = Lock::read(&FileTree::default(), Utf8Path::new("."), &mut SourceMap::default());
        assert_eq!(none, (Lock::default(), Diagnostics::none()));
    }

    #[test]
    fn what_does_not_belong_into_it_is_reported() {
        for (text, expected) in [
            ("a = 1\n", "This argument is not expected"),
            ("provider \"x\" {}\n", "This block is not expected"),
            ("module \"x\" {}\n", "no digest of the kind"),
            (
                "module \"x\" {\n  hash = \"h1:x\"\n  zh = \"y\"\n}\n",
                "This argument is not expected",
            ),
            ("module \"x\" {\n  hash = var.x\n}\n", "Variables may not be used here."),
            ("module \"x\" {\n", ""),
        ] {
            let (_, problems) = read(text);
            assert!(
                problems.iter().any(|problem| problem.contains(expected)),
                "{text}: {problems:?}"
            );
        }
    }
}
