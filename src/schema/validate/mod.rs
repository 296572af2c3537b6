//! Validation of an evaluated configuration against a schema. Pure: values in, diagnostics out.
//!
//! Unknown values pass every check, for they are checked again when known. Null counts as absent. What decoding finds
//! (unknown arguments, missing required ones, wrong nesting, writes to read-only attributes) is found before.

mod check;
mod format;
mod relation;
mod remote_state;
mod report;
mod rule;

use std::sync::Arc;

use ecow::EcoString;

use super::model::{Attribute, Block, NestedBlock, Nesting, Schema};
use super::scene::Scene;
use crate::diag::{Diagnostics, Span};
use crate::value::{AttrPath, Kind, PathStep, Value};
use report::Report;
pub use rule::validate_operation;

/// Where an attribute is written, for the places of diagnostics; none where it is not written.
pub type SpanOf<'a> = &'a dyn Fn(&AttrPath) -> Option<Span>;

/// Checks a configuration: an object of the schema's implied type, as written, before defaults.
pub fn validate(schema: &Schema, config: &Value, span_of: SpanOf<'_>) -> Diagnostics {
    let mut walk = Walk { report: Report::new(span_of) };
    walk.block(&schema.block, config, &AttrPath::default());
    let mut report = walk.report;
    relation::check(&schema.block, config, &mut report);
    rule::check(schema, None, &Scene::of_config(config), &mut report);
    if schema.type_name == remote_state::TYPE {
        remote_state::check(config, &mut report);
    }
    report.finish()
}

struct Walk<'a> {
    report: Report<'a>,
}

impl Walk<'_> {
    fn block(&mut self, block: &Block, object: &Value, path: &AttrPath) {
        let Some(entries) = object.as_entries() else { return };
        for (name, attribute) in &block.attributes {
            if let Some(value) = entries.get(name).filter(|value| is_checked(value)) {
                self.attribute(attribute, value, &step(path, name));
            }
        }
        for (name, nested) in &block.blocks {
            if let Some(value) = entries.get(name) {
                self.nested(nested, value, &step(path, name));
            }
        }
    }

    fn attribute(&mut self, attribute: &Attribute, value: &Value, path: &AttrPath) {
        if !attribute.presence.is_writable() {
            return;
        }
        if attribute.deprecated {
            self.report.deprecated(path, "argument");
        }
        let secrecy = report::Secrecy::of(attribute.sensitive || attribute.write_only, value);
        if let Some(nullable) = attribute.nullable {
            check::nullable(nullable, value, path, secrecy, &mut self.report);
        }
        check::value(&attribute.checks, value, path, secrecy, &mut self.report);
        if let Some(nested) = &attribute.as_block {
            self.occurrences(nested, value, path);
        }
    }

    fn nested(&mut self, nested: &Arc<NestedBlock>, value: &Value, path: &AttrPath) {
        let count = value.as_sequence().map(<[Value]>::len);
        if count.is_some_and(|count| count > 0) && nested.deprecated {
            self.report.deprecated(path, "block");
        }
        if let Some(count) = count {
            self.count(nested, count, path);
        }
        self.occurrences(nested, value, path);
    }

    fn count(&mut self, nested: &NestedBlock, count: usize, path: &AttrPath) {
        if !nested.presence.is_writable() {
            return;
        }
        if count < nested.min_items && (count > 0 || nested.presence.is_required()) {
            let least = report::count(nested.min_items, "block");
            self.report.error(408, path, "Too few blocks", &format!("needs at least {least}"));
        }
        if let Some(most) = nested.max_items.filter(|most| count > *most) {
            let most = report::count(most, "block");
            self.report.error(408, path, "Too many blocks", &format!("takes at most {most}"));
        }
    }

    fn occurrences(&mut self, nested: &NestedBlock, value: &Value, path: &AttrPath) {
        if matches!(nested.nesting, Nesting::Single | Nesting::Group) {
            return self.block(&nested.block, value, path);
        }
        match value.kind() {
            Kind::List(_, objects) => {
                for (index, object) in objects.iter().enumerate() {
                    self.block(&nested.block, object, &path.join(PathStep::Index(index)));
                }
            }
            Kind::Set(_, objects) => {
                for object in objects.iter() {
                    self.block(
                        &nested.block,
                        object,
                        &path.join(PathStep::Element(object.clone())),
                    );
                }
            }
            Kind::Map(_, objects) => {
                for (name, object) in objects {
                    self.block(&nested.block, object, &step(path, name));
                }
            }
            _ => {}
        }
    }
}

fn is_checked(value: &Value) -> bool {
    value.is_known() && !value.is_null()
}

fn step(path: &AttrPath, name: &EcoString) -> AttrPath {
    path.join(PathStep::Name(name.clone()))
}

#[cfg(test)]
mod tests;
