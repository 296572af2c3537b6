//! What every command works with: settings, environment, the outside world, and a voice.

use super::env::Environment;
use super::error::CommandError;
use super::outside;
use super::printer::Printer;
use super::settings::Global;
use crate::diag::{Diagnostic, Diagnostics, Severity, SourceMap};
use crate::engine::Cancel;
use crate::report::json::Lines;
use crate::world::World;

/// How a command speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// To people.
    Human,
    /// To programs: one JSON object per line.
    Json,
}

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
    /// The terminal.
    pub printer: Printer,
    /// How the command speaks.
    pub voice: Voice,
    /// Whether waiting takes time.
    pub tempo: Tempo,
    /// By which the run is asked to end.
    pub cancel: Cancel,
}

impl Context {
    /// The context of a command that speaks to people.
    #[must_use]
    pub fn new(global: Global, environment: Environment) -> Self {
        let printer = Printer::new(&global);
        let world = outside::world(&environment);
        let (voice, tempo, cancel) = (Voice::Human, Tempo::Real, Cancel::default());
        Self { global, environment, world, printer, voice, tempo, cancel }
    }

    /// Speaks JSON from now on, where that is asked for; begins with the version.
    pub fn speak(&mut self, voice: Voice) {
        self.voice = voice;
        if voice == Voice::Json {
            self.tell(|lines| lines.version(super::commands::version::TERRACE));
        }
    }

    /// Prints one line for programs.
    pub fn tell(&mut self, line: impl FnOnce(&Lines<'_>) -> String) {
        self.tell_if(|lines| Some(line(lines)));
    }

    /// Prints one line for programs, if there is one to print.
    pub fn tell_if(&mut self, line: impl FnOnce(&Lines<'_>) -> Option<String>) {
        let clock = self.world.clock.clone();
        let now = move || clock.now().to_string();
        if let Some(line) = line(&Lines::new(&now)) {
            self.printer.line(&line);
        }
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
                Voice::Json => self.tell(|lines| lines.diagnostic(problem, sources)),
            }
        }
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
