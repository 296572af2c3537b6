//! The tests of a configuration: files, and the modules that their runs test.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use ecow::EcoString;

use crate::config::{self, Config, Manifest, RunModule, TestFile, TestRun};
use crate::diag::{Diagnostics, SourceMap};
use crate::world::World;

use super::mock::{self, FileMocks};

/// Everything that is tested.
pub struct Suite {
    /// The configuration.
    pub config: Arc<Config>,
    /// The files in order.
    pub files: Vec<TestFile>,
    /// Modules that runs test in the configuration's place, by their sources and versions as written.
    pub modules: BTreeMap<EcoString, Arc<Config>>,
    /// What the files say in place of clouds, parallel to the files.
    pub(super) mocks: Vec<FileMocks>,
}

/// What to read.
pub struct Request<'a> {
    /// The root module's folder.
    pub dir: &'a Utf8Path,
    /// The folder for tests within it.
    pub folder: &'a Utf8Path,
    /// Only these files; all where empty.
    pub only: &'a [Utf8PathBuf],
}

impl Suite {
    /// Reads the tests of a configuration.
    ///
    /// With errors it holds what was understood.
    pub fn load(
        config: Arc<Config>,
        request: &Request<'_>,
        world: &World,
        sources: &mut SourceMap,
        manifest: &Manifest,
    ) -> (Self, Diagnostics) {
        let files = &*world.files;
        let (mut found, mut problems) =
            config::load_tests(files, request.dir, request.folder, sources);
        if !request.only.is_empty() {
            let wanted: Vec<Utf8PathBuf> = request.only.iter().map(|path| plain(path)).collect();
            found.retain(|file| wanted.contains(&file.path));
        }
        let mut modules = BTreeMap::new();
        for (file, run) in
            found.iter().flat_map(|file| file.runs.iter().map(move |run| (file, run)))
        {
            let Some(module) = &run.module else { continue };
            if modules.contains_key(&identity(module)) {
                continue;
            }
            match config::place_of_run(file, run, request.dir, manifest) {
                Ok(Some(dir)) => {
                    let (config, more) =
                        config::load_in(files, request.dir, &dir, sources, manifest);
                    problems.extend(more);
                    modules.insert(identity(module), Arc::new(config));
                }
                Ok(None) => {}
                Err(missing) => problems.push(missing.diagnose()),
            }
        }
        let mocks = found.iter().map(|file| problems.take(mock::of_file(file, world))).collect();
        (Self { config, files: found, modules, mocks }, problems)
    }

    /// The configuration that a run tests.
    #[must_use]
    pub fn tested(&self, run: &TestRun) -> Option<&Arc<Config>> {
        match &run.module {
            Some(module) => self.modules.get(&identity(module)),
            None => Some(&self.config),
        }
    }

    /// How many runs there are.
    #[must_use]
    pub fn run_count(&self) -> usize {
        self.files.iter().map(|file| file.runs.len()).sum()
    }
}

/// The path without `.` in it.
fn plain(path: &Utf8Path) -> Utf8PathBuf {
    path.components().filter(|part| *part != camino::Utf8Component::CurDir).collect()
}

/// What tells a module of a run from others.
fn identity(module: &RunModule) -> EcoString {
    match &module.version {
        Some(version) => format!("{} {}", module.text, version.text).into(),
        None => module.text.clone(),
    }
}
