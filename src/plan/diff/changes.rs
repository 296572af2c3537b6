//! Where prior and planned value differ, and which differences force a replacement.

use super::sides::Sides;
use crate::schema::{
    self, Attribute, Block, Effect, ForceNew, Framework, NestedBlock, Nesting, Schema,
};
use crate::value::{AttrPath, Kind, PathStep, Type, Value};

/// Differences of an object.
#[derive(Default)]
pub(super) struct Changes {
    /// Every place that differs.
    pub changed: Vec<AttrPath>,
    /// Those that cannot be changed in place.
    pub replace: Vec<AttrPath>,
}

/// Walks prior and planned value together.
pub(super) struct Comparer<'a> {
    /// How unset values behave.
    pub framework: Framework,
    /// The whole objects, for conditions.
    pub sides: Sides<'a>,
    /// What was found.
    pub found: Changes,
}

impl Comparer<'_> {
    /// Compares objects of the type; unmarked.
    pub fn compare(mut self, schema: &Schema, prior: &Value, planned: &Value) -> Changes {
        self.block(&AttrPath::default(), &schema.block, prior, planned);
        let mut forced: Vec<AttrPath> = Vec::new();
        for rule in &schema.rules {
            if rule.effect != Effect::ForceNew || rule.phase.is_some() {
                continue;
            }
            for attr in &rule.attrs {
                let hit = self.found.changed.iter().find(|path| under(path, attr));
                if let Some(path) = hit
                    && self.sides.holds(&rule.when, attr)
                {
                    forced.push(path.clone());
                }
            }
        }
        for path in forced {
            if !self.found.replace.contains(&path) {
                self.found.replace.push(path);
            }
        }
        self.found
    }

    fn block(&mut self, at: &AttrPath, block: &Block, prior: &Value, planned: &Value) {
        let absent = Value::null(Type::Dynamic);
        for (name, attribute) in &block.attributes {
            let at = at.join(PathStep::Name(name.clone()));
            let before = prior.attribute(name).unwrap_or(&absent);
            let after = planned.attribute(name).unwrap_or(&absent);
            self.attribute(&at, attribute, before, after);
        }
        for (name, nested) in &block.blocks {
            let at = at.join(PathStep::Name(name.clone()));
            let before = prior.attribute(name).unwrap_or(&absent);
            let after = planned.attribute(name).unwrap_or(&absent);
            self.nested(&at, nested, before, after);
        }
    }

    fn attribute(&mut self, at: &AttrPath, attribute: &Attribute, prior: &Value, planned: &Value) {
        if schema::equal(self.framework, prior, planned) {
            return;
        }
        if self.forces(&attribute.force_new, at) {
            self.found.replace.push(at.clone());
            self.found.changed.push(at.clone());
        } else if let Some(nested) = &attribute.as_block {
            self.nested(at, nested, prior, planned);
        } else {
            changed_paths(at, prior, planned, &mut self.found.changed);
        }
    }

    fn nested(&mut self, at: &AttrPath, nested: &NestedBlock, prior: &Value, planned: &Value) {
        if schema::equal(self.framework, prior, planned) {
            return;
        }
        if self.forces(&nested.force_new, at) {
            self.found.replace.push(at.clone());
        }
        let before = self.found.changed.len();
        match (nested.nesting, prior.kind(), planned.kind()) {
            (Nesting::Set, _, _) => self.set(at, nested, prior, planned),
            (Nesting::Single | Nesting::Group, ..) => {
                self.block(at, &nested.block, prior, planned);
            }
            (_, Kind::Map(_, a), Kind::Map(_, b)) => {
                let absent = Value::null(Type::Dynamic);
                let names: std::collections::BTreeSet<_> = a.keys().chain(b.keys()).collect();
                for name in names {
                    let at = at.join(PathStep::Name(name.clone()));
                    let (a, b) = (a.get(name).unwrap_or(&absent), b.get(name).unwrap_or(&absent));
                    self.block(&at, &nested.block, a, b);
                }
            }
            _ => {
                let absent = Value::null(Type::Dynamic);
                let a = prior.as_sequence().unwrap_or_default();
                let b = planned.as_sequence().unwrap_or_default();
                for index in 0..a.len().max(b.len()) {
                    let at = at.join(PathStep::Index(index));
                    let (a, b) = (a.get(index).unwrap_or(&absent), b.get(index).unwrap_or(&absent));
                    self.block(&at, &nested.block, a, b);
                }
            }
        }
        if self.found.changed.len() == before {
            self.found.changed.push(at.clone());
        }
    }

    /// Elements that only one side has are new or gone as a whole.
    fn set(&mut self, at: &AttrPath, nested: &NestedBlock, prior: &Value, planned: &Value) {
        self.found.changed.push(at.clone());
        let key = |element: &Value| schema::element_key(self.framework, element, &[]);
        let a = prior.as_sequence().unwrap_or_default();
        let b = planned.as_sequence().unwrap_or_default();
        let (in_a, in_b): (Vec<String>, Vec<String>) =
            (a.iter().map(key).collect(), b.iter().map(key).collect());
        let gone = a.iter().zip(&in_a).filter(|(_, key)| !in_b.contains(key)).map(|(e, _)| e);
        let new = b.iter().zip(&in_b).filter(|(_, key)| !in_a.contains(key)).map(|(e, _)| e);
        let forced = gone.chain(new).any(|element| {
            nested.block.attributes.iter().any(|(name, attribute)| {
                self.forces(&attribute.force_new, at)
                    && element.attribute(name).is_some_and(|value| !schema::is_zero(value))
            })
        });
        if forced && !self.found.replace.contains(at) {
            self.found.replace.push(at.clone());
        }
    }

    fn forces(&self, force_new: &ForceNew, at: &AttrPath) -> bool {
        match force_new {
            ForceNew::Never => false,
            ForceNew::Always => true,
            ForceNew::If(when) => self.sides.holds(when, &dotted(at)),
        }
    }
}

