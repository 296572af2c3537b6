//! What a configuration consists of, as nodes of its graph.

use std::fmt;

use crate::config::{ModuleId, Tree};

/// One object of a configuration: a block or argument of a module, with all of its instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Object {
    /// The module that declares it.
    pub module: ModuleId,
    /// Which.
    pub part: Part,
}

/// A part of a module. Numbers are positions in the module's declarations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The instances of the module itself: `count`, `for_each` of its call.
    Expand,
    /// A variable's value.
    Variable(usize),
    /// A variable's validations.
    Validation(usize),
    /// A local value.
    Local(usize),
    /// A provider configuration.
    Provider(usize),
    /// A resource, data source or ephemeral resource.
    Resource(usize),
    /// An output.
    Output(usize),
    /// A check.
    Check(usize),
    /// Everything of the module is done.
    Close,
}

impl Object {
    /// How messages name it: `module.a.local.b`.
    #[must_use]
    pub fn display<'a>(&'a self, tree: &'a Tree) -> impl fmt::Display + 'a {
        Display { object: *self, tree }
    }
}

struct Display<'a> {
    object: Object,
    tree: &'a Tree,
}

impl fmt::Display for Display<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let module = &self.tree[self.object.module];
        for (index, name) in module.path.iter().enumerate() {
            write!(f, "{}module.{name}", if index > 0 { "." } else { "" })?;
        }
        if !module.path.is_empty() && !matches!(self.object.part, Part::Expand | Part::Close) {
            f.write_str(".")?;
        }
        let name = |index: usize, names: &mut dyn Iterator<Item = &ecow::EcoString>| {
            names.nth(index).cloned().unwrap_or_default()
        };
        match self.object.part {
            Part::Expand => f.write_str(" (expand)"),
            Part::Close => f.write_str(" (close)"),
            Part::Variable(index) => write!(f, "var.{}", name(index, &mut module.variables.keys())),
            Part::Validation(index) => {
                write!(f, "var.{} (validation)", name(index, &mut module.variables.keys()))
            }
            Part::Local(index) => write!(f, "local.{}", name(index, &mut module.locals.keys())),
            Part::Output(index) => write!(f, "output.{}", name(index, &mut module.outputs.keys())),
            Part::Check(index) => write!(f, "check.{}", name(index, &mut module.checks.keys())),
            Part::Resource(index) => match module.resources.get_index(index) {
                Some((key, _)) => key.fmt(f),
                None => Ok(()),
            },
            Part::Provider(index) => match module.providers.get_index(index) {
                Some(((name, Some(alias)), _)) => write!(f, "provider.{name}.{alias}"),
                Some(((name, None), _)) => write!(f, "provider.{name}"),
                None => Ok(()),
            },
        }
    }
}
