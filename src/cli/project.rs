//! The project folder: the configuration with its sources, loaded once per command.

use std::sync::Arc;

use camino::Utf8Path;

use super::context::Context;
use super::error::CommandError;
use super::ledger::data_folder;
use super::planning;
use super::session::registry;
use crate::config::{self, Config, Manifest, Selected};
use crate::diag::{Diagnostic, Diagnostics, SourceMap, independent, root_causes};
use crate::eval::{Outside, check_defaults};
use crate::plan::{self, Options};

/// A configuration that was read, sound or not.
pub struct Project {
    /// Everything that was written.
    pub config: Config,
    /// The texts.
    pub sources: SourceMap,
    /// What is wrong with it.
    pub problems: Diagnostics,
}

/// More problems than this are of no use to anybody.
const MOST_PROBLEMS: usize = 1_000;

/// The problems, or the first of very many.
fn limited(problems: Diagnostics) -> Diagnostics {
    let (mut shown, more) = problems.limited(MOST_PROBLEMS);
    if more > 0 {
        let detail = format!("There are {more} more, which are not shown.");
        let problem = Diagnostic::error(202, "Too many problems", detail);
        shown.push(problem.help("Mend those that are shown, then run the command again."));
    }
    shown
}

impl Project {
    /// Reads the current folder.
    #[must_use]
    pub fn load(context: &Context) -> Self {
        let files = &*context.world.files;
        let dir = Utf8Path::new(".");
        let mut sources = SourceMap::default();
        let (manifest, mut problems) = Manifest::read(files, &data_folder(&context.environment));
        let config = problems.take(config::load(files, dir, &mut sources, &manifest));
        let outside = Outside::new(context.world.clone(), dir);
        problems.extend(check_defaults(&config, &outside));
        let problems = limited(root_causes(problems, &sources));
        Self { config, sources, problems }
    }

    /// Whether there is any configuration in the folder.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.sources.files().next().is_some()
    }

    /// Everything that can be found wrong without looking at a cloud, in one phase or in all of them, beside what is
    /// known to be wrong; consequences of that are left out.
    ///
    /// # Errors
    /// Where the phase does not exist, or the test providers cannot be read.
    pub fn check(
        &self,
        phase: Option<&str>,
        context: &mut Context,
    ) -> Result<Diagnostics, CommandError> {
        let registry = registry(context)?;
        let every = self.config.phase_names().map(|name| Some(name.as_str()));
        let mut phases: Vec<Option<&str>> = match phase {
            Some(name) => vec![Some(name)],
            None => every.collect(),
        };
        if phases.is_empty() {
            phases.push(None);
        }
        let mut problems = Diagnostics::none();
        for phase in phases {
            let selected = Arc::new(self.select(phase, context)?);
            let input = planning::input(
                selected,
                registry.clone(),
                Options::default(),
                planning::supports_all(),
                context,
            );
            // What several phases share is wrong once.
            let earlier = problems.len();
            for problem in plan::validate(input) {
                if !problems.iter().take(earlier).any(|known| *known == problem) {
                    problems.push(problem);
                }
            }
        }
        Ok(independent(problems, &self.problems, &self.sources))
    }

    /// What holds in a phase; the bottom of the ladder where none is named.
    ///
    /// # Errors
    /// Where there is no such phase; it has been shown.
    pub fn select(
        &self,
        phase: Option<&str>,
        context: &mut Context,
    ) -> Result<Selected, CommandError> {
        self.config.select(phase).map_err(|problem| {
            context.report(&(*problem).into(), &self.sources);
            CommandError::reported()
        })
    }
}
