//! The tests of a configuration: files, and the modules that their runs test.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use ecow::EcoString;

use crate::config::{self, Config, Manifest, ModuleSource, TestFile, TestRun};
use crate::diag::{Diagnostic, Diagnostics, SourceMap};
use crate::world::World;

use super::mock::{self, FileMocks};

/// Everything that is tested.
pub struct Suite {
    /// The configuration.
    pub config: Arc<Config>,
    /// The files in order.
    pub files: Vec<TestFile>,
    /// Modules that runs test in the configuration's place, by their sources as written.
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
        for run in found.iter().flat_map(|file| &file.runs) {
            let Some(module) = &run.module else { continue };
            if modules.contains_key(&module.text) {
                continue;
            }
            match &module.source {
                ModuleSource::Local(path) => {
                    let dir = request.dir.join(path);
                    let (config, more) = config::load(files, &dir, sources, manifest);
                    problems.extend(more);
                    modules.insert(module.text.clone(), Arc::new(config));
                }
                ModuleSource::Package(_) => {
                    problems.push(not_local(module.span));
                }
                ModuleSource::Invalid => {}
            }
        }
        let mocks = found.iter().map(|file| problems.take(mock::of_file(file, world))).collect();
        (Self { config, files: found, modules, mocks }, problems)
    }

    /// The configuration that a run tests.
    #[must_use]
    pub fn tested(&self, run: &TestRun) -> Option<&Arc<Config>> {
        match &run.module {
            Some(module) => self.modules.get(&module.text),
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

fn not_local(at: crate::diag::Span) -> Diagnostic {
    Diagnostic::error(
        1130,
        "Module of a run not installed",
        "A run can test a module of this project: a local directory.",
    )
    .at(at)
    .help("Write a small module beside the tests that calls it, and give its directory as the source.")
}
