//! The terminal: the only place that prints. Knows about colours, quiet runs and pipes that close early.

use std::io::{IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};

use crate::diag::render::{self, Style};
use crate::diag::{Diagnostic, Severity, SourceMap};

/// Whether progress is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    /// Results and problems only.
    Quiet,
    /// Progress too.
    Normal,
}

/// How warnings are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warnings {
    /// With everything that helps.
    Full,
    /// By their titles.
    Compact,
}

/// Standard output and standard error. Colours are taken out where they are not wanted.
pub struct Printer {
    out: AutoStream<std::io::Stdout>,
    err: AutoStream<std::io::Stderr>,
    verbosity: Verbosity,
    warnings: Warnings,
    style: Style,
}

impl Printer {
    /// A printer to the process's standard streams.
    #[must_use]
    pub fn new(color: ColorChoice, verbosity: Verbosity) -> Self {
        let colours = match color {
            ColorChoice::Never => false,
            ColorChoice::Always | ColorChoice::AlwaysAnsi => true,
            ColorChoice::Auto => std::io::stderr().is_terminal(),
        };
        Self {
            out: AutoStream::new(std::io::stdout(), color),
            err: AutoStream::new(std::io::stderr(), color),
            verbosity,
            warnings: Warnings::Full,
            style: if colours { Style::Colour } else { Style::Plain },
        }
    }

    /// Sets how warnings are shown from now on.
    pub fn set_warnings(&mut self, warnings: Warnings) {
        self.warnings = warnings;
    }

    /// Whether a person can answer and see progress.
    #[must_use]
    pub fn is_terminal() -> bool {
        std::io::stdout().is_terminal() && std::io::stdin().is_terminal()
    }

    /// Prints a result as it stands.
    pub fn print(&mut self, text: &str) {
        quit_on_closed_pipe(self.out.write_all(text.as_bytes()));
    }

    /// Prints a result and a line break.
    pub fn line(&mut self, text: &str) {
        self.print(&format!("{text}\n"));
    }

    /// Prints what is going on, unless the run is quiet.
    pub fn progress(&mut self, text: &str) {
        if self.verbosity == Verbosity::Normal {
            self.line(text);
        }
    }

    /// Prints to standard error as it stands.
    pub fn complain(&mut self, text: &str) {
        quit_on_closed_pipe(self.err.write_all(text.as_bytes()));
    }

    /// Prints one problem.
    pub fn diagnostic(&mut self, diagnostic: &Diagnostic, sources: &SourceMap) {
        if diagnostic.severity == Severity::Warning && self.warnings == Warnings::Compact {
            let place = place(diagnostic, sources);
            self.complain(&format!("Warning: {}{place}\n", diagnostic.summary));
        } else {
            let text = render::text(diagnostic, sources, self.style);
            self.complain(&format!("{text}\n"));
        }
    }

    /// Writes out what is still held back.
    pub fn flush(&mut self) {
        quit_on_closed_pipe(self.out.flush());
    }
}

fn place(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let place = diagnostic.subject.and_then(|span| {
        let file = sources.file(span.file)?;
        Some(format!(" ({}:{})", file.path(), file.locate(span.start).line))
    });
    place.unwrap_or_default()
}

/// A reader that went away (`terrace plan | head`) ends the program quietly; nobody would see a message.
#[expect(
    clippy::disallowed_methods,
    reason = "nobody is left to be told an exit code in good order"
)]
#[expect(clippy::needless_pass_by_value, reason = "it ends here")]
fn quit_on_closed_pipe(result: std::io::Result<()>) {
    if result.is_err() {
        std::process::exit(1);
    }
}
