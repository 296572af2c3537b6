//! `dynamic` blocks: one block for each element of a collection.

use std::borrow::Cow;

use ecow::EcoString;

use super::body::{Decoder, Found, native};
use super::iteration::Iteration;
use super::nested::Occurrence;
use crate::config::{
    check_json, expand_json, fits_labels, missing_argument, unsupported_argument, unsupported_block,
};
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::eval::{Scope, evaluate_checked, references};
use crate::schema::{Block, NestedBlock, Nesting};
use crate::syntax::ast::{self, Body, BodySchema, Expr, ExprKind};
use crate::value::{Kind, Marks, Type, Value, convert};

const FOR_EACH: &str = "Invalid dynamic for_each value";

/// What a `dynamic` block says, before its collection is known.
struct Generator<'a> {
    name: EcoString,
    schema: &'a NestedBlock,
    iterator: EcoString,
    for_each: &'a Expr,
    label: Option<&'a Expr>,
    content: &'a ast::Block,
    header: Span,
}

impl Decoder {
    /// Generates blocks and decodes them.
    pub(super) fn dynamic(
        &mut self,
        block: &ast::Block,
        schema: &Block,
        scope: &dyn Scope,
        marks: Marks,
        found: &mut Found,
    ) {
        if !fits_labels(block, &["type"], &mut self.problems) {
            return;
        }
        let name = &block.labels[0];
        let Some(nested) = schema.writable_block(&name.text) else {
            let shown = ast::Block {
                ident: ast::Ident { name: name.text.clone(), span: name.span },
                ..block.clone()
            };
            self.problems.push(unsupported_block(&shown, schema.block_names(), false));
            return;
        };
        let (body, problems) = told_apart(&block.body, nested);
        self.problems.extend(problems);
        let Some(generator) = self.generator(block, &body, nested) else { return };
        let occurrences = self.generate(&generator, scope, marks);
        if let Some(occurrences) = occurrences {
            found.entry(generator.name).or_default().extend(occurrences);
        }
    }