/// Adds the deepest places at which two values differ. Sets and values of different shape differ as a whole.
pub(in crate::plan) fn changed_paths(
    at: &AttrPath,
    prior: &Value,
    planned: &Value,
    found: &mut Vec<AttrPath>,
) {
    match (prior.kind(), planned.kind()) {
        (Kind::List(_, a), Kind::List(_, b)) | (Kind::Tuple(a), Kind::Tuple(b))
            if a.len() == b.len() =>
        {
            for (index, (a, b)) in a.iter().zip(b.iter()).enumerate() {
                changed_paths(&at.join(PathStep::Index(index)), a, b, found);
            }
        }
        (Kind::Map(_, a), Kind::Map(_, b)) | (Kind::Object(a), Kind::Object(b)) => {
            let absent = Value::null(Type::Dynamic);
            let names: std::collections::BTreeSet<_> = a.keys().chain(b.keys()).collect();
            for name in names {
                let (a, b) = (a.get(name).unwrap_or(&absent), b.get(name).unwrap_or(&absent));
                changed_paths(&at.join(PathStep::Name(name.clone())), a, b, found);
            }
        }
        (a, b) if a == b => {}
        _ => found.push(at.clone()),
    }
}

/// The path as schema files write it: `root_block_device.0.size`.
pub(super) fn dotted(path: &AttrPath) -> String {
    let mut text = String::new();
    for step in &path.0 {
        if !text.is_empty() {
            text.push('.');
        }
        match step {
            PathStep::Name(name) => text.push_str(name),
            PathStep::Index(index) => text.push_str(&index.to_string()),
            PathStep::Element(_) => text.push('0'),
        }
    }
    text
}

/// Whether a path is at or below the attribute that a schema file names without indices.
fn under(path: &AttrPath, attr: &str) -> bool {
    let mut names = path.0.iter().filter_map(|step| match step {
        PathStep::Name(name) => Some(name.as_str()),
        PathStep::Index(_) | PathStep::Element(_) => None,
    });
    let mut wanted = attr.split('.').filter(|step| step.parse::<usize>().is_err());
    wanted.all(|step| names.next() == Some(step))
}
