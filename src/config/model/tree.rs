//! Modules as a tree: the whole configuration, and what of it holds in one phase.

use std::collections::BTreeMap;
use std::ops::{Deref, Index};
use std::sync::Arc;

use camino::Utf8PathBuf;
use ecow::EcoString;
use indexmap::IndexMap;

use super::{Declarations, Ladder, Migration, ResourceKey, Stack};
use crate::base::{Address, Mode, ModulePath, PhaseName, TypeName};
use crate::diag::{Diagnostics, Span};
use crate::syntax::ast::Attribute;

/// Everything that was written, for every phase.
#[derive(Clone, Debug)]
pub struct Config {
    /// The root module's directory.
    pub dir: Utf8PathBuf,
    /// The stack.
    pub stack: Stack,
    /// The blocks that stand outside of phases, with the modules that they call.
    pub base: Tree,
    /// The phases in order, the bottom first.
    pub phases: Ladder,
    /// Per phase, the tree that holds in it.
    pub trees: IndexMap<PhaseName, Tree>,
    /// How to go from phase to phase.
    pub migrations: Vec<Migration>,
}

/// What holds in one phase: input of the planner.
#[derive(Clone, Debug)]
pub struct Selected {
    /// The stack.
    pub stack: Stack,
    /// The root module's directory.
    pub dir: Utf8PathBuf,
    /// The phase; none for a plain module.
    pub phase: Option<PhaseName>,
    /// Its place on the ladder, from 0.
    pub index: usize,
    /// The load that it is built for.
    pub serves: IndexMap<EcoString, Attribute>,
    /// Values that take the place of variables' defaults; given values still win.
    pub variables: IndexMap<EcoString, Attribute>,
    /// The modules.
    pub tree: Tree,
}

impl Selected {
    /// The same with other provider configurations in its root module: those of a test.
    #[must_use]
    pub fn with_providers(&self, providers: super::ProviderConfigs) -> Self {
        let mut changed = self.clone();
        if let Some(root) = changed.tree.modules.first_mut() {
            root.declared = Arc::new(Declarations { providers, ..(*root.declared).clone() });
        }
        changed
    }

    /// The first block of each managed type, in the order of the modules.
    #[must_use]
    pub fn blocks(&self) -> BTreeMap<TypeName, Span> {
        let mut blocks = BTreeMap::new();
        let resources = self.tree.modules.iter().flat_map(|module| module.resources.values());
        for resource in resources.filter(|resource| resource.key.mode == Mode::Managed) {
            blocks.entry(resource.key.type_name.clone()).or_insert(resource.span);
        }
        blocks
    }

    /// Points problems that name an object, and no place, at the block that declares it.
    pub fn locate(&self, problems: &mut Diagnostics) {
        for problem in problems.iter_mut().filter(|problem| problem.subject.is_none()) {
            let address = problem.address.as_deref().and_then(|text| text.parse().ok());
            problem.subject = address.and_then(|address: Address| self.block(&address));
        }
    }

    /// The head of the block that declares an object.
    fn block(&self, address: &Address) -> Option<Span> {
        let block = &address.resource;
        let key = ResourceKey {
            mode: block.mode,
            type_name: block.type_name.clone(),
            name: block.name.clone(),
        };
        let module = &self.tree[self.tree.find(&block.module)?];
        module.resources.get(&key).map(|resource| resource.span)
    }

    /// The same under another name.
    #[must_use]
    pub fn named(mut self, name: crate::base::StackName) -> Self {
        self.stack.name = name;
        self
    }
}

/// The number of a module within its [`Tree`]. The root is 0; a module comes after the one that calls it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleId(pub u32);

impl ModuleId {
    /// The root module.
    pub const ROOT: Self = Self(0);
}

/// The modules of a configuration: one entry per call, however many instances it has.
#[derive(Clone, Debug)]
pub struct Tree {
    pub(in crate::config) modules: Vec<Module>,
}

impl Tree {
    /// The root module.
    #[must_use]
    pub fn root(&self) -> &Module {
        &self[ModuleId::ROOT]
    }

    /// Every module with its number, callers first.
    pub fn iter(&self) -> impl Iterator<Item = (ModuleId, &Module)> {
        (0..).map(ModuleId).zip(&self.modules)
    }

    /// The module that a path leads to; keys do not matter.
    #[must_use]
    pub fn find(&self, path: &ModulePath) -> Option<ModuleId> {
        path.steps()
            .iter()
            .try_fold(ModuleId::ROOT, |at, step| self[at].children.get(&step.name).copied())
    }
}

impl Index<ModuleId> for Tree {
    type Output = Module;

    fn index(&self, id: ModuleId) -> &Module {
        &self.modules[id.0 as usize]
    }
}

/// A module at one place of the tree. What it declares is shared with other calls of the same directory; it can be
/// reached as if it were the module's own: `module.variables`.
#[derive(Clone, Debug)]
pub struct Module {
    /// The names of the calls that lead to it.
    pub path: Vec<EcoString>,
    /// The module that calls it; none for the root.
    pub parent: Option<ModuleId>,
    /// The modules that it calls, by the call's name. A call whose module could not be read has none.
    pub children: IndexMap<EcoString, ModuleId>,
    /// What it declares.
    pub declared: Arc<Declarations>,
}

impl Deref for Module {
    type Target = Declarations;

    fn deref(&self) -> &Declarations {
        &self.declared
    }
}
