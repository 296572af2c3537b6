//! The project folder: the configuration with its sources, loaded once per command.

use camino::Utf8Path;

use super::context::Context;
use super::error::CommandError;
use crate::config::{self, Config, Manifest, Selected};
use crate::diag::{Diagnostics, SourceMap};

/// A configuration that was read, sound or not.
pub struct Project {
    /// Everything that was written.
    pub config: Config,
    /// The texts.
    pub sources: SourceMap,
    /// What is wrong with it.
    pub problems: Diagnostics,
}

impl Project {
    /// Reads the current folder.
    #[must_use]
    pub fn load(context: &Context) -> Self {
        let files = &*context.world.files;
        let dir = Utf8Path::new(".");
        let mut sources = SourceMap::default();
        let (manifest, mut problems) = Manifest::read(files, dir);
        let config = problems.take(config::load(files, dir, &mut sources, &manifest));
        Self { config, sources, problems }
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
