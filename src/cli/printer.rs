//! The terminal: the only place that prints. Knows about colours, quiet runs and pipes that close early.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::settings::{Global, Motion};
use crate::diag::render::{self, Style};
use crate::diag::{Diagnostic, SourceMap};

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
    motion: Motion,
    bar: Option<ProgressBar>,
}

impl Printer {
    /// A printer to the process's standard streams.
    #[must_use]
    pub fn new(global: &Global) -> Self {
        let Global { color, verbosity, motion, .. } = *global;
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
            motion: if std::io::stdout().is_terminal() { motion } else { Motion::Never },
            bar: None,
        }
    }

    /// Whether there may be a line at the bottom of the terminal.
    #[must_use]
    pub fn is_moving(&self) -> bool {
        self.motion == Motion::Allowed
    }

    /// Keeps a line at the bottom of the terminal, below all that is printed, until it is taken away with none.
    pub fn live(&mut self, line: Option<String>) {
        if self.motion == Motion::Never {
            return;
        }
        match (line, &self.bar) {
            (Some(line), Some(bar)) if bar.message() != line => bar.set_message(line),
            (Some(_), Some(_)) => {}
            (Some(line), None) => self.bar = Some(moving(line)),
            (None, Some(bar)) => {
                bar.finish_and_clear();
                self.bar = None;
            }
            (None, None) => {}
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
        let out = &mut self.out;
        quit_on_closed_pipe(above(self.bar.as_ref(), || out.write_all(text.as_bytes())));
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
        let err = &mut self.err;
        quit_on_closed_pipe(above(self.bar.as_ref(), || err.write_all(text.as_bytes())));
    }

    /// Prints one problem.
    pub fn diagnostic(&mut self, diagnostic: &Diagnostic, sources: &SourceMap) {
        let text = render::text(diagnostic, sources, self.style);
        self.complain(&format!("{text}\n"));
    }

    /// Whether warnings that come alone are shown by their titles.
    #[must_use]
    pub fn is_compact(&self) -> bool {
        self.warnings == Warnings::Compact
    }

    /// Prints warnings by their titles, each title once.
    pub fn warnings(&mut self, warnings: &[&Diagnostic], sources: &SourceMap) {
        let mut titles: BTreeMap<&str, Vec<&Diagnostic>> = BTreeMap::new();
        for warning in warnings {
            titles.entry(&warning.summary).or_default().push(warning);
        }
        if titles.is_empty() {
            return;
        }
        let lines: Vec<String> = titles
            .iter()
            .map(|(title, all)| format!("- {title}{}", places(all, sources)))
            .collect();
        self.complain(&format!(
            "Warnings:\n\n{}\n\nThe whole warnings are shown without -compact-warnings.\n\n",
            lines.join("\n")
        ));
    }

    /// Writes out what is still held back.
    pub fn flush(&mut self) {
        quit_on_closed_pipe(self.out.flush());
    }
}

/// Where the first of several warnings is, and how many there are beside it.
fn places(warnings: &[&Diagnostic], sources: &SourceMap) -> String {
    let place = warnings.first().and_then(|one| one.subject).and_then(|span| {
        let file = sources.file(span.file)?;
        Some(format!("\n  on {} line {}", file.path(), file.locate(span.start).line))
    });
    let more = match warnings.len() {
        0 | 1 => String::new(),
        many => format!(" (and {} more)", many - 1),
    };
    format!("{}{more}", place.unwrap_or_default())
}

/// A line that turns.
fn moving(line: String) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner:.cyan} {wide_msg} {elapsed:.dim}");
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stdout());
    bar.set_style(style.expect("the template is sound"));
    bar.set_message(line);
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// Writes above the line at the bottom, if there is one.
fn above<T>(bar: Option<&ProgressBar>, write: impl FnOnce() -> T) -> T {
    match bar {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
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
