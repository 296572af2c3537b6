//! Directories to a configuration: the root module, the phases, and every module that they call.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use ecow::EcoString;
use indexmap::IndexMap;

use super::decode::{Decoder, RootBlocks};
use super::manifest::{Installed, Lookup, Manifest};
use super::model::{Call, Config, Declarations, Module, ModuleId, Stack, Tree, VersionConstraint};
use super::package::{Address, ModuleSource};
use super::{codes, ladder, override_files, providers, removed, source};
use crate::base::StackName;
use crate::diag::{Caller, Diagnostic, Diagnostics, FileId, SourceMap, Span};
use crate::world::{FileKind, Files};

/// How deep calls of modules may go; deeper ones are taken for a circle (through symbolic links).
const MAX_DEPTH: usize = 100;

/// Reads the configuration of the root module in `dir`, for every phase, with every module that it calls.
///
/// With errors the configuration holds all that was understood.
pub fn load(
    files: &dyn Files,
    dir: &Utf8Path,
    sources: &mut SourceMap,
    manifest: &Manifest,
) -> (Config, Diagnostics) {
    load_in(files, dir, dir, sources, manifest)
}

/// The same for another module of the project in `project`, where what `init` has installed is found.
pub fn load_in(
    files: &dyn Files,
    project: &Utf8Path,
    dir: &Utf8Path,
    sources: &mut SourceMap,
    manifest: &Manifest,
) -> (Config, Diagnostics) {
    let (survey, mut problems) = survey_in(files, project, dir, sources, manifest);
    problems.extend(survey.wanted.iter().map(Wanted::diagnose));
    (survey.config, problems)
}

/// A configuration as far as it is there, and the modules that it calls and that are not.
#[derive(Debug)]
pub struct Survey {
    /// What was read.
    pub config: Config,
    /// What is missing, each once.
    pub wanted: Vec<Wanted>,
}

/// A module from elsewhere that is called and not installed.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The names of the calls that lead to it, joined with dots.
    pub key: EcoString,
    /// Where it comes from.
    pub address: Address,
    /// Which versions are accepted.
    pub version: Option<VersionConstraint>,
    /// The head of the call.
    pub span: Span,
    /// What is there in its place.
    pub why: Missing,
}

/// Why a call has no module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Nothing was installed for it.
    NotInstalled,
    /// Something was, from elsewhere.
    OtherSource,
    /// Something was, in a version that is not accepted any more.
    OtherVersion(EcoString),
}

impl Missing {
    /// What is installed, or why that is not what is called.
    pub(super) fn of(found: Lookup<'_>) -> Result<&Installed, Self> {
        Err(match found {
            Lookup::Found(installed) => return Ok(installed),
            Lookup::Missing => Self::NotInstalled,
            Lookup::OtherSource => Self::OtherSource,
            Lookup::OtherVersion(version) => Self::OtherVersion(version.into()),
        })
    }
}

impl Wanted {
    /// What a command says that needs it.
    #[must_use]
    pub fn diagnose(&self) -> Diagnostic {
        let (title, detail) = match &self.why {
            Missing::NotInstalled => {
                ("Module not installed", "This module is not yet installed.".to_owned())
            }
            Missing::OtherSource => (
                "Module source has changed",
                "The source address was changed since this module was installed.".to_owned(),
            ),
            Missing::OtherVersion(version) => (
                "Module version requirements have changed",
                format!(
                    "The version requirements have changed since this module was installed and the installed version \
                     ({version}) is no longer acceptable."
                ),
            ),
        };
        Diagnostic::error(codes::MODULE_NOT_INSTALLED, title, detail)
            .at(self.span)
            .help("Run: terrace init")
    }
}

/// Reads the configuration of the root module in `dir`, and says which modules from elsewhere it needs beside those that
/// are installed.
pub fn survey(
    files: &dyn Files,
    dir: &Utf8Path,
    sources: &mut SourceMap,
    manifest: &Manifest,
) -> (Survey, Diagnostics) {
    survey_in(files, dir, dir, sources, manifest)
}

/// The same for another module of the project in `project`.
pub(super) fn survey_in(
    files: &dyn Files,
    project: &Utf8Path,
    dir: &Utf8Path,
    sources: &mut SourceMap,
    manifest: &Manifest,
) -> (Survey, Diagnostics) {
    let (root, project) = (source::shown(dir), source::shown(project));
    let packages = manifest.packages.keys().map(|dir| source::shown(&project.join(dir))).collect();
    let mut loader = Loader {
        files,
        root,
        project,
        sources,
        manifest,
        packages,
        json: BTreeSet::new(),
        seen: BTreeMap::new(),
        reported: HashSet::new(),
        wanted: Vec::new(),
        problems: Diagnostics::none(),
    };
    let config = loader.config();
    (Survey { config, wanted: loader.wanted }, loader.problems)
}

/// Why a directory holds no module.
#[derive(Clone, Debug)]
struct Unreadable(String);

