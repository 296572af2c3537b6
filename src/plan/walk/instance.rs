//! Instances of modules and resources, and the values that they have so far.

use std::sync::Arc;

use ecow::EcoString;

use crate::base::{Key, ModulePath};
use crate::config::{ModuleId, Tree};
use crate::value::{Entries, Kind, Type, Value};

/// The number of a module instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::plan) struct InstanceId(pub u32);

impl InstanceId {
    /// The root module.
    pub const ROOT: Self = Self(0);

    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What `each` and `count` mean at one place.
#[derive(Clone, Default)]
pub(in crate::plan) enum Repetition {
    /// Nothing: there is neither.
    #[default]
    None,
    /// `count.index`
    Count(Value),
    /// `each.key` and `each.value`
    Each {
        /// The key.
        key: Value,
        /// The value.
        value: Value,
    },
}

/// How many there are, and under which keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Shape {
    /// One, without a key.
    Single,
    /// As `count` says.
    Count(usize),
    /// As `for_each` says.
    Each(Arc<Vec<EcoString>>),
    /// Nobody knows yet: only while validating.
    Unknown,
}

impl Shape {
    /// The keys in order.
    pub fn keys(&self) -> Vec<Option<Key>> {
        match self {
            Self::Single | Self::Unknown => vec![None],
            Self::Count(count) => (0..*count as u64).map(|at| Some(Key::Int(at))).collect(),
            Self::Each(keys) => keys.iter().map(|key| Some(Key::Str(key.clone()))).collect(),
        }
    }

    /// The position of an instance.
    pub fn position(&self, key: Option<&Key>) -> Option<usize> {
        match (self, key) {
            (Self::Single, None) => Some(0),
            (Self::Count(count), Some(Key::Int(at))) => {
                usize::try_from(*at).ok().filter(|at| at < count)
            }
            (Self::Each(keys), Some(Key::Str(key))) => keys.binary_search(key).ok(),
            _ => None,
        }
    }
}

/// A resource block in one module instance.
#[derive(Clone)]
pub(in crate::plan) struct Group {
    /// How many.
    pub shape: Shape,
    /// What an expression sees, as far as it is known. Parallel to the shape's keys.
    values: Values,
}

#[derive(Clone)]
enum Values {
    One(Value),
    Many(Arc<Vec<Value>>),
    Named(Entries),
}

impl Group {
    /// A group whose instances have these values, in the order of the shape's keys.
    pub fn new(shape: Shape, values: Vec<Value>) -> Self {
        let values = match &shape {
            Shape::Single | Shape::Unknown => {
                let value = values.into_iter().next();
                Values::One(value.unwrap_or_else(|| Value::unknown(Type::Dynamic)))
            }
            Shape::Count(_) => Values::Many(Arc::new(values)),
            Shape::Each(keys) => Values::Named(keys.iter().cloned().zip(values).collect()),
        };
        Self { shape, values }
    }

    /// All instances as one value: the object, a tuple, or an object by key.
    pub fn whole(&self) -> Value {
        match &self.values {
            Values::One(value) => value.clone(),
            Values::Many(values) => Value::new(Kind::Tuple(values.clone())),
            Values::Named(values) => Value::new(Kind::Object(values.clone())),
        }
    }

    /// One instance.
    pub fn get(&self, key: Option<&Key>) -> Option<&Value> {
        match (&self.values, key) {
            (Values::One(value), None) => Some(value),
            (Values::Many(values), Some(Key::Int(at))) => values.get(usize::try_from(*at).ok()?),
            (Values::Named(values), Some(Key::Str(key))) => values.get(key),
            _ => None,
        }
    }

    /// Gives an instance another value.
    pub fn set(&mut self, key: Option<&Key>, value: Value) {
        match (&mut self.values, key) {
            (Values::One(old), None) => *old = value,
            (Values::Many(values), Some(Key::Int(at))) => {
                let at = usize::try_from(*at).unwrap_or(usize::MAX);
                if let Some(old) = Arc::make_mut(values).get_mut(at) {
                    *old = value;
                }
            }
            (Values::Named(values), Some(Key::Str(key))) => {
                values.insert(key.clone(), value);
            }
            _ => {}
        }
    }
}

/// Instances of a module call within one instance of the calling module.
#[derive(Clone)]
pub(in crate::plan) struct Calls {
    /// How many.
    pub shape: Shape,
    /// The instances, in the order of the shape's keys.
    pub members: Vec<InstanceId>,
}

impl Calls {
    /// The instance under a key.
    pub fn get(&self, key: Option<&Key>) -> Option<InstanceId> {
        self.members.get(self.shape.position(key)?).copied()
    }
}

/// One instance of a module with its values so far. Positions are those of the module's declarations.
#[derive(Clone)]
pub(in crate::plan) struct Instance {
    /// The module.
    pub module: ModuleId,
    /// The whole path.
    pub path: ModulePath,
    /// The instance that calls it.
    pub parent: Option<InstanceId>,
    /// `each` and `count` of the call.
    pub repetition: Repetition,
    /// Values of variables.
    pub variables: Vec<Option<Value>>,
    /// Values of locals.
    pub locals: Vec<Option<Value>>,
    /// Values of outputs.
    pub outputs: Vec<Option<Value>>,
    /// Resources.
    pub resources: Vec<Option<Group>>,
    /// Module calls, by position among the module's children.
    pub calls: Vec<Option<Calls>>,
}

impl Instance {
    pub fn new(
        tree: &Tree,
        module: ModuleId,
        path: ModulePath,
        parent: Option<InstanceId>,
        repetition: Repetition,
    ) -> Self {
        let declared = &tree[module];
        Self {
            module,
            path,
            parent,
            repetition,
            variables: vec![None; declared.variables.len()],
            locals: vec![None; declared.locals.len()],
            outputs: vec![None; declared.outputs.len()],
            resources: vec![None; declared.resources.len()],
            calls: vec![None; declared.children.len()],
        }
    }
}

/// Every module instance, callers first.
#[derive(Clone, Default)]
pub(in crate::plan) struct Instances {
    all: Vec<Instance>,
    by_module: Vec<Vec<InstanceId>>,
}

impl Instances {
    /// Only the root.
    pub fn new(tree: &Tree) -> Self {
        let mut instances =
            Self { all: Vec::new(), by_module: vec![Vec::new(); tree.iter().count()] };
        let root = Instance::new(tree, ModuleId::ROOT, ModulePath::root(), None, Repetition::None);
        instances.add(root);
        instances
    }

    pub fn add(&mut self, instance: Instance) -> InstanceId {
        let id = InstanceId(u32::try_from(self.all.len()).expect("instances fit into memory"));
        self.by_module[instance.module.0 as usize].push(id);
        self.all.push(instance);
        id
    }

    /// The instances of a module.
    pub fn of(&self, module: ModuleId) -> &[InstanceId] {
        &self.by_module[module.0 as usize]
    }

    pub fn iter(&self) -> impl Iterator<Item = (InstanceId, &Instance)> {
        (0..).map(InstanceId).zip(&self.all)
    }
}

impl std::ops::Index<InstanceId> for Instances {
    type Output = Instance;

    fn index(&self, id: InstanceId) -> &Instance {
        &self.all[id.index()]
    }
}

impl std::ops::IndexMut<InstanceId> for Instances {
    fn index_mut(&mut self, id: InstanceId) -> &mut Instance {
        &mut self.all[id.index()]
    }
}
