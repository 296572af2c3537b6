//! What an object is to be: the configuration, completed by defaults and by what the object already has.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::sides::Sides;
use crate::schema::{self, Attribute, Block, Framework, NestedBlock, Nesting, Presence};
use crate::value::{Kind, Type, Value};

/// Completes a configuration, block by block. All values are unmarked.
pub(super) struct Proposer<'a> {
    /// How unset values behave.
    pub framework: Framework,
    /// The whole objects, for conditions.
    pub sides: Sides<'a>,
    /// The same with defaults filled in, for differences that do not count.
    pub suppressing: Sides<'a>,
}

impl Proposer<'_> {
    /// The proposed value of a block. `prior` is none where the block comes new.
    pub fn block(&self, at: &str, block: &Block, prior: Option<&Value>, config: &Value) -> Value {
        let (Some(given), true) = (config.as_entries(), config.is_known()) else {
            return config.clone();
        };
        let absent = Value::null(Type::Dynamic);
        let prior = prior.filter(|prior| prior.as_entries().is_some());
        let before = |name: &str| prior.and_then(|prior| prior.attribute(name));
        let mut entries = Vec::with_capacity(block.attributes.len() + block.blocks.len());
        for (name, attribute) in &block.attributes {
            let path = join(at, name);
            let value = given.get(name).unwrap_or(&absent);
            let proposed = self.attribute(&path, attribute, before(name), prior.is_some(), value);
            entries.push((name.clone(), proposed));
        }
        for (name, nested) in &block.blocks {
            let value = given.get(name).unwrap_or(&absent);
            let proposed = self.nested(&join(at, name), nested, before(name), value);
            entries.push((name.clone(), proposed));
        }
        Value::object(entries)
    }

    fn attribute(
        &self,
        at: &str,
        attribute: &Attribute,
        prior: Option<&Value>,
        exists: bool,
        config: &Value,
    ) -> Value {
        if config.is_null() || attribute.presence == Presence::Computed {
            return self.unset(at, attribute, prior, exists);
        }
        if !config.is_known() {
            return config.clone();
        }
        let config = match &attribute.as_block {
            Some(nested) => self.nested(at, nested, prior, config),
            None => config.clone(),
        };
        match prior {
            Some(prior) if exists && self.no_difference(at, attribute, prior, &config) => {
                prior.clone()
            }
            _ => config,
        }
    }

    /// What an attribute becomes of which the configuration says nothing.
    fn unset(&self, at: &str, attribute: &Attribute, prior: Option<&Value>, exists: bool) -> Value {
        if attribute.presence.is_computed() {
            return match prior {
                Some(prior) if exists => prior.clone(),
                _ => computed(&attribute.ty),
            };
        }
        let default = attribute.default_value().filter(|_| {
            attribute.default_if.as_ref().is_none_or(|when| self.sides.holds(when, at))
        });
        let value = default.unwrap_or_else(|| Value::null(attribute.ty.clone()));
        match prior {
            Some(prior) if exists && self.no_difference(at, attribute, prior, &value) => {
                prior.clone()
            }
            _ => value,
        }
    }

    fn no_difference(&self, at: &str, attribute: &Attribute, prior: &Value, new: &Value) -> bool {
        if schema::equal(self.framework, prior, new) {
            return true;
        }
        // What is sent but cannot be read back is taken to be as it was sent, unless a digest says otherwise.
        if attribute.write_only && prior.is_null() {
            return false;
        }
        let Some(suppress) = &attribute.diff_suppress else { return false };
        !at.is_empty() && new.is_wholly_known() && self.suppressing.suppresses(suppress, at)
    }

    fn nested(
        &self,
        at: &str,
        nested: &NestedBlock,
        prior: Option<&Value>,
        config: &Value,
    ) -> Value {
        if !config.is_known() {
            return config.clone();
        }
        let absent = config.is_null()
            || (config.as_entries().is_none() && config.children().next().is_none())
            || (nested.nesting == Nesting::Map && config.children().next().is_none());
        if absent && nested.presence.is_computed() {
            return prior.cloned().unwrap_or_else(|| computed(&nested.implied_type()));
        }
        if absent && self.keeps_absent(at, nested, prior) {
            return prior.cloned().unwrap_or_else(|| config.clone());
        }
        match (nested.nesting, config.kind()) {
            (Nesting::Single | Nesting::Group, Kind::Object(_)) => {
                let prior = prior.filter(|prior| !prior.is_null());
                self.block(at, &nested.block, prior, config)
            }
            (Nesting::Set, _) => self.set(at, nested, prior, config),
            (_, Kind::List(ty, elements)) => {
                let before = |index: usize| prior?.as_sequence()?.get(index);
                let elements = elements.iter().enumerate().map(|(index, element)| {
                    self.block(&join(at, &index.to_string()), &nested.block, before(index), element)
                });
                Value::list(ty.clone(), elements)
            }
            (_, Kind::Map(ty, entries)) => {
                let entries = entries.iter().map(|(key, element)| {
                    let before = prior.and_then(|prior| prior.attribute(key));
                    (key.clone(), self.block(&join(at, key), &nested.block, before, element))
                });
                Value::map(ty.clone(), entries.collect::<Vec<(EcoString, Value)>>())
            }
            _ => config.clone(),
        }
    }

    /// Whether a block that the configuration leaves out stays as it is.
    fn keeps_absent(&self, at: &str, nested: &NestedBlock, prior: Option<&Value>) -> bool {
        if prior.is_none_or(schema::is_zero) {
            return false;
        }
        nested
            .diff_suppress
            .as_ref()
            .is_some_and(|suppress| self.suppressing.suppresses(suppress, at))
    }

    /// Each element of a set is completed from the prior element that it can be taken for.
    fn set(&self, at: &str, nested: &NestedBlock, prior: Option<&Value>, config: &Value) -> Value {
        let (Kind::Set(ty, elements), before) = (config.kind(), prior.and_then(Value::as_sequence))
        else {
            return config.clone();
        };
        let mut left: Vec<&Value> = before.unwrap_or_default().iter().collect();
        let mut known: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, element) in left.iter().enumerate() {
            known.entry(self.element_key(nested, element)).or_default().push(index);
        }
        let mut used = vec![false; left.len()];
        let proposed: Vec<Value> = elements
            .iter()
            .map(|element| {
                let found = known
                    .get_mut(&self.element_key(nested, element))
                    .and_then(Vec::pop)
                    .or_else(|| self.counterpart(nested, &left, &used, element));
                let before = found.map(|index| {
                    used[index] = true;
                    left[index]
                });
                self.block(&join(at, "0"), &nested.block, before, element)
            })
            .collect();
        left.clear();
        Value::set(ty.clone(), proposed)
    }

    fn element_key(&self, nested: &NestedBlock, element: &Value) -> String {
        schema::element_key(self.framework, element, &nested.set_key)
    }

    /// The first unused prior element that agrees with `element` in everything that the configuration decides.
    fn counterpart(
        &self,
        nested: &NestedBlock,
        prior: &[&Value],
        used: &[bool],
        element: &Value,
    ) -> Option<usize> {
        (0..prior.len())
            .filter(|index| !used[*index])
            .find(|index| self.could_be(&nested.block, prior[*index], element))
    }

    fn could_be(&self, block: &Block, prior: &Value, config: &Value) -> bool {
        let absent = Value::null(Type::Dynamic);
        let of = |value: &Value, name: &str| value.attribute(name).unwrap_or(&absent).clone();
        block.attributes.iter().all(|(name, attribute)| {
            let (before, given) = (of(prior, name), of(config, name));
            if given.is_null() {
                let default = attribute.default_value();
                return attribute.presence.is_computed()
                    || default.is_some_and(|d| schema::equal(self.framework, &before, &d))
                    || schema::equal(self.framework, &before, &given);
            }
            self.no_difference("", attribute, &before, &given)
        }) && block.blocks.iter().all(|(name, nested)| {
            let (before, given) = (of(prior, name), of(config, name));
            match nested.nesting {
                Nesting::Single | Nesting::Group if !given.is_null() && !before.is_null() => {
                    self.could_be(&nested.block, &before, &given)
                }
                Nesting::List => {
                    let before = before.as_sequence().unwrap_or_default();
                    let given = given.as_sequence().unwrap_or_default();
                    before.len() == given.len()
                        && before.iter().zip(given).all(|(b, g)| self.could_be(&nested.block, b, g))
                }
                _ => {
                    nested.presence.is_computed() && schema::is_zero(&given)
                        || schema::equal(self.framework, &before, &given)
                }
            }
        })
    }
}

/// A value that the cloud will give.
pub(super) fn computed(ty: &Type) -> Value {
    Value::unknown(ty.clone())
}

/// A value that the cloud will give and that is not null.
pub(in crate::plan) fn computed_not_null(ty: &Type) -> Value {
    Value::unknown_not_null(ty.clone())
}

fn join(at: &str, step: &str) -> String {
    if at.is_empty() { step.to_owned() } else { format!("{at}.{step}") }
}