    /// Reads the arguments of a `dynamic` block; none where they do not make sense.
    fn generator<'a>(
        &mut self,
        block: &ast::Block,
        body: &'a Body,
        schema: &'a NestedBlock,
    ) -> Option<Generator<'a>> {
        let before = self.problems.len();
        let takes_labels = schema.nesting == Nesting::Map;
        let known: &[&str] = if takes_labels {
            &["for_each", "iterator", "labels"]
        } else {
            &["for_each", "iterator"]
        };
        for attribute in &body.attributes {
            if !known.contains(&attribute.name.name.as_str()) {
                self.problems.push(unsupported_argument(attribute, known.iter().copied(), false));
            }
        }
        for nested in body.blocks.iter().filter(|nested| nested.ident.name != "content") {
            self.problems.push(unsupported_block(nested, ["content"], false));
        }
        let argument = |name: &str| {
            let found = body.attributes.iter().find(|attribute| attribute.name.name == name);
            found.map(|attribute| &attribute.expr)
        };
        let for_each = argument("for_each");
        if for_each.is_none() {
            self.problems.push(missing_argument("for_each", body.span));
        }
        let labels = argument("labels");
        if takes_labels && labels.is_none() {
            self.problems.push(missing_argument("labels", body.span));
        }
        if self.problems.len() > before {
            return None;
        }
        let iterator = match argument("iterator") {
            Some(expr) => self.iterator(expr)?,
            None => block.labels[0].text.clone(),
        };
        let content = self.content(body)?;
        let label = match labels {
            Some(labels) => Some(self.one_label(labels)?),
            None => None,
        };
        Some(Generator {
            name: block.labels[0].text.clone(),
            schema,
            iterator,
            for_each: for_each?,
            label,
            content,
            header: block.header,
        })
    }

    fn iterator(&mut self, expr: &Expr) -> Option<EcoString> {
        match &expr.kind {
            ExprKind::Variable(name) => return Some(name.clone()),
            ExprKind::Attr { .. } | ExprKind::Index { .. } => self.problems.push(
                Diagnostic::error(
                    284,
                    "Invalid dynamic iterator name",
                    "Dynamic iterator must be a single variable name.",
                )
                .at(expr.span),
            ),
            ExprKind::Invalid => {}
            _ => self.problems.push(
                Diagnostic::error(
                    284,
                    "Invalid expression",
                    "A single static variable reference is required: only attribute access and indexing with \
                     constant keys. No calculations, function calls, template expressions, etc are allowed here.",
                )
                .at(expr.span),
            ),
        }
        None
    }

    fn content<'a>(&mut self, body: &'a Body) -> Option<&'a ast::Block> {
        let mut blocks = body.blocks.iter().filter(|nested| nested.ident.name == "content");
        let first = blocks.next();
        if let Some(extra) = blocks.next() {
            self.problems.push(
                Diagnostic::error(
                    284,
                    "Extraneous dynamic content block",
                    "Only one nested content block is allowed for each dynamic block.",
                )
                .at(extra.header),
            );
            return None;
        }
        if first.is_none() {
            self.problems.push(
                Diagnostic::error(
                    284,
                    "Missing dynamic content block",
                    "A dynamic block must have a nested block of type \"content\" to describe the body of each \
                     generated block.",
                )
                .at(body.span.at_start()),
            );
        }
        first.filter(|content| fits_labels(content, &[], &mut self.problems))
    }

    fn generate(
        &mut self,
        generator: &Generator<'_>,
        scope: &dyn Scope,
        marks: Marks,
    ) -> Option<Vec<Occurrence>> {
        let (collection, problems) = evaluate_checked(generator.for_each, scope);
        let failed = problems.has_errors();
        self.problems.extend(problems);
        if failed {
            return None;
        }
        let (collection, own) = collection.unmark();
        let marks = marks.union(own);
        let mut occurrences = Vec::new();
        match elements(&collection) {
            Ok(Some(elements)) => {
                for (key, value) in elements {
                    let scope = Iteration::new(scope, &generator.iterator, key, value);
                    occurrences.extend(self.occurrence(generator, &scope, marks, true));
                }
            }
            Ok(None) => {
                let scope =
                    Iteration::new(scope, &generator.iterator, Value::open(), Value::open());
                occurrences.extend(self.occurrence(generator, &scope, marks, false));
            }
            Err(detail) => {
                self.problems
                    .push(Diagnostic::error(284, FOR_EACH, detail).at(generator.for_each.span));
                return None;
            }
        }
        Some(occurrences)
    }

    fn occurrence(
        &mut self,
        generator: &Generator<'_>,
        scope: &Iteration<'_>,
        marks: Marks,
        certain: bool,
    ) -> Option<Occurrence> {
        let label = match generator.label {
            Some(label) => Some(self.label(label, scope, certain)?),
            None => None,
        };
        let schema = &generator.schema.block;
        let content = self.native(&generator.content.body, schema);
        let (value, mut spans) = self.block(&content, schema, scope, marks);
        spans.header = generator.header;
        spans.content = Some(generator.content.header);
        Some(Occurrence { value, spans, label, certain })
    }

    /// The expression of the one label that each generated block has.
    fn one_label<'a>(&mut self, labels: &'a Expr) -> Option<&'a Expr> {
        let problem =
            |summary: &str, detail: &str, at| Diagnostic::error(284, summary, detail).at(at);
        let problem = match &labels.kind {
            ExprKind::Tuple(elements) => match elements.as_slice() {
                [label] => return Some(label),
                [] => problem(
                    "Insufficient dynamic block labels",
                    "One label is required here: the key.",
                    labels.span,
                ),
                [_, extra, ..] => problem(
                    "Extraneous dynamic block label",
                    "Only one label is allowed here: the key.",
                    extra.span,
                ),
            },
            _ => {
                problem("Invalid expression", "A static list expression is required.", labels.span)
            }
        };
        self.problems.push(problem);
        None
    }

    /// The label of a generated block.
    fn label(&mut self, element: &Expr, scope: &dyn Scope, certain: bool) -> Option<EcoString> {
        let (value, problems) = evaluate_checked(element, scope);
        let failed = problems.has_errors();
        self.problems.extend(problems);
        if failed {
            return None;
        }
        let detail = match convert(&value, &Type::String) {
            Ok(text) if !text.marks().is_none() => {
                "Cannot use a sensitive or ephemeral value as a dynamic block label.".into()
            }
            Ok(text) => match text.kind() {
                Kind::String(text) => return Some(text.clone()),
                Kind::Unknown(_) if !certain => return Some(EcoString::new()),
                Kind::Null(_) => "Cannot use a null value as a dynamic block label.".into(),
                _ => "This value is not yet known. Dynamic block labels must be immediately-known \
                      values."
                    .into(),
            },
            Err(error) => format!("Cannot use this value as a dynamic block label: {error}."),
        };
        self.problems
            .push(Diagnostic::error(284, "Invalid dynamic block label", detail).at(element.span));
        None
    }

    /// Reports references of a `dynamic` block that name nothing; its iterator is known within its content.
    pub(super) fn check_dynamic_references(
        &mut self,
        block: &ast::Block,
        schema: &Block,
        scope: &dyn Scope,
    ) {
        let Some(nested) = block.labels.first().and_then(|l| schema.writable_block(&l.text)) else {
            return;
        };
        let (body, _) = told_apart(&block.body, nested);
        let argument = |name: &str| body.attributes.iter().find(|a| a.name.name == name);
        if let Some(for_each) = argument("for_each") {
            self.check_expr(&for_each.expr, scope);
        }
        let iterator = match argument("iterator").map(|attribute| &attribute.expr.kind) {
            Some(ExprKind::Variable(name)) => name.clone(),
            Some(_) => return,
            None => block.labels[0].text.clone(),
        };
        let inner = Iteration::new(scope, &iterator, Value::open(), Value::open());
        if let Some(labels) = argument("labels") {
            for reference in references(&labels.expr) {
                self.problems.extend(inner.check(&reference));
            }
        }
        for content in body.blocks.iter().filter(|nested| nested.ident.name == "content") {
            let (content, _) = native(&content.body, &nested.block);
            self.check_references(&content, &nested.block, &inner);
        }
    }
}

