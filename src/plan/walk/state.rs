//! Everything that was evaluated so far, and what names of no block mean.

use std::collections::BTreeMap;
use std::sync::Arc;

use ecow::EcoString;
use indexmap::IndexMap;

use super::instance::{InstanceId, Instances, Repetition};
use super::providers::ProviderInstances;
use super::scope::Place;
use crate::base::Mode;
use crate::config::{ModuleId, ResourceKey, Selected};
use crate::diag::Diagnostics;
use crate::eval::{self, Effects, Outside};
use crate::plan::Input;
use crate::schema::{self, Registry, Schema};
use crate::syntax::ast::Expr;
use crate::value::{Type, Value};

/// Values of a configuration as far as they are known.
pub(in crate::plan) struct State {
    pub config: Arc<Selected>,
    pub registry: Arc<Registry>,
    pub instances: Instances,
    /// Whether the configuration is only checked: everything that is given from outside is unknown.
    pub validating: bool,
    /// Whether it only answers questions: given values count, and what is not given or not live is unknown.
    pub consulting: bool,
    /// Provider configurations, by the instance and the position of their block.
    pub providers: BTreeMap<(InstanceId, usize), ProviderInstances>,
    outside: Vec<Outside>,
    dirs: Vec<String>,
    constants: BTreeMap<(&'static str, &'static str), Value>,
    serves: Value,
}

impl State {
    pub fn new(input: &Input, validating: bool) -> (Self, Diagnostics) {
        let config = input.config.clone();
        let outside = config.tree.iter().map(|_| {
            let mut outside = Outside::new(input.world.clone(), root_path(input));
            outside.plan_time = (!validating).then_some(input.time);
            outside
        });
        let dirs = config.tree.iter().map(|(_, module)| module_path(input, &module.dir)).collect();
        let mut state = Self {
            dirs,
            outside: outside.collect(),
            instances: Instances::new(&config.tree),
            constants: constants(input),
            registry: input.registry.clone(),
            config,
            validating,
            consulting: false,
            providers: BTreeMap::new(),
            serves: Value::object::<EcoString>([]),
        };
        let mut problems = Diagnostics::none();
        let serves: Vec<(EcoString, Value)> = input
            .config
            .serves
            .iter()
            .map(|(name, attribute)| {
                (name.clone(), problems.take(state.evaluate(InstanceId::ROOT, &attribute.expr)))
            })
            .collect();
        state.serves = Value::object(serves);
        (state, problems)
    }

    /// Only answers questions from now on.
    pub fn consult(&mut self) {
        self.consulting = true;
        self.constants.insert(("terraform", "applying"), crate::plan::console::not_applying());
    }

    /// Lets functions that answer differently each time answer: while applying.
    pub fn allow_effects(&mut self) {
        self.outside.iter_mut().for_each(|outside| outside.effects = Effects::Now);
    }

    /// What functions in a module may reach.
    pub fn outside(&self, module: ModuleId) -> &Outside {
        &self.outside[module.0 as usize]
    }

    /// A place within a module instance where there is no `each`, `count` or `self`.
    pub fn place(&self, at: InstanceId) -> Place<'_> {
        Place {
            state: self,
            at,
            repetition: &Repetition::None,
            this: None,
            own: None,
            check: None,
            outside: self.outside(self.instances[at].module),
        }
    }

    /// Evaluates an expression where there is no `each`, `count` or `self`.
    pub fn evaluate(&self, at: InstanceId, expr: &Expr) -> (Value, Diagnostics) {
        self.place(at).evaluate(expr)
    }

    /// `path.*`, `terraform.*`, `phase.*`, `stack.*`
    pub fn constant(&self, module: ModuleId, root: &str, name: &str) -> Option<Value> {
        match (root, name) {
            ("path", "module") => Some(Value::string(self.dirs[module.0 as usize].as_str())),
            ("phase", "serves") => Some(self.serves.clone()),
            _ => {
                let mut found = self.constants.iter();
                found.find(|((r, n), _)| *r == root && *n == name).map(|(_, value)| value.clone())
            }
        }
    }

    /// The schema of a resource, data source or ephemeral resource.
    pub fn schema(&self, key: &ResourceKey) -> Option<&Schema> {
        find_schema(&self.registry, key)
    }

    /// The same, of a registry that is held apart.
    pub fn schema_in<'a>(&self, registry: &'a Registry, key: &ResourceKey) -> Option<&'a Schema> {
        find_schema(registry, key)
    }
}

impl Place<'_> {
    /// Evaluates an expression here. References are checked first while validating; else they have been.
    pub fn evaluate(&self, expr: &Expr) -> (Value, Diagnostics) {
        if self.state.validating {
            eval::evaluate(expr, self)
        } else {
            eval::evaluate_checked(expr, self)
        }
    }
}

/// The directory against which functions read relative paths: the root module's, whatever module calls them.
fn root_path(input: &Input) -> &str {
    if input.places.root.is_empty() { "." } else { &input.places.root }
}

/// A module's directory as `path.module` has it and as its files are found.
fn module_path(input: &Input, dir: &camino::Utf8Path) -> String {
    let root = if input.places.root.is_empty() { "." } else { &input.places.root };
    match dir.as_str() {
        "" | "." => root.to_owned(),
        _ if dir.is_absolute() || root == "." => dir.as_str().to_owned(),
        dir => format!("{root}/{dir}"),
    }
}

fn constants(input: &Input) -> BTreeMap<(&'static str, &'static str), Value> {
    let config = &input.config;
    let mut found = IndexMap::new();
    let root = if input.places.root.is_empty() { "." } else { &input.places.root };
    found.insert(("path", "root"), Value::string(root));
    found.insert(("path", "cwd"), Value::string(input.places.cwd.as_str()));
    found.insert(("terraform", "workspace"), Value::string(input.workspace.clone()));
    found.insert(("terraform", "applying"), Value::unknown(Type::Bool));
    found.insert(("stack", "name"), Value::string(config.stack.name.as_str()));
    if let Some(phase) = &config.phase {
        found.insert(("phase", "name"), Value::string(phase.as_str()));
        let index = i64::try_from(config.index).unwrap_or(i64::MAX);
        found.insert(("phase", "index"), Value::number(index));
    }
    found.into_iter().collect()
}

/// The schema of a resource, data source or ephemeral resource.
pub(in crate::plan) fn find_schema<'a>(
    registry: &'a Registry,
    key: &ResourceKey,
) -> Option<&'a Schema> {
    let kind = match key.mode {
        Mode::Managed => schema::Kind::Resource,
        Mode::Data => schema::Kind::Data,
        Mode::Ephemeral => schema::Kind::Ephemeral,
    };
    registry.find(kind, key.type_name.as_str())
}
