//! `terrace fmt`: configuration files in canonical layout.

use std::io::Read as _;

use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::args::Fmt;
use crate::cli::context::Context;
use crate::cli::error::{CommandError, Exit, Kind, Outcome};
use crate::config;
use crate::diag::SourceMap;
use crate::report::paint::{ADD, REMOVE, STRONG, paint};
use crate::syntax;
use crate::world::FileKind;

/// Formats files, folders or standard input.
pub fn run(args: &Fmt, context: &mut Context) -> Outcome {
    if args.paths.iter().any(|path| path == "-") {
        if args.paths.len() > 1 {
            let detail =
                "\"-\" stands for standard input, and nothing else can be formatted with it";
            return Err(CommandError::say(Kind::Usage, "Too many paths", detail));
        }
        return standard_input(args, context);
    }
    let mut run = Run { args, context, unformatted: 0, failed: 0 };
    let current = [Utf8PathBuf::from(".")];
    let paths = if args.paths.is_empty() { &current } else { args.paths.as_slice() };
    for path in paths {
        if let Err(error) = run.path(path) {
            run.failed += 1;
            run.context.fail(&error);
        }
    }
    Ok(match (run.failed, run.unformatted) {
        (1.., _) => Exit::Unformattable,
        (_, 1..) if args.check => Exit::Unformatted,
        _ => Exit::Success,
    })
}

fn standard_input(args: &Fmt, context: &mut Context) -> Outcome {
    let unreadable = |error| CommandError::new(Kind::File, "Cannot read standard input", error);
    let most = u64::try_from(syntax::MAX_SIZE).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    std::io::stdin().take(most + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    let Some((text, mut formatted)) = format("<stdin>", &bytes, context) else {
        return Ok(Exit::Unformattable);
    };
    if args.diff {
        context.printer.print(&diff("<stdin>", &text, &formatted));
    }
    let unformatted = args.check && text != formatted;
    if !args.diff && !args.check {
        if !formatted.is_empty() && !formatted.ends_with('\n') {
            formatted.push('\n');
        }
        context.printer.print(&formatted);
    }
    Ok(if unformatted { Exit::Unformatted } else { Exit::Success })
}

/// Whether a file of that name is formatted where its folder is given.
fn is_formatted(name: &str) -> bool {
    let is_backup = name.starts_with(['.', '#']) || name.ends_with('~');
    let ends = [".tfvars", ".tftest.hcl", ".tfmock.hcl"];
    !is_backup && (config::is_native(name) || ends.iter().any(|end| name.ends_with(end)))
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
        let refuse = |detail: String| CommandError::say(Kind::File, "Cannot format", detail);
        match self.context.world.files.kind(path).map_err(|error| unreadable(path, error))? {
            Some(FileKind::Folder) => self.folder(path),
            Some(FileKind::File) if path.extension() == Some("json") => {
                Err(refuse(format!("{path} is JSON; only HCL's own syntax has a canonical layout")))
            }
            Some(FileKind::File) => self.file(path),
            Some(FileKind::Other) => Err(refuse(format!("{path} is no file"))),
            None => Err(refuse(format!("There is no file or folder {path}"))),
        }
    }

    /// The files of a folder, in the order of their names. Folders behind symbolic links are left alone, since such
    /// links may lead in a circle.
    fn folder(&mut self, folder: &Utf8Path) -> Result<(), CommandError> {
        let files = self.context.world.files.clone();
        let entries = files.list(folder).map_err(|error| unreadable(folder, error))?;
        for (name, kind) in entries {
            let path = if folder == "." { name.clone().into() } else { folder.join(&name) };
            match kind {
                FileKind::Folder
                    if self.args.recursive && !name.starts_with('.') && !files.is_link(&path) =>
                {
                    self.folder(&path)?;
                }
                FileKind::File if is_formatted(&name) => self.file(&path)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Utf8Path) -> Result<(), CommandError> {
        let limit = syntax::MAX_SIZE;
        let bytes = match self.context.world.files.read_at_most(path, limit) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
                let mut sources = SourceMap::default();
                let file = sources.add(path.as_str(), "");
                self.context.report(&syntax::too_large(file).into(), &sources);
                self.failed += 1;
                return Ok(());
            }
            Err(error) => return Err(unreadable(path, error)),
        };
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
        if self.args.write && !self.args.check {
            self.context.world.files.rewrite(path, formatted.as_bytes()).map_err(|error| {
                let error = anyhow::Error::new(error).context(path.to_string());
                CommandError::new(Kind::File, "Cannot write the file", error)
            })?;
        }
        if self.args.diff {
            self.context.printer.print(&diff(path.as_str(), &text, &formatted));
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
