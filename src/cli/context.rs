//! What every command works with: settings, environment, the outside world, and a voice.

use std::sync::Arc;

use super::env::Environment;
use super::error::CommandError;
use super::outside;
use super::printer::Printer;
use super::settings::Global;
pub use super::voice::{Moment, Voice};
use crate::diag::{Diagnostic, Diagnostics, Severity, SourceMap, render};
use crate::engine::Cancel;
use crate::report::json::Lines;
use crate::world::{Files, World};

/// Whether waiting takes time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tempo {
    /// As much as it says.
    Real,
    /// None: the cloud's time is simulated.
    Simulated,
}

/// What every command works with.
pub struct Context {
    /// What every command takes.
    pub global: Global,
    /// The environment as it was at the start.
    pub environment: Environment,
    /// Files, clock, randomness.
    pub world: World,
    /// Where files of variables are read: as they are now, and nowhere recorded.
    pub given: Arc<dyn Files>,
    /// The terminal.
    pub printer: Printer,
    /// How the command speaks.
    pub voice: Voice,
    /// Whether waiting takes time.
    pub tempo: Tempo,
    /// By which the run is asked to end.
    pub cancel: Cancel,
    /// Problems that programs are told when the work is over; none where they are told at once.
    held: Option<Vec<Held>>,
}

/// A problem that is yet to be told to a program.
struct Held {
    problem: Diagnostic,
    rendered: serde_json::Value,
}

impl Context {
    /// The context of a command that speaks to people.
    #[must_use]
    pub fn new(global: Global, environment: Environment) -> Self {
        let printer = Printer::new(&global);
        let world = outside::world(&environment);
        let (voice, tempo, cancel) = (Voice::Human, Tempo::Real, Cancel::default());
        let (given, held) = (world.files.clone(), None);
        Self { global, environment, world, given, printer, voice, tempo, cancel, held }
    }

    /// Speaks from now on as it is asked to; lines begin with the version.
    pub fn speak(&mut self, voice: Voice, moment: Moment) {
        self.voice = voice;
        if voice == Voice::Json {
            self.tell(|lines| lines.version(super::commands::version::TERRACE));
            self.held = (moment == Moment::InTheEnd).then(Vec::new);
        }
    }

    /// Tells the problems that were held back so far.
    pub fn release(&mut self) {
        for Held { problem, rendered } in
            self.held.as_mut().map(std::mem::take).into_iter().flatten()
        {
            self.tell(|lines| lines.rendered(&problem, rendered));
        }
    }

    /// Drops problems that were held back: what they are about is judged once more.
    pub fn retract(&mut self, is_void: impl Fn(&Diagnostic) -> bool) {
        if let Some(held) = &mut self.held {
            held.retain(|held| !is_void(&held.problem));
        }
    }

    /// Prints one line for programs.
    pub fn tell(&mut self, line: impl FnOnce(&Lines<'_>) -> String) {
        self.tell_all(|lines| vec![line(lines)]);
    }

    /// Prints lines for programs.
    pub fn tell_all(&mut self, lines: impl FnOnce(&Lines<'_>) -> Vec<String>) {
        for line in self.timed(lines) {
            self.printer.line(&line);
        }
    }

    /// What is made of lines that bear the time.
    fn timed<T>(&self, make: impl FnOnce(&Lines<'_>) -> T) -> T {
        make(&Lines::new(&|| self.world.clock.now().to_string()))
    }

    /// Shows problems, in the order of the files, errors last. To people the same is said once.
    pub fn report(&mut self, problems: &Diagnostics, sources: &SourceMap) {
        let problems = in_order(problems);
        let only_warnings = problems.iter().all(|one| one.severity == Severity::Warning);
        if self.voice == Voice::Human && only_warnings && self.printer.is_compact() {
            return self.printer.warnings(&problems, sources);
        }
        let mut said = None;
        for problem in problems {
            if self.voice == Voice::Human && said.replace(problem) == Some(problem) {
                continue;
            }
            match self.voice {
                Voice::Human => self.printer.diagnostic(problem, sources),
                Voice::Json => self.note(problem, sources),
                Voice::Document => self.complain(problem, sources),
            }
        }
    }

    /// Tells a program of a problem, now or when the work is over.
    fn note(&mut self, problem: &Diagnostic, sources: &SourceMap) {
        match &mut self.held {
            Some(held) => {
                let rendered = render::json(problem, sources);
                held.push(Held { problem: problem.clone(), rendered });
            }
            None => self.tell(|lines| lines.diagnostic(problem, sources)),
        }
    }

    /// Tells of a problem beside a document.
    fn complain(&mut self, problem: &Diagnostic, sources: &SourceMap) {
        let line = self.timed(|lines| lines.diagnostic(problem, sources));
        self.printer.complain(&format!("{line}\n"));
    }

    /// Shows why the command failed.
    pub fn fail(&mut self, error: &CommandError) {
        self.report(&error.diagnostic().into(), &SourceMap::default());
    }
}

/// Warnings, then errors; each by file and place, what stands in no file first.
#[must_use]
pub fn in_order(problems: &Diagnostics) -> Vec<&Diagnostic> {
    let mut ordered: Vec<&Diagnostic> = Vec::with_capacity(problems.len());
    ordered.extend(problems);
    ordered.sort_by_key(|problem| {
        let place = problem.subject.map(|span| (span.file, span.start));
        (problem.severity == Severity::Error, place)
    });
    ordered
}
