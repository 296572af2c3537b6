//! What an expression refers to.

use ecow::EcoString;

use super::model::ResourceKey;
use crate::base::Mode;
use crate::diag::Span;
use crate::syntax::ast::{Body, Expr, ExprKind, ForExpr, Ident, ObjectKey, TemplatePart};
use crate::syntax::{Traversal, TraversalStep};

/// Every reference in an expression, in the order of the text, names bound by `for` left out. Of `a.b[var.i].c` these
/// are `a.b` and `var.i`.
pub fn references(expr: &Expr) -> Vec<Traversal> {
    let mut walk = Walk::default();
    walk.expr(expr);
    walk.found
}

/// What keeps an expression from being a constant: references and calls, with what is in the arguments of calls left
/// out.
pub fn variable_parts(expr: &Expr) -> (Vec<Traversal>, Vec<Span>) {
    let mut walk = Walk { skip_arguments: true, ..Walk::default() };
    walk.expr(expr);
    (walk.found, walk.calls)
}

/// Every expression of a body, at any depth, in the order of arguments and then blocks. Of JSON only what is already
/// told apart.
pub fn expressions(body: &Body) -> Vec<&Expr> {
    let mut found: Vec<&Expr> = body.attributes.iter().map(|attribute| &attribute.expr).collect();
    for block in &body.blocks {
        found.extend(expressions(&block.body));
    }
    found
}

/// What a reference names.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// `var.name`
    Variable(EcoString),
    /// `aws_vpc.main`, `resource.x.y`, `data.x.y`, `ephemeral.x.y`
    Resource(ResourceKey),
    /// `count.index`
    Count,
    /// `each.key`, `each.value`
    Each,
    /// `self`
    Itself,
    /// `path.*`, `terraform.*`, `phase.*`, `stack.*`
    Builtin,
    /// Anything else.
    Other,
}

/// What the references of an expression name.
pub fn subjects(expr: &Expr) -> impl Iterator<Item = Subject> {
    references(expr).into_iter().map(|reference| subject(&reference))
}

/// What a reference names.
pub fn subject(reference: &Traversal) -> Subject {
    let name =
        |at: usize| reference.steps.get(at).and_then(TraversalStep::attr).map(|n| n.name.clone());
    match reference.root.name.as_str() {
        "var" => name(0).map_or(Subject::Other, Subject::Variable),
        "count" => Subject::Count,
        "each" => Subject::Each,
        "self" => Subject::Itself,
        "path" | "terraform" | "phase" | "stack" => Subject::Builtin,
        "local" | "module" | "template" | "lazy" | "arg" => Subject::Other,
        "data" => resource(Mode::Data, name(0), name(1)),
        "ephemeral" => resource(Mode::Ephemeral, name(0), name(1)),
        "resource" => resource(Mode::Managed, name(0), name(1)),
        root => resource(Mode::Managed, Some(root.into()), name(0)),
    }
}

fn resource(mode: Mode, type_name: Option<EcoString>, name: Option<EcoString>) -> Subject {
    match (type_name, name) {
        (Some(type_name), Some(name)) => {
            Subject::Resource(ResourceKey { mode, type_name: type_name.into(), name })
        }
        _ => Subject::Other,
    }
}

#[derive(Default)]
struct Walk {
    bound: Vec<EcoString>,
    found: Vec<Traversal>,
    calls: Vec<Span>,
    skip_arguments: bool,
}

impl Walk {
    /// Takes `expr` as the end of a chain of attributes and keys. Where its root is a name, the longest beginning of the
    /// chain without calculated keys is a reference.
    fn chain(&mut self, expr: &Expr) {
        if let Some(reference) = expr.as_traversal() {
            if !self.bound.contains(&reference.root.name) {
                self.found.push(reference);
            }
            return;
        }
        match &expr.kind {
            ExprKind::Attr { on, .. } => self.chain(on),
            ExprKind::Index { on, key, .. } => {
                self.chain(on);
                self.expr(key);
            }
            _ => self.expr(expr),
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Variable(_) | ExprKind::Attr { .. } | ExprKind::Index { .. } => {
                self.chain(expr);
            }
            ExprKind::Template(template) => self.parts(&template.parts),
            ExprKind::Unary { operand: on, .. } | ExprKind::Parens(on) => self.expr(on),
            ExprKind::Splat { on, each, .. } => self.all([&**on, &**each]),
            ExprKind::Tuple(elements) => self.all(elements),
            ExprKind::Call { args, .. } => {
                self.calls.push(expr.span);
                if !self.skip_arguments {
                    self.all(args);
                }
            }
            ExprKind::Object(items) => {
                for item in items {
                    if let ObjectKey::Expr(key) = &item.key {
                        self.expr(key);
                    }
                    self.expr(&item.value);
                }
            }
            ExprKind::For(each) => self.for_expr(each),
            ExprKind::Conditional { condition, yes, no } => self.all([&**condition, &**yes, &**no]),
            ExprKind::Binary { left, right, .. } => self.all([&**left, &**right]),
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::SplatItem
            | ExprKind::Invalid => {}
        }
    }

    fn all<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn for_expr(&mut self, each: &ForExpr) {
        self.expr(&each.collection);
        self.within(each.key_name.iter().chain([&each.value_name]), |walk| {
            walk.all(each.key.iter().chain([&each.value]).chain(&each.condition));
        });
    }

    fn within<'n>(
        &mut self,
        names: impl IntoIterator<Item = &'n Ident>,
        inner: impl FnOnce(&mut Self),
    ) {
        let depth = self.bound.len();
        self.bound.extend(names.into_iter().map(|name| name.name.clone()));
        inner(self);
        self.bound.truncate(depth);
    }

    fn parts(&mut self, parts: &[TemplatePart]) {
        for part in parts {
            match part {
                TemplatePart::Literal(..) => {}
                TemplatePart::Interpolation(expr) => self.expr(expr),
                TemplatePart::If { condition, yes, no, .. } => {
                    self.expr(condition);
                    self.parts(yes);
                    self.parts(no);
                }
                TemplatePart::For { key_name, value_name, collection, body, .. } => {
                    self.expr(collection);
                    self.within(key_name.iter().chain([value_name]), |walk| walk.parts(body));
                }
            }
        }
    }
}
