//! Expressions and bodies in Terraform's plan format.

use std::collections::BTreeMap;

use ecow::EcoString;
use serde_json::{Map, Value as Json, json};

use super::values::plain;
use crate::config::check_constant;
use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::{self, Found, Outside, Reference, Scope, Step};
use crate::schema::{Block, Nesting};
use crate::syntax::ast::{self, Body, BodySchema, Expr};
use crate::value::Value;
use crate::world::World;

/// Evaluates constants.
pub struct Expressions(Outside);

impl Default for Expressions {
    /// Constants need nothing of the outside: this one is empty.
    fn default() -> Self {
        Self(Outside::new(World::in_memory(jiff::Timestamp::UNIX_EPOCH, 0), "."))
    }
}

impl Expressions {
    /// The value of an expression without references and calls.
    #[must_use]
    pub fn constant(&self, expr: &Expr) -> Option<Json> {
        let mut problems = Diagnostics::none();
        check_constant(expr, &mut problems);
        if !problems.is_empty() {
            return None;
        }
        let (value, problems) = eval::evaluate(expr, &Nameless(&self.0));
        if problems.has_errors() { None } else { plain(&value) }
    }

    /// `constant_value` or `references`; neither where there is nothing to tell.
    #[must_use]
    pub fn of(&self, expr: &Expr) -> Json {
        if let Some(value) = self.constant(expr) {
            return json!({"constant_value": value});
        }
        let names = reference_names(expr);
        if names.is_empty() { json!({}) } else { json!({"references": names}) }
    }
}

struct Nameless<'a>(&'a Outside);

impl Scope for Nameless<'_> {
    fn resolve(&self, reference: &Reference<'_>) -> Result<Found, Box<Diagnostic>> {
        let title = "Variables not allowed";
        Err(Box::new(Diagnostic::error(1009, title, "").at(reference.root_span)))
    }

    fn outside(&self) -> &Outside {
        self.0
    }
}

/// What an expression refers to: each reference as it is written, then what it is a part of, down to the object.
#[must_use]
pub fn reference_names(expr: &Expr) -> Vec<String> {
    let mut names = Vec::new();
    for reference in eval::references(expr) {
        let subject = subject(&reference);
        for end in (subject.end..=reference.steps.len()).rev() {
            names.push(written(&reference, end));
        }
        // An instance is a part of its resource.
        if subject.is_instance {
            names.push(written(&reference, subject.end - 1));
        }
    }
    names
}

/// How many steps name the object, and whether the last of them is a key.
struct Subject {
    end: usize,
    is_instance: bool,
}

fn subject(reference: &Reference<'_>) -> Subject {
    let keyed = |at: usize| reference.key(at).is_some();
    let object = |end: usize| {
        let is_instance = keyed(end);
        Subject { end: (end + usize::from(is_instance)).min(reference.steps.len()), is_instance }
    };
    let plain = |end: usize| Subject { end: end.min(reference.steps.len()), is_instance: false };
    match reference.root.as_str() {
        "var" | "local" | "count" | "each" | "path" | "terraform" | "phase" | "stack" => plain(1),
        "self" => plain(0),
        "module" => Subject { is_instance: false, ..object(1) },
        "data" | "ephemeral" => object(2),
        "resource" => object(2),
        _ => object(1),
    }
}

/// The reference up to a step, as it is written.
fn written(reference: &Reference<'_>, end: usize) -> String {
    let mut text = reference.root.to_string();
    for step in reference.steps.iter().take(end) {
        match step {
            Step::Attr(name) => {
                text.push('.');
                text.push_str(&name.name);
            }
            Step::Index { key, .. } => text.push_str(&index(key)),
        }
    }
    text
}

fn index(key: &Value) -> String {
    match plain(key) {
        Some(key) => format!("[{key}]"),
        None => "[…]".to_owned(),
    }
}

/// The arguments and blocks of a body; those of a schema that is not known as they are written.
#[must_use]
pub fn body(
    written: &Body,
    schema: Option<&Block>,
    expressions: &Expressions,
) -> Map<String, Json> {
    let named = BodySchema {
        attributes: schema.into_iter().flat_map(Block::argument_names).map(Into::into).collect(),
        blocks: schema.into_iter().flat_map(Block::block_names).map(|n| (n.into(), 0)).collect(),
        constants: Vec::new(),
    };
    let (expanded, _) = written.expand_json(&named);
    let arguments = expanded.attributes.iter();
    let mut found: Map<String, Json> =
        arguments.map(|one| (one.name.name.to_string(), expressions.of(&one.expr))).collect();
    let mut blocks: BTreeMap<&EcoString, Vec<&ast::Block>> = BTreeMap::new();
    for block in expanded.blocks.iter().filter(|block| block.ident.name != "dynamic") {
        blocks.entry(&block.ident.name).or_default().push(block);
    }
    for (name, blocks) in blocks {
        let nested = schema.and_then(|schema| schema.writable_block(name));
        let inner = |block: &&ast::Block| -> Json {
            body(&block.body, nested.map(|nested| &nested.block), expressions).into()
        };
        let told: Json = match nested.map_or(Nesting::List, |nested| nested.nesting) {
            Nesting::Single | Nesting::Group => blocks.first().map(inner).unwrap_or_default(),
            Nesting::Map => {
                let label = |block: &ast::Block| {
                    block.labels.first().map(|label| label.text.to_string()).unwrap_or_default()
                };
                let all = blocks.iter().map(|block| (label(block), inner(block)));
                all.collect::<Map<_, _>>().into()
            }
            Nesting::List | Nesting::Set => blocks.iter().map(inner).collect(),
        };
        found.insert(name.to_string(), told);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::SourceMap;

    fn check(text: &str, expect: Json) {
        let file = SourceMap::default().add("test.tf", text);
        let (expr, problems) = crate::syntax::parse_expr(text, file, 0);
        assert!(!problems.has_errors(), "{text}: {problems:?}");
        assert_eq!(Expressions::default().of(&expr), expect, "{text}");
    }

    #[test]
    fn expressions_are_told_as_terraform_tells_them() {
        let references = |names: &[&str]| json!({"references": names});
        check("1 + 2", json!({"constant_value": 3}));
        check("{A = [true, null]}", json!({"constant_value": {"A": [true, null]}}));
        check("toset([\"u\"])", json!({}));
        check("var.n", references(&["var.n"]));
        check("var.n.a", references(&["var.n.a", "var.n"]));
        check("each.key", references(&["each.key"]));
        check("self.id", references(&["self.id", "self"]));
        check("aws_vpc.a.id", references(&["aws_vpc.a.id", "aws_vpc.a"]));
        let instance = ["aws_vpc.a[0].id", "aws_vpc.a[0]", "aws_vpc.a"];
        check("aws_vpc.a[0].id", references(&instance));
        check("module.m[0].o", references(&["module.m[0].o", "module.m[0]"]));
        check("data.aws_ami.x.id", references(&["data.aws_ami.x.id", "data.aws_ami.x"]));
        check("[for x in aws_vpc.a : x.id]", references(&["aws_vpc.a"]));
    }
}
