//! One body against one schema: arguments, then blocks.

use std::borrow::Cow;

use ecow::EcoString;
use indexmap::IndexMap;

use super::Spans;
use super::nested::Occurrence;
use crate::config::{
    check_json, expand_json, fits_labels, is_json_expression, missing_argument,
    unsupported_argument, unsupported_block,
};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::eval::{Scope, evaluate_checked, references};
use crate::schema::{Attribute, Block, Nesting, Presence};
use crate::syntax::ast::{self, Body, BodySchema, Expr, ExprKind};
use crate::value::{Marks, Value, convert};

/// A value for an attribute that only the cloud gives one.
pub(super) const READ_ONLY: Code = Code(281);

/// Collects what is wrong while bodies are decoded.
pub(super) struct Decoder {
    pub(super) problems: Diagnostics,
}

/// Blocks of one body by their type, decoded.
pub(super) type Found = IndexMap<EcoString, Vec<Occurrence>>;

impl Decoder {
    /// A body told apart into arguments and blocks where it was written in JSON; reports what it should not hold.
    pub(super) fn native<'b>(&mut self, body: &'b Body, schema: &Block) -> Cow<'b, Body> {
        if body.json.is_some() {
            self.problems.extend(check_json(body, &json_schema(body, schema)));
        }
        let (native, problems) = native(body, schema);
        self.problems.extend(problems);
        native
    }

    /// Decodes a body; `marks` are those of a `dynamic` block's `for_each`, which every argument within takes on.
    pub(super) fn block(
        &mut self,
        body: &Body,
        schema: &Block,
        scope: &dyn Scope,
        marks: Marks,
    ) -> (Value, Spans) {
        let mut spans = Spans::of(body);
        let mut found = self.blocks(body, schema, scope, marks);
        let mut values: Vec<(EcoString, Value)> = Vec::with_capacity(schema.attributes.len());
        for (name, attribute) in &schema.attributes {
            let written = body.attributes.iter().find(|written| written.name.name == *name);
            let value = match (written, found.shift_remove(name), &attribute.as_block) {
                (Some(written), ..) => {
                    spans.attributes.insert(name.clone(), (written.name.span, written.expr.span));
                    self.attribute(written, attribute, scope, marks)
                }
                (None, Some(blocks), Some(nested)) => {
                    self.assemble(name, nested, blocks, body, &mut spans)
                }
                (None, ..) => self.absent(name, attribute, body),
            };
            values.push((name.clone(), value));
        }
        for attribute in &body.attributes {
            self.check_known(attribute, schema, body);
        }
        for (name, nested) in &schema.blocks {
            let blocks = found.shift_remove(name).unwrap_or_default();
            values.push((name.clone(), self.assemble(name, nested, blocks, body, &mut spans)));
        }
        (Value::object(values), spans)
    }

    fn attribute(
        &mut self,
        written: &ast::Attribute,
        schema: &Attribute,
        scope: &dyn Scope,
        marks: Marks,
    ) -> Value {
        let failed = || Value::unknown(schema.ty.without_optional());
        if matches!(written.expr.kind, ExprKind::Invalid) {
            return failed();
        }
        let (value, problems) = evaluate_checked(&written.expr, scope);
        let has_errors = problems.has_errors();
        self.problems.extend(problems);
        if has_errors {
            return failed();
        }
        let name = &written.name;
        if schema.presence == Presence::Computed && !value.is_null() {
            self.problems.push(read_only(&name.name).at(name.span));
            return failed();
        }
        if schema.presence.is_required() && value.is_null() {
            self.problems.push(null_required(&name.name).at(written.expr.span));
        }
        match convert(&value, &schema.ty) {
            Ok(value) => value.with_marks(marks),
            Err(error) => {
                let detail = format!(
                    "Inappropriate value for attribute \"{}\": {}.",
                    name.name,
                    error.with_path()
                );
                self.problems.push(
                    Diagnostic::error(280, "Incorrect attribute value type", detail)
                        .at(written.expr.span),
                );
                failed()
            }
        }
    }

    fn absent(&mut self, name: &str, attribute: &Attribute, body: &Body) -> Value {
        if attribute.presence.is_required() {
            self.problems.push(missing_argument(name, body.span));
            return Value::unknown(attribute.ty.without_optional());
        }
        Value::null(attribute.ty.without_optional())
    }

    fn check_known(&mut self, written: &ast::Attribute, schema: &Block, body: &Body) {
        let name = written.name.name.as_str();
        if schema.attributes.contains_key(name) {
            return;
        }
        let free = schema
            .argument_names()
            .filter(|known| !body.attributes.iter().any(|given| given.name.name == *known));
        let is_block = schema.writable_block(name).is_some();
        self.problems.push(unsupported_argument(written, free, is_block));
    }

    /// Decodes the blocks of a body, those that `dynamic` generates among them.
    fn blocks(&mut self, body: &Body, schema: &Block, scope: &dyn Scope, marks: Marks) -> Found {
        let mut found = Found::new();
        for block in &body.blocks {
            let name = block.ident.name.as_str();
            match schema.writable_block(name) {
                Some(nested) => {
                    let labels: &[&str] =
                        if nested.nesting == Nesting::Map { &["key"] } else { &[] };
                    let blocks = found.entry(name.into()).or_default();
                    if fits_labels(block, labels, &mut self.problems) {
                        let label = block.labels.first().map(|label| label.text.clone());
                        let content = self.native(&block.body, &nested.block);
                        let (value, mut spans) = self.block(&content, &nested.block, scope, marks);
                        spans.header = block.header;
                        blocks.push(Occurrence { value, spans, label, certain: true });
                    }
                }
                None if name == "dynamic" => self.dynamic(block, schema, scope, marks, &mut found),
                None => {
                    let is_argument =
                        schema.attributes.get(name).is_some_and(|a| a.presence.is_writable());
                    self.problems.push(unsupported_block(block, schema.block_names(), is_argument));
                }
            }
        }
        found
    }

    /// Reports every reference of a body that names nothing.
    pub(super) fn check_references(&mut self, body: &Body, schema: &Block, scope: &dyn Scope) {
        for attribute in &body.attributes {
            if schema.attributes.contains_key(&attribute.name.name) {
                self.check_expr(&attribute.expr, scope);
            }
        }
        for block in &body.blocks {
            if let Some(nested) = schema.writable_block(&block.ident.name) {
                let (content, _) = native(&block.body, &nested.block);
                self.check_references(&content, &nested.block, scope);
            } else if block.ident.name == "dynamic" {
                self.check_dynamic_references(block, schema, scope);
            }
        }
    }

    pub(super) fn check_expr(&mut self, expr: &Expr, scope: &dyn Scope) {
        for reference in references(expr) {
            self.problems.extend(scope.check(&reference));
        }
    }
}

