//! The test files of a configuration: which there are, and reading them.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::codes;
use super::decode::Decoder;
use super::load::{self, Missing, Wanted};
use super::manifest::Manifest;
use super::model::{TestFile, TestProvider, TestRun};
use super::package::ModuleSource;
use super::source::{self, Notation};
use crate::diag::{Diagnostic, Diagnostics, FileId, SourceMap};
use crate::syntax::ast::Body;
use crate::world::{FileKind, Files};

/// How test files end.
const TESTS: [(&str, Notation); 2] =
    [(".tftest.hcl", Notation::Native), (".tftest.json", Notation::Json)];

/// How files of mocks end.
const MOCKS: [(&str, Notation); 2] =
    [(".tfmock.hcl", Notation::Native), (".tfmock.json", Notation::Json)];

/// Reads the test files beside the configuration in `dir`, and those in its folder for tests, in order of their paths.
pub fn load_tests(
    files: &dyn Files,
    dir: &Utf8Path,
    folder: &Utf8Path,
    sources: &mut SourceMap,
) -> (Vec<TestFile>, Diagnostics) {
    let mut loader =
        Loader { files, dir, sources, json: BTreeSet::new(), problems: Diagnostics::none() };
    let mut found = loader.tests(Utf8Path::new("."), false);
    if source::shown(folder) != "." {
        found.extend(loader.tests(folder, true));
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    (found, loader.problems)
}

/// The modules from elsewhere that the runs of tests need beside those that are installed: those that they test in the
/// configuration's place, and what these call.
pub fn survey_tests(
    files: &dyn Files,
    dir: &Utf8Path,
    folder: &Utf8Path,
    sources: &mut SourceMap,
    manifest: &Manifest,
) -> (Vec<Wanted>, Diagnostics) {
    let (tests, mut problems) = load_tests(files, dir, folder, sources);
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut seen = BTreeSet::new();
    for (file, run) in tests.iter().flat_map(|file| file.runs.iter().map(move |run| (file, run))) {
        match place(file, run, dir, manifest) {
            Ok(Some(place)) if seen.insert(place.clone()) => {
                let (survey, found) = load::survey_in(files, dir, &place, sources, manifest);
                wanted.extend(survey.wanted);
                problems.extend(found);
            }
            Ok(_) => {}
            Err(missing) => wanted.push(*missing),
        }
    }
    (wanted, problems)
}

/// Where the module is that a run tests in the configuration's place; none where it tests the configuration, or its
/// source was not understood.
///
/// # Errors
/// Where it is not installed.
pub fn place(
    file: &TestFile,
    run: &TestRun,
    dir: &Utf8Path,
    manifest: &Manifest,
) -> Result<Option<Utf8PathBuf>, Box<Wanted>> {
    let Some(module) = &run.module else { return Ok(None) };
    let address = match &module.source {
        ModuleSource::Local(path) => return Ok(Some(dir.join(path))),
        ModuleSource::Invalid => return Ok(None),
        ModuleSource::Package(address) => address,
    };
    let key = file.module_key(run);
    let constraint = module.version.as_ref().map(|version| version.text.as_str());
    match Missing::of(manifest.find(&key, &address.to_string(), constraint)) {
        Ok(installed) => Ok(Some(dir.join(&installed.dir))),
        Err(why) => {
            let (address, version) = ((**address).clone(), module.version.clone());
            Err(Box::new(Wanted { key, address, version, span: module.span, why }))
        }
    }
}

struct Loader<'a> {
    files: &'a dyn Files,
    dir: &'a Utf8Path,
    sources: &'a mut SourceMap,
    json: BTreeSet<FileId>,
    problems: Diagnostics,
}

impl Loader<'_> {
    fn tests(&mut self, folder: &Utf8Path, in_test_folder: bool) -> Vec<TestFile> {
        let mut found = Vec::new();
        for (path, body) in self.bodies(folder, &TESTS).unwrap_or_default() {
            let mut decoder = Decoder::new(&self.json);
            let mut file = decoder.test_file(path, in_test_folder, body);
            let problems = decoder.problems;
            self.problems.extend(problems);
            for provider in file.providers.values_mut() {
                if let TestProvider::Mock(mock) = provider {
                    self.mocks(mock);
                }
            }
            found.push(file);
        }
        found
    }

    /// Adds what the files of a provider's `source` say.
    fn mocks(&mut self, provider: &mut super::model::MockProvider) {
        let Some((folder, span)) = provider.source.clone() else { return };
        let Some(bodies) = self.bodies(Utf8Path::new(folder.as_str()), &MOCKS) else {
            let detail = format!("The folder {folder} could not be read.");
            self.problems.push(
                Diagnostic::error(codes::MOCK_SOURCE, "Failed to read mock folder", detail)
                    .at(span)
                    .help("The folder is looked for from the root module."),
            );
            return;
        };
        for (_, body) in bodies {
            let mut decoder = Decoder::new(&self.json);
            decoder.mock_file(body, provider);
            let problems = decoder.problems;
            self.problems.extend(problems);
        }
    }

    /// The files of a folder that end so, parsed; none where the folder cannot be read.
    fn bodies(
        &mut self,
        folder: &Utf8Path,
        endings: &[(&str, Notation)],
    ) -> Option<Vec<(Utf8PathBuf, Body)>> {
        let folder = self.dir.join(folder);
        let mut bodies = Vec::new();
        for (name, kind) in self.files.list(&folder).ok()? {
            let ending = endings.iter().find(|(ending, _)| name.ends_with(ending));
            let Some((_, notation)) = ending.filter(|_| kind == FileKind::File) else { continue };
            let path = source::shown(&folder.join(&name));
            let parsed =
                source::parse(self.files, &path, *notation, self.sources, &mut self.problems);
            let Some((body, file)) = parsed else { continue };
            if *notation == Notation::Json {
                self.json.insert(file);
            }
            bodies.push((path, body));
        }
        Some(bodies)
    }
}