struct Loader<'a> {
    files: &'a dyn Files,
    root: Utf8PathBuf,
    /// Where the project is: paths of installed modules begin there.
    project: Utf8PathBuf,
    sources: &'a mut SourceMap,
    manifest: &'a Manifest,
    /// The folders of installed packages.
    packages: BTreeSet<Utf8PathBuf>,
    json: BTreeSet<FileId>,
    /// Directories that were read already.
    seen: BTreeMap<Utf8PathBuf, Result<Arc<Declarations>, Unreadable>>,
    /// Problems with calls, which are met once per phase and reported once.
    reported: HashSet<(u16, Span)>,
    wanted: Vec<Wanted>,
    problems: Diagnostics,
}

impl Loader<'_> {
    fn config(&mut self) -> Config {
        let dir = self.root.clone();
        let (base, blocks) = match self.read(&dir) {
            Ok(read) => read,
            Err(error) => {
                let detail = format!("The directory {dir} could not be read: {error}.");
                self.problems.push(Diagnostic::error(
                    codes::UNREADABLE,
                    "Failed to read module directory",
                    detail,
                ));
                let empty = Declarations { dir: dir.clone(), ..Declarations::default() };
                (empty, RootBlocks::default())
            }
        };
        let stack = blocks.stack.unwrap_or_else(|| self.unnamed_stack());
        let base = Arc::new(base);
        let phases = self.problems.take(ladder::build(blocks.phases));
        let mut trees = IndexMap::new();
        for name in phases.keys() {
            let merged = self.problems.take(ladder::merge(&base, &phases, name));
            trees.insert(name.clone(), self.tree(Arc::new(merged)));
        }
        let base = self.tree(base);
        self.problems.extend(ladder::check(&base, &phases, &trees, &blocks.migrations));
        let every: Vec<&Tree> = trees.values().chain([&base]).collect();
        self.problems.extend(providers::check(&every));
        self.problems.extend(removed::check(&every));
        Config { dir, stack, base, phases, trees, migrations: blocks.migrations }
    }

    /// A stack without a `stack` block is named like its folder.
    fn unnamed_stack(&self) -> Stack {
        let folder = self.files.current_folder().unwrap_or_default().join(&self.root);
        let name = source::shown(&folder);
        let name = name.file_name().unwrap_or("stack");
        let name: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' })
            .collect();
        Stack { name: StackName::from(name), ledger: None, span: None }
    }

    /// Reads the files of a directory.
    fn read(&mut self, dir: &Utf8Path) -> io::Result<(Declarations, RootBlocks)> {
        let mut blocks = source::read(self.files, dir, self.sources, &mut self.problems)?;
        self.json.extend(blocks.json.drain(..));
        let overridden =
            override_files::apply(&mut blocks.primary, blocks.overrides, &mut self.problems);
        let mut decoder = Decoder::new(&self.json);
        decoder.overridden = overridden;
        decoder.into.dir = dir.to_owned();
        let root = decoder.root(blocks.primary);
        let (mut declarations, problems) = (decoder.into, decoder.problems);
        declarations.resources.shrink_to_fit();
        self.problems.extend(problems);
        Ok((declarations, root))
    }

    /// What a directory declares; read once, however often it is called.
    fn module(&mut self, dir: &Utf8Path, call: &Call) -> Option<Arc<Declarations>> {
        if !self.seen.contains_key(dir) {
            let read = self.read_module(dir);
            self.seen.insert(dir.to_owned(), read);
        }
        match self.seen.get(dir)?.clone() {
            Ok(declarations) => Some(declarations),
            Err(Unreadable(why)) => {
                let detail = format!(
                    "The directory {dir} could not be read for module \"{}\": {why}.",
                    call.name
                );
                let title = "Unreadable module directory";
                self.report(codes::MODULE_UNREADABLE, title, detail, call.source_span, None);
                None
            }
        }
    }

    fn read_module(&mut self, dir: &Utf8Path) -> Result<Arc<Declarations>, Unreadable> {
        match self.files.kind(dir) {
            Ok(Some(FileKind::Folder)) => {}
            Ok(Some(_)) => return Err(Unreadable("it is not a directory".into())),
            Ok(None) => return Err(Unreadable("there is no such directory".into())),
            Err(error) => return Err(Unreadable(error.to_string())),
        }
        let (declarations, root) = self.read(dir).map_err(|error| Unreadable(error.to_string()))?;
        self.check_called(&declarations, &root);
        Ok(Arc::new(declarations))
    }

    /// Reports what only a root module may declare.
    fn check_called(&mut self, declarations: &Declarations, root: &RootBlocks) {
        for import in &declarations.imports {
            self.problems.push(
                Diagnostic::error(
                    codes::MISPLACED,
                    "Invalid import configuration",
                    "Import blocks are only allowed in the root module.",
                )
                .at(import.span),
            );
        }
        if let Some(backend) = root.local_backend {
            let detail = "A backend is the whole configuration's: a backend block in a module that is called has no \
                          effect.";
            self.problems.push(
                Diagnostic::warning(codes::BACKEND, "Backend configuration ignored", detail)
                    .at(backend),
            );
        }
        let phases = root.phases.iter().map(|phase| ("phase", phase.span));
        let migrations = root.migrations.iter().map(|migration| ("migration", migration.span));
        for (kind, span) in phases.chain(migrations) {
            let detail = format!("{kind} blocks are only allowed in the root module.");
            self.problems.push(
                Diagnostic::error(codes::MISPLACED, "Block not allowed in a called module", detail)
                    .at(span),
            );
        }
        if let Some(span) = root.stack.as_ref().and_then(|stack| stack.span) {
            self.problems.push(
                Diagnostic::warning(
                    codes::MISPLACED,
                    "Stack block ignored",
                    "The stack is the root module's; a stack block in a module that is called has no effect.",
                )
                .at(span),
            );
        }
    }

    fn report(&mut self, code: u16, title: &str, detail: String, at: Span, help: Option<&str>) {
        if self.reported.insert((code, at)) {
            let problem = Diagnostic::error(code, title, detail).at(at);
            self.problems.push(match help {
                Some(help) => problem.help(help),
                None => problem,
            });
        }
    }

    /// The root module and all modules below it.
    fn tree(&mut self, root: Arc<Declarations>) -> Tree {
        let root =
            Module { path: Vec::new(), parent: None, children: IndexMap::new(), declared: root };
        let mut tree = Tree { modules: vec![root] };
        let mut next = 0;
        while next < tree.modules.len() {
            let id = ModuleId(u32::try_from(next).unwrap_or(u32::MAX));
            self.children(&mut tree, id);
            next += 1;
        }
        tree
    }

    fn children(&mut self, tree: &mut Tree, parent: ModuleId) {
        let declared = tree[parent].declared.clone();
        for call in declared.calls.values() {
            let path: Vec<EcoString> =
                tree[parent].path.iter().chain([&call.name]).cloned().collect();
            let Some(dir) = self.directory(&declared.dir, call, &path) else { continue };
            if is_within(tree, parent, &dir) || path.len() > MAX_DEPTH {
                let detail = format!(
                    "Module \"{}\" is read from {dir}, which calls it: modules cannot call themselves, neither \
                     directly nor through others.",
                    call.name
                );
                let title = "Module calls itself";
                self.report(codes::MODULE_RECURSION, title, detail, call.source_span, None);
                continue;
            }
            let Some(child) = self.module(&dir, call) else { continue };
            let module = format!("module.{}", path.join(".module."));
            self.sources.add_caller(shown_folder(&dir), Caller { module, at: call.span });
            let id = ModuleId(u32::try_from(tree.modules.len()).unwrap_or(u32::MAX));
            tree.modules.push(Module {
                path,
                parent: Some(parent),
                children: IndexMap::new(),
                declared: child,
            });
            tree.modules[parent.0 as usize].children.insert(call.name.clone(), id);
        }
    }

    /// Where the module of a call is.
    fn directory(
        &mut self,
        caller: &Utf8Path,
        call: &Call,
        path: &[EcoString],
    ) -> Option<Utf8PathBuf> {
        let address = match &call.source {
            ModuleSource::Local(relative) => return self.beside(caller, relative, call),
            ModuleSource::Invalid => return None,
            ModuleSource::Package(address) => address,
        };
        let key = EcoString::from(path.join("."));
        let constraint = call.version.as_ref().map(|version| version.text.as_str());
        let why = match Missing::of(self.manifest.find(&key, &address.to_string(), constraint)) {
            Ok(installed) => return Some(source::shown(&self.project.join(&installed.dir))),
            Err(why) => why,
        };
        // Phases share calls.
        if !self.wanted.iter().any(|known| known.key == key && known.span == call.span) {
            let (address, version) = ((**address).clone(), call.version.clone());
            self.wanted.push(Wanted { key, address, version, span: call.span, why });
        }
        None
    }

    /// A directory beside the caller's, which must be in the same package if the caller is in one.
    fn beside(
        &mut self,
        caller: &Utf8Path,
        relative: &Utf8Path,
        call: &Call,
    ) -> Option<Utf8PathBuf> {
        let dir = source::shown(&caller.join(relative));
        let package = caller.ancestors().find(|folder| self.packages.contains(*folder));
        if package.is_none_or(|package| dir.starts_with(package)) {
            return Some(dir);
        }
        let detail = format!(
            "The given source directory for module \"{}\" would be outside of its containing package. Local source \
             addresses starting with \"../\" must stay within the same package that the calling module belongs to.",
            call.name
        );
        let title = "Local module path escapes module package";
        self.report(codes::MODULE_ESCAPES, title, detail, call.source_span, None);
        None
    }
}

/// The folder as the paths of its files begin.
fn shown_folder(dir: &Utf8Path) -> &str {
    if dir == "." { "" } else { dir.as_str() }
}

/// Whether `dir` is the directory of `module` or of one that calls it.
fn is_within(tree: &Tree, module: ModuleId, dir: &Utf8Path) -> bool {
    let mut at = Some(module);
    while let Some(id) = at {
        if tree[id].dir == dir {
            return true;
        }
        at = tree[id].parent;
    }
    false
}
