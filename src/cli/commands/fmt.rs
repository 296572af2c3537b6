//! `terrace fmt`: configuration files in canonical layout.

use std::io::Read as _;

use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::args::Fmt;
use crate::cli::context::Context;
use crate::cli::error::{CommandError, Exit, Kind, Outcome};
use crate::diag::SourceMap;
use crate::report::paint::{ADD, REMOVE, STRONG, paint};
use crate::syntax;
use crate::world::FileKind;

/// Names that end so are formatted where a folder is given.
const EXTENSIONS: [&str; 3] = ["tf", "hcl", "tfvars"];

/// Formats files, folders or standard input.
pub fn run(args: &Fmt, context: &mut Context) -> Outcome {
    if args.paths.iter().any(|path| path == "-") {
        return standard_input(args, context);
    }
    let mut run = Run { args, context, unformatted: 0, failed: 0 };
    let current = [Utf8PathBuf::from(".")];
    let paths = if args.paths.is_empty() { &current } else { args.paths.as_slice() };
    for path in paths {
        run.path(path)?;
    }
    let (unformatted, failed) = (run.unformatted, run.failed);
    Ok(match (failed, unformatted) {
        (1.., _) => Exit::Failure,
        (_, 1..) if args.check => Exit::Unformatted,
        _ => Exit::Success,
    })
}

fn standard_input(args: &Fmt, context: &mut Context) -> Outcome {
    let mut bytes = Vec::new();
    std::io::stdin()
        .read_to_end(&mut bytes)
        .map_err(|error| CommandError::new(Kind::File, "Cannot read standard input", error))?;
    let Some((text, mut formatted)) = format("<stdin>", &bytes, context) else {
        return Ok(Exit::Failure);
    };
    if !formatted.is_empty() && !formatted.ends_with('\n') {
        formatted.push('\n');
    }
    if args.diff {
        context.printer.print(&diff("<stdin>", &text, &formatted));
    } else if !args.check {
        context.printer.print(&formatted);
    }
    let unformatted = args.check && text != formatted;
    Ok(if unformatted { Exit::Unformatted } else { Exit::Success })
}

/// The text with its formatted form; none where it cannot be parsed, which has been shown.
fn format(path: &str, bytes: &[u8], context: &mut Context) -> Option<(String, String)> {
    let mut sources = SourceMap::default();
    let file = sources.add(path, String::from_utf8_lossy(bytes).as_ref());
    let text = match syntax::decode(bytes, file) {
        Ok(text) => text,
        Err(problems) => {
            context.report(&problems, &sources);
            return None;
        }
    };
    match syntax::format(text, file) {
        Ok(formatted) => Some((text.to_owned(), formatted)),
        Err(problems) => {
            context.report(&problems, &sources);
            None
        }
    }
}

struct Run<'a> {
    args: &'a Fmt,
    context: &'a mut Context,
    unformatted: usize,
    failed: usize,
}

impl Run<'_> {
    fn path(&mut self, path: &Utf8Path) -> Result<(), CommandError> {
        match self.context.world.files.kind(path).map_err(|error| unreadable(path, error))? {
            Some(FileKind::Folder) => self.folder(path),
            Some(FileKind::File) => self.file(path),
            found => {
                let why = if found.is_none() { "There is no such file" } else { "It is no file" };
                let detail = format!("{path}: {why}");
                Err(CommandError::say(Kind::File, "No file or folder to format", detail))
            }
        }
    }

    fn folder(&mut self, folder: &Utf8Path) -> Result<(), CommandError> {
        let entries = self.context.world.files.list(folder);
        for (name, kind) in entries.map_err(|error| unreadable(folder, error))? {
            if name.starts_with('.') {
                continue;
            }
            let path = if folder == "." { name.into() } else { folder.join(name) };
            let formats = path.extension().is_some_and(|end| EXTENSIONS.contains(&end));
            match kind {
                FileKind::Folder if self.args.recursive => self.folder(&path)?,
                FileKind::File if formats => self.file(&path)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Utf8Path) -> Result<(), CommandError> {
        let bytes = self.context.world.files.read(path).map_err(|error| unreadable(path, error))?;
        let Some((text, formatted)) = format(path.as_str(), &bytes, self.context) else {
            self.failed += 1;
            return Ok(());
        };
        if text == formatted {
            return Ok(());
        }
        self.unformatted += 1;
        if self.args.list {
            self.context.printer.line(path.as_str());
        }
        if self.args.diff {
            self.context.printer.print(&diff(path.as_str(), &text, &formatted));
        }
        if self.args.write && !self.args.check {
            self.context.world.files.write(path, formatted.as_bytes()).map_err(|error| {
                let error = anyhow::Error::new(error).context(path.to_string());
                CommandError::new(Kind::File, "Cannot write the file", error)
            })?;
        }
        Ok(())
    }
}

fn unreadable(path: &Utf8Path, error: std::io::Error) -> CommandError {
    let error = anyhow::Error::new(error).context(path.to_string());
    CommandError::new(Kind::File, "Cannot read the file", error)
}

/// A unified diff.
fn diff(path: &str, old: &str, new: &str) -> String {
    let diff = similar::TextDiff::from_lines(old, new);
    let text = diff
        .unified_diff()
        .context_radius(3)
        .header(&format!("old/{path}"), &format!("new/{path}"))
        .to_string();
    text.lines()
        .map(|line| match line.chars().next() {
            Some('+') if line.starts_with("+++") => paint(STRONG, line),
            Some('-') if line.starts_with("---") => paint(STRONG, line),
            Some('+') => paint(ADD, line),
            Some('-') => paint(REMOVE, line),
            _ => line.to_owned(),
        })
        .map(|line| line + "\n")
        .collect()
}