/// A body told apart into arguments and blocks where it was written in JSON.
pub(super) fn native<'b>(body: &'b Body, schema: &Block) -> (Cow<'b, Body>, Diagnostics) {
    if body.json.is_none() {
        return (Cow::Borrowed(body), Diagnostics::none());
    }
    let (native, problems) = expand_json(body, &json_schema(body, schema));
    (Cow::Owned(native), problems)
}

/// What a JSON body may hold. An attribute that may be blocks is one where it is given as an expression.
fn json_schema(body: &Body, schema: &Block) -> BodySchema {
    let is_argument = |name: &str, attribute: &Attribute| {
        let given = body.json.as_ref().is_some_and(|json| is_json_expression(json, name));
        attribute.as_block.is_none() || given
    };
    let arguments =
        schema.attributes.iter().filter(|(name, attribute)| is_argument(name, attribute));
    let labels = |name: &str| {
        let nested = schema.writable_block(name);
        usize::from(nested.is_some_and(|nested| nested.nesting == Nesting::Map))
    };
    let mut blocks: Vec<(EcoString, usize)> =
        schema.block_names().map(|name| (name.into(), labels(name))).collect();
    if schema.writable_block("dynamic").is_none() {
        blocks.push(("dynamic".into(), 1));
    }
    BodySchema {
        attributes: arguments.map(|(name, _)| name.clone()).collect(),
        blocks,
        ..BodySchema::default()
    }
}

/// The error for an argument that only the cloud gives a value.
fn read_only(name: &str) -> Diagnostic {
    let detail = format!(
        "Can't configure a value for \"{name}\": its value will be decided automatically based on the result of \
         applying this configuration."
    );
    Diagnostic::error(READ_ONLY.0, "Value for unconfigurable attribute", detail)
        .help("Remove this argument.")
}

/// The error for a required argument that is null.
fn null_required(name: &str) -> Diagnostic {
    let detail = format!(
        "The argument \"{name}\" is required, but no definition was found: the value given is null."
    );
    Diagnostic::error(282, "Missing required argument", detail)
}