/// The body of a `dynamic` block told apart into arguments and blocks where it was written in JSON.
fn told_apart<'b>(body: &'b Body, nested: &NestedBlock) -> (Cow<'b, Body>, Diagnostics) {
    if body.json.is_none() {
        return (Cow::Borrowed(body), Diagnostics::none());
    }
    let mut attributes = vec!["for_each".into(), "iterator".into()];
    if nested.nesting == Nesting::Map {
        attributes.push("labels".into());
    }
    let schema =
        BodySchema { attributes, blocks: vec![("content".into(), 0)], ..BodySchema::default() };
    let (native, mut problems) = expand_json(body, &schema);
    problems.extend(check_json(body, &schema));
    (Cow::Owned(native), problems)
}

/// Keys and values of a collection; none where it is unknown.
fn elements(collection: &Value) -> Result<Option<Vec<(Value, Value)>>, String> {
    let indexed = |elements: &[Value]| {
        let number = |at: usize| Value::number(i64::try_from(at).unwrap_or(i64::MAX));
        elements.iter().enumerate().map(|(at, value)| (number(at), value.clone())).collect()
    };
    Ok(Some(match collection.kind() {
        Kind::Null(_) => return Err("Cannot use a null value in for_each.".into()),
        Kind::Unknown(unknown) if can_iterate(&unknown.ty) => return Ok(None),
        Kind::List(_, elements) | Kind::Tuple(elements) => indexed(elements),
        Kind::Set(_, elements) => elements.iter().map(|e| (e.clone(), e.clone())).collect(),
        Kind::Map(_, entries) | Kind::Object(entries) => {
            entries.iter().map(|(key, value)| (Value::string(key.clone()), value.clone())).collect()
        }
        _ => {
            return Err(format!(
                "Cannot use a {} value in for_each. An iterable collection is required.",
                collection.ty().friendly_name()
            ));
        }
    }))
}

const fn can_iterate(ty: &Type) -> bool {
    !matches!(ty, Type::Bool | Type::Number | Type::String)
}
