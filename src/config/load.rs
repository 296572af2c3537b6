//! Directories to a configuration: the root module, the phases, and every module that they call.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use ecow::EcoString;
use indexmap::IndexMap;

use super::decode::{Decoder, RootBlocks};
use super::manifest::Manifest;
use super::model::{Call, Config, Declarations, Module, ModuleId, ModuleSource, Stack, Tree};
use super::{codes, ladder, override_files, providers, source};
use crate::base::StackName;
use crate::diag::{Diagnostic, Diagnostics, FileId, SourceMap, Span};
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
    let mut loader = Loader {
        files,
        root: source::shown(dir),
        sources,
        manifest,
        json: BTreeSet::new(),
        seen: BTreeMap::new(),
        reported: HashSet::new(),
        problems: Diagnostics::none(),
    };
    let config = loader.config();
    (config, loader.problems)
}

/// Why a directory holds no module.
#[derive(Clone, Debug)]
struct Unreadable(String);

struct Loader<'a> {
    files: &'a dyn Files,
    root: Utf8PathBuf,
    sources: &'a mut SourceMap,
    manifest: &'a Manifest,
    json: BTreeSet<FileId>,
    /// Directories that were read already.
    seen: BTreeMap<Utf8PathBuf, Result<Arc<Declarations>, Unreadable>>,
    /// Problems with calls, which are met once per phase and reported once.
    reported: HashSet<(u16, Span)>,
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
        override_files::apply(&mut blocks.primary, blocks.overrides, &mut self.problems);
        let mut decoder = Decoder::new(&self.json);
        decoder.into.dir = dir.to_owned();
        let root = decoder.root(blocks.primary);
        let (declarations, problems) = (decoder.into, decoder.problems);
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
        let text = match &call.source {
            ModuleSource::Local(relative) => {
                return Some(source::shown(&caller.join(relative)));
            }
            ModuleSource::Invalid => return None,
            ModuleSource::Registry(text) | ModuleSource::Remote(text) => text,
        };
        match self.manifest.modules.get(path.join(".").as_str()) {
            Some(installed) if installed.source == *text => {
                Some(source::shown(&self.root.join(&installed.dir)))
            }
            found => {
                let title = if found.is_some() {
                    "Module source has changed"
                } else {
                    "Module not installed"
                };
                let detail = if found.is_some() {
                    "The source address was changed since this module was installed."
                } else {
                    "This module is not yet installed."
                };
                self.report(
                    codes::MODULE_NOT_INSTALLED,
                    title,
                    detail.into(),
                    call.span,
                    Some("Run: terrace init"),
                );
                None
            }
        }
    }
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
