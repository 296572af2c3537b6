//! What a change of attributes leads to: replacement, new computed values, interruption.

use ecow::EcoString;

use super::zero::{equal, is_zero};
use crate::schema::scene::value_at;
use crate::schema::{
    Attribute, Block, Effect, ForceNew, Framework, InterruptionClass, Rule, Scene, Schema,
};
use crate::value::{AttrPath, PathStep, Value};

/// What an update interrupts, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Impact {
    /// How much.
    pub class: InterruptionClass,
    /// What happens, for people; none where nothing is interrupted.
    pub note: Option<EcoString>,
}

impl Schema {
    /// Whether a difference at `path` replaces the object: by its attribute, a block around it, or a rule.
    #[must_use]
    pub fn replaces(&self, scene: &Scene<'_>, path: &AttrPath) -> bool {
        scene.prior.is_some()
            && (forced(&self.block, scene, path)
                || self.rules_of(Effect::ForceNew, path).any(|rule| rule.when.holds(scene, path)))
    }

    /// Whether a rule says that a difference at `path` does not count.
    #[must_use]
    pub fn ignores(&self, scene: &Scene<'_>, path: &AttrPath) -> bool {
        self.rules_of(Effect::IgnoreChange, path).any(|rule| rule.when.holds(scene, path))
    }

    /// Whether the new value at `path` is the cloud's to give, because something else changes.
    #[must_use]
    pub fn becomes_unknown(&self, scene: &Scene<'_>, path: &AttrPath) -> bool {
        self.rules_of(Effect::Computed, path).any(|rule| rule.when.holds(scene, path))
    }

    /// Rules of the plan that refuse the change or warn of it.
    pub fn objections<'a>(&'a self, scene: &'a Scene<'a>) -> impl Iterator<Item = &'a Rule> {
        self.rules.iter().filter(move |rule| {
            let path = rule.attrs.first().map(|attr| names(attr)).unwrap_or_default();
            matches!(rule.effect, Effect::Error | Effect::Warn) && rule.when.holds(scene, &path)
        })
    }

    /// What an update of the attributes at `paths` interrupts: the worst of them.
    #[must_use]
    pub fn impact<'a>(
        &self,
        scene: &Scene<'_>,
        paths: impl IntoIterator<Item = &'a AttrPath>,
    ) -> Impact {
        let mut worst = Impact::default();
        for path in paths {
            let Some(entry) = self.terrace.interruption.get(plain(path).as_str()) else {
                continue;
            };
            let case = entry.unless.iter().find(|case| case.when.holds(scene, path));
            let class = case.map_or(entry.class, |case| case.class);
            if class > worst.class {
                worst = Impact { class, note: entry.note.clone() };
            }
        }
        worst
    }

    fn rules_of(&self, effect: Effect, path: &AttrPath) -> impl Iterator<Item = &Rule> {
        let name = plain(path);
        self.rules.iter().filter(move |rule| {
            let covers = |attr: &EcoString| {
                let rest = name.strip_prefix(attr.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            rule.effect == effect && rule.phase.is_none() && rule.attrs.iter().any(covers)
        })
    }
}

fn forced(block: &Block, scene: &Scene<'_>, path: &AttrPath) -> bool {
    let forces = |force: &ForceNew| match force {
        ForceNew::Never => false,
        ForceNew::Always => true,
        ForceNew::If(condition) => condition.holds(scene, path),
    };
    let mut block = block;
    for step in &path.0 {
        let PathStep::Name(name) = step else { continue };
        if let Some(nested) = block.blocks.get(name) {
            if forces(&nested.force_new) {
                return true;
            }
            block = &nested.block;
        } else if let Some(attribute) = block.attributes.get(name) {
            if forces(&attribute.force_new) {
                return true;
            }
            let Some(nested) = &attribute.as_block else { return false };
            block = &nested.block;
        } else {
            return false;
        }
    }
    let value = |object| value_at(object, path);
    scene.prior.is_some_and(|prior| differs_inside(block, value(prior), value(scene.planned)))
}

/// Whether a block that comes, goes or changes as a whole brings a difference that replaces along.
fn differs_inside(block: &Block, prior: Option<&Value>, planned: Option<&Value>) -> bool {
    let (prior, planned) = (occurrences(prior), occurrences(planned));
    let forced = |(name, attribute): (&EcoString, &Attribute)| {
        attribute.force_new == ForceNew::Always
            && (0..prior.len().max(planned.len())).any(|index| {
                let read =
                    |side: &[&Value]| side.get(index).and_then(|o| o.attribute(name)).cloned();
                match (read(&prior), read(&planned)) {
                    (Some(a), Some(b)) => !equal(Framework::Sdkv2, &a, &b),
                    (Some(one), None) | (None, Some(one)) => !is_zero(&one),
                    (None, None) => false,
                }
            })
    };
    block.attributes.iter().any(forced)
}

/// The objects that the occurrences of a block make.
fn occurrences(value: Option<&Value>) -> Vec<&Value> {
    let Some(value) = value else { return Vec::new() };
    match value.as_sequence() {
        Some(objects) => objects.iter().collect(),
        None if value.as_entries().is_some() => vec![value],
        None => Vec::new(),
    }
}

/// A path as schema files write it: names alone, joined by dots.
fn plain(path: &AttrPath) -> String {
    let names = path.0.iter().filter_map(|step| match step {
        PathStep::Name(name) => Some(name.as_str()),
        PathStep::Index(_) | PathStep::Element(_) => None,
    });
    names.collect::<Vec<_>>().join(".")
}

fn names(attr: &str) -> AttrPath {
    AttrPath(attr.split('.').map(|name| PathStep::Name(name.into())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{self, empty_object};

    fn object(type_name: &str, set: &[(&str, Value)]) -> Value {
        let schema = schema::resource(type_name).expect("embedded");
        let mut entries = empty_object(&schema.block).as_entries().expect("an object").clone();
        for (name, value) in set {
            entries.insert((*name).into(), value.clone());
        }
        Value::object(entries)
    }

    #[test]
    fn differences_replace_or_not() {
        let schema = schema::resource("aws_instance").expect("embedded");
        let prior = object("aws_instance", &[("ami", Value::string("ami-1"))]);
        let planned = object("aws_instance", &[("ami", Value::string("ami-2"))]);
        let scene = Scene { prior: Some(&prior), planned: &planned, config: &planned };
        let replaces = |name: &str| schema.replaces(&scene, &AttrPath::attribute(name));
        assert!(replaces("ami"));
        assert!(!replaces("instance_type"));
        assert!(!replaces("tags"));
        let scene = Scene { prior: None, ..scene };
        assert!(!schema.replaces(&scene, &AttrPath::attribute("ami")));
    }
}
